"""Names from the lists: a listed first name with a listed surname, or a listed name where the context asks for one."""

from collections.abc import Sequence

from detectors.gazetteers import cues
from detectors.gazetteers import masks as m
from detectors.gazetteers.employers import find_employers
from detectors.gazetteers.graded import is_graded, is_list_of_scales
from detectors.gazetteers.judging import judge, judge_reversed
from detectors.gazetteers.lookup import Gazetteers, PhraseClass
from detectors.gazetteers.runs import LOWER_TITLES, NUMERALS, Core, core_around, strength
from detectors.gazetteers.words import Shape, Words, scan
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

Found = tuple[int, int, float]

_PLACE = m.LARGE_CITY | m.FOREIGN_CITY | m.COUNTRY | m.STATE
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
_CAPTIONED = 0.85  # So sure is a name behind its caption.
_SHORTEST = 3  # A shorter word in lower case is too often an abbreviation.
_PLACE_WORDS = frozenset({"st", "saint", "mt", "fort", "lake", "port", "camp"})


class NameRecognizer:
    """Finds names of persons and employers that the lists and the words beside them make certain."""

    name = "gazetteer.names"

    def __init__(self, gazetteers: Gazetteers) -> None:
        self._gazetteers = gazetteers

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return the names in a passage."""
        return self.find(scan(passage, self._gazetteers))

    def find(self, words: Words) -> list[Span]:
        """Return the names among words."""
        spans: list[Span] = []
        done = skipped = 0
        for seed in words.names:
            if seed < max(done, skipped):
                continue
            if words.shapes[seed] == Shape.LOWER:
                found = _lower(words, seed)
            else:
                core = core_around(words, seed, max(done, skipped))
                found = _large(words, core) if core is not None else None
                if core is not None and found is None and not any(core.masks):
                    skipped = core.end  # Words that no list holds: starting at the next one shows nothing new.
                if found is None and done:
                    found = _listed_on(words, seed, done)
            if found is not None:
                start, done, score = found
                spans.append(self._span(words, start, done, score))
        return spans + [self._span(words, *found) for found in find_employers(words)]

    def _span(self, words: Words, start: int, end: int, score: float) -> Span:
        return Span(words.starts[start], words.ends[end - 1], IdentifierType.NAME, score, self.name)


def _large(words: Words, core: Core) -> Found | None:
    """Judge a run of capitalised words."""
    if _vetoed(words, core):
        return None
    turned = judge_reversed(words, core)
    if turned is not None:
        return None if turned[2] < _CAPTIONED and is_list_of_scales(words, turned[0], turned[1]) else turned
    score = judge(words, core)
    if not score:
        return None
    end = core.end
    if end < len(words) and words.word(end) in NUMERALS and words.gap(end - 1) in (" ", ", "):
        end += 1
    return core.start, end, score


def _vetoed(words: Words, core: Core) -> bool:
    """Tell whether the words are an eponym, a place, a drug or the like."""
    if words.word(core.start) == "ana" and cues.IS_TEST.match(words.text, words.starts[core.start]):
        return True
    if core.titled:
        return _is_brand(words, core)
    if cues.eponym_after(words, core.end) or is_graded(words, core):
        return True
    if core.end < len(words) and words.gap(core.end - 1) in (" ", "-"):
        after = words.masks[core.end]
        if words.shapes[core.end] != Shape.LOWER and after & (m.STREET | m.HEAD) and not after & m.CREDENTIAL:
            return True
    if core.start and words.word(core.start - 1) in _PLACE_WORDS and words.shapes[core.start - 1] != Shape.LOWER:
        return True
    return not core.credentialed and _in_phrase(words, core)


def _is_brand(words: Words, core: Core) -> bool:
    """Tell whether a title and what follows it are a brand: "Dr. Scholl's", "Mrs. Dash"."""
    end, classes = words.phrase(core.start - 1)
    return end >= core.end and bool(classes & m.ORGANISATION_PHRASE)


def _in_phrase(words: Words, core: Core) -> bool:
    """Tell whether a listed phrase that is no name holds words of the core."""
    for start in range(max(0, core.start - 1), core.end):
        end, classes = words.phrase(start)
        if (
            end > core.start
            and classes & _NO_NAME_PHRASE
            and all(words.gap(at) in (" ", "-", ". ", "'s ", "’s ") for at in range(start, end - 1))
        ):
            return True
    return False


def _listed_on(words: Words, seed: int, last: int) -> Found | None:
    """Judge a first name that goes on a list of names: "Kevin (6), Grace and Hope"."""
    if not words.masks[seed] & m.FIRST or words.masks[seed] & m.LEFT or words.shapes[seed] != Shape.CAPITAL:
        return None
    between = words.text[words.ends[last - 1] : words.starts[seed]]
    if words.masks[seed] & m.EPONYM and words.text[words.ends[seed] : words.ends[seed] + 2].strip().isdigit():
        return None  # "Breslow, Clark, Gleason 3+4".
    if not cues.LISTED_ON.fullmatch(between) or cues.eponym_after(words, seed + 1):
        return None
    return seed, seed + 1, 0.7


def _lower(words: Words, seed: int) -> Found | None:
    """Judge a word in lower case: after a title, a caption or a relative, or a common first name."""
    mask = words.masks[seed]
    if mask & m.TITLE:
        return _after_lower_title(words, seed)
    text, start = words.text, words.starts[seed]
    if words.ends[seed] - start <= _SHORTEST or strength(mask) < 2 or mask & (m.SAFE | _PLACE):  # noqa: PLR2004
        return None
    if cues.NAMED.before(text, start) or cues.CAPTION.before(text, start):
        return seed, _extend_lower(words, seed), 0.7
    if not mask & m.COMMON_NAME:
        return None
    before = words.word(seed - 1) if seed and words.gap(seed - 1) in (" ", ", ") else ""
    announced = before in cues.FAMILY or before in cues.STAFF or cues.ADDRESSED_LOWER.before(text, start)
    alone = mask & m.FIRST_COMMON and not mask & (m.EPONYM | m.CITY) and not cues.eponym_after(words, seed + 1)
    alone = alone and _spaced(words, seed) and text[start : words.ends[seed]].isascii()
    if announced or alone:
        return seed, _extend_lower(words, seed), 0.7 if announced else 0.5
    return None


def _spaced(words: Words, index: int) -> bool:
    """Tell whether a word stands among words, not in a path, an address or an assignment."""
    before = words.gap(index - 1)[-1:] if index else " "
    return before in " \n\t(\"'" and words.gap(index)[:1] in " \n,.;:!?)'\""


def _after_lower_title(words: Words, seed: int) -> Found | None:
    """Judge what follows "dr" or "mrs" in lower case."""
    first = seed + 1
    if first >= len(words) or words.word(seed) not in LOWER_TITLES or words.gap(seed) not in (" ", ". ", "."):
        return None
    if words.word(seed) == "ms" and seed and words.shapes[seed - 1] == Shape.DIGITS and words.gap(seed - 1) == " ":
        return None  # "pause 41 ms heap".
    if words.word(seed) == "miss" and seed and words.word(seed - 1) == "little":
        return None  # Of a rhyme.
    mask = words.masks[first]
    listed = bool(mask & m.NAME) and not mask & m.ORDINARY and (not mask & m.SAFE or bool(mask & m.COMMON_NAME))
    unlisted = not mask and words.ends[first] - words.starts[first] > 2 and words.word(seed) != "ms"  # noqa: PLR2004
    if words.shapes[first] == Shape.DIGITS or not (listed or unlisted):
        return None
    return first, _extend_lower(words, first), 0.8


def _extend_lower(words: Words, first: int) -> int:
    """Return the end of a name in lower case that begins at a word, an initial at its end included."""
    end = first + 1
    while end < len(words) and end - first < 3 and words.gap(end - 1) in (" ", "-"):  # noqa: PLR2004
        mask, hyphen = words.masks[end], words.gap(end - 1) == "-"
        listed = mask & m.NAME and not mask & (m.SAFE | m.TITLE | m.STATE | m.COUNTRY)
        initial = words.ends[end] - words.starts[end] == 1 and words.shapes[end] == Shape.LOWER
        if initial and words.text[words.starts[end]] not in "aiy" and words.gap(end)[:1] in (" ", ",", ".", ""):
            return end + 1
        if not (hyphen or listed):
            break
        end += 1
    return end
