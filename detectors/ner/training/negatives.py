"""Texts without an identifier that look as if they had one: eponyms, drugs, states, chats about anything."""

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

from detectors.gazetteers.lookup import Gazetteers, WordClass
from detectors.ner.training.carriers import COUNTRIES, STATES, kept_for_development
from detectors.ner.training.datasets import MASK
from detectors.ner.training.generate.pieces import Example

FRAMES = tuple(
    """Differential includes {e} disease, {e} syndrome and {d}.
Started {g} 10 mg daily; stop {g} if rash.
positive {e} sign, negative {e} test
{e} and {e} criteria were both met.
What is the difference between {d} and {d}?
what are side effects of {g} and {g}
Explain {e} disease to a patient in plain language.
Residents of {s}, {s} and {s} may enroll until {y}.
hx of {d}, on {g}
{e}, {e}, {e} and {e} are eponyms; list the modern terms.
{e}-{e} anastomosis without leak
Allergies: {g}, {g}, {g}
Dx: {d}. Rx: {g}. Follow up {w}.
The {e} classification grades the fracture; a {e} procedure was done in {y}.
Placed a {e} catheter, then a {e} drain.
{g} ({g}) vs {g}: which is safer with {d}?
Rule out {e} tumor, {e} esophagus, {e} palsy.
Patient was born in {s} and travelled to {c} in {y}.
is {g} covered by Medicare in {s}?
{d}: see also {d}; {d}
{e}'s disease, {e}'s lymphoma
Culture grew {e}ella species; start {g}.
scored 12 on the {e} scale and 3 on the {e} index
using {e} forceps and a {e} retractor
Summarize the guideline on {d}. Use bullet points.""".splitlines()
)
WHENS = ("in two weeks", "next Monday", "tomorrow", "PRN", "in 3 months", "after labs", "Friday")
SLOT = re.compile(r"\{(\w)\}")


class Negatives:
    """Draws near misses from lists of eponyms, drugs and diseases."""

    def __init__(self, corpora: Path, rng: random.Random) -> None:
        lists = corpora / "gazetteers"
        self._rng = rng
        self._slots = {
            "e": [line.split("\t")[0] for line in _lines(lists / "eponym_candidates_dev.tsv")],
            "g": [
                line.split("(")[0].removesuffix(" Injection").strip()
                for line in _lines(lists / "drug_names_medquad_dev.txt")
            ],
            "d": [line for line in _lines(lists / "disease_names_medquad_dev.txt") if len(line) < 45],
            "s": STATES,
            "c": COUNTRIES,
            "w": list(WHENS),
            "y": [str(year) for year in range(1960, 2026)],
        }

    def draw(self) -> Example:
        """Return one to four sentences."""
        lines = self._rng.choices(FRAMES, k=self._rng.choice((1, 1, 2, 3, 4)))
        text = self._rng.choice(("\n", " ", " ")).join(lines)
        return Example(SLOT.sub(lambda match: self._rng.choice(self._slots[match[1]]), text), (), "negative")


def _lines(path: Path) -> list[str]:
    return [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def chats(corpora: Path, gazetteers: Gazetteers) -> Iterator[Example]:
    """Yield general chats; capitalised words that may be a name or a place are not learnt from."""
    maybe = WordClass.FIRST | WordClass.SURNAME | WordClass.CITY | WordClass.CITY_PART | WordClass.FOREIGN_CITY
    with (corpora / "hh_rlhf" / "text.jsonl").open(encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            if kept_for_development(record["id"]):
                continue
            text = record["text"]
            found = [match for match in re.finditer(r"\b[A-Z][a-z]+\b", text) if match[0] not in {"Human", "Assistant"}]
            classes = gazetteers.classes_of([match[0] for match in found])
            spans = tuple(
                (*match.span(), MASK)
                for match, bits in zip(found, classes.tolist(), strict=True)
                if bits & maybe and not bits & WordClass.ENGLISH_COMMON
            )
            yield Example(text, spans, "chat")
