"""One pass of training data: public texts, texts written by hand, filled carriers, generated texts, near misses."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from detectors.gazetteers.lookup import Gazetteers
from detectors.ner.training import carriers, datasets, written
from detectors.ner.training.augment import EVERY, augment
from detectors.ner.training.generate import corpus
from detectors.ner.training.generate.lists import load
from detectors.ner.training.generate.pieces import Example
from detectors.ner.training.negatives import Negatives, chats, code
from detectors.ner.training.values import Values

WINDOW = 120


@dataclass(frozen=True, slots=True)
class Amounts:
    """How many texts of each sort one pass has."""

    carriers: int = 11000
    passages: int = 8000
    general: int = 5000
    negatives: int = 7000
    generated: int = 30000
    chats: int = 2500
    code: int = 1200
    records: int = 1200
    written: int = 8  # Copies of each, most with other values.


@dataclass(slots=True)
class Mixture:
    """Everything that one pass draws from; each pass is drawn anew."""

    corpora: Path
    gazetteers: Gazetteers
    amounts: Amounts
    gold: Sequence[Path] = ()
    public: list[Example] = field(init=False, repr=False)
    records: list[Example] = field(init=False, repr=False)
    texts: list[carriers.Carrier] = field(init=False, repr=False)
    passages: list[carriers.Carrier] = field(init=False, repr=False)
    chats: list[Example] = field(init=False, repr=False)
    code: list[Example] = field(init=False, repr=False)
    written: list[Example] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Read what does not change from pass to pass."""
        reader = datasets.Reader(self.corpora, self.gazetteers)
        self.public = [
            part
            for source in datasets.SOURCES
            for example in reader.read(source)
            for part in datasets.windows(example, WINDOW)
            for _ in range(source.weight)
        ]
        self.records = [
            part
            for source in datasets.RECORDS
            for example in reader.read(source)
            for part in datasets.windows(example, WINDOW)
        ]
        self.texts = carriers.read(self.corpora)
        self.passages = carriers.read_passages(self.corpora)
        self.chats = [part for text in chats(self.corpora, self.gazetteers) for part in datasets.windows(text, WINDOW)]
        self.written = written.read(self.gold)
        self.code = [part for text in code(self.gazetteers) for part in datasets.windows(text, WINDOW)]

    def draw(self, seed: int) -> Iterator[Example]:
        """Yield the texts of one pass; the same seed gives the same texts."""
        rng = random.Random(seed)
        values = Values(load(self.corpora / "gazetteers"), rng)
        for example in self.public:
            yield augment(example, values)
        for example in rng.sample(self.records, min(self.amounts.records, len(self.records))):
            yield augment(example, values, swap=0.1)
        yield from self._filled(values)
        negatives = Negatives(self.corpora, values, self.gazetteers)
        for _ in range(self.amounts.negatives):
            yield augment(negatives.draw(), values, swap=0)
        for texts, amount in ((self.chats, self.amounts.chats), (self.code, self.amounts.code)):
            for example in rng.sample(texts, min(amount, len(texts))):
                yield augment(example, values, swap=0)
        for copy in range(self.amounts.written):
            for example in self.written:
                yield augment(example, values, 0.6 if copy else 0, EVERY)
        yield from self._generated(seed)

    def _filled(self, values: Values) -> Iterator[Example]:
        filler = carriers.Filler(values)
        rng = values.rng
        for carrier in rng.choices(self.texts, k=self.amounts.carriers):
            density = rng.choice((0.0, 0.0, 0.1, 0.2, 0.35, 0.6))
            yield augment(filler.fill(carrier, rng.choice((6, 20, 40, 70, 120, 180)), density), values, swap=0)
        for _ in range(self.amounts.general):
            yield augment(filler.general(), values, swap=0)
        for carrier in rng.choices(self.passages, k=self.amounts.passages):
            density = rng.choice((0.0, 0.0, 0.0, 0.0, 0.15, 0.4))
            yield augment(filler.fill(carrier, rng.choice((4, 8, 15, 40, 90, 150)), density), values, swap=0)

    def _generated(self, seed: int) -> Iterator[Example]:
        for example in corpus.generate(seed, self.amounts.generated, self.corpora / "gazetteers"):
            yield from datasets.windows(example, WINDOW * 2)
