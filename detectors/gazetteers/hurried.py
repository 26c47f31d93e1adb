"""Names in lines that somebody typed in haste, small letters and no titles: told by the words on both sides."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import chain

from detectors.gazetteers import masks as m
from detectors.gazetteers.hurried_words import (
    KIN,
    NO_FAMILY,
    ROLES,
    SERVICES,
    STOP,
    STOP_INITIALS,
    VERBS,
    WORDS_AND_SURNAMES,
)
from detectors.gazetteers.lookup import Gazetteers, WordClass
from detectors.patterns.scanning import Match, Pattern, PatternSet, compile_latin
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

SCORE = 0.8
_W = r"([a-z\xdf-\xff][a-z\xdf-\xff'-]{1,14})"
_TOLD = (
    r"(?:d/w|dw|discussed (?:w/?|with)|spoke (?:w/?|with|to)|talked (?:w/?|with|to)|staffed (?:w/?|with)|curbsided|"
    r"consulted|paged|called|texted|per|saw|seen (?:w/?|with|by)|msg from|report (?:to|from)|signed out to|tell|ask)"
)
_DONE = (
    r"(?:repaired|placed|reduced|sutured|cleared|read|seen|followed|referred|relieved|covered|scrubbed|done|removed|"
    r"performed|cosigned|evaluated|assisted|intubated|lined)"
)


class Level(Enum):
    """How surely the words around a place in a line hold a name there."""

    SURE = auto()  # Any word but a few.
    KNOWN = auto()  # A listed name, though it may be a word as well.
    LISTED = auto()  # A listed name that is no ordinary word, or a word that nobody knows.
    NAMED = auto()  # A listed name that is no ordinary word.
    COMMON = auto()  # A first name of many.
    LETTERED = auto()  # A name with an initial behind it.
    GIVEN = auto()  # A listed first name that is no ordinary word.


@dataclass(frozen=True, slots=True)
class Frame:
    """A pattern whose groups are names."""

    pattern: Pattern
    level: Level
    groups: int = 1


def _frame(pattern: str, level: Level, groups: int = 1) -> Frame:
    return Frame(compile_latin(pattern, ignore_case=False), level, groups)


FRAMES = (
    # "d/w price from id and long from surgery", "curbsided haddad in heme".
    _frame(rf"\b{_TOLD} {_W} (?:from|in|of|at|@|w/?|re|on) (?:the )?{SERVICES}\b", Level.KNOWN),
    _frame(
        rf"\b{_TOLD} [a-z'-]+ (?:from|in|of|at|w/?) (?:the )?{SERVICES}(?:,? and|,|;| &| \+|/) {_W} (?:from|in|of|at|"
        rf"w/?) "
        rf"(?:the )?{SERVICES}\b",
        Level.KNOWN,
    ),
    # "seen w tran and oyelaran on rounds", "per marchetti hold heparin", "repaired by nakamura same day".
    _frame(rf"\bseen (?:w/?|with|by) {_W}(?: (?:and|&) {_W})? (?:on rounds|today|at|in|this|for)\b", Level.LISTED, 2),
    _frame(
        rf"\bper {_W},? (?:hold|start|stop|continue|ok|okay|give|call|no|repeat|check|keep|dc|d/c|plan|cont|ordered)\b",
        Level.LISTED,
    ),
    _frame(
        rf"\b(?:{_DONE}|{_DONE} (?:today|yesterday|overnight|last week)) by {_W}"
        r"(?:[.,;)]|\s*$|\n| (?:in|same|at|on|for|w/?|and|today|last)\b)",
        Level.LISTED,
    ),
    _frame(
        r"\b(?:placed|repaired|removed|reduced|performed|intubated) by ([A-Z][a-z]{3,14})(?:[.,;)]|\s*$|\n)",
        Level.LISTED,
    ),
    # "rose (dtr) at bedside", "will the son is flying in", "orrin, her husband".
    _frame(rf"(?:^|[^a-z]){_W} \((?:{KIN}|poa|hcpoa|hcp|sw|cm|rep)\)", Level.KNOWN),
    _frame(rf"(?:^|[.;,:\n] ?){_W} the {KIN} (?:is|was|flying|says|said|flying|drove|called|came|will)\b", Level.KNOWN),
    _frame(rf"(?:^|[.;:\n] ?){_W},? (?:his|her|pts?|pt's|my) {KIN}\b", Level.LISTED),
    # "brought by roomie pip after", "foreman buck saw", "gf kayleigh found him".
    _frame(rf"\b{ROLES} {_W} {VERBS}\b", Level.KNOWN),
    _frame(
        rf"\b{ROLES} {_W}(?:[,.;)]|\s*$|\n| (?:at|on|in|w|w/|with|and|&|\+|after|has|is|was|for|from|here|"
        r"re|born|needs|del?|tiene|necesita|no|ya|se|le|y|est[a\xe1]|con|para)\b)",
        Level.NAMED,
    ),
    _frame(rf"\bkids {_W} (?:\+|&|and) {_W}\b", Level.KNOWN, 2),
    # "peds ortho call mendelsohn wants to know", "doc tran says ok".
    _frame(
        rf"\b{SERVICES}(?: call| fellow| attending| consult)? {_W} "
        r"(?:wants|asks|says|recs|agrees|aware|rec'?d|okayed)\b",
        Level.LISTED,
    ),
    _frame(rf"\b(?:doc|doctor|docs) {_W} (?:says|said|wants|ok|is|did|does|told|on)\b", Level.KNOWN),
    # "psych: devonte posts", "orrin 77 retired", "shanice 24f g1p0", "jessamine 58 kg".
    _frame(
        rf"(?:^|\n)(?:[a-z]{{2,9}}(?: [a-z]{{3,9}})?: ){_W} (?:posts?|says|said|is|was|has|wants|needs|fell|"
        r"took|came|called|keeps)\b",
        Level.GIVEN,
    ),
    _frame(
        rf"(?:^|[\n;:.?] ?)(?:pt |[a-z]{{2,9}}(?: [a-z]{{3,9}})?: )?{_W}(?: [a-z]\.?)? [0-9]{{1,3}} ?(?:f|m|yo|y/o|"
        rf"yrs?|mo|kg|"
        r"retired|s/p|c/o|w/|with|who|\(|p/w|here)(?:[^a-z]|$)",
        Level.GIVEN,
    ),
    _frame(rf"\b(?:bed|rm|room|bay) [0-9]{{1,3}}[a-z]?,? {_W} [0-9]{{1,3}} ?(?:f|m|yo|y/o)\b", Level.LISTED),
    _frame(
        rf"(?:^|[:;\n,+(] ?){_W} [0-9]{{1,2}}(?: ?(?:yo|mo))?, "
        rf"{_W} [0-9]{{1,2}}(?: ?(?:yo|mo))?(?:,| and|,? &)(?: and)? {_W} [0-9]{{1,2}}\b",
        Level.LISTED,
        3,
    ),
    _frame(
        rf"(?:^|[:;\n] ?){_W} [0-9]{{2}} (?:a1c|egfr|ef|bmi|ckd|copd|chf|dm2?|htn|afib|dnr|full code)\b", Level.LISTED
    ),
    # "hey its nadir from the or desk", "ask "Dutch"", "unk male "romeo 12"", "big mike".
    _frame(rf"\b(?:its|it's|this is) {_W} (?:from|at|w|w/|with|in|over) (?:the )?[a-z]", Level.KNOWN),
    # "i'll have tess print it", "also nick in onc wants", "pharmacy tomas had to run".
    _frame(
        rf"\b(?:have|get|let|ask|had) {_W} (?:print|call|send|fax|schedule|check|bring|draw|give|text|email|page|put|"
        rf"look|"
        r"come|help|fill|pull|run|sign|do|set|add|make|take|see|know)\b",
        Level.GIVEN,
    ),
    _frame(rf"(?:\b(?:also|and|but|so|then)|[,;]) {_W} (?:in|from|at) {SERVICES}\b", Level.COMMON),
    _frame(
        r"\b(?:pharmacy|lab|front desk|transport|billing|dietary|unit clerk|clerk|scheduler|receptionist|phleb) "
        rf"{_W} (?:had|has|is|was|called|said|says|came|ran)\b",
        Level.GIVEN,
    ),
    # "tx ruiz v. sz again", "keisha w ob clerk".
    _frame(
        r"(?:^|[\n;:] ?|\b(?:tx|pt|triage|re|px|rm [0-9]{1,2}|bed [0-9]{1,2}) )([A-Z]?[a-z]{2,12} [A-Za-z])\.? (?:sz|"
        r"g[0-9]|[0-9]{2} ?(?:f|m|yo)|"
        r"bp|s/p|pod|hr|c/o|npo|again|here|needs|wants|ob|still|called|says)\b",
        Level.LETTERED,
    ),
    _frame(
        r"\b(?:[Aa]sk(?: for)?|ec(?: is)?|contact(?: is)?|goes by|known as|knows as|unk(?:nown)? (?:male|female|man|"
        r"woman|m|f)|"
        r"[Aa]lias|aka|calls? (?:him|her|me)(?:self)?) [\x22\x1a]([A-Za-z]{2,14}(?: [A-Za-z0-9]{1,10})?)[\x22\x1a]",
        Level.SURE,
    ),
    _frame(
        r"\b(?:knows|known|know) (?:him |her )?(?:only )?as ((?:Big|Lil|Little|Old|Uncle|Mama) [A-Z][a-z]{1,12})\b",
        Level.SURE,
    ),
    _frame(r"\b((?:big|lil|Big|Lil|Old) [A-Za-z][a-z]{1,11})\b", Level.GIVEN),
    _frame(
        r"\b[Dd]r\.? ([a-zB-Z])\.? "
        r"(?:reviewed|wants|says|said|ok|okayed|saw|will|called|did|in|on|at|agrees|ordered|from)\b",
        Level.SURE,
    ),
    _frame(r"\b[Mm]r?s?\.? ([b-hj-z]) (?:from|in|on|at|who|and|has|with)\b", Level.SURE),
)
_INITIALS = (
    compile_latin(
        r"\b([a-z]{2}) in [0-9]{1,2}[a-z]?,? (?:and |needs [a-z ]{2,16}, )?([a-z]{2}) in [0-9]{1,2}\b",
        ignore_case=False,
    ),
    compile_latin(
        r"\b(?:rm|room|bed) [0-9]{1,3}[a-z]? ([a-z]{2}) (?:npo|on|s/p|c/o|w/|needs|dc|for|pod|ra|dnr|wants|refus)",
        ignore_case=False,
    ),
    compile_latin(
        r"(?:^|[.,;] )([a-z]{2}) (?:called out|covers|called in sick|is off|takes|has rooms?|no showed)\b",
        ignore_case=False,
    ),
    compile_latin(r"\b([a-z]\.[a-z]\.)(?:[a-z]\.)?,? [0-9]{1,3} ?(?:m|f|yo|y/o|mo)?(?:[,. ]|$)", ignore_case=False),
    compile_latin(r"[.!?\n]\x22? ?- ?([a-z]{2,3})[\x22\x1a]?\s*$", ignore_case=False),
)
#: A family: "the Delacourts".
_FAMILY = compile_latin(r"\b[Tt]he (?:two |three |whole |other )?([A-Z][a-z]{3,14}s)\b", ignore_case=False)
_SET = PatternSet([*(frame.pattern for frame in FRAMES), *_INITIALS, _FAMILY])
_DRUG, _DISEASE = int(WordClass.DRUG), int(WordClass.DISEASE)
_LISTED_CHILDREN = 3
_UNKNOWN = 5  # Shorter words that nobody lists are abbreviations.


class HurriedRecognizer:
    """Finds names in lower case by the words around them; services, relatives and verbs in their place stay."""

    name = "gazetteer.hurried"

    def __init__(self, gazetteers: Gazetteers) -> None:
        self._gazetteers = gazetteers

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return the names and initials."""
        latin = passage.latin
        occurring = _SET.occurring(latin)
        if not occurring:
            return []
        ranges = dict.fromkeys(chain.from_iterable(self._of(index, latin, passage.text) for index in occurring))
        return [Span(start, end, IdentifierType.NAME, SCORE, self.name) for start, end in ranges]

    def _of(self, index: int, latin: bytes, text: str) -> Iterator[tuple[int, int]]:
        """Return what one pattern of the set finds."""
        if index < len(FRAMES):
            return self._names(FRAMES[index], latin, text)
        if index < len(FRAMES) + len(_INITIALS):
            return _initials(_INITIALS[index - len(FRAMES)], latin)
        return self._families(latin, text)

    def _names(self, frame: Frame, latin: bytes, text: str) -> Iterator[tuple[int, int]]:
        for found in frame.pattern.finditer(latin):
            ranges = list(_groups(found, frame.groups))
            named = [self._is_name(text[start:end], frame.level) for start, end in ranges]
            if len(ranges) == _LISTED_CHILDREN and sum(named) == len(ranges) - 1:
                named = [text[start:end] not in STOP for start, end in ranges]
            yield from (pair for pair, name in zip(ranges, named, strict=True) if name)

    def _families(self, latin: bytes, text: str) -> Iterator[tuple[int, int]]:
        for found in _FAMILY.finditer(latin):
            word = text[found.start(1) : found.end(1)]
            mask = self._gazetteers.mask(word[:-1])
            ordinary = m.SAFE | m.LEFT | m.EPONYM | m.KIN | m.HEAD | _DISEASE
            if word not in NO_FAMILY and not self._gazetteers.mask(word) and mask & m.NAME and not mask & ordinary:
                yield found.start(1), found.end(1)

    def _is_name(self, word: str, level: Level) -> bool:
        """Judge a word in a frame."""
        low = word.lower()
        if low in STOP or (level is Level.LETTERED and low.split()[0] in STOP):
            return False
        if level is Level.SURE:
            return True
        words = low.split()
        mask = self._gazetteers.mask(words[0 if level is Level.LETTERED else -1])
        if not mask:
            return level in (Level.LISTED, Level.KNOWN) and len(word) >= _UNKNOWN
        if level is Level.COMMON:
            return bool(mask & m.FIRST_COMMON)
        if level is Level.KNOWN:
            return bool(mask & m.NAME) and (not _is_word(mask) or low in WORDS_AND_SURNAMES)
        wanted = m.FIRST if level is Level.GIVEN else m.NAME
        return bool(mask & wanted) and not _is_ordinary(mask)


def _is_word(mask: int) -> bool:
    """Tell whether a word is better known as something else than as a name."""
    if mask & m.FIRST_COMMON:
        return False
    return bool(mask & (m.FREQUENT | m.TITLE | m.CREDENTIAL | _DRUG) or (mask & m.ORDINARY and mask & m.CLINICAL))


def _is_ordinary(mask: int) -> bool:
    """Tell whether a word stands for something else in small letters."""
    if mask & m.ORDINARY:
        return True
    if mask & m.FIRST_COMMON:
        return False
    medical = mask & (m.CLINICAL | _DISEASE) and not mask & (m.EPONYM | m.COMMON_NAME)
    return bool(medical or mask & (m.ABBREVIATION | m.LEFT | m.KIN | m.HEAD | m.TITLE | m.CREDENTIAL | _DRUG))


def _groups(found: Match, groups: int) -> Iterator[tuple[int, int]]:
    return ((found.start(at), found.end(at)) for at in range(1, groups + 1) if found.start(at) >= 0)


def _initials(pattern: Pattern, latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield initials in small letters where only staff and patients stand so."""
    groups = 2 if pattern is _INITIALS[0] else 1
    for found in pattern.finditer(latin):
        if all(found.group(at) not in STOP_INITIALS for at in range(1, groups + 1)):
            yield from _groups(found, groups)
