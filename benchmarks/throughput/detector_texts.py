"""The texts that the detector's speed is measured on, each of them unique."""

import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.accuracy.marked import read_marked

EXAMS = Path(__file__).parents[1] / "accuracy" / "exams"
_NUMBER = re.compile(r"\d")
_GIVEN = "Maria James Linh Omar Priya Anna Carlos Grace Tunde Wei Helen Ravi Sofia Peter Amina Joel".split()
_FAMILY = "Okafor Delgado Whitfield Nguyen Haddad Kowalski Brandt Iyer Marsh Santos Lindqvist Boyd".split()
_ASKED = (
    "Summarize the visit of {name} on {month}/{day}/2024 for the referral.",
    "Draft a letter to {name}, MRN {number}, about the potassium of {lab}.",
    "pt {name} called, bp {bp}, wants refill of metformin {dose} mg, call back 555-01{two}",
    "Is {dose} mg of lisinopril safe for a {age} year old with a creatinine of {lab}?",
    "Translate the discharge note of {name} (bed {two}) into Spanish and keep it under {dose} words.",
    "What does an A1c of {lab} mean after {two} weeks on {dose} mg?",
)


def read_texts(paths: Sequence[Path], kilobytes: int) -> list[str]:
    """Return distinct texts of at most so many kilobytes: of files and folders, or of our exams where none is named."""
    chosen, size = dict[str, None](), 0
    for text in _all_of(paths) if paths else _exam_texts(kilobytes):
        if text in chosen or not text:
            continue
        size += len(text.encode("utf-8", "surrogatepass"))
        if size > kilobytes * 1000:
            break
        chosen[text] = None
    return list(chosen)


def short_texts(count: int, seed: int = 1) -> Iterator[str]:
    """Yield short prompts that differ in names and numbers.

    >>> len(set(short_texts(1000)))
    1000
    """
    rng = random.Random(seed)
    for number in range(count):
        name = f"{rng.choice(_GIVEN)} {rng.choice(_FAMILY)}{rng.choice(_GIVEN).lower()}{number}"
        yield (
            _ASKED[number % len(_ASKED)].format(
                name=name.rstrip("0123456789"),
                month=rng.randrange(1, 13),
                day=rng.randrange(1, 29),
                number=4_000_000 + number,
                lab=f"{rng.randrange(30, 90) / 10} ({number})",
                bp=f"{rng.randrange(100, 180)}/{rng.randrange(60, 100)}",
                dose=5 * rng.randrange(1, 200),
                age=rng.randrange(18, 89),
                two=rng.randrange(10, 99),
            )
            + f" ref {number}"
        )


def history(texts: Sequence[str], turns: int) -> list[list[str]]:
    """Return the texts of each turn of one conversation: all that was said before, and one more.

    >>> history(["a", "b", "c"], 2)
    [['a'], ['a', 'b']]
    """
    return [list(texts[: turn + 1]) for turn in range(min(turns, len(texts)))]


def _all_of(paths: Sequence[Path]) -> Iterator[str]:
    """Yield the texts of files in turn, so that no one kind of text comes first."""
    readers = [
        _of_file(file) for path in paths for file in (sorted(path.rglob("*.jsonl")) if path.is_dir() else [path])
    ]
    while readers:
        for reader in list(readers):
            text = next(reader, None)
            if text is None:
                readers.remove(reader)
            else:
                yield text


def _of_file(path: Path) -> Iterator[str]:
    if path.suffix == ".jsonl":
        with path.open(encoding="utf-8") as lines:
            yield from (text for line in lines if isinstance(text := json.loads(line).get("text"), str))
    else:
        yield from (text.text for text in read_marked(path))


def _exam_texts(kilobytes: int) -> Iterator[str]:
    """Yield the marked exams, and again with other digits until there is enough."""
    texts = list(_all_of(sorted(EXAMS.glob("*.txt"))))
    size = sum(map(len, texts))
    rng = random.Random(1)
    yield from texts
    for _ in range(1 + kilobytes * 1000 // max(1, size)):
        yield from (_NUMBER.sub(lambda _: str(rng.randrange(10)), text) for text in texts)
