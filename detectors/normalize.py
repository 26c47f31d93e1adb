"""Text as people disguise, format or escape it into plain text, with the way back to where it stood."""

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from detectors.lookalikes import plain_characters
from detectors.mistyped import retyped
from detectors.resolve import resolve
from detectors.scanned import unscan
from detectors.spread import drawn_together
from detectors.wrapped import rejoined
from schemas.spans import Span

Positions = npt.NDArray[np.int64]
Edit = tuple[int, int, str]

_ESCAPE_LAYERS = 3  # HTML in JSON in JSON; what is escaped more often stays as it is.
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8}\d{0,2});")
_UNICODE = re.compile(
    r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})|\\[uU]([0-9a-f]{4})|\\x([0-9a-f]{2})", re.IGNORECASE
)
_JSON = re.compile(r'\\([nrtbf"/\\])')
_JSON_MEANS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_PATH = re.compile(r"(?:[A-Za-z]:|^|[\s\"'(])\\+[^\s\"':*?<>|]*\Z")
_PATH_REACH = 160
_SHARE = re.compile(r"\\\\[\w.-]{2,}\\[^\\\n]")  # "\\nas2\enroll", whose "\n" ends no line.
_TAG = re.compile(r"</?(?:b|i|em|strong|u|span|mark|font|small|ins|del|s|code|tt)>", re.IGNORECASE)
_BREAK = re.compile(r"<br ?/?>|</(?:p|div|li|tr|h[1-6])>", re.IGNORECASE)
_CELL = re.compile(r"</t[dh]>\s*<t[dh](?: [^<>]{0,200})?>", re.IGNORECASE)
_STARS = re.compile(r"(?<![*\\\d])(\*{1,3})(?=[^\s*])[^*\n]{1,400}?(?<=[^\s*\\])(\1)(?!\*)")
_LINES = re.compile(r"(?<![\w\\])(_{1,3})(?=[^\s_])[^_\n]{1,400}?(?<=[^\s_\\])(\1)(?!\w)")
_STRUCK = re.compile(r"(?<!~)(~~)(?=[^\s~])[^~\n]{1,400}?(?<=[^\s~])(~~)(?!~)")
#: Segments of X12, whose separator is a star.
_X12 = re.compile(
    r"(?:^|[~\s])(?:ISA|G[SE]|S[TE]|BHT|HL|NM1|N[1-4]|PER|REF|CLM|DMG|DTP|SBR|SV[1-3]|HI|TRN|E[BQ]|CLP|CAS|SVC|PRV|PAT|"
    r"INS|HD)\*[^*~\n]{0,80}[*~]"
)
#: What shows that a text is quoted-printable: its name, letters of several bytes, a word or number cut at a line's end.
_QUOTED = re.compile(
    r"[Qq]uoted-[Pp]rintable|=[C-F][0-9A-F]=[89AB][0-9A-F]|[a-z]{2}=\r?\n(?!\w+=)[a-z]|[0-9]-?=\r?\n[0-9]"
)
_QUOTED_SIGNS = re.compile(r"=\r?\n|(?:=[0-9A-F]{2})+")
_DIGIT = re.compile(r"\d")
_MARKDOWN_ESCAPE = re.compile(r"\\(?=[_*#+.!()\[\]`~-])")


@dataclass(frozen=True, slots=True)
class Normalized:
    """A normalised text; code point `i` of it was made of the original's range `[starts[i], ends[i])`.

    Both are None where every code point stands where it stood.
    """

    text: str = field(repr=False)
    starts: Positions | None = field(default=None, repr=False)
    ends: Positions | None = field(default=None, repr=False)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the smallest range of the original that holds `[start, end)`, removed characters inside included."""
        if self.starts is None or self.ends is None:
            return start, end
        return int(self.starts[start]), int(self.ends[end - 1])

    def restored(self, text: str, spans: Sequence[Span]) -> tuple[Span, ...]:
        """Return spans of the plain text as spans of the original *text*, disjoint again."""
        if self.starts is None:
            return tuple(spans)
        ranges = (self.original(span.start, span.end) for span in spans)
        moved = (replace(span, start=start, end=end) for span, (start, end) in zip(spans, ranges, strict=True))
        return resolve(text, moved)

    def edited(self, edits: Iterable[Edit]) -> "Normalized":
        """Return this text after *edits* (start, end, replacement); of edits that overlap the first one counts."""
        wanted = sorted(edits)
        if not wanted:
            return self
        kept = list(_disjoint(wanted))
        pieces, lengths, sources, steps, at = list[str](), list[int](), list[int](), list[int](), 0
        for start, end, new in [*kept, (len(self.text), len(self.text), "")]:
            pieces += self.text[at:start], new
            lengths += start - at, len(new)
            sources += at, start
            steps += 1, 0
            at = end
        starts = _positions(lengths, sources, steps)
        ends = _positions(lengths, _ends(sources, kept), steps)
        if self.starts is not None and self.ends is not None:
            starts, ends = self.starts[starts], self.ends[ends - 1]
        return Normalized("".join(pieces), starts, ends)


def normalize(text: str) -> Normalized:
    r"""Return *text* in plain form.

    Escapes (HTML entities, `\u` and JSON escapes, quoted-printable) are read, Markdown emphasis and inline tags taken
    away, characters that cannot be seen dropped, lookalikes and variants of letters, digits, blanks, dashes and quotes
    made plain, what a scanner took for a digit or a letter read as what it was, letters that stand apart drawn
    together, cut words joined and mistyped captions mended. Other plain ASCII comes back as it is.

    >>> normalize("**Jo**hn&nbsp;D\u043ee").text
    'John Doe'
    """
    plain = Normalized(text)
    for _ in range(_ESCAPE_LAYERS):
        edits = list(_escapes(plain.text))
        if not edits:
            break
        plain = plain.edited(edits)
    plain = plain.edited(_markup(plain.text))
    if not plain.text.isascii():
        translated, edits = plain_characters(plain.text)
        plain = Normalized(translated, plain.starts, plain.ends).edited(edits)
    plain = plain.edited(drawn_together(plain.text))
    plain = plain.edited(rejoined(plain.text))
    if not _DIGIT.search(plain.text):
        return plain  # What is scanned or mistyped counts beside a digit alone.
    read = unscan(plain.text)
    plain = plain if read is plain.text else replace(plain, text=read)
    return plain.edited(retyped(plain.text))


def _escapes(text: str) -> Iterable[Edit]:
    if "&" in text:
        for match in _ENTITY.finditer(text):
            meant = html.unescape(match[0])
            if meant != match[0] and "\0" not in meant:
                yield match.start(), match.end(), meant
    if "=" in text and _QUOTED.search(text):
        yield from _unquoted(text)
    if "\\" in text:
        for match in _UNICODE.finditer(text):
            yield match.start(), match.end(), _unicode(match)
        if '"' in text:
            for match in _JSON.finditer(text):
                if not _in_path(text, match.start()):
                    yield match.start(), match.end(), _JSON_MEANS.get(match[1], match[1])


def _unquoted(text: str) -> Iterable[Edit]:
    """Yield what quoted-printable signs mean; a line that ends in one goes on in the next."""
    for match in _QUOTED_SIGNS.finditer(text):
        coded = match[0].replace("=", "").strip()
        try:
            yield match.start(), match.end(), bytes.fromhex(coded).decode()
        except UnicodeDecodeError:
            continue


def _unicode(match: re.Match[str]) -> str:
    if match[1]:
        return bytes.fromhex(match[1] + match[2]).decode("utf-16-be")
    code = int(match[3] or match[4], 16)
    return "\N{REPLACEMENT CHARACTER}" if code in range(0xD800, 0xE000) else chr(code)


def _in_path(text: str, at: int) -> bool:
    r"""Tell whether the backslash is one of a Windows path (`C:\notes`), no escape."""
    before = text[max(0, at - _PATH_REACH) : at]
    if before[-1:] in ("", '"', "'", " ", "=", "(") and _SHARE.match(text, at):
        return True
    return before[-1:] == ":" or _PATH.search(before) is not None


def _markup(text: str) -> Iterable[Edit]:
    if "<" in text:
        for match in _TAG.finditer(text):
            yield match.start(), match.end(), ""
        for match in _CELL.finditer(text):
            yield match.start(), match.end(), " | "
        for match in _BREAK.finditer(text):
            yield match.start(), match.end(), "\n"
    for mark, pattern in (("*", _STARS), ("_", _LINES), ("~~", _STRUCK)):
        if mark in text and not (mark == "*" and _X12.search(text)):
            for match in pattern.finditer(text):
                yield match.start(1), match.end(1), ""
                yield match.start(2), match.end(2), ""
    if "\\" in text:
        for match in _MARKDOWN_ESCAPE.finditer(text):
            yield match.start(), match.end(), ""


def _disjoint(edits: Sequence[Edit]) -> Iterable[Edit]:
    at = 0
    for edit in edits:
        if edit[0] >= at:
            yield edit
            at = edit[1]


def _ends(sources: Sequence[int], edits: Sequence[Edit]) -> list[int]:
    """Return, beside where each piece began, where its first code point ended: an edit's ends with the edit."""
    ends = [source + 1 for source in sources]
    for index, (_, end, _) in enumerate(edits):
        ends[2 * index + 1] = end
    return ends


def _positions(lengths: Sequence[int], sources: Sequence[int], steps: Sequence[int]) -> Positions:
    """Return the place of each code point: a run goes on step by step, a replacement stays."""
    counts = np.array(lengths, dtype=np.int64)
    begins = np.cumsum(counts) - counts
    within = np.arange(int(counts.sum()), dtype=np.int64) - np.repeat(begins, counts)
    places: Positions = np.repeat(np.array(sources, dtype=np.int64), counts) + within * np.repeat(steps, counts)
    return places
