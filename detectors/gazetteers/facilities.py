"""Facilities: listed hospitals, and capitalised names that end in "Hospital", "Clinic", "Church" and the like."""

from collections.abc import Iterator

from detectors.gazetteers import cues
from detectors.gazetteers import masks as m
from detectors.gazetteers.hashing import fold
from detectors.gazetteers.lookup import PhraseClass, WordClass
from detectors.gazetteers.sources import table
from detectors.gazetteers.words import Shape, Words

Range = tuple[int, int, float]

_LONGEST = 7
_FACILITY, _CITY_PHRASE = int(PhraseClass.FACILITY), int(PhraseClass.CITY)
_ORGANISATION_PHRASE = int(PhraseClass.ORGANISATION)
_DISTINCT = m.CITY | m.CITY_PART | m.COUNTY | m.FACILITY_PART | m.NAME | m.FOREIGN_CITY | m.STATE
_KNOWN_AS_ELSE = int(WordClass.DISEASE | WordClass.DRUG) | m.ORGANISATION | m.PEOPLE
_PLACE_NAME = m.CITY | m.COUNTY | m.FACILITY_PART
_GENERIC = frozenset(map(fold, table("departments"))) | {"coding", "billing"}
#: Words that end the name of a facility whenever something distinctive stands before them.
_HEADS = frozenset(table("facility_ends"))
#: Pairs that do the same; the second word alone says too little.
_PAIRS = frozenset(tuple(line.split()) for line in table("facility_pairs"))
_BASES = frozenset({"fort", "ft", "camp"})
_FOREIGN_HEADS = frozenset({"hopital", "clinica", "klinikum", "krankenhaus", "clinique", "ospedale", "hospital"})
_SPANISH = frozenset({"san", "santa", "santo", "nuestra", "de", "del", "sao", "universitario"})
_FOREIGN_LINKS = frozenset({"de", "del", "la", "las", "los", "du", "des", "di", "da", "do", "der", "am", "im"})
_LOWER_HEADS = frozenset({"hospital", "clinic", "shelter", "church", "school", "hospice", "motel", "diner", "jail"})
_AFTER = 5
#: Heads that are departments as well: "Interventional Radiology" is none.
_DEPARTMENTS = frozenset(
    {
        "radiology",
        "imaging",
        "mri",
        "diagnostics",
        "cardiology",
        "oncology",
        "dermatology",
        "urology",
        "neurology",
        "gastroenterology",
        "ophthalmology",
        "pediatrics",
        "peds",
        "ortho",
        "orthopedics",
        "orthopaedics",
        "dental",
        "dentistry",
        "obgyn",
        "dialysis",
        "rehab",
        "rehabilitation",
        "hospice",
        "pharmacy",
        "physicians",
        "middle",
        "nursery",
        "ministries",
        "library",
        "care",
        "health",
        "medicine",
        "practice",
    }
)
#: Ends that count only where a facility is expected ("at Mercy General").
_WEAK_HEADS = frozenset(
    {"general", "memorial", "regional", "presbyterian", "methodist", "baptist", "lutheran", "manor", "lodge", "haven"}
)
_ENDS = _HEADS | _WEAK_HEADS | {pair[1] for pair in _PAIRS}
_PLACED = frozenset({"at", "from", "to", "of", "via", "by", "near"})
_TAIL = frozenset(
    {
        "center",
        "centre",
        "associates",
        "assoc",
        "group",
        "llc",
        "inc",
        "pc",
        "pllc",
        "hospital",
        "campus",
        "clinic",
        "home",
        "facility",
    }
)
_LINKED = frozenset({"lady", "university", "church", "house", "sisters", "saints", "city", "college", "sons"})
_INSIDE = frozenset({"of", "the", "and", "for", "at", "on", "de", "la", "las", "los", "del"})
_LEADING = frozenset(
    {
        "the",
        "at",
        "from",
        "to",
        "in",
        "by",
        "of",
        "a",
        "an",
        "our",
        "this",
        "that",
        "visit",
        "call",
        "see",
        "dear",
        "and",
        "or",
        "for",
        "with",
    }
)
_UNIVERSITY = frozenset({"university", "college", "church", "hospital", "our"})


def find_facilities(words: Words) -> Iterator[Range]:
    """Yield word ranges that name a facility, with their scores; they may overlap."""
    for index in words.large:
        end, classes = words.phrase(index)
        if classes & _FACILITY and _is_listed(words, index, end):
            yield index, end, 0.85
        word = words.word(index)
        if word in _ENDS:
            yield from _at_head(words, index)
        if word in _BASES or word in _FOREIGN_HEADS:
            yield from _after_head(words, index, word)
        if index + 1 < len(words) and words.shapes[index + 1] == Shape.LOWER and words.word(index + 1) in _LOWER_HEADS:
            yield from _before_lower_head(words, index)


def _after_head(words: Words, index: int, word: str) -> Iterator[Range]:
    """Find names that begin with what the place is: "Fort Kessler", "Clínica Santa Fe"."""
    end = index + 1
    while end < len(words) and end - index <= _AFTER and _close(words, end - 1):
        if words.shapes[end] == Shape.LOWER and words.word(end) not in _FOREIGN_LINKS:
            break
        end += 1
    while end > index + 1 and words.shapes[end - 1] == Shape.LOWER:
        end -= 1
    if end == index + 1 or words.shapes[index + 1] == Shape.DIGITS:
        return
    if word in _BASES:
        if _placed(words, index) and words.shapes[index + 1] == Shape.CAPITAL and _is_distinct(words, index + 1):
            yield index, index + 2, 0.8
    elif word != "hospital" or words.word(index + 1) in _SPANISH:
        yield index, end, 0.8


def _before_lower_head(words: Words, index: int) -> Iterator[Range]:
    """Find "the Harbor Light shelter": the name alone, where a preposition says that somebody is there."""
    start = _leftmost(words, index + 1)
    masks = words.masks[start : index + 1]
    named = any(_is_distinct(words, at, certain=True) for at in range(start, index + 1))
    left = any(mask & (m.EPONYM | m.LEFT) for mask in masks)
    if (
        named
        and not left
        and words.gap(index) == " "
        and _placed(words, start)
        and words.shapes[index] == Shape.CAPITAL
    ):
        yield start, index + 1, 0.7


def _is_listed(words: Words, start: int, end: int) -> bool:
    """Tell whether a listed facility is written as a name and says more than "Community Hospital"."""
    if any(words.shapes[at] == Shape.LOWER and words.word(at) not in _INSIDE for at in range(start, end)):
        return False
    if any(len(words.gap(at)) > 3 or "\n" in words.gap(at) for at in range(start, end - 1)):  # noqa: PLR2004
        return False
    if not any(_is_distinct(words, at) for at in range(start, end)):
        return False
    return end - start > 2 or words.word(end - 1) in _HEADS or _placed(words, start)  # noqa: PLR2004


def _at_head(words: Words, index: int) -> Iterator[Range]:
    """Judge the capitalised words that end in a head."""
    head, word = index, words.word(index)
    previous = words.word(index - 1) if index else ""
    if (previous, word) in _PAIRS and _close(words, index - 1):
        head = index - 1
    elif word not in _HEADS and word not in _WEAK_HEADS:
        return
    start = _leftmost(words, head)
    if word in _UNIVERSITY:
        yield from _of_place(words, start, index)
    certain = word in _DEPARTMENTS
    if start == head or not any(_is_distinct(words, at, certain=certain) for at in range(start, head)):
        return
    if word in _WEAK_HEADS and not (_placed(words, start) and words.shapes[start] == Shape.CAPITAL):
        return
    if _is_organisation(words, start, index) or _ends_otherwise(words, index):
        return
    yield start, _rightmost(words, index), 0.8


def _leftmost(words: Words, head: int) -> int:
    """Return where the capitalised words before a head begin."""
    start = at = head
    while at > 0 and head - at < _LONGEST and _close(words, at - 1):
        at -= 1
        shape = words.shapes[at]
        if shape in (Shape.CAPITAL, Shape.UPPER, Shape.INITIAL):
            start = at
        elif not _links(words, at):
            break
    while start < head and (words.word(start) in _LEADING or words.masks[start] & (m.TITLE | m.KIN)):
        if words.word(start) in ("st", "sr") and words.gap(start)[:1] == ".":
            break
        start += 1
    return start


def _links(words: Words, index: int) -> bool:
    """Tell whether a word in lower case joins what stands before a head: "Our Lady of Sorrows Hospital"."""
    word = words.word(index)
    if word in ("and", "the", "de", "la", "los", "del"):
        return True
    return word == "of" and index > 0 and words.word(index - 1) in _LINKED


def _rightmost(words: Words, index: int) -> int:
    """Return where the name ends: after "of the Valley", "Center", "Associates", "& Rehab"."""
    end = index + 1
    while end < len(words) and _close(words, end - 1) and end - index < _LONGEST:
        word, capital = words.word(end), words.shapes[end] in (Shape.CAPITAL, Shape.UPPER)
        if capital and (word in _TAIL or word in _HEADS or (words.gap(end - 1) == " & " and word in _GENERIC)):
            end += 1
            continue
        after = end + 1
        while after < len(words) and words.word(after) == "the" and _close(words, after - 1):
            after += 1
        if word != "of" or after >= len(words) or not _close(words, after - 1):
            break
        if words.shapes[after] != Shape.CAPITAL or not _is_distinct(words, after):
            break
        end = after + 1
    return end


def _of_place(words: Words, start: int, index: int) -> Iterator[Range]:
    """Find "University of Tulsa", "Church of the Redeemer", "Our Lady of Sorrows"."""
    end = _rightmost(words, index)
    if end > index + 2 and words.word(index + 1) == "of" and words.shapes[index] == Shape.CAPITAL:
        yield start, end, 0.8


def _is_distinct(words: Words, index: int, *, certain: bool = False) -> bool:
    """Tell whether a capitalised word tells one facility from another; where *certain*, it is no clinical word."""
    mask, shape, word = words.masks[index], words.shapes[index], words.word(index)
    if shape not in (Shape.CAPITAL, Shape.UPPER) or word in _GENERIC or word in _HEADS or word in _LEADING:
        return False
    if mask & _KNOWN_AS_ELSE and not mask & (_DISTINCT & ~(m.NAME | m.FACILITY_PART)):
        return False
    if certain and mask & m.CLINICAL and not mask & (_PLACE_NAME | m.COMMON_NAME):
        return False
    if shape == Shape.UPPER:
        return len(word) > 3 and (not mask or (bool(mask & _DISTINCT) and not mask & m.FREQUENT))  # noqa: PLR2004
    return not mask or bool(mask & _DISTINCT) or bool(mask & m.ORDINARY)


def _close(words: Words, index: int) -> bool:
    """Tell whether a word and the next one stand in one name."""
    gap = words.gap(index)
    if gap in (" ", "-", "'s ", "’s ", "s' ", " & ", "' ", "’ ", "/"):
        return True
    return gap == ". " and words.word(index) in ("st", "mt", "ft", "ste", "dr", "sr")


def _placed(words: Words, start: int) -> bool:
    before = start - 1
    if before > 0 and words.word(before) == "the":
        before -= 1
    return before >= 0 and words.word(before) in _PLACED and words.gap(before) == " "


def _is_organisation(words: Words, start: int, index: int) -> bool:
    """Tell whether the name is a nation-wide chain's or an agency's."""
    for at in range(start, index):
        end, classes = words.phrase(at)
        if classes & _ORGANISATION_PHRASE and end >= index:
            return True
    rest = range(start, index)
    chains = [at for at in rest if words.masks[at] & m.ORGANISATION]
    return bool(chains) and not any(_is_distinct(words, at) for at in rest if at not in chains)


def _ends_otherwise(words: Words, index: int) -> bool:
    """Tell whether the head goes on to something else ("School Street", "Hospital Anxiety Scale")."""
    after = index + 1
    if after >= len(words) or words.gap(index) != " ":
        return False
    word = words.word(after)
    return word in cues.EPONYM_NOUNS or (words.shapes[after] == Shape.CAPITAL and bool(words.masks[after] & m.STREET))
