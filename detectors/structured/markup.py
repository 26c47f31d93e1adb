"""C-CDA and other XML or HTML pasted into a text: names, addresses, numbers and dates by their tags."""

import re
from collections.abc import Iterator

from detectors.gazetteers.lookup import Gazetteers
from detectors.recognizer import Passage
from detectors.scoring import NAMED
from detectors.structured.headings import Heading, heading_of
from detectors.structured.values import Values
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_TAG = re.compile(r"<(/?)([A-Za-z_][\w.:-]{0,60})((?:\s[^<>]*)?)>")
_ATTRIBUTE = re.compile(r"([A-Za-z_][\w:.-]{0,40})\s*=\s*(?:\"([^\"<>]*)\"|'([^'<>]*)')")
_SSN_ROOT, _NPI_ROOT = "2.16.840.1.113883.4.1", "2.16.840.1.113883.4.6"
_NAME_TAGS = frozenset({"given", "family"})
_PLACE_TAGS = frozenset({"streetaddressline", "city", "postalcode", "county", "precinct", "additionallocator"})
_TIME_TAGS = frozenset({"birthtime", "effectivetime", "low", "high", "time", "center", "deceasedtime"})
_ORGANISATIONS = re.compile(r"organization|location|playingentity|institution|facility", re.IGNORECASE)
_PATIENTS = frozenset({"patientrole", "patient", "recordtarget"})
_CLINICIANS = frozenset({"assignedauthor", "assignedentity", "associatedentity", "assignedperson", "intendedrecipient"})
_NUMBERED = re.compile(r"\d.*\d")
_STAMP = re.compile(r"(?:19|20)\d{4,12}(?:\.\d+)?(?:[+-]\d{4})?")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_PLAIN_TAGS = frozenset(
    "td th tr p div span li ul ol b i a h1 h2 h3 h4 table tbody thead body title code text content paragraph".split()
)
_DEEPEST = 60


class MarkupRecognizer:
    """Finds identifiers by the tags and attributes that hold them."""

    name = "markup"

    def __init__(self, gazetteers: Gazetteers) -> None:
        self._values = Values(gazetteers)

    def recognize(self, passage: Passage) -> list[Span]:
        """Return the identifying contents of tags."""
        text, spans = passage.text, list[Span]()
        if "<" not in text:
            return spans
        above: list[str] = []
        last: re.Match[str] | None = None
        for tag in _TAG.finditer(text):
            name = tag[2].rpartition(":")[2]
            if tag[1]:
                if last is not None and last[2] == tag[2]:
                    spans += self._content(text, last.end(), tag.start(), name, above)
                _close(above, name)
                last = None
                continue
            spans += self._attributes(tag, name.lower(), above)
            last = None if tag[3].endswith("/") else tag
            if last is not None and len(above) < _DEEPEST:
                above.append(name.lower())
        return spans

    def _content(self, text: str, start: int, end: int, name: str, above: list[str]) -> list[Span]:
        low = name.lower()
        if low in _PLAIN_TAGS or not any(map(str.isalnum, text[start:end])):
            return []
        if low in _NAME_TAGS or low in _PLACE_TAGS:
            type_ = IdentifierType.NAME if low in _NAME_TAGS else IdentifierType.GEO
            return [Span(start, end, type_, NAMED, self.name)]
        heading = _name_heading(above[:-1]) if low == "name" else heading_of(name)
        return self._values.read(text, start, end, heading, self.name) if heading is not None else []

    def _attributes(self, tag: re.Match[str], name: str, above: list[str]) -> Iterator[Span]:
        if not tag[3].strip(" /"):
            return
        given = {found[1].lower(): found for found in _ATTRIBUTE.finditer(tag[3])}
        if name == "id":
            yield from self._id(tag, given, above)
        for key, found in given.items():
            group = 2 if found[2] is not None else 3
            start, value = tag.start(3) + found.start(group), found[group]
            if not value:
                continue
            type_ = _attribute_type(name, key, value)
            if type_ is not None:
                skipped = len(value) - len(re.sub(r"^(?:tel|mailto|fax):", "", value))
                yield Span(start + skipped, start + len(value), type_, NAMED, self.name)
            elif key not in ("value", "extension", "root", "code", "name", "class", "id", "type", "title"):
                heading = heading_of(found[1])
                if heading is not None:
                    yield from self._values.read(tag.string, start, start + len(value), heading, self.name)

    def _id(self, tag: re.Match[str], given: dict[str, re.Match[str]], above: list[str]) -> Iterator[Span]:
        """Yield the number in a C-CDA `id`: its extension, or a UUID as its root."""
        root = given.get("root")
        extension = given.get("extension")
        if extension is not None and extension[2] and any(map(str.isdigit, extension[2])):
            start = tag.start(3) + extension.start(2)
            root_text = root[2] or "" if root is not None else ""
            yield Span(start, start + len(extension[2]), _id_type(root_text, above), NAMED, self.name)
        elif root is not None and root[2] and _UUID.fullmatch(root[2]):
            start = tag.start(3) + root.start(2)
            yield Span(start, start + len(root[2]), IdentifierType.OTHER_ID, NAMED, self.name)


def _close(above: list[str], name: str) -> None:
    """Drop the tag that is closed, and what was left open inside it."""
    low = name.lower()
    if low in above:
        del above[len(above) - 1 - above[::-1].index(low) :]


def _name_heading(above: list[str]) -> Heading | None:
    """Return whose name a bare `name` tag holds."""
    for tag in reversed(above[-3:]):
        if _ORGANISATIONS.search(tag):
            return Heading.FACILITY
        heading = heading_of(tag)
        if heading in (Heading.PERSON, Heading.FACILITY, Heading.EMPLOYER):
            return heading
        if "person" in tag or tag in _PATIENTS or tag in _CLINICIANS:
            return Heading.PERSON
        if "material" in tag or "product" in tag or "drug" in tag or "medication" in tag:
            return None
    return Heading.PERSON


def _attribute_type(name: str, key: str, value: str) -> IdentifierType | None:
    if key != "value":
        return None
    if name in _TIME_TAGS:
        return IdentifierType.DATE if _STAMP.fullmatch(value) else None
    if name != "telecom" or (not _NUMBERED.search(value) and "@" not in value):
        return None
    return IdentifierType.EMAIL if "@" in value else IdentifierType.PHONE


def _id_type(root: str, above: list[str]) -> IdentifierType:
    if root == _SSN_ROOT:
        return IdentifierType.SSN
    if root == _NPI_ROOT:
        return IdentifierType.LICENSE
    return IdentifierType.MRN if above and above[-1] in _PATIENTS else IdentifierType.OTHER_ID
