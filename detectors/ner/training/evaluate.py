"""Score the tagger alone on gold lines: `python -m detectors.ner.training.evaluate GOLD.jsonl.. --model DIR`.

A gold file has lines `{"id","text","spans":[{"start","end","label"}]}`. Printed for each threshold: leak recall of
names and places (a span counts when every letter and digit of it is covered, whatever the kind), the share of texts
without any span that are touched, and false spans per 1,000 words in all texts (a span that touches no gold one).
Numbers alone leave here, never a text; `--predictions DIR` writes spans in the scorer's form.
"""

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from detectors.gazetteers.lookup import Gazetteers
from detectors.ner.decode import Run, Thresholds, runs
from detectors.ner.tagger import Tagged, Tagger
from detectors.ner.training.augment import with_other_values
from detectors.ner.training.generate.lists import load
from detectors.ner.training.generate.pieces import Example
from detectors.ner.training.values import Values

WORD = re.compile(r"\w+")
SPARED = frozenset("the of in at and near dr mr mrs ms miss md do rn np pa phd prof jr sr patient s".split())
LETTERS = {"A_NAME": "NAME", "B_GEO": "GEO", "C_DATE": "DATE"}
THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5)


@dataclass(frozen=True, slots=True)
class Gold:
    """A text and its labelled spans."""

    id: str
    text: str = field(repr=False)
    spans: tuple[tuple[int, int, str], ...]


def read(path: Path) -> list[Gold]:
    """Read gold lines."""
    with path.open(encoding="utf-8") as lines:
        return [
            Gold(
                str(record["id"]),
                record["text"],
                tuple((span["start"], span["end"], span["label"]) for span in record["spans"]),
            )
            for record in map(json.loads, lines)
        ]


def lowered(texts: Iterable[Gold]) -> Iterator[Gold]:
    """Yield texts in lower case, where no offset moves."""
    for gold in texts:
        text = "".join(char.lower() if len(char.lower()) == 1 else char for char in gold.text)
        yield Gold(gold.id, text, gold.spans)


def renamed(texts: Iterable[Gold], values: Values) -> Iterator[Gold]:
    """Yield texts with every name replaced by a new one of any origin."""
    for gold in texts:
        spans = tuple((start, end, LETTERS.get(label, label)) for start, end, label in gold.spans)
        example = with_other_values(Example(gold.text, spans, ""), values)
        back = {name: letter for letter, name in LETTERS.items()}
        yield Gold(gold.id, example.text, tuple((a, b, back.get(label, label)) for a, b, label in example.spans))


def score(texts: list[Gold], found: list[list[Run]]) -> dict[str, float]:
    """Return the figures of one set at one threshold."""
    hits, gold_spans = Counter[str](), Counter[str]()
    touched = clean = words = 0
    false = Counter[str]()
    for gold, predicted in zip(texts, found, strict=True):
        cover = _cover([(run.start, run.end) for run in predicted], len(gold.text))
        near = _cover([(start, end) for start, end, _ in gold.spans], len(gold.text))
        words += len(gold.text.split())
        false.update(str(run.kind) for run in predicted if not any(near[run.start : run.end]))
        if not gold.spans:
            clean += 1
            touched += bool(predicted)
        for start, end, label in gold.spans:
            if label in LETTERS:
                gold_spans[label] += 1
                hits[label] += _covered(gold.text, start, end, cover)
    figures = {LETTERS[label]: round(100 * hits[label] / count, 1) for label, count in sorted(gold_spans.items())}
    return {
        **figures,
        "touched": round(100 * touched / max(1, clean), 1),
        "false_per_1000": round(1000 * false.total() / max(1, words), 2),
        **{f"false_{kind}": count for kind, count in sorted(false.items())},
    }


def _cover(spans: Iterable[tuple[int, int]], length: int) -> bytearray:
    cover = bytearray(length)
    for start, end in spans:
        cover[start:end] = b"\1" * (end - start)
    return cover


def _covered(text: str, start: int, end: int, cover: bytearray) -> bool:
    left = [match[0] for match in WORD.finditer(text, start, end) if not all(cover[match.start() : match.end()])]
    return any(cover[start:end]) and all(word.lower() in SPARED or re.fullmatch(r"(19|20)\d\d", word) for word in left)


def predict(texts: list[Gold], tagged: Tagged, thresholds: Thresholds) -> list[list[Run]]:
    """Return the runs of each text."""
    return runs([gold.text for gold in texts], tagged, thresholds)


def main() -> None:
    """Print a table of figures for each gold file and each of its variants."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path, nargs="+")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--lists", type=Path, help="folder of name lists; adds variants with other names")
    parser.add_argument("--lower", action="store_true", help="adds variants in lower case")
    parser.add_argument("--thresholds", type=float, nargs="+", default=THRESHOLDS)
    parser.add_argument("--predictions", type=Path, help="folder for spans at the first threshold")
    options = parser.parse_args()
    tagger = Tagger.load(options.model, Gazetteers.load())
    for path in options.gold:
        texts = read(path)
        variants = {"": texts}
        if options.lower:
            variants["lower"] = list(lowered(texts))
        if options.lists:
            variants["renamed"] = list(renamed(texts, Values(load(options.lists), random.Random(7))))
        for variant, changed in variants.items():
            tagged = tagger.tag([gold.text for gold in changed])
            for name in options.thresholds:
                print(
                    f"{path.stem:22} {variant:8} {name:.2f}",
                    score(changed, predict(changed, tagged, Thresholds(name, 0.6, 0.6))),
                    flush=True,
                )
            if options.predictions:
                found = predict(changed, tagged, Thresholds(options.thresholds[0], 0.6, 0.6))
                _write(options.predictions / f"{path.stem}{variant}.jsonl", changed, found)


def _write(path: Path, texts: list[Gold], found: list[list[Run]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for gold, of_text in zip(texts, found, strict=True):
            spans = [{"start": run.start, "end": run.end, "type": run.kind, "score": run.score} for run in of_text]
            file.write(json.dumps({"id": gold.id, "spans": spans}) + "\n")


if __name__ == "__main__":
    main()
