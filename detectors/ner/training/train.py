"""Train the tagger and export it: `python -m detectors.ner.training.train --corpora FOLDER --seed N --out DIR`."""

import argparse
import random
import time
from pathlib import Path

import numpy as np
import torch

from detectors.gazetteers.lookup import Gazetteers
from detectors.ner.training import export, pretrained
from detectors.ner.training.encode import Sequence, WordTable, encode
from detectors.ner.training.learn import Learner, Settings
from detectors.ner.training.mixture import Amounts, Mixture
from detectors.ner.training.network import Shape, Tagger, folded, load
from detectors.ner.wordpieces import WordPieces


def main() -> None:
    """Read the arguments and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=Path, required=True, help="folder of data sets and gazetteers")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model")
    parser.add_argument("--encoders", type=Path, help="folder of fetched encoders, if not --out")
    parser.add_argument("--written", type=Path, nargs="*", default=[], help="gold lines of texts written by hand")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--passes", type=int, default=Settings().passes)
    parser.add_argument("--steps", type=int, help="end after so many steps, if not after the last pass")
    parser.add_argument("--width", type=int, default=Shape().width)
    parser.add_argument("--generated", type=int, default=Amounts().generated, help="generated texts a pass")
    parser.add_argument("--teachers", type=Path, nargs="*", default=[], help="weights of networks to learn from")
    parser.add_argument("--start", type=Path, help="weights to start from")
    parser.add_argument("--rate", type=float, default=Settings().rate)
    parser.add_argument("--threads", type=int, default=2)
    train(parser.parse_args())


def train(options: argparse.Namespace) -> None:
    """Train and export; the same arguments on the same machine give the same model."""
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    rng = np.random.default_rng(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    source = pretrained.read(options.encoders or options.out)
    gazetteers = Gazetteers.load()
    pieces = WordPieces(source.vocabulary)
    table = WordTable(pieces, gazetteers)
    mixture = Mixture(options.corpora, gazetteers, Amounts(generated=options.generated), options.written)
    first, continued = source.tables()
    model = Tagger(torch.from_numpy(first), torch.from_numpy(continued), Shape(width=options.width))
    if options.start:
        model = load(options.start)
    teachers = [folded(load(path)) for path in options.teachers]
    settings = Settings(passes=options.passes, rate=options.rate)
    learner: Learner | None = None
    for number in range(settings.passes):
        began = time.monotonic()
        sequences = _sequences(mixture, table, options.seed * 1000 + number)
        words = sum(len(sequence.rows) for sequence in sequences)
        print(
            f"pass {number}: {len(sequences)} texts, {words} words, drawn in {time.monotonic() - began:.0f} s",
            flush=True,
        )
        if learner is None:
            steps = options.steps or int(settings.passes * words * 1.035 / settings.batch_words)
            learner = Learner(model, table, settings, steps, teachers)
        for _ in learner.run(sequences, rng):
            pass
        torch.save({"model": learner.averaged.state_dict(), "shape": model.shape}, options.out / "weights.pt")
        sample = export.Sample(sequences[:400], table)
        export.export(learner.averaged.eval(), source.vocabulary, options.out / "model", sample)


def _sequences(mixture: Mixture, table: WordTable, seed: int) -> list[Sequence]:
    sequences = [sequence for example in mixture.draw(seed) if (sequence := encode(example, table))]
    table.fill()
    random.Random(seed).shuffle(sequences)
    return sequences


if __name__ == "__main__":
    main()
