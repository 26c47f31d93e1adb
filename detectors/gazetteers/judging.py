"""How surely capitalised words are a name: by their lists, by their neighbours, by their order."""

from detectors.gazetteers import cues
from detectors.gazetteers import masks as m
from detectors.gazetteers.runs import Core, core_around, is_plain_title, strength
from detectors.gazetteers.words import Shape, Words

_PLACE = m.LARGE_CITY | m.FOREIGN_CITY | m.COUNTRY | m.STATE
_NO_RELATIVE = m.LEFT & ~m.CALENDAR
_LISTED, _COMMON = 2, 3
_LONGEST_GIVEN = 3


def judge(words: Words, core: Core) -> float:
    """Return how surely the words are a name, 0.0 for too little."""
    best = core.best
    if core.titled:
        spelled = core.capital and words.shapes[core.start - 1] == Shape.CAPITAL
        spelled = spelled and is_plain_title(words, core.start - 1)
        return 0.95 if best >= _LISTED or (spelled and (core.plain or best)) else 0.0
    if core.credentialed and core.full and core.plain and (best >= _LISTED or len(core.masks) > 1):
        return 0.9
    return _by_lists(words, core) or _by_cues(words, core, best) or _alone(core, best)


def judge_reversed(words: Words, core: Core) -> tuple[int, int, float] | None:
    """Judge "Last, First M."; returns the range of both and the score."""
    given = _given_after(words, core)
    if given is None:
        return None
    last, first = strength(core.masks[-1]), strength(given.masks[0]) if given.masks[0] & m.FIRST else 0
    start = words.starts[core.start]
    captioned = cues.CAPTION.before(words.text, start) or cues.NAMED.before(words.text, start)
    if captioned and core.plain and given.plain:
        return core.start, given.end, 0.85
    if core.heading or given.credentialed or last < _LISTED or first < _LISTED:
        return None
    if cues.EPONYM_LIST.match(words.text, words.ends[given.end - 1]):
        return None
    sure = bool(given.masks[0] & m.FIRST_COMMON) or given.shapes[-1] == Shape.INITIAL or _fills_line(words, given)
    return (core.start, given.end, 0.8) if sure else None


def _given_after(words: Words, core: Core) -> Core | None:
    """Return the words after a comma where they may be given names."""
    if core.titled or core.end >= len(words) or words.gap(core.end - 1) not in (", ", ","):
        return None
    if words.shapes[core.end] not in (Shape.CAPITAL, Shape.UPPER) or words.masks[core.end] & (m.STATE | m.COUNTRY):
        return None
    given = core_around(words, core.end, core.end)
    if given is None or given.start != core.end or given.titled or len(given.masks) > _LONGEST_GIVEN:
        return None
    return None if core.masks[0] & m.LARGE_CITY and given.masks[0] & m.LARGE_CITY else given


def _by_lists(words: Words, core: Core) -> float:
    """Judge several words without any context."""
    if len(core.masks) == 1 or (core.shapes[0] == Shape.INITIAL and _is_scale(words, core)):
        return 0.0
    masks = core.masks
    first, last = strength(masks[0]) if masks[0] & m.FIRST else 0, strength(masks[-1])
    if core.shapes[0] == Shape.INITIAL and last >= _LISTED and words.gap(core.end - 2) in (". ", "-", " "):
        return 0.8
    mixed = core.shapes[0] != core.shapes[-1] and Shape.UPPER in (core.shapes[0], core.shapes[-1])
    if mixed and first + last < 2 * _COMMON:
        return 0.0  # "Edwards SAPIEN".
    if first >= _LISTED and last >= _LISTED and (first + last > 2 * _LISTED or not core.heading):
        return 0.85
    if core.heading:
        return 0.0
    initial_inside = Shape.INITIAL in core.shapes[1:-1] and core.best >= _LISTED and core.plain and core.capital
    unlisted_last = first == _COMMON and (last or (not masks[-1] and core.shapes[-1] == Shape.CAPITAL))
    ordinary_first = last == _COMMON and masks[0] & m.FIRST_COMMON
    return 0.75 if initial_inside or unlisted_last or ordinary_first else 0.0


def _is_scale(words: Words, core: Core) -> bool:
    """Tell whether the first word is a scale of temperature behind its degrees: "at 37 °C. Thaw"."""
    start = words.starts[core.start]
    degrees = cues.DEGREES.search(words.text[max(0, start - 16) : start])
    return degrees is not None and words.word(core.start) in ("c", "f")


def _by_cues(words: Words, core: Core, best: int) -> float:
    """Judge a name by the words before it."""
    text, start, first = words.text, words.starts[core.start], core.masks[0]
    eponym = any(mask & m.EPONYM for mask in core.masks)
    known = best >= _LISTED or (core.plain and len(core.masks) > 1 and core.shapes[0] != Shape.UPPER)
    whole = best and _fills_line(words, core)
    if len(core.masks) == 1 and cues.ASKED.match(text, words.ends[core.end - 1]):
        return 0.0
    if (known or whole) and (cues.CAPTION.before(text, start) or cues.NAMED.before(text, start)):
        return 0.85
    if not core.full and len(core.masks) > 1 and core.start and words.word(core.start - 1) in cues.ROLES:
        return 0.75  # "Patient G.H."
    given = bool(first & m.FIRST) and core.capital and not eponym
    if _after_role(words, core, best, given=given):
        return 0.8
    return 0.75 if not eponym and not core.heading and _greeted(words, core, given=given) else 0.0


def _greeted(words: Words, core: Core, *, given: bool) -> bool:
    """Tell whether the words are addressed: a listed first name, or any name before the comma of a greeting."""
    text, start = words.text, words.starts[core.start]
    if given and not core.masks[0] & m.LEFT and cues.GREETED.before(text, start):
        return True
    ended = words.gap(core.end - 1)[:1] in (",", "!", ":", "\n")
    return ended and core.plain and core.capital and cues.ADDRESSED.before(text, start)


def _after_role(words: Words, core: Core, best: int, *, given: bool) -> bool:
    """Tell whether the words name the relative, member of staff or patient right before them."""
    before = words.word(core.start - 1) if core.start and words.gap(core.start - 1) in (" ", ", ", " (") else ""
    if before in cues.FAMILY:
        return given and not core.masks[0] & _NO_RELATIVE
    if before in cues.STAFF:
        return best >= _LISTED or (core.plain and core.capital)
    if before not in cues.ROLES or len(core.masks) == 1 or any(mask & m.EPONYM for mask in core.masks):
        return False
    return best >= _LISTED or (given and bool(core.masks[-1] & m.NAME))


def _alone(core: Core, best: int) -> float:
    """Judge a single common first name that is nothing else."""
    first = core.masks[0]
    if len(core.masks) > 1 or core.heading or not core.capital or not first & m.FIRST_COMMON:
        return 0.0
    return 0.0 if first & (m.EPONYM | _PLACE) or best < _COMMON else 0.6


def _fills_line(words: Words, core: Core) -> bool:
    """Tell whether a line, a cell or a column ends after the words."""
    gap = words.gap(core.end - 1)
    return gap[:2] in ("", "  ", "\t") or gap.lstrip(" ")[:1] in ("\n", "|", "<", "")
