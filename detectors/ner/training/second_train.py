"""Train the second stage for a trained tagger, and add it to the tagger's model folder.

`python -m detectors.ner.training.second_train --corpora FOLDER --encoders FOLDER --tagger DIR --out DIR`

DIR of the tagger is what `train` or `average` wrote. The training takes as many minutes as it is given: the learning
rate falls to nothing at the last. So the same command gives a like network, not the same one.
"""

import argparse
import copy
import random
import shutil
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from detectors.gazetteers.lookup import Gazetteers
from detectors.ner.cascade import LONGEST
from detectors.ner.training import pretrained, second_export, second_network
from detectors.ner.training.encode import IGNORED, Sequence, WordTable, batches, encode
from detectors.ner.training.learn import Batch, collate
from detectors.ner.training.mixture import Amounts, Mixture
from detectors.ner.training.network import Tagger, folded, load
from detectors.ner.training.second_network import SecondStage
from detectors.ner.wordpieces import WordPieces

SHORTEST = 40  # Words of a stretch that a longer text is cut into.
WARM_UP = 100
AVERAGE = 0.995
NEW = 4  # So many times the rate for what the encoder has not brought.


def main() -> None:
    """Read the arguments and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=Path, required=True, help="folder of data sets and gazetteers")
    parser.add_argument("--encoders", type=Path, required=True, help="folder of fetched encoders")
    parser.add_argument("--tagger", type=Path, required=True, help="folder with the tagger's weights and its model")
    parser.add_argument("--out", type=Path, required=True, help="folder for the weights and the whole model")
    parser.add_argument("--layers", type=int, nargs="+", default=[0, 2, 4], help="layers of the encoder that are kept")
    parser.add_argument("--minutes", type=float, default=50)
    parser.add_argument("--start", type=Path, help="a second stage's weights to start from")
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--generated", type=int, default=Amounts().generated, help="generated texts a pass")
    parser.add_argument("--batch", type=int, default=2500, help="words of a batch")
    parser.add_argument("--written", type=Path, nargs="*", default=[], help="gold lines of texts written by hand")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    train(parser.parse_args())


def train(options: argparse.Namespace) -> None:
    """Train for the given minutes, and write the weights and the model."""
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    source = pretrained.read(options.encoders)
    gazetteers = Gazetteers.load()
    table = WordTable(WordPieces(source.vocabulary), gazetteers)
    mixture = Mixture(options.corpora, gazetteers, Amounts(generated=options.generated), options.written)
    tagger = folded(load(options.tagger / "weights.pt"))
    encoder = second_network.read(options.encoders, source.vocabulary)
    model = second_network.started(encoder, tagger.shape.width, tuple(options.layers))
    if options.start:
        model.load_state_dict(torch.load(options.start, weights_only=False)["model"])
    learner = Learner(model, tagger, table, options.rate, options.minutes * 60)
    number = 0
    while not learner.done:
        learner.run(_sequences(mixture, table, options.seed * 1000 + number), options.batch, options.seed + number)
        number += 1
    shutil.copytree(options.tagger / "model", options.out / "model", dirs_exist_ok=True)
    torch.save({"model": learner.averaged.state_dict(), "layers": model.layers}, options.out / "second.pt")
    second_export.add(learner.averaged, options.out / "model")


class Learner:
    """Trains a second stage until its seconds are over; the clock starts with the first batch."""

    def __init__(self, model: SecondStage, tagger: Tagger, table: WordTable, rate: float, seconds: float) -> None:
        self.model, self.averaged = model, copy.deepcopy(model)
        self._tagger, self._table, self._seconds = tagger, table, seconds
        new = {id(part) for own in (model.vectors, model.gaps, model.output) for part in own.parameters()}
        groups = [[part for part in model.parameters() if (id(part) in new) == wanted] for wanted in (False, True)]
        self._rates = (rate, NEW * rate)
        self._optimiser = torch.optim.AdamW([{"params": group} for group in groups], weight_decay=0.01)
        self._loss = nn.CrossEntropyLoss(ignore_index=IGNORED)
        self._began: float | None = None
        self._steps = 0

    @property
    def done(self) -> bool:
        """Tell whether the time is over."""
        return self._part() >= 1

    def run(self, sequences: list[Sequence], words: int, seed: int) -> None:
        """Train on one pass, as far as there is time."""
        rng = np.random.default_rng(seed)
        losses: list[float] = []
        self.model.train()
        self._began = self._began or time.monotonic()
        for group in batches(sequences, words, rng):
            if self.done:
                return
            losses.append(self._step(collate(group, self._table, rng)))
            if len(losses) % 50 == 0:
                print(f"{self._steps} {self._part():.3f} loss {np.mean(losses[-50:]):.4f}", flush=True)

    def _part(self) -> float:
        return 0.0 if self._began is None else (time.monotonic() - self._began) / self._seconds

    def _step(self, batch: Batch) -> float:
        for group, rate in zip(self._optimiser.param_groups, self._rates, strict=True):
            group["lr"] = rate * min(1.0, (self._steps + 1) / WARM_UP) * max(0.0, 1 - self._part())
        loss = self._loss(self._scores(batch).flatten(0, 1), batch.labels.flatten())
        self._optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self._optimiser.step()
        self._steps += 1
        weight = min(AVERAGE, (1 + self._steps) / (10 + self._steps))
        with torch.no_grad():
            for mean, value in zip(self.averaged.parameters(), self.model.parameters(), strict=True):
                mean.lerp_(value, 1 - weight)
        return float(loss.detach())

    def _scores(self, batch: Batch) -> Tensor:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            with torch.no_grad():
                vectors = self._tagger.words(batch.pieces, batch.groups, batch.features)
            words = self.model.embed(batch.pieces, vectors, batch.places)
            scores: Tensor = self.model(words, batch.gaps, batch.mask)
        return scores.float()


def cut(sequences: list[Sequence], rng: random.Random) -> list[Sequence]:
    """Cut longer texts at random places, as the second stage reads stretches of them."""
    parts = []
    for sequence in sequences:
        start, count = 0, len(sequence.rows)
        while start < count:
            end = min(count, start + rng.randint(SHORTEST, LONGEST)) if count - start > LONGEST else count
            one = slice(start, end)
            parts.append(Sequence(sequence.rows[one], sequence.gaps[one], sequence.labels[one], sequence.exact))
            start = end
    return parts


def _sequences(mixture: Mixture, table: WordTable, seed: int) -> list[Sequence]:
    sequences = [sequence for example in mixture.draw(seed) if (sequence := encode(example, table))]
    table.fill()
    rng = random.Random(seed)
    sequences = cut(sequences, rng)
    rng.shuffle(sequences)
    return sequences


if __name__ == "__main__":
    main()
