"""Counts of words in running text: which words are ordinary English, and how often they stand in lower case."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_PER_MILLION = 1_000_000


@dataclass(slots=True)
class Frequencies:
    """How often each word stands in lower case, in any case, and in how many corpora."""

    lower: Counter[str] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)
    corpora: Counter[str] = field(default_factory=Counter)
    frequent_in: Counter[str] = field(default_factory=Counter)

    def ordinary(self, word: str, *, listed_name: bool) -> bool:
        """Tell whether texts use the word as an ordinary one; of names more evidence is asked."""
        least, corpora, share = (4, 3, 0.5) if listed_name else (4, 2, 0.25)
        return (
            self.lower[word] >= least and self.corpora[word] >= corpora and self.lower[word] >= share * self.total[word]
        )

    def frequent(self, word: str) -> bool:
        """Tell whether the word is frequent in several corpora."""
        return self.frequent_in[word] >= 4 and self.lower[word] >= 0.35 * self.total[word]  # noqa: PLR2004


def count_words(folder: Path) -> Frequencies:
    """Count the words of every corpus, a subfolder of JSON lines with a `text`, outside its labelled spans."""
    frequencies = Frequencies()
    for corpus in sorted(path for path in folder.iterdir() if path.is_dir()):
        lower: Counter[str] = Counter()
        total: Counter[str] = Counter()
        for text in _texts(corpus):
            for word in _LETTERS.findall(text):
                total[word.lower()] += 1
                if word.islower():
                    lower[word] += 1
        frequencies.lower.update(lower)
        frequencies.total.update(total)
        frequencies.corpora.update(lower.keys())
        least = max(5.0, 10 * sum(total.values()) / _PER_MILLION)
        frequencies.frequent_in.update(word for word, count in lower.items() if count >= least)
    return frequencies


def _texts(corpus: Path) -> Iterator[str]:
    for path in sorted(corpus.glob("*.jsonl")):
        with path.open(encoding="utf-8") as file:
            for line in file:
                record = json.loads(line)
                text = record["text"]
                for span in record.get("spans", ()):
                    text = text[: span["start"]] + " " * (span["end"] - span["start"]) + text[span["end"] :]
                yield text
