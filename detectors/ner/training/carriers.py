"""Clinical texts with invented identifiers set into them: names put in place, sentences set between."""

import json
import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from detectors.ner.training.generate import augment, corpus, templates
from detectors.ner.training.generate.people import Person
from detectors.ner.training.generate.pieces import Draft, Example, Piece
from detectors.ner.training.values import Values

SENTENCES = Path(__file__).parent / "carrier_sentences.txt"
TITLED = re.compile(
    r"\b(?:(?:Dr|Mr|Mrs|Ms)\b\.? |(?:Doctor|Miss) |(?P<low>(?:dr|mr|mrs|ms)\b\.? ))"
    r"(?P<name>[A-Z][\w'-]*(?: [A-Z][a-z]+)?|(?(low)[a-z]{3,}|(?!)))"
)
PATIENT = re.compile(r"\b([Tt]he patient|[Pp]atient)(?='s|[ ,.]|$)(?! was referred| name)")
SENTENCE_END = re.compile(r"(?<=[.?!]) +(?=[A-Z\[])|\n+")
SLOT = re.compile(r"\{(\w+)\}")
KIN = (
    "mother father wife husband son daughter sister brother aunt uncle grandmother niece cousin partner neighbor friend"
).split()
STATES = (
    "Ohio Texas Oregon Maine Florida Georgia Virginia Nevada Utah CA TX NY OH MN WA MA PA AZ NC Montana Indiana".split()
)
COUNTRIES = (
    "Mexico Vietnam Nigeria India Haiti Poland Somalia China Jordan Chad Georgia Ukraine Honduras Iran Cuba".split()
)
GENERATED = 0.5  # The share of set-in sentences that the generator writes.
PLAIN = {"kin": KIN, "state": STATES, "country": COUNTRIES, "sex": ["male", "female", "man", "woman"]}
VOICES = {"dialogue": ("speech",), "note": ("note", "note", "note", "letter"), "qa": ("consumer", "note", "letter")}


@dataclass(frozen=True, slots=True)
class Carrier:
    """A text to fill, its kind, and the names already in it."""

    text: str = field(repr=False)
    kind: str
    names: tuple[tuple[int, int], ...] = ()


@cache
def _short(*, clean: bool) -> tuple[templates.Template, ...]:
    """Return the generator's templates of a line or less."""
    return tuple(
        each for each in templates.load() if each.clean == clean and len(each.source) < 160 and "\n" not in each.source
    )


def _pieces_of(example: Example) -> Iterator[Piece]:
    place = 0
    for start, end, label in example.spans:
        yield Piece(example.text[place:start])
        yield Piece(example.text[start:end], label)
        place = end
    yield Piece(example.text[place:])


@cache
def sentences() -> Mapping[str, tuple[str, ...]]:
    """Return the sentences of each voice."""
    voices: dict[str, list[str]] = {}
    for line in SENTENCES.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            voices[line[3:]] = current = []
        elif line and not line.startswith("# "):
            current.append(line.replace("\\n", "\n"))
    return {voice: tuple(lines) for voice, lines in voices.items()}


def read(corpora: Path) -> list[Carrier]:
    """Read every carrier text under the corpora folder that is not kept for development."""
    carriers: list[Carrier] = []
    for name in ("mts_dialog", "mtsamples"):
        carriers += [
            Carrier(record["text"].replace("\r", ""), "dialogue" if record["kind"] == "dialogue" else "note")
            for record in _records(corpora / name / "text_dev.jsonl")
        ]
    for record in _records(corpora / "aci_bench" / "spans_silver_dev.jsonl"):
        if not kept_for_development(record["id"].rsplit("-", 1)[0]):
            spans = tuple((span["start"], span["end"]) for span in record["spans"] if span["label"] == "NAME")
            carriers.append(Carrier(record["text"], "dialogue" if record["id"].endswith("dlg") else "note", spans))
    carriers += [Carrier(record["text"], "note") for record in _records(corpora / "gretel_healthcare" / "text.jsonl")]
    return carriers


def read_passages(corpora: Path) -> list[Carrier]:
    """Read health answers and questions, without those kept as a test of false alarms."""
    folder = corpora / "medquad"
    kept = {record["id"].split("#")[0] for record in _records(folder / "hardneg_dev.jsonl")}
    records = [record for record in _records(folder / "text_dev.jsonl") if record["id"].split("#")[0] not in kept]
    return [Carrier(record["text"], "qa") for record in records]


def kept_for_development(key: str) -> bool:
    """Tell whether a document (by its stable id) is never trained on: one in four."""
    return sum(key.encode()) % 4 == 0


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


class Filler:
    """Fills carriers; every person drawn for a text stays the same in it."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._rng: random.Random = values.rng
        self._drawn: Mapping[str, tuple[str, Callable[[], str]]] = {
            "city": ("GEO", values.city),
            "county": ("GEO", values.county),
            "street": ("GEO", values.street),
            "streetname": ("GEO", lambda: values.street().split(" ", 1)[1]),
            "zip": ("GEO", values.zip_code),
            "facility": ("FACILITY", values.facility),
            "employer": ("EMPLOYER", values.employer),
            "date": ("DATE", values.date),
            "id": ("ID", values.identifier),
            "phone": ("ID", values.phone),
        }

    def fill(self, carrier: Carrier, words: int, density: float) -> Example:
        """Return a stretch of about *words* words of the carrier with values set in at *density* a sentence."""
        rng = self._rng
        cast = [self._values.person() for _ in range(rng.choice((1, 2, 3, 4)))]
        pieces: list[Piece] = []
        if carrier.kind != "dialogue" and rng.random() < density * 2:
            for line in rng.sample(sentences()["header"], rng.randint(1, 5)):
                pieces += [*self._slots(line, cast), Piece(rng.choice(("\n", "\n", " ", ", ")))]
        for part in self._stretch(carrier, words, cast):
            pieces += part
            if rng.random() < density:
                pieces += [*self._between(carrier, cast), Piece(rng.choice((" ", " ", "\n")))]
        if carrier.kind != "dialogue" and rng.random() < density:
            pieces += [Piece("\n"), *self._slots(rng.choice(sentences()["footer"]), cast)]
        return Draft.of(pieces).example("filled")

    def general(self) -> Example:
        """Return one to four lines of work, school and small talk."""
        rng = self._rng
        cast = [self._values.person() for _ in range(3)]
        lines = rng.choices(sentences()["general"], k=rng.choice((1, 1, 2, 3, 4)))
        joint = rng.choice(("\n", " ", " ", "\n\n"))
        return Draft.of(piece for line in lines for piece in (*self._slots(line, cast), Piece(joint))).example(
            "general"
        )

    def _between(self, carrier: Carrier, cast: list[Person]) -> Iterator[Piece]:
        """Yield a sentence of the carrier's voice, or a generated text of a few words."""
        rng = self._rng
        speaker = rng.choice(("Patient: ", "Doctor: ", "[patient] ", "")) if carrier.kind == "dialogue" else ""
        yield Piece(rng.choice((" ", " ", "\n")) + speaker)
        if rng.random() < GENERATED:
            template = rng.choice(_short(clean=rng.random() < 0.4))
            yield from _pieces_of(corpus.one(rng, (template,), self._values.lists, augment.NONE))
        else:
            voice = "plain" if rng.random() < 0.25 else rng.choice(VOICES[carrier.kind])
            yield from self._slots(rng.choice(sentences()[voice]), cast)

    def _stretch(self, carrier: Carrier, words: int, cast: list[Person]) -> Iterator[list[Piece]]:
        """Yield the sentences of a stretch, each with its joint, names replaced."""
        text = carrier.text
        ends = [match.end() for match in SENTENCE_END.finditer(text)] + [len(text)]
        starts = [0, *ends[:-1]]
        first = self._rng.randrange(len(starts)) if len(text) > words * 6 and self._rng.random() < 0.8 else 0
        room = words * 6
        for start, end in zip(starts[first:], ends[first:], strict=True):
            if room <= 0:
                break
            room -= end - start
            yield list(self._named(carrier, start, end, cast))

    def _named(self, carrier: Carrier, start: int, end: int, cast: list[Person]) -> Iterator[Piece]:
        """Replace the names of `[start, end)` and, now and then, "the patient"."""
        rng, text = self._rng, carrier.text
        swaps: list[tuple[int, int, tuple[Piece, ...]]] = []
        for at, to in carrier.names:
            if start <= at and to <= end:
                person = cast[sum(text[at:to].split()[0].lower().encode()) % len(cast)]
                whole = f"{person.given} {person.family}" if " " in text[at:to] else person.given
                swaps.append((at, to, (Piece(whole.lower() if text[at:to].islower() else whole, "NAME"),)))
        for match in TITLED.finditer(text, start, end):
            at, to = match.span("name")
            family = rng.choice(cast).family
            swaps.append((at, to, (Piece(family.lower() if match["name"].islower() else family, "NAME"),)))
        swaps += [
            (*match.span(), self._called(cast[0]))
            for match in PATIENT.finditer(text, start, end)
            if rng.random() < 0.12
        ]
        place = start
        for at, to, pieces in sorted(swaps, key=lambda swap: swap[:2]):
            if at >= place:
                yield Piece(text[place:at])
                yield from pieces
                place = to
        yield Piece(text[place:end])

    def _called(self, person: Person) -> tuple[Piece, ...]:
        roll = self._rng.random()
        if roll < 0.4:
            title = "Ms. " if person.sex == "f" else "Mr. "
            return (Piece(title), Piece(person.family, "NAME"))
        return (Piece(person.given if roll < 0.7 else f"{person.given} {person.family}", "NAME"),)

    def _slots(self, sentence: str, cast: list[Person]) -> Iterator[Piece]:
        at = 0
        for match in SLOT.finditer(sentence):
            yield Piece(sentence[at : match.start()])
            yield self._slot(match[1], cast)
            at = match.end()
        yield Piece(sentence[at:])

    def _slot(self, slot: str, cast: list[Person]) -> Piece:
        rng, person = self._rng, self._rng.choice(cast)
        people = {
            "full": f"{person.given} {person.family}",
            "lastfirst": f"{person.family}, {person.given}",
            "first": person.given,
            "last": person.family,
            "initials": person.initials,
        }
        if slot in people:
            return Piece(people[slot], "NAME")
        if slot in self._drawn:
            label, draw = self._drawn[slot]
            return Piece(draw(), label)
        if slot in PLAIN:
            return Piece(rng.choice(PLAIN[slot]))
        return Piece(str(rng.randint(1, 89) if slot == "age" else rng.randint(1970, 2025)))
