"""Numbers that somebody dictated: digit by digit, letters with their words, in a turn of their own."""

import itertools
from collections.abc import Iterator, Sequence

from detectors.patterns.scanning import compile_latin, follows, trim
from detectors.patterns.spoken import SPELLING
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

SCORE = 0.9
_DIGITS = "zero|oh|one|two|three|four|five|six|seven|eight|niner|nine"
_SPANISH = "cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve"
_DIGIT = rf"(?:(?:double|triple|doble)[ -])?(?:{_DIGITS}|{_SPANISH}|[0-9])"
_LETTER = rf"(?:(?:capital )?[a-z](?:[ -]as[ -]in[ -][a-z]+)?|[b-hj-z] (?:like|for|de) [a-z\xe0-\xff]+|(?:{SPELLING}))"
_GAP = r"(?:,? |, ?|-|\.{2,3} ?)"
_PREFIX = r"(?:[a-z]{2,3} (?:dash|hyphen|guion) )?"
_RUN = compile_latin(
    rf"\b{_PREFIX}(?:(?:{_DIGIT}|{_LETTER}|dash|hyphen|slash|guion){_GAP}){{1,30}}(?:{_DIGIT}|{_LETTER})\b"
)
_HINT = compile_latin(rf"\b{_DIGIT}{_GAP}(?:{_DIGIT}|{SPELLING})\b|\b[a-z0-9] [a-z0-9] [a-z0-9] ")
_TRIPLED = compile_latin(r"\btriple\b")
_DOUBLED = compile_latin(r"\b(?:double|doble|triple)\b")
_WORD = compile_latin(rf"\b(?:{_DIGITS}|{_SPANISH})\b")
_ONE = compile_latin(rf"\b(?:{_DIGITS}|{_SPANISH}|[0-9])\b")
#: A capital that another capital or a sign follows is the first of a number, and no article.
_LETTERED = compile_latin(r"[AIOY] (?:[A-Z]\b|dash|hyphen|as in)", ignore_case=False)
#: Capitals one by one, then digits: "B I O, two two nine"; codes of procedures and diagnoses are told so too.
_INITIALED = compile_latin(
    rf"[A-Z](?:,? [A-Z]){{1,4}}(?:,? ?(?:(?:double |triple )?(?:{_DIGITS}|[0-9]))){{4,}}", ignore_case=False
)
_CODE_NAME = compile_latin(r"(?:C,? P,? T|I,? C,? D|N,? D,? C|D,? R,? G|H,? C,? P,? C|L,? O,? I,? N|R,? G,? B)\b")
_SINGLE = compile_latin(rf"(?:[a-z0-9]|{_DIGITS})(?:,? (?:[a-z0-9]|{_DIGITS})){{5,20}}")
#: What leaves no doubt that a number was dictated.
_SIGN = compile_latin(r"\b(?:as[ -]in|capital|dash|hyphen|slash|guion|double|triple|doble)\b")
#: Words that spell letters, of which two leave no doubt either; letters and figures one by one, a good many.
_ALPHABET = compile_latin(rf"\b(?:{SPELLING})\b")
_AS_IN = compile_latin(r"\bas[ -]in\b")
_SIGNS, _FEWEST_SIGNS = compile_latin(r"\b[a-z0-9]\b"), 8
#: The beginning of a turn, with what people say before the number.
_TURN = compile_latin(
    r"(?:^|\n|[\x22\x1a]|[A-Z][a-z0-9 .]{1,24}: ?)(?:(?:it'?s|it is|that'?s|that is|yes|yeah|sure|okay|ok|so|uh|umm?|"
    r"er|hold on|hang on|one sec|let me see|let's see|here it is|s[i\xed]|es el|es|ah|well|alright|"
    r"i have it|(?:i'?ve )?got it|i got it|right here|here you go|ready)[,.: ]{1,5}){0,5}$"
)
_TOLD = compile_latin(
    r"\b(?:number|numbers|id|code|ending|ends|last (?:four|4)|extension|ext|ticket|case|account|card|reference|ref|"
    r"confirmation|social|ssn|policy|plate|badge|serial|member|group|prescription|pin|zip|claim|invoice|mrn|chart|"
    r"voice ?print|face ?print|medicare|n[u\xfa]mero|c[o\xf3]digo)"
    r"(?:[,: ]|for (?:this|the|your|our) (?:call|visit|case|claim|order|chat)|"
    r"'s|it'?s|is|was|in|on|as|are|the|that'?s|says|reads|um|uh|es|el|hold on|"
    r"hang on|no wait|sorry|i mean|actually){0,8}$"
)
_CORRECTED = compile_latin(
    r"[0-9a-z][,.]? (?:no,? wait|oh wait|sorry|i mean|correction|make that|scratch that|strike that|perd[o\xf3]n|"
    r"digo),?"
    r"(?: no)?,?(?: it'?s)? $"
)
_COUNTED = compile_latin(
    r"(?:,? (?:times|puffs?|pills?|tablets?|days?|hours?|weeks?|months?|years?|mg|mls?|milligrams?|units?|over|"
    r"point|percent|or|sets?|reps?|minutes?|seconds?|drops?|doses?|liters?|kids|children|people|steps|feet|"
    r"and a half|breathe|go)\b)"
)
_COUNTING = compile_latin(
    r"\b(?:count\w*|serial|backwards?|digit span|repeat(?:ed|s)?|recall(?:ed|s)?|after me|scale|scores?|pain|"
    r"compressions|steps?|phases?|stages?|sets?|"
    r"puffs?|takes?|give|gave|took|dose|temp|bp|pressure|weigh\w*)\b[^.\n]{0,24}$"
)
#: Figures in groups, read from a screen with their signs: "VB 6620 91 4 dash L".
_READ_OUT = compile_latin(
    r"\b(?:[A-Z]{1,4} )?[0-9]{1,8}(?: [A-Z0-9]{1,6}){0,4},? (?:dash|hyphen|slash),? [A-Z0-9]{1,6}"
    r"(?:,? (?:dash|hyphen|slash),? [A-Z0-9]{1,6}){0,3}\b",
    ignore_case=False,
)
_FIGURE = compile_latin(r"[0-9]")
_VALUES = {
    word: value
    for value, words in enumerate(
        (
            "zero oh cero 0",
            "one uno 1",
            "two dos 2",
            "three tres 3",
            "four cuatro 4",
            "five cinco 5",
            "six seis 6",
            "seven siete 7",
            "eight ocho 8",
            "nine niner nueve 9",
        )
    )
    for word in words.split()
}
_LISTED = compile_latin(r"[0-9](?:, ?[0-9])+")
_FEWEST, _FEWEST_MIXED, _FEWEST_LETTERS = 4, 3, 2
_DIALLED, _LOCAL = (10, 11), 7
_KINDS = tuple(
    (type_, compile_latin(rf"\b(?:{words})\b"))
    for type_, words in (
        (IdentifierType.SSN, "social|ssn|seguro social"),
        (IdentifierType.HEALTH_PLAN, "member|medicare|medicaid|policy|group|plan|insurance|subscriber|p[o\xf3]liza"),
        (IdentifierType.MRN, "medical record|record|mrn|chart|expediente"),
        (IdentifierType.BIOMETRIC, "voice ?print|face ?print|finger ?print"),
        (IdentifierType.VEHICLE, "plate|vin|tag|placas?"),
        (IdentifierType.DEVICE, "serial|device|pump"),
        (IdentifierType.FAX, "fax"),
        (IdentifierType.PHONE, "phone|cell|call|mobile|tel[e\xe9]fono|celular"),
        (IdentifierType.ACCOUNT, "account|bank|card|draft|check|cuenta|tarjeta"),
    )
)
_CONTEXT = 90


class DictatedRecognizer:
    """Finds dictated numbers of four digits and more; counts, scores and measures stay."""

    name = "dictated"

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each number, with the type that the words before it tell."""
        latin = passage.latin
        if _HINT.search(latin) is None and _READ_OUT.search(latin) is None:
            return []
        ranges = [*_dictated(latin), *_read_out(latin)]
        return [Span(start, end, _kind(latin, start), SCORE, self.name) for start, end in ranges]


def _dictated(latin: bytes) -> Iterator[tuple[int, int]]:
    for found in _RUN.finditer(latin):
        start, end = _trimmed(latin, found.start(), found.end())
        run = latin[start:end]
        digits = (
            sum(1 for _ in _ONE.finditer(run))
            + sum(1 for _ in _DOUBLED.finditer(run))
            + sum(1 for _ in _TRIPLED.finditer(run))
        )
        words = sum(1 for _ in _WORD.finditer(run))
        signed = _SIGN.search(run) is not None
        spelled = _SINGLE.fullmatch(run) is not None and any(65 <= byte <= 90 for byte in run)
        if run.replace(b",", b"").replace(b" ", b"").isdigit():
            listed = _LISTED.fullmatch(run) is not None  # "teeth numbers 2, 3, 4, 5".
            told = follows(_TOLD, latin, start, 64) or follows(_CORRECTED, latin, start, 32)
            told = told or (digits >= _LOCAL and latin[:start].endswith((b": ", b'"')))
            told = told and not follows(_COUNTING, latin, start, 48)
            dialled = digits in _DIALLED or (digits >= _FEWEST and not listed and told)
            if dialled and b" " in run and not _is_count(run) and _COUNTED.match(latin, end) is None:
                yield start, end
            continue
        letters = sum(1 for _ in _ALPHABET.finditer(run))
        spelt = letters >= _FEWEST_LETTERS or (digits >= _FEWEST_MIXED and _AS_IN.search(run) is not None)
        spelt = spelt or (spelled and sum(1 for _ in _SIGNS.finditer(run)) >= _FEWEST_SIGNS)
        least = _FEWEST_LETTERS if spelt else _FEWEST_MIXED if signed or spelled else _FEWEST
        if digits < least or (words < _FEWEST_LETTERS and not (spelled or signed or spelt)):
            continue
        if _COUNTED.match(latin, end) or (not spelt and follows(_COUNTING, latin, start, 48)) or _is_count(run):
            continue
        announced = any(follows(pattern, latin, start, 64) for pattern in (_TURN, _TOLD, _CORRECTED))
        initialed = _INITIALED.match(run) is not None and _CODE_NAME.match(run) is None
        if (signed and words > 1) or announced or initialed or (spelt and digits >= _FEWEST_MIXED):
            yield start, end


def _read_out(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield figures in groups with a sign that is spoken between them."""
    for found in _READ_OUT.finditer(latin):
        if sum(1 for _ in _FIGURE.finditer(found.group())) >= _FEWEST and not _COUNTED.match(latin, found.end()):
            yield found.start(), found.end()


def _trimmed(latin: bytes, start: int, end: int) -> tuple[int, int]:
    """Give back what ends another word ("it's"), and an article or pronoun at either end."""
    if latin[start - 1 : start] == b"'":
        start = latin.find(b" ", start, end) + 1
    while latin[start : start + 2].lower() in (b"a ", b"i ", b"o ", b"y ") and _LETTERED.match(latin, start) is None:
        start += 2
    while latin[end - 2 : end].lower() in (b" a", b" i", b" y") and latin[end - 1 : end].islower():
        end -= 2
    return trim(latin, start, end)


def _is_count(run: bytes) -> bool:
    """Tell whether the digits go up or down one by one, as nobody's number does."""
    values = [_VALUES[found.group().decode("latin-1").lower()] for found in _ONE.finditer(run)]
    steps = {right - left for left, right in itertools.pairwise(values)}
    return steps in ({1}, {-1})


def _kind(latin: bytes, start: int) -> IdentifierType:
    """Return the type whose word stands nearest before a number."""
    before = latin[max(0, start - _CONTEXT) : start]
    nearest, kind = -1, IdentifierType.OTHER_ID
    for type_, words in _KINDS:
        for found in words.finditer(before):
            if found.start() > nearest:
                nearest, kind = found.start(), type_
    return kind
