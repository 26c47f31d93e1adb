"""Runs of capitalised words that may be one person's name, cut free of titles, degrees and ordinary words."""

from dataclasses import dataclass

from detectors.gazetteers import masks as m
from detectors.gazetteers.words import Shape, Words

_PLAIN_TITLES = frozenset(
    {"dr", "drs", "mr", "mrs", "ms", "miss", "prof", "sra", "srta", "senora", "senor", "frau", "mme"}
)
LOWER_TITLES = frozenset({"dr", "drs", "mr", "mrs", "ms", "miss", "doctor", "prof", "professor"})
_SPOKEN_SUFFIXES = frozenset({"jr", "sr", "esq", "phd", "pharmd"})
_POINTED_DEGREES = ("M.D.", "D.O.", "Ph.D.", "R.N.")
NUMERALS = frozenset({"ii", "iii", "iv"})
#: Greetings, interjections and captions that the name lists hold as well.
_NEVER = frozenset(
    {
        "dear",
        "hi",
        "hello",
        "hey",
        "oh",
        "gosh",
        "huh",
        "hmm",
        "hm",
        "um",
        "uh",
        "naw",
        "none",
        "bout",
        "yep",
        "yup",
        "nope",
        "yeah",
        "ok",
    }
    | {"wow", "ah", "aw", "eh", "mm", "mhm", "bye", "thanks", "so", "no", "yes", "well", "patient", "pt", "name"}
    | {"sir", "madam", "mister", "team", "all", "colleague", "colleagues", "everyone", "folks", "there"}
    | {"date", "type", "note", "plan", "exam", "history", "medications", "don", "dob", "mrn", "ssn", "sex", "apt"}
)
_LONE_PARTICLES = frozenset({"e", "y", "el", "ten", "do", "as"})
_LONGEST = 5


@dataclass(frozen=True, slots=True)
class Core:
    """Words `[start, end)` that may be one name, and what stands around them."""

    start: int
    end: int
    titled: bool
    credentialed: bool
    heading: bool
    masks: tuple[int, ...]
    shapes: tuple[int, ...]

    @property
    def full(self) -> list[int]:
        """The classes of the words that are neither initials nor particles."""
        pairs = zip(self.masks, self.shapes, strict=True)
        return [mask for mask, shape in pairs if shape not in (Shape.INITIAL, Shape.LOWER)]

    @property
    def best(self) -> int:
        """How surely the surest word is a name."""
        return max(map(strength, self.full), default=0)

    @property
    def plain(self) -> bool:
        """Whether no word is better known as something else."""
        return not any(mask & m.SAFE and not mask & m.COMMON_NAME for mask in self.full)

    @property
    def capital(self) -> bool:
        """Whether the first word is written with one capital."""
        return self.shapes[0] == Shape.CAPITAL


def strength(mask: int) -> int:
    """Return how surely a word is a name: 0 no, 1 in context, 2 listed, 3 common and nothing else."""
    if not mask & m.NAME or mask & m.FREQUENT:
        return 0
    if mask & (m.ORDINARY | m.LEFT | m.HEAD):
        return 1
    if mask & m.COMMON_NAME:
        return 3
    return 1 if mask & m.SAFE else 2


def core_around(words: Words, seed: int, done: int) -> Core | None:
    """Return the words of one possible name around a seed, none of them before *done*."""
    start = seed
    while (
        start > max(done, seed - _LONGEST + 1)
        and _joined(words, start - 1)
        and _nameable(words, start - 1, inside=False)
    ):
        start -= 1
    titled = start > 0 and is_title(words, start - 1)
    while is_title(words, start):
        if start - seed > _LONGEST:
            return None  # Nothing but titles: a bounded look keeps the time linear.
        titled = True
        start += 1
        if start == len(words) or not _joined(words, start - 1):
            return None
    if not _nameable(words, start, inside=titled):
        return None
    end = start + 1
    while end < len(words) and end - start < _LONGEST:
        if not (_joined(words, end - 1) and _nameable(words, end, inside=True)):
            break
        end += 1
    while end - start > 2 and strength(words.masks[start]) < 2 <= strength(words.masks[start + 1]):  # noqa: PLR2004
        start += 1
    return _trimmed(words, start, end, titled=titled)


def _trimmed(words: Words, start: int, end: int, *, titled: bool) -> Core:
    """Drop particles and degrees from the end of a run."""
    while end > start + 1 and words.masks[end - 1] & m.PARTICLE and words.shapes[end - 1] == Shape.LOWER:
        end -= 1
    credentialed = _is_credential(words, end)
    while end > start + 1 and words.masks[end - 1] & m.CREDENTIAL:
        if words.shapes[end - 1] != Shape.UPPER and words.word(end - 1) not in _SPOKEN_SUFFIXES:
            break
        end -= 1
        credentialed = credentialed or words.word(end) not in NUMERALS
    heading = _touches_capitals(words, start, end)
    masks, shapes = tuple(words.masks[start:end]), tuple(words.shapes[start:end])
    return Core(start, end, titled, credentialed, heading, masks, shapes)


def is_title(words: Words, index: int) -> bool:
    """Tell whether a word that is listed as a title stands as one."""
    if index >= len(words) or not words.masks[index] & m.TITLE or words.shapes[index] == Shape.INITIAL:
        return False
    word, gap = words.word(index), words.gap(index)
    if word == "fr" and index and words.shapes[index - 1] == Shape.DIGITS:
        return False  # A catheter's size: "6 Fr Judkins".
    if words.shapes[index] == Shape.LOWER and word not in LOWER_TITLES:
        return False
    if len(word) > 4 and word not in _PLAIN_TITLES:  # noqa: PLR2004
        return gap == " "
    return gap in (" ", ". ", ".", ".  ")


def is_plain_title(words: Words, index: int) -> bool:
    """Tell whether a title is one before which no other capitalised word stands by chance."""
    return words.word(index) in _PLAIN_TITLES


def _joined(words: Words, index: int) -> bool:
    """Tell whether a word and the next one can belong to one name."""
    gap = words.gap(index)
    if gap in (" ", "-"):
        return True
    abbreviated = words.shapes[index] == Shape.INITIAL or words.masks[index] & (m.TITLE | m.PARTICLE)
    return gap in (". ", ".") and bool(abbreviated)


def _nameable(words: Words, index: int, *, inside: bool) -> bool:
    """Tell whether a word can be part of a name by its looks."""
    shape, mask = words.shapes[index], words.masks[index]
    if shape == Shape.DIGITS:
        return False
    if shape == Shape.LOWER:
        return inside and bool(mask & m.PARTICLE) and words.word(index) not in _LONE_PARTICLES
    if shape == Shape.INITIAL:
        return inside or words.gap(index)[:1] == "."
    if is_title(words, index) or words.word(index) in _NEVER:
        return False
    if not mask:
        return True
    return bool(mask & m.NAME) and (not mask & m.FREQUENT or bool(mask & m.FIRST_COMMON) or _after_kin(words, index))


def _after_kin(words: Words, index: int) -> bool:
    return index > 0 and bool(words.masks[index - 1] & m.KIN) and words.shapes[index - 1] == Shape.LOWER


def _is_credential(words: Words, index: int) -> bool:
    """Tell whether a degree or licence follows, one that is no state."""
    if index >= len(words) or words.shapes[index] == Shape.LOWER:
        return False
    mask, gap = words.masks[index], words.gap(index - 1)
    if gap == ", " and words.text.startswith(_POINTED_DEGREES, words.starts[index]):
        return True
    if not mask & m.CREDENTIAL or gap not in (", ", ",", " ") or words.word(index) in NUMERALS:
        return False
    upper = words.shapes[index] == Shape.UPPER or words.word(index) in _SPOKEN_SUFFIXES
    return upper and not (mask & m.STATE_CODE and words.masks[index - 1] & m.CITY)


def _touches_capitals(words: Words, start: int, end: int) -> bool:
    """Tell whether capitalised ordinary words touch: then capitals mean little."""
    large = (Shape.CAPITAL, Shape.UPPER, Shape.INITIAL)
    before = start > 0 and words.gap(start - 1) == " " and words.shapes[start - 1] in large
    before = before and words.word(start - 1) not in _NEVER
    after = end < len(words) and words.gap(end - 1) == " " and words.shapes[end] in large
    return before or (after and not words.masks[end] & m.CREDENTIAL)
