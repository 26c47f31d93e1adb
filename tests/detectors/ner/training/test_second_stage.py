"""The exported second stage answers as the trained one does, and begins as the encoder; needs the training extra."""

import numpy as np
import pytest

from detectors.ner.encoding import CONTINUED_SLOTS
from detectors.ner.labels import KINDS, LABELS
from detectors.ner.session import open_session
from detectors.ner.splitting import Gap

torch = pytest.importorskip("torch", reason="PyTorch is not installed: the training extra is missing")
pytest.importorskip("onnx", reason="onnx is not installed: the training extra is missing")

WIDTH, VECTOR = 24, 8


@pytest.mark.parametrize("count", [1, 2, 40])
def test_the_exported_network_answers_as_the_trained_one(count: int) -> None:
    """Seven bits of a weight and eight of an activation cost little."""
    from detectors.ner.training.second_export import exported  # noqa: PLC0415
    from detectors.ner.training.second_network import SecondStage  # noqa: PLC0415

    torch.manual_seed(1)
    rng = np.random.default_rng(count)
    first, continued = torch.randn(30, WIDTH), torch.randn(20, WIDTH)
    first[0] = continued[0] = 0
    model = SecondStage(first, continued, VECTOR, (0, 1), 0.1).eval()
    torch.nn.init.normal_(model.vectors.weight)
    torch.nn.init.normal_(model.gaps.weight)
    pieces = rng.integers(0, 20, (count, 1 + CONTINUED_SLOTS))
    pieces[:, 0] = rng.integers(1, 30, count)
    vectors = rng.normal(size=(count, VECTOR)).astype(np.float32)
    gaps = rng.integers(0, len(Gap), count)
    answer = open_session(exported(model)).run(None, {"pieces": pieces, "vectors": vectors, "gaps": gaps})[0]
    with torch.no_grad():
        words = model.embed(torch.from_numpy(pieces), torch.from_numpy(vectors), torch.arange(count)[None])
        scores = torch.softmax(model(words, torch.from_numpy(gaps)[None], torch.ones(1, count, 1)), -1)[0].numpy()
    columns = [[number for number, label in enumerate(LABELS) if label[2:] == kind] for kind in KINDS]
    expected = np.stack([scores[:, column].sum(1) for column in columns], axis=1)

    assert np.allclose(expected, answer[:, : len(KINDS)], atol=0.02)


def test_stretches_of_training_are_as_long_as_those_at_run_time() -> None:
    """Every word of a text stays, in order, in parts that the second stage could be asked to read."""
    import random  # noqa: PLC0415

    from detectors.ner.cascade import LONGEST  # noqa: PLC0415
    from detectors.ner.training.encode import Sequence  # noqa: PLC0415
    from detectors.ner.training.second_train import cut  # noqa: PLC0415

    rows = np.arange(300, dtype=np.int32)
    parts = cut([Sequence(rows, rows, rows)], random.Random(1))  # noqa: S311

    assert max(len(part.rows) for part in parts) <= LONGEST
    assert rows.tolist() == [row for part in parts for row in part.rows]
