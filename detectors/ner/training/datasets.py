"""Annotated public texts in the labels of the tagger; what a source leaves open is marked MASK and not learnt from."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from detectors.gazetteers.lookup import Gazetteers, PhraseClass, WordClass
from detectors.ner.splitting import split
from detectors.ner.training.carriers import kept_for_development
from detectors.ner.training.generate.pieces import Example

MASK = "MASK"
GEO, ORGANISATION = "geo", "organisation"
Span = tuple[int, int, str]

FACILITY = re.compile(
    r"hospital|clini[ck]|\bcent(?:er|re)\b|medical|hospice|nursing|infirmary|rehab|surgery|school|college|"
    r"universit|institut|academy|church|temple|mosque|synagogue|shelter",
    re.IGNORECASE,
)
HANDLE = re.compile(r"(?<!\w)@ ?\w{2,}")
ROLE = re.compile(r"(?:the )?(?:borrower|lender|agent|guarantor)s?", re.IGNORECASE)
BOTH = {
    "new york",
    "washington",
    "georgia",
    "mexico",
    "panama",
    "luxembourg",
    "singapore",
    "kuwait",
    "monaco",
    "jordan",
}
REGIONS = re.compile(
    r"(?:the )?(?:(?:north|south|east|west|middle|central|eastern|western|latin|southeast|northern|southern) ?)?"
    r"(?:africa|asia|europe|america|americas|east|west|south|north|midwest|england|scotland|wales|britain|"
    r"great britain|uk|u\.?k\.?|us|u\.?s\.?(?:a\.?)?|usa|united states(?: of america)?|caribbean|balkans|earth|world|"
    r"atlantic|pacific)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Source:
    """A data set: its files, what its labels become, how often it is read in one pass."""

    folder: str
    file: str
    labels: Mapping[str, str]
    weight: int = 1
    handles: bool = False


PERSON = dict.fromkeys("person politician writer scientist musicalartist researcher PER".split(), "NAME")
STRUCTURED = {
    "NAME": "NAME",
    "GEOGRAPHIC_LOCATION": GEO,
    "DATE": "DATE",
    **dict.fromkeys(
        (
            *("UNIQUE_IDENTIFIER", "PHONE_NUMBER", "MEDICAL_RECORD_NUMBER", "SOCIAL_SECURITY_NUMBER"),
            *("ACCOUNT_NUMBER", "HEALTH_PLAN_BENEFICIARY_NUMBER", "CERTIFICATE_LICENSE_NUMBER", "EMAIL_ADDRESS"),
        ),
        "ID",
    ),
}
SOURCES = (
    Source("broad_twitter_corpus", "spans_train.jsonl", {**PERSON, "LOC": GEO, "ORG": ORGANISATION}, handles=True),
    Source(
        "wnut17",
        "spans_train.jsonl",
        {**PERSON, "location": GEO, "group": ORGANISATION, "corporation": ORGANISATION},
        handles=True,
    ),
    Source(
        "crossner",
        "spans_train.jsonl",
        {**PERSON, "location": GEO, "university": ORGANISATION, "organisation": ORGANISATION, "country": ""},
        weight=3,
    ),
    Source("sec_filings_ner", "spans_train.jsonl", {**PERSON, "LOC": GEO, "ORG": ORGANISATION}),
)
RECORDS = (
    Source("synthea_fhir", "spans_dev.jsonl", STRUCTURED),
    Source("hl7v2_samples", "spans.jsonl", STRUCTURED),
)


class Reader:
    """Reads sources; the gazetteers say which places are as large as a state."""

    def __init__(self, corpora: Path, gazetteers: Gazetteers) -> None:
        self._corpora = corpora
        self._gazetteers = gazetteers

    def read(self, source: Source) -> Iterator[Example]:
        """Yield the annotated texts of a source."""
        path = self._corpora / source.folder / source.file
        with path.open(encoding="utf-8") as lines:
            for record in map(json.loads, lines):
                if source in RECORDS and kept_for_development(record["id"]):
                    continue
                spans = [
                    (
                        span["start"],
                        span["end"],
                        self._label(source, span["label"], record["text"][span["start"] : span["end"]]),
                    )
                    for span in record["spans"]
                ]
                if source.handles:
                    spans = list(_with_handles(record["text"], spans))
                kept = tuple(span for span in spans if span[2] and span[0] < span[1])
                yield Example(record["text"], kept, source.folder)

    def _label(self, source: Source, raw: str, text: str) -> str:
        label = source.labels.get(raw, "")
        if label == "NAME":
            return "" if ROLE.fullmatch(text) else "NAME"
        if label == GEO:
            return self._place(text)
        if label == ORGANISATION:
            return "FACILITY" if FACILITY.search(text) and source.folder == "crossner" else _organisation(text)
        return label

    @cache  # noqa: B019
    def _place(self, text: str) -> str:
        """Tell a place below a state from a larger one."""
        name = text.strip(" #@,.").removeprefix("the ").strip()
        if name.lower() in BOTH:
            return MASK
        if REGIONS.fullmatch(name):
            return ""
        words = [word for word in split(name).texts if word.isalnum()]
        if not words:
            return ""
        large = PhraseClass.STATE | PhraseClass.COUNTRY
        if len(words) > 1:
            phrases = self._gazetteers.phrases(words)
            if any(phrase.start == 0 and phrase.end == len(words) and phrase.classes & large for phrase in phrases):
                return ""
        elif self._gazetteers.classes(words[0]) & (WordClass.STATE | WordClass.COUNTRY | WordClass.STATE_CODE):
            return "" if len(words[0]) > 2 or words[0].isupper() else MASK
        return "FACILITY" if FACILITY.search(name) else "GEO"


def _organisation(text: str) -> str:
    return MASK if FACILITY.search(text) else ""


def _with_handles(text: str, spans: list[Span]) -> Iterator[Span]:
    """User names are identifiers whoever they stand for."""
    handles = [match.span() for match in HANDLE.finditer(text)]
    for start, end in handles:
        yield start, end, "ID"
    for start, end, label in spans:
        if not any(at < end and start < to for at, to in handles):
            yield start, end, label


def windows(example: Example, words: int) -> Iterator[Example]:
    """Cut a long text into stretches of about so many words, never inside a span."""
    split_words = split(example.text)
    if len(split_words) <= words * 3 // 2:
        yield example
        return
    start = 0
    for index in range(words, len(split_words) + words, words):
        end = int(split_words.starts[index]) if index < len(split_words) else len(example.text)
        end = next((span[1] for span in example.spans if span[0] < end < span[1]), end)
        if end <= start:
            continue
        spans = tuple((at - start, to - start, label) for at, to, label in example.spans if start <= at and to <= end)
        yield Example(example.text[start:end], spans, example.kind)
        start = end
