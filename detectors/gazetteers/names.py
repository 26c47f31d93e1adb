"""Names from the lists: a listed first name with a listed surname, or a listed name where the context asks for one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from detectors.gazetteers import cues
from detectors.gazetteers.lookup import Gazetteers, PhraseClass, WordClass
from detectors.gazetteers.words import Shape, Words, scan
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

# Plain integers: an IntFlag operation costs a microsecond.
_FIRST, _FIRST_COMMON = int(WordClass.FIRST), int(WordClass.FIRST_COMMON)
_SURNAME, _SURNAME_COMMON = int(WordClass.SURNAME), int(WordClass.SURNAME_COMMON)
_NAME = _FIRST | _SURNAME
_COMMON = _FIRST_COMMON | _SURNAME_COMMON
_TITLE, _CREDENTIAL, _KIN = int(WordClass.TITLE), int(WordClass.CREDENTIAL), int(WordClass.KIN)
_PARTICLE, _STREET, _HEAD = int(WordClass.PARTICLE), int(WordClass.STREET), int(WordClass.FACILITY_HEAD)
_EPONYM, _STATE_CODE, _CITY = int(WordClass.EPONYM), int(WordClass.STATE_CODE), int(WordClass.CITY)
_FREQUENT = int(WordClass.ENGLISH_COMMON)
_ORDINARY = int(WordClass.ENGLISH | WordClass.ENGLISH_COMMON)
_SAFE = _ORDINARY | int(WordClass.CLINICAL | WordClass.DRUG | WordClass.DISEASE)
_OTHER = int(
    WordClass.COUNTRY | WordClass.STATE | WordClass.ORGANISATION | WordClass.CALENDAR | WordClass.PEOPLE | WordClass.DRUG
)
_NO_RELATIVE = _OTHER & ~int(WordClass.CALENDAR)
_PLACE = int(WordClass.CITY_LARGE | WordClass.FOREIGN_CITY | WordClass.COUNTRY | WordClass.STATE)
_NO_NAME_PHRASE = int(
    PhraseClass.CITY
    | PhraseClass.STATE
    | PhraseClass.COUNTRY
    | PhraseClass.FOREIGN_CITY
    | PhraseClass.EPONYM
    | PhraseClass.DRUG
    | PhraseClass.DISEASE
    | PhraseClass.ORGANISATION
    | PhraseClass.CALENDAR
)
_WRITTEN_LARGE = frozenset({Shape.CAPITAL, Shape.UPPER, Shape.INITIAL})
_PLAIN_TITLES = frozenset({"dr", "drs", "mr", "mrs", "ms", "miss", "prof", "sra", "srta", "señora", "senora", "mme"})
_LOWER_TITLES = frozenset({"dr", "drs", "mr", "mrs", "ms", "miss", "doctor", "prof", "professor"})
_FAMILY = frozenset(
    """
    mother father mom dad son daughter child brother sister twin husband wife spouse partner fiance fiancee boyfriend
    girlfriend kids sons daughters children siblings brothers sisters grandkids grandmother grandfather grandma grandpa grandson granddaughter aunt auntie uncle niece nephew cousin
    stepmother stepfather stepson stepdaughter neighbor neighbour roommate friend coworker baby
    """.split()  # noqa: SIM905
)
_STAFF = frozenset("nurse chaplain interpreter pharmacist paramedic technician coach counselor officer rn lpn cna".split())  # noqa: SIM905
_ROLE = frozenset("patient pt client resident caller member decedent student attorney lawyer user".split())  # noqa: SIM905
_NEVER = frozenset(
    """
    dear hi hello hey oh gosh huh hmm hm um uh yep yup nope yeah ok wow ah aw eh mm mhm bye thanks so no yes well
    patient pt name date type note plan exam history medications don
    """.split()  # noqa: SIM905
)
_NUMERALS = frozenset({"ii", "iii", "iv"})
_LONGEST = 5


@dataclass(frozen=True, slots=True)
class _Core:
    """Words `[start, end)` that may be one name, and what stands around them."""

    start: int
    end: int
    titled: bool
    credentialed: bool
    heading: bool


def _strength(mask: int) -> int:
    """Return how surely a word is a name: 0 no, 1 in context, 2 listed, 3 common and nothing else."""
    if not mask & _NAME or mask & _FREQUENT:
        return 0
    if mask & (_ORDINARY | _OTHER | _HEAD):
        return 1
    if mask & _COMMON:
        return 3
    return 1 if mask & _SAFE else 2


class NameRecognizer:
    """Finds names of persons that the lists and the words beside them make certain."""

    name = "gazetteer.names"

    def __init__(self, gazetteers: Gazetteers) -> None:
        self._gazetteers = gazetteers

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return the names in a passage."""
        words = scan(passage, self._gazetteers)
        spans: list[Span] = []
        done = 0
        for seed in _seeds(words):
            if seed < done:
                continue
            found = self._lower(words, seed) if words.shapes[seed] == Shape.LOWER else self._large(words, seed, done)
            if found is not None:
                start, done, score = found
                span = Span(words.starts[start], words.ends[done - 1], IdentifierType.NAME, score, self.name)
                spans.append(span)
        return spans

    def _large(self, words: Words, seed: int, done: int) -> tuple[int, int, float] | None:
        """Judge the run of capitalised words around a seed."""
        core = _core(words, seed, done)
        if core is None or self._vetoed(words, core):
            return None
        score = _judge(words, core)
        if not score:
            return None
        end = core.end
        if end < len(words) and words.word(end) in _NUMERALS and words.gap(end - 1) in (" ", ", "):
            end += 1
        return core.start, end, score

    def _vetoed(self, words: Words, core: _Core) -> bool:
        """Tell whether the words are an eponym, a place, a drug or the like."""
        if core.titled:
            return False
        if core.end < len(words) and words.gap(core.end - 1) in (" ", "'s ", "’s ", "' ", "-", " - "):
            mask = words.masks[core.end]
            if cues.eponym_after(words, core.end) or (words.shapes[core.end] != Shape.LOWER and mask & (_STREET | _HEAD)):
                return True
        if core.start and words.word(core.start - 1) in ("st", "saint", "mt", "fort", "lake", "port", "camp"):
            return words.shapes[core.start - 1] != Shape.LOWER
        for start in range(max(0, core.start - 1), core.end):
            end, classes = self._gazetteers.match_at(words.hashes, start)
            if end > core.start and (classes & _NO_NAME_PHRASE) and (start < core.start or end - start > 1):
                return not core.credentialed
        return False

    def _lower(self, words: Words, seed: int) -> tuple[int, int, float] | None:
        """Judge a word in lower case: only after a title, a caption or a relative."""
        mask = words.masks[seed]
        if mask & _TITLE:
            return self._after_lower_title(words, seed)
        start = words.starts[seed]
        if _strength(mask) < 2 or mask & (_SAFE | _PLACE):  # noqa: PLR2004
            return None
        text = words.text
        kin = seed > 0 and words.gap(seed - 1) in (" ", ", ") and words.word(seed - 1) in _FAMILY | _STAFF
        if cues.before(cues.NAMED, text, start) or cues.before(cues.CAPTION, text, start):
            return seed, _extend_lower(words, seed), 0.7
        if mask & _COMMON and (kin or cues.before(cues.ADDRESSED_LOWER, text, start)):
            return seed, _extend_lower(words, seed), 0.7
        if mask & _FIRST_COMMON and not mask & (_EPONYM | _CITY) and not cues.eponym_after(words, seed + 1):
            return seed, _extend_lower(words, seed), 0.5
        return None

    def _after_lower_title(self, words: Words, seed: int) -> tuple[int, int, float] | None:
        first = seed + 1
        if first >= len(words) or words.word(seed) not in _LOWER_TITLES or words.gap(seed) not in (" ", ". ", "."):
            return None
        mask = words.masks[first]
        listed = bool(mask & _NAME) and not mask & _ORDINARY and (not mask & _SAFE or mask & _COMMON)
        unlisted = not mask and len(words.word(first)) > 2 and words.word(seed) != "ms"  # noqa: PLR2004
        if words.shapes[first] == Shape.DIGITS or not (listed or unlisted):
            return None
        return first, _extend_lower(words, first), 0.8


def _seeds(words: Words) -> Iterator[int]:
    """Yield the words that a name may be found at."""
    lower, digits, capital = Shape.LOWER, Shape.DIGITS, Shape.CAPITAL
    listed, frequent, safe = _NAME | _TITLE, _FREQUENT, _SAFE
    before = 0
    for index, (mask, shape) in enumerate(zip(words.masks, words.shapes, strict=True)):
        if shape == lower:
            if mask & listed and (not mask & safe or mask & _TITLE):
                yield index
        elif shape != digits:
            if not mask or (mask & listed and (not mask & frequent or mask & _TITLE)):
                yield index
            elif shape == capital and before & _KIN and mask & _FIRST:
                yield index
        before = mask


def _joined(words: Words, index: int) -> bool:
    """Tell whether a word and the next one can belong to one name."""
    gap = words.gap(index)
    if gap in (" ", "-", "  "):
        return True
    abbreviated = words.shapes[index] == Shape.INITIAL or words.masks[index] & (_TITLE | _PARTICLE)
    return gap in (". ", ".", " ") and bool(abbreviated)


def _core(words: Words, seed: int, done: int) -> _Core | None:
    """Return the words of one possible name around a seed, without titles, credentials and ordinary words."""
    start = seed
    while start > done and _joined(words, start - 1) and _nameable(words, start - 1, inside=False):
        start -= 1
    titled = start > 0 and _is_title(words, start - 1)
    while start < len(words) and words.masks[start] & _TITLE and _is_title(words, start):
        titled = True
        start += 1
        if start == len(words) or not _joined(words, start - 1):
            return None
    if not _nameable(words, start, inside=False):
        return None
    end = start + 1
    while end < len(words) and end - start < _LONGEST and _joined(words, end - 1) and _nameable(words, end, inside=True):
        end += 1
    while end > start + 1 and words.masks[end - 1] & _PARTICLE and words.shapes[end - 1] == Shape.LOWER:
        end -= 1
    while end - start > 2 and _strength(words.masks[start]) < 2 and _strength(words.masks[start + 1]) > 1:  # noqa: PLR2004
        start += 1
    credentialed = _is_credential(words, end)
    while end > start + 1 and words.masks[end - 1] & _CREDENTIAL and words.shapes[end - 1] == Shape.UPPER:
        end -= 1
        credentialed = True
    return _Core(start, end, titled, credentialed, _in_heading(words, start, end))


def _nameable(words: Words, index: int, *, inside: bool) -> bool:
    """Tell whether a word can be part of a name by its looks."""
    shape, mask = words.shapes[index], words.masks[index]
    if shape == Shape.LOWER:
        return inside and bool(mask & _PARTICLE) and words.word(index) not in ("e", "y", "el", "ten", "do", "as", "la")
    if shape == Shape.DIGITS:
        return False
    if shape == Shape.INITIAL:
        return words.gap(index)[:1] == "." or inside
    if mask & _TITLE and _is_title(words, index):
        return False
    if words.word(index) in _NEVER:
        return False
    return not mask or (
        bool(mask & _NAME) and (not mask & _FREQUENT or bool(mask & _FIRST_COMMON) or _after_kin(words, index))
    )


def _after_kin(words: Words, index: int) -> bool:
    return index > 0 and bool(words.masks[index - 1] & _KIN) and words.shapes[index - 1] == Shape.LOWER


def _is_title(words: Words, index: int) -> bool:
    """Tell whether a word that is listed as a title stands as one."""
    if not words.masks[index] & _TITLE or words.shapes[index] == Shape.INITIAL:
        return False
    if words.shapes[index] == Shape.LOWER and words.word(index) not in _LOWER_TITLES:
        return False
    if words.word(index) in _PLAIN_TITLES:
        return words.gap(index) in (" ", ". ", ".", ".  ")
    return words.gap(index) in ((" ",) if len(words.word(index)) > 4 else (". ", ".", " "))  # noqa: PLR2004


def _is_credential(words: Words, index: int) -> bool:
    """Tell whether a degree or licence follows, one that is no state."""
    if index >= len(words) or words.shapes[index] not in (Shape.UPPER, Shape.CAPITAL):
        return False
    mask = words.masks[index]
    if not mask & _CREDENTIAL or words.gap(index - 1) not in (", ", ",", " "):
        return words.gap(index - 1) == ", " and words.text[words.starts[index] :][:5] in ("M.D.", "D.O.", "Ph.D.", "R.N.")
    upper = words.shapes[index] == Shape.UPPER or words.word(index) in ("phd", "pharmd", "jr", "sr", "esq")
    return upper and not (mask & _STATE_CODE and words.masks[index - 1] & _CITY)


def _in_heading(words: Words, start: int, end: int) -> bool:
    """Tell whether capitalised ordinary words touch: then capitals mean little."""
    return (start > 0 and words.gap(start - 1) == " " and words.shapes[start - 1] in _WRITTEN_LARGE) or (
        end < len(words) and words.gap(end - 1) == " " and words.shapes[end] in _WRITTEN_LARGE
    )


def _judge(words: Words, core: _Core) -> float:
    """Return how surely the words are a name, 0.0 for too little."""
    masks = words.masks[core.start : core.end]
    shapes = words.shapes[core.start : core.end]
    full = [mask for mask, shape in zip(masks, shapes, strict=True) if shape not in (Shape.INITIAL, Shape.LOWER)]
    strengths = [_strength(mask) for mask in full]
    best = max(strengths, default=0)
    plain = not any(mask & _SAFE and not mask & _COMMON for mask in full)
    if core.titled:
        spelled = shapes[0] == Shape.CAPITAL and words.shapes[core.start - 1] == Shape.CAPITAL
        spelled = spelled and words.word(core.start - 1) in _PLAIN_TITLES
        return 0.95 if best >= 2 or (spelled and full and (plain or best)) else 0.0  # noqa: PLR2004
    if core.credentialed and full and plain and (best >= 2 or len(masks) > 1):  # noqa: PLR2004
        return 0.9
    return _pair(words, core, masks, shapes) or _cued(words, core, masks, shapes)


def _pair(words: Words, core: _Core, masks: list[int], shapes: list[int]) -> float:
    """Judge several words without any context."""
    if len(masks) > 1:
        first, last = _strength(masks[0]) if masks[0] & _FIRST else 0, _strength(masks[-1])
        initial = shapes[0] == Shape.INITIAL
        if initial and last >= 2 and words.gap(core.end - 2) in (". ", "-", " "):  # noqa: PLR2004
            return 0.8
        if first >= 2 and last >= 2 and first + last >= 5:  # noqa: PLR2004
            return 0.85
        if first >= 2 and last >= 2 and not core.heading:  # noqa: PLR2004
            return 0.75
        unlisted = not masks[-1] and shapes[-1] == Shape.CAPITAL
        if first == 3 and not core.heading and (last or unlisted):  # noqa: PLR2004
            return 0.75
        if last == 3 and masks[0] & _FIRST_COMMON and not core.heading:  # noqa: PLR2004
            return 0.7
    return 0.0


def _cued(words: Words, core: _Core, masks: list[int], shapes: list[int]) -> float:
    """Judge a name by the words before it."""
    text, start = words.text, words.starts[core.start]
    best = max(map(_strength, masks))
    eponym = any(mask & _EPONYM for mask in masks)
    plain = not any(mask & _SAFE and not mask & _COMMON for mask in masks)
    known = best >= 2 or (plain and len(masks) > 1 and shapes[0] != Shape.UPPER)  # noqa: PLR2004
    whole = best and _fills_line(words, core)
    if (known or whole) and (cues.before(cues.CAPTION, text, start) or cues.before(cues.NAMED, text, start)):
        return 0.85
    before = words.word(core.start - 1) if core.start and words.gap(core.start - 1) in (" ", ", ", " (") else ""
    capital = shapes[0] == Shape.CAPITAL
    first = bool(masks[0] & _FIRST) and capital and not eponym
    if first and before in _FAMILY and not masks[0] & _NO_RELATIVE:
        return 0.8
    if before in _STAFF and (best >= 2 or (plain and capital)):  # noqa: PLR2004
        return 0.8
    if before in _ROLE and len(masks) > 1 and not eponym and (best >= 2 or (first and masks[-1] & _NAME)):  # noqa: PLR2004
        return 0.8
    if first and not masks[0] & _OTHER and not core.heading and cues.before(cues.GREETED, text, start):
        return 0.75
    if len(masks) > 1 or core.heading or not first or not masks[0] & _FIRST_COMMON:
        return 0.0
    return 0.0 if masks[0] & _PLACE or best < 3 else 0.6  # noqa: PLR2004


def _fills_line(words: Words, core: _Core) -> bool:
    return words.gap(core.end - 1)[:2] in ("", "  ", "\t") or words.gap(core.end - 1)[:1] in "\n|<"


def _extend_lower(words: Words, first: int) -> int:
    """Return the end of a name in lower case that begins at a word."""
    end = first + 1
    while end < len(words) and end - first < 3 and words.gap(end - 1) in (" ", "-"):  # noqa: PLR2004
        mask, hyphen = words.masks[end], words.gap(end - 1) == "-"
        if not (hyphen or (mask & _NAME and not mask & (_SAFE | _TITLE | _PLACE))):
            break
        end += 1
    return end
