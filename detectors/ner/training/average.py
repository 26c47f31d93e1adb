"""Average networks that went different ways from one start, and export: `python -m detectors.ner.training.average`.

Networks that go on from the same weights on texts drawn with different seeds may be averaged weight by weight; the
mean answers better than each, at the cost of one.
"""

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

import torch

from detectors.gazetteers.lookup import Gazetteers
from detectors.ner.training import export, pretrained
from detectors.ner.training.encode import WordTable, encode
from detectors.ner.training.mixture import Amounts, Mixture
from detectors.ner.training.network import load
from detectors.ner.wordpieces import WordPieces

SCALES = Amounts(
    carriers=300, passages=300, general=100, negatives=200, generated=800, chats=50, code=50, records=50
)  # The texts that fix the scales of the activations.


def main() -> None:
    """Read the arguments, average and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path, nargs="+", help="weights of networks with one start")
    parser.add_argument("--corpora", type=Path, required=True, help="folder of data sets and gazetteers")
    parser.add_argument("--encoders", type=Path, required=True, help="folder of fetched encoders")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--version", default="0")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.save(averaged(options.weights), options.out / "weights.pt")
    source = pretrained.read(options.encoders)
    gazetteers = Gazetteers.load()
    table = WordTable(WordPieces(source.vocabulary), gazetteers)
    texts = Mixture(options.corpora, gazetteers, SCALES).draw(options.seed)
    sequences = [sequence for example in texts if (sequence := encode(example, table))]
    table.fill()
    random.Random(options.seed).shuffle(sequences)
    model = load(options.out / "weights.pt").eval()
    sample = export.Sample(sequences[:400], table)
    export.export(model, source.vocabulary, options.out / "model", sample, options.version)


def averaged(paths: Sequence[Path]) -> dict[str, object]:
    """Return the mean of saved weights, in the form in which they were saved."""
    saved = [torch.load(path, weights_only=False) for path in paths]
    means = {name: sum(one["model"][name] for one in saved) / len(saved) for name in saved[0]["model"]}
    return {"model": means, "shape": saved[0]["shape"]}


if __name__ == "__main__":
    main()
