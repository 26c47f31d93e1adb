"""Numbers that somebody spoke or spelled: runs of number words, letters and their spelling words."""

from collections.abc import Sequence

from detectors.context import Context
from detectors.patterns.scanning import compile_latin, is_word, trim
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

DIGIT_WORDS = "zero|oh|one|two|three|four|five|six|seven|eight|niner|nine"
TENS = "twenty|thirty|forty|fourty|fifty|sixty|seventy|eighty|ninety"
TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
SPANISH_DIGITS = "cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve"
#: One spoken digit, or two or three at once; a single figure may stand between them.
NUMBER_WORD = rf"(?:(?:double|triple)[ -])?(?:{DIGIT_WORDS}|{TENS}|{TEENS}|{SPANISH_DIGITS}|hundred|o|[0-9])"
SPELLING = (
    r"alpha|alfa|bravo|charlie|delta|echo|foxtrot|golf|hotel|india|juliet|juliett|kilo|lima|mike|november|oscar|papa|"
    r"quebec|romeo|sierra|tango|uniform|victor|whiskey|xray|x-ray|yankee|zulu"
)
_SIGN = r"dash|hyphen|dot|point|slash|underscore|capital"
_LETTER = rf"(?:[a-z](?:[ -]as[ -]in[ -][a-z]+)?|{SPELLING})"
_GAP = r"(?:,? *-? *|\.{2,3} *| )"
_NAMED = "zed|zee|vee|pee|dee|bee|gee|tee|cee|kay|jay|em|ef|ess|ex|aitch|cue|double[ -]u"
_PIECE = rf"(?:{NUMBER_WORD}|{_LETTER}|{_SIGN}|{_NAMED}|hundred|thousand)"

#: A value of at least three pieces, of letters and numbers, for a place where a caption has announced one.
SPOKEN_VALUE = compile_latin(rf"(?:{_PIECE}\b{_GAP}){{2,40}}{_PIECE}\b")
_NUMBER = compile_latin(rf"\b(?:{NUMBER_WORD})\b")
_WORD = compile_latin(rf"\b(?:{DIGIT_WORDS}|{TENS}|{TEENS}|{SPANISH_DIGITS})\b")
#: What shows that a run of letters and figures was spoken.
_SPOKEN_SIGN = compile_latin(rf"\b(?:{DIGIT_WORDS}|{TENS}|{TEENS}|{SPANISH_DIGITS}|as in|{_SIGN})\b")
#: Numbers alone, long enough to be a telephone number without any caption.
_RUN = compile_latin(rf"\b(?:{NUMBER_WORD}{_GAP}(?:(?:dash|hyphen) )?){{5,24}}{NUMBER_WORD}\b")
#: An area code in words before figures.
_MIXED = compile_latin(rf"\b(?:(?:{DIGIT_WORDS})[ -]){{3}}[0-9]{{3}}[- ]?[0-9]{{2}}[- ]?[0-9]{{2}}\b")
#: Numbers that go down by sevens, and a strength with what is taken of it.
_STEPS = compile_latin(r"ninety[- ]three,? eighty[- ]six|eighty[- ]six,? seventy[- ]nine")
_TAKEN = compile_latin(
    r"[?,.]? (?:(?:once|twice|three times|four times|every|two times|one time) |with food|by mouth|tablets?|"
    r"capsules?|milligrams?|pills?|a day)"
)
#: A cheap test: two number words in a row.
_HINT = compile_latin(rf"\b(?:{DIGIT_WORDS}|{SPANISH_DIGITS})(?:, *|-| )(?:{DIGIT_WORDS}|{TENS}|{SPANISH_DIGITS})\b")


def spoken_value(latin: bytes, start: int) -> tuple[int, int] | None:
    """Return the range of a spoken value that begins at *start*, or None; it holds at least two number words."""
    found = SPOKEN_VALUE.match(latin, start, min(len(latin), start + 240))
    if found is None:
        return None
    end = _last_piece(latin, start, found.end())
    if sum(1 for _ in _NUMBER.finditer(latin, start, end)) < 2 or _SPOKEN_SIGN.search(latin, start, end) is None:
        return None
    return trim(latin, start, end)


def _last_piece(latin: bytes, start: int, end: int) -> int:
    """Give back an article or pronoun ("a", "I") that ended the run but belongs to the next sentence."""
    tail = latin[start:end].rstrip(b" ,.-")
    for word in (b" a", b" i", b" A", b" I", b" o", b" y"):
        tail = tail.removesuffix(word)
    return start + len(tail.rstrip(b" ,.-"))


class SpokenNumberRecognizer:
    """Finds runs of at least six spoken digits that count nothing."""

    name = "spoken_number"

    def __init__(self) -> None:
        self._ssn = Context(["social", "ssn", "seguro social"])
        self._fax = Context(["fax", "fx"])
        self._counting = Context(
            [
                "count",
                "counted",
                "counting",
                "serial sevens",
                "digit span",
                "backwards?",
                "sevens",
                "subtract(?:ed|ing)?",
                "minus",
                "repeat(?:ed|s)?",
                "strengths?",
                "amoxicillin",
                "augmentin",
                "clavulanate",
                "milligrams?",
            ]
        )

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each run with the type that its context tells."""
        latin = passage.latin
        if _HINT.search(latin) is None:
            return []
        spans = []
        for found in _RUN.finditer(latin):
            start, end = trim(latin, found.start(), found.end())
            words = sum(1 for _ in _WORD.finditer(latin, start, end))
            pieces = sum(1 for _ in _NUMBER.finditer(latin, start, end))
            if (words < 5 and (words < 2 or pieces < 10)) or self._counting.before(latin, start):
                continue
            cut = end < len(latin) and is_word(latin[end])
            if cut or _STEPS.search(found.group()) or _TAKEN.match(latin, end):
                continue
            spans.append(Span(start, end, self._type(latin, start), 0.9, self.name))
        mixed = ((found.start(), found.end()) for found in _MIXED.finditer(latin))
        return spans + [Span(start, end, self._type(latin, start), 0.9, self.name) for start, end in mixed]

    def _type(self, latin: bytes, start: int) -> IdentifierType:
        if self._ssn.before(latin, start):
            return IdentifierType.SSN
        return IdentifierType.FAX if self._fax.before(latin, start) else IdentifierType.PHONE
