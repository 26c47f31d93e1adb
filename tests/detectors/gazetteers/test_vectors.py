"""The list recognizers against the marked vectors: near misses stay, and what they reach does not shrink."""

import re
from pathlib import Path

import pytest

from detectors.gazetteers.listed import ListRecognizer
from detectors.gazetteers.lookup import Gazetteers
from detectors.recognizer import Passage

_VECTORS = Path(__file__).parents[2] / "vectors" / "identifiers"
_MARK = re.compile(r"\[\[(?:([A-Z]_[A-Z_]+)\|)?(.*?)\]\]")


def _lines(name: str, sign: str) -> list[str]:
    lines = (_VECTORS / f"{name}.txt").read_text("utf-8").splitlines()
    return [line[2:].replace("\\n", "\n") for line in lines if line.startswith(f"{sign} ")]


def _plain(line: str) -> tuple[str, list[tuple[int, int, str]]]:
    """Return a line without its marks, and where they stood."""
    text, marks, position = "", list[tuple[int, int, str]](), 0
    for match in _MARK.finditer(line):
        text += line[position : match.start()]
        marks.append((len(text), len(text) + len(match[2]), match[1] or ""))
        text += match[2]
        position = match.end()
    return text + line[position:], marks


def _covered(recognizer: ListRecognizer, text: str) -> set[int]:
    spans = recognizer.recognize(Passage(text))
    return {at for span in spans for at in range(span.start, span.end) if text[at].isalnum()}


@pytest.mark.parametrize("name", ["A_NAME", "B_GEO"])
def test_near_misses_stay(gazetteers: Gazetteers, name: str) -> None:
    """What only looks like a name or a place is not redacted from lists alone."""
    recognizer = ListRecognizer(gazetteers)
    flagged = [line for line in _lines(name, "-") if _covered(recognizer, _plain(line)[0])]

    assert flagged == []


@pytest.mark.parametrize(("name", "least"), [("A_NAME", 0.45), ("B_GEO", 0.3)])
def test_lists_alone_reach_their_share(gazetteers: Gazetteers, name: str, least: float) -> None:
    """The lists find names by their cues and places that are no address; names in lower case come on top."""
    recognizer = ListRecognizer(gazetteers)
    found = total = 0
    for line in _lines(name, "+"):
        text, marks = _plain(line)
        covered = _covered(recognizer, text)
        own = [{at for at in range(start, end) if text[at].isalnum()} for start, end, kind in marks if not kind]
        found += sum(mark <= covered for mark in own)
        total += len(own)

    assert found / total >= least
