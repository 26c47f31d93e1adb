"""The exported network answers as the trained one does; needs the training extra."""

from pathlib import Path

import numpy as np
import pytest

from detectors.gazetteers.lookup import Gazetteers
from detectors.ner.labels import KINDS, LABELS
from detectors.ner.tagger import Tagger as Exported
from detectors.ner.training.encode import Sequence, WordTable, encode
from detectors.ner.training.generate.pieces import Example
from detectors.ner.wordpieces import WordPieces

torch = pytest.importorskip("torch", reason="PyTorch is not installed: the training extra is missing")
pytest.importorskip("onnx", reason="onnx is not installed: the training extra is missing")

VOCABULARY = [
    "[UNK]",
    *"abcdefghijklmnopqrstuvwxyz0123456789,.",
    *(f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"),
]
TEXTS = ["Ann Lee of Tarrant, 61.", "no one here", "x"]


def test_a_folded_network_answers_like_the_one_it_was() -> None:
    """A teacher's tables are projected once, and its answers stay."""
    from detectors.ner.features import COUNT  # noqa: PLC0415
    from detectors.ner.training.network import Shape, Tagger, folded  # noqa: PLC0415

    torch.manual_seed(1)
    first, continued = torch.randn(9, 12), torch.randn(7, 12)
    first[0] = continued[0] = 0
    model = Tagger(first, continued, Shape(width=16, hidden=24)).eval()
    words = torch.tensor([[1, 0, 0, 0, 0, 0], [8, 2, 3, 0, 0, 6]]), torch.tensor([[5] * 14] * 2), torch.ones(2, COUNT)
    with torch.no_grad():
        expected = model.words(*words)
        answer = folded(model).words(*words)

    assert torch.allclose(expected, answer, atol=1e-5)


def test_the_mean_of_networks_is_the_mean_of_each_weight(tmp_path: Path) -> None:
    """Networks with one start are averaged weight by weight, and the mean loads as any network does."""
    from detectors.ner.training.average import averaged  # noqa: PLC0415
    from detectors.ner.training.network import Shape, Tagger, load  # noqa: PLC0415

    paths = [tmp_path / "a.pt", tmp_path / "b.pt", tmp_path / "mean.pt"]
    for seed, path in enumerate(paths[:2]):
        torch.manual_seed(seed)
        model = Tagger(torch.ones(9, 12), torch.ones(7, 12), Shape(width=16, hidden=24))
        torch.save({"model": model.state_dict(), "shape": model.shape}, path)
    torch.save(averaged(paths[:2]), paths[2])
    first, second, mean = (load(path).output.weight for path in paths)

    assert torch.allclose(mean, (first + second) / 2)
    assert not torch.allclose(first, second)


def test_a_teacher_is_not_heard_against_an_exact_label() -> None:
    """In a text that was written here a teacher's wrong answer changes nothing, in any other it does."""
    from detectors.ner.training.learn import Learner, Settings, collate  # noqa: PLC0415
    from detectors.ner.training.network import Shape, Tagger  # noqa: PLC0415

    def loss(kind: str, wrong: int) -> float:
        torch.manual_seed(1)
        pieces = WordPieces(VOCABULARY)
        first, continued = (torch.randn(size, 12) for size in pieces.sizes)
        model = Tagger(first, continued, Shape(width=16, hidden=24))
        table = WordTable(pieces, Gazetteers.load())
        sequence = encode(Example("no one", (), kind), table)
        table.fill()
        assert sequence is not None
        batch = collate([sequence], table, None)
        answers = torch.nn.functional.one_hot(torch.tensor([[wrong, 0]]), len(LABELS)).float()
        learner = Learner(model, table, Settings(), 10, [])
        return float(
            learner._with_teachers(
                batch, torch.zeros(1, 2, len(LABELS)).index_fill_(2, torch.tensor([3]), 2.0), answers
            )
        )

    assert loss("negative", 1) == loss("negative", 3)
    assert loss("broad_twitter_corpus", 1) != loss("broad_twitter_corpus", 3)


def test_the_export_in_int8_answers_like_the_network(tmp_path: Path) -> None:
    """Folding tables and quantising changes probabilities by little."""
    from detectors.ner.training import export  # noqa: PLC0415
    from detectors.ner.training.learn import collate  # noqa: PLC0415
    from detectors.ner.training.network import Shape, Tagger  # noqa: PLC0415

    torch.manual_seed(1)
    gazetteers, pieces = Gazetteers.load(), WordPieces(VOCABULARY)
    first, continued = (torch.randn(size, 12) for size in pieces.sizes)
    first[0] = continued[0] = 0
    model = Tagger(first, continued, Shape(width=16, hidden=24)).eval()
    table = WordTable(pieces, gazetteers)
    sequences: list[Sequence] = [sequence for text in TEXTS if (sequence := encode(Example(text, (), ""), table))]
    table.fill()
    export.export(model, VOCABULARY, tmp_path, export.Sample(sequences, table))
    tagged = Exported.load(tmp_path, gazetteers).tag(TEXTS)
    for first_row, sequence in zip(tagged.firsts, sequences, strict=True):
        batch = collate([sequence], table, None)
        with torch.no_grad():
            scores = model(
                model.words(batch.pieces, batch.groups, batch.features), batch.places, batch.gaps, batch.mask
            )
        chances = torch.softmax(scores, -1)[0].numpy()
        expected = np.stack([chances[:, [f"-{kind}" in label for label in LABELS]].sum(1) for kind in KINDS], axis=1)
        answer = tagged.chances[first_row : first_row + len(sequence.rows), :-1]

        assert np.allclose(expected, answer, atol=0.03)
