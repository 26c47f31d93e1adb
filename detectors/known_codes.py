"""What no layer may redact, because its own form or what touches it shows a code, a measure or a word of a format.

Asked of spans alone, whoever found them; a customer's own lists and patterns are not asked.
"""

import re

from schemas.identifiers import IdentifierType
from schemas.spans import Span

_BEFORE, _AFTER = 90, 40
_MULTIPLE = 4  # The copies of a stretch: ")x1".
_MOST_CAPITALS = 0.5
_GUESSING = frozenset({"ner", "record", "account", "json_keys", "forms", "gazetteer.names"})
#: Classes of objects and code systems of DICOM and HL7.
_CLASS_UID = re.compile(r"1\.2\.840\.10008(?:\.\d+)+|2\.16\.840\.1\.113883\.[56](?:\.\d+)*")
#: Variants of a protein or of its gene: "p.D816V", "p.(Ser1982fs)", "c.5946delT".
_VARIANT = re.compile(
    r"(?<![A-Za-z])(?:[pP]\.[(\[]?(?:[A-Z][a-z]{2}|[A-Z])\d{1,5}(?:_|[A-Z*=?]|fs|del|dup|ins)|"
    r"[cgmnr]\.[*-]?\d+(?:[+_-]\d+)*(?:[ACGTU]>[ACGTU]|del|dup|ins|inv|=))"
)
#: A stretch of a chromosome: "chr17:14,194,598-15,567,589".
_STRETCH = re.compile(
    r"(?:\bchr(?:omosome)? ?(?:\d{1,2}|[XYM]T?)[:_ ](?:g\.)?|"
    r"\b(?:[1-9]|1\d|2[0-2]|[XY]):(?=\d{1,3}(?:,\d{3}){1,2}\s?[-–])|"
    r"\b(?:[1-9]|1\d|2[0-2]|[XY])[pq]\d{1,2}(?:\.\d{1,2})?(?:[pq]?\d{1,2}(?:\.\d{1,2})?)?\()"
    r"\d[\d,]{3,}(?:\s?[-–_]\s?\d[\d,]{3,})?"
)
_RUN_BEFORE, _RUN_BEHIND = re.compile(r"[\w.()\[\]:*>+=-]*\Z"), re.compile(r"[\w.()\[\]:*>+=-]*")
_SUBSTITUTION = re.compile(r"[ACDEFGHIKLMNPQRSTVWY]\d{1,4}(?:[ACDEFGHIKLMNPQRSTVWY*X]|fs|del)")
_GENE = re.compile(r"\b[A-Z][A-Z0-9]{2,6}[ :/-]\Z")
#: Steps of claims and why they are refused: "2010AA NM109", "PR-204", "RC CO-45".
_CLAIM_CODE = re.compile(
    r"(?:(?:RC|CARC|RARC|GRP) )?(?:CO|PR|OA|PI)[- ]\d{1,3}|00[45]010X\d{3}[A-Z0-9]{0,3}|"
    r"(?:[12]\d{3}[A-Z]{1,2}[ /-])?(?:NM1|REF|CLM|SV[1-7]|SBR|DTP|CAS|HI|PER|DMG|CLP|SVC|BHT|TRN|EQ|EB|AMT|MOA|PRV|"
    r"PAT|LX|OI|N[134])\d{2}(?:-\d{1,2})?"
)
#: An ultrasound and its week or its measure, which looks like a highway.
_ROAD = re.compile(r"US[- ]\d{1,3}")
_WEEKS = re.compile(r"(?:[-–+]\d{1,2})?(?:/7)?\s?(?:w(?:ee)?ks?\b|w\d|wga\b|[cm]m\b|%|days?\b)")
_SCANNED = re.compile(
    r"\b(?:growth|anatomy|pelvic|renal|abd(?:ominal)?|ob|tv|thyroid|breast|ruq|carotid|bedside|dating|fetal|doppler|liver|"
    r"scrotal|transvaginal|level (?:ii|2)) \Z",
    re.IGNORECASE,
)
#: Results in a row: "91/178/161/139".
_SERIES = re.compile(r"(?=[\d/]*\d{3})\d{2,3}(?:/\d{2,3}){3,}")
_ROW_BEFORE, _ROW_BEHIND = re.compile(r"[\d/]*\Z"), re.compile(r"[\d/]*")
_CRON = re.compile(r"(?<![\w*/])(?=[^\n\"']*\*)(?:[\d*,/-]+ ){4}[\d*,/-]+(?![\w/])")
#: The first and the last day of a column's range.
_CONSTANT = re.compile(r"(?:0001|1900|1970|2099|2999|9999)-(?:01-01|12-31)")
_COMPARED = re.compile(
    r"(?:\b(?:DATE|TIMESTAMP|DEFAULT|BETWEEN|AND|COALESCE\([^()\n]{1,30},)|[<>]=?)\s?(?:DATE\s?)?['\"]\Z", re.IGNORECASE
)
_ORDINAL = re.compile(
    r"(?:[Tt]he )?(?:\d{1,2}(?:st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)"
)
_COUNTED = re.compile(
    r"[- ](?:grade|graders?|floor|degree|line|gen(?:eration)?|edition|percentile|trimester|cranial|metatarsal|"
    r"metacarpal|intercostal|rib|digit|toe|finger|recert\w*|cert(?:ification)? period|benefit period|"
    r"attempt|offense)\b",
    re.IGNORECASE,
)
_PERIODS = re.compile(r"\b(?:benefit periods?|recert\w*|cert(?:ification)? periods?|f2f)\b", re.IGNORECASE)
_EARLY = re.compile(r"(?:[Tt]he )?[1-4](?:st|nd|rd|th)")
_ON_THE = re.compile(r"\b(?:on|by|due|until|till|since|from)(?: the)? \Z", re.IGNORECASE)
#: Numbers said in a shop or a waiting room: "I'm number thirty-one", "eleven ninety-nine".
_SAID = re.compile(
    r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)[ -](?:one|two|three|four|five|six|seven|eight|nine)"
)
_NUMBERED = re.compile(
    r"\b(?:number|window|counter|screen says|sign says|line|gate|ticket|aisle|room|bed|page) \Z", re.IGNORECASE
)
_PRICED = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    r"eighteen|twenty|thirty|forty|fifty) \Z",
    re.IGNORECASE,
)
_PRICE = re.compile(r"ninety-(?:nine|five|eight)", re.IGNORECASE)
#: Words of languages, formats and forms, as a scanner may have read them.
_WORDS = frozenset(
    """
    varchar varchar2 nvarchar char nchar clob blob bytea integer bigint smallint bigserial numeric decimal boolean
    timestamp timestamptz datetime jsonb uuid primary references constraint cascade select insert update delete where
    revoke truncate rollback traceback exception stacktrace isa bht dest oln lic eft hie ceeg veeg kohm npi ssn mrn dob
    dea ein tin npl vin hmsa leie oig boadicea canrisk member claimant insured subscriber employer provider physician
    facility telephone signature guarantor dependent adjuster carrier injured nullable autoincrement identity foreign
    schema tablespace sequence varbinary tinyint mediumtext longtext hstore geometry citext money xml refcursor
    async await lambda const null undefined boolean stdout stderr localhost
    """.split()
)
_TYPED = re.compile(r"(?:\w+\s{2,})(?:VARCHAR|CHAR|TEXT|INT(?:EGER)?|DATE|NUMERIC|BOOLEAN|TIMESTAMPTZ?|UUID|JSONB)")
_POINTED = re.compile(r"[A-Za-z](?:\.[A-Za-z1]){1,2}")
_NUMBER_NEXT = re.compile(r"\.? ?(?:no\.? ?|# ?|: ?)?[A-Z]{0,3} ?[\dOIl-]{3,}")
_SHORT_FORMS = frozenset({"mr", "ss", "dl"})
#: Masks of a format, and letters that are counted up: "C-A-AN-N", "A, B, F".
_MASK = re.compile(r"[ACNX9](?:A?N)?(?:-(?:AN|[ACNX9])){3,}")
_LETTERS = re.compile(r"[A-Z](?:, [A-Z]){1,3}")
_MORE_LETTERS = re.compile(r"(?:, [A-Z]){0,4},? (?:or|and) [A-Z]\b")
#: Items of one letter from one to another: "M1800-M1860"; the test whose name is like a woman's.
_CODE_RANGE = re.compile(r"([A-Z])(\d{4})-\1\d{4}")
_TITER = re.compile(
    r"(?: screen)?[ :=,]{1,2}(?:1:\d|<|>|≥|\d+ ?(?:u|iu|au)/|pos\b|positive|neg\b|negative|titer|titre|ifa\b|reflex|"
    r"speckled|homogen)|[+-]",
    re.IGNORECASE,
)
#: "GRANT" of a door or of a database, where nothing of a name follows.
_GRANTED = re.compile(r"[ \t]*(?:\||\r?\n|\Z|(?:ALL|SELECT|INSERT|USAGE|EXECUTE)\b)")
_GRANTING = re.compile(r"(?:\||^|\n|;|,)[ \t]*\Z")
_LETTER_OF = re.compile(
    r"\b(?:rev|type|class|form|vitamin|model|version|lead|schedule|L\.? ?[&/])\.? \Z", re.IGNORECASE
)
#: Of these, what may be somebody's name: believed in capitals only.
_NAMES_TOO = frozenset("isa dea char hie carrier null money lambda foreign const telephone signature".split())
#: Illnesses that go by a name alone ("Parkinson since 2013"), one that is hardly a person: not Wilson, not Bell.
_ILLNESSES = frozenset(
    "parkinson parkinsons alzheimer crohn crohns hodgkin hashimoto raynaud meniere peyronie asperger kawasaki behcet "
    "wegener".split()
)
_ILL = re.compile(
    r"(?:['’]s)?(?: (?:since|dx\w*|diagnosed|flares?|meds?|s/p|stage|remission|dementia|esophagus|"
    r"for \d+ (?:yrs?|years))\b|['’]s(?=[.,;:)]|\Z| (?:and|with|on|since|in|vs|or)\b))"
)
#: Trials that are called by a first name, and what is said of trials.
_TRIALS = frozenset(
    "AUGUSTUS JUPITER ARISTOTLE HOPE EMILIA EMERALD ELAINE LEADER CLEOPATRA CLARITY MARIANNE KATHERINE AURA FLAURA "
    "ALINA ATHENA SOPHIA STELLA OSCAR HERMES ADAM VICTORIA GALACTIC ROCKET DAWN MARINA OLIVIA EVA LUCY APOLLO ATLAS "
    "SOLOIST DELIVER EMPEROR PARAGON PIONEER HERO MERLIN ARIEL PAOLA LUX LUNA JULIET GLORIA ARTEMIS ORION".split()
)
_OF_TRIALS = re.compile(
    r"\b(?:trials?|stud(?:y|ies)|rcts?|randomi[sz]ed|suggests?|suggested|show(?:s|ed|n)|found|criteria|endpoints?|subgroup|"
    r"data|enrolled|published|post hoc|meta-analysis|arms?|regimen|protocol|results)\b",
    re.IGNORECASE,
)


def is_known_code(text: str, span: Span) -> bool:
    """Tell whether a span is the code of a standard, a measure, or a word of a format, and identifies nobody."""
    value = text[span.start : span.end]
    before = text[max(0, span.start - _BEFORE) : span.start]
    if any(map(str.isdigit, value)) and _is_code(text, span, value, before):
        return True
    if span.type is IdentifierType.DATE:
        return _is_no_day(text, span, value, before)
    return span.type is IdentifierType.NAME and span.recognizer == "ner" and _is_word(text, span, value, before)


def _is_code(text: str, span: Span, value: str, before: str) -> bool:
    if _CLASS_UID.fullmatch(value) or _is_variant(text, span) or _is_stretch(text, span):
        return True
    if _ROAD.fullmatch(value) and span.type is IdentifierType.GEO:
        return _WEEKS.match(text, span.end) is not None or _SCANNED.search(before) is not None
    guessed = span.recognizer in _GUESSING
    beside = text[max(0, span.start - 1) : span.end + 1]
    if (guessed or span.type is IdentifierType.PHONE) and "/" in beside and _SERIES.fullmatch(_row(text, span)):
        return True
    if not guessed:
        return False
    if span.recognizer == "ner" and _SUBSTITUTION.fullmatch(value) and _GENE.search(before):
        return True
    return _CLAIM_CODE.fullmatch(value) is not None or _CODE_RANGE.fullmatch(value) is not None


def _row(text: str, span: Span) -> str:
    """Return the figures and strokes that a span stands in."""
    before = _ROW_BEFORE.search(text, max(0, span.start - _AFTER), span.start)
    behind = _ROW_BEHIND.match(text, span.end, span.end + _AFTER)
    return text[before.start() if before else span.start : behind.end() if behind else span.end]


def _is_variant(text: str, span: Span) -> bool:
    """Tell whether a span lies in the name of a variant."""
    run = _RUN_BEFORE.search(text, max(0, span.start - _AFTER), span.start)
    behind = _RUN_BEHIND.match(text, span.end, span.end + _AFTER)
    start = run.start() if run else span.start
    return _VARIANT.search(text, start, behind.end() if behind else span.end) is not None


def _is_stretch(text: str, span: Span) -> bool:
    """Tell whether a span lies in a stretch of a chromosome."""
    found = _STRETCH.finditer(text, max(0, span.start - _AFTER), span.end + _AFTER)
    return any(
        stretch.start() <= span.start < stretch.end() and span.end <= stretch.end() + _MULTIPLE for stretch in found
    )


def _is_no_day(text: str, span: Span, value: str, before: str) -> bool:
    """Tell whether a date is a field of a schedule, a column's bound, or a number that counts something."""
    if "*" in text[max(0, span.start - _AFTER) : span.end + _AFTER]:
        start, end = text.rfind("\n", 0, span.start) + 1, text.find("\n", span.end)
        line = text[max(start, span.start - _AFTER) : min(end if end >= 0 else len(text), span.end + _AFTER)]
        if any(value in found[0] for found in _CRON.finditer(line)):
            return True
    if _CONSTANT.fullmatch(value):
        return _COMPARED.search(before) is not None
    if _ORDINAL.fullmatch(value):
        early = _EARLY.fullmatch(value) and _PERIODS.search(before) and not _ON_THE.search(before)
        return bool(early) or _COUNTED.match(text, span.end) is not None
    if span.recognizer != "ner" or not _SAID.fullmatch(value.lower()):
        return False
    return _NUMBERED.search(before) is not None or (
        _PRICE.fullmatch(value) is not None and _PRICED.search(before) is not None
    )


def _is_word(text: str, span: Span, value: str, before: str) -> bool:
    """Tell whether a tagger's name is a word of a language, a form or a format, an illness or a trial."""
    if value in _TRIALS:
        around = text[max(0, span.start - _AFTER) : span.end + _AFTER]
        return _OF_TRIALS.search(around) is not None and _is_rare_capital(text, span)
    if value in ("ANA", "ANA SCREEN"):
        return _TITER.match(text, span.end) is not None
    if value == "GRANT":
        return _GRANTED.match(text, span.end) is not None and _GRANTING.search(before) is not None
    if value.istitle() and value.lower() in _ILLNESSES:
        return _ILL.match(text, span.end) is not None
    return _is_mask(text, span, value, before) or _is_listed(text, span, value)


def _is_mask(text: str, span: Span, value: str, before: str) -> bool:
    """Tell whether letters show the form of a number, go on a list of letters, or are a version's."""
    if len(value) == 1:
        return _LETTER_OF.search(before) is not None
    if _LETTERS.fullmatch(value):
        return _MORE_LETTERS.match(text, span.end) is not None
    return _MASK.fullmatch(value) is not None or _TYPED.fullmatch(value) is not None


def _is_listed(text: str, span: Span, value: str) -> bool:
    """Tell whether a word, as it was meant, is one of a language, a format or a form."""
    folded = _as_meant(value)
    if _POINTED.fullmatch(value):
        plain = folded.replace(".", "")
        return plain in _WORDS or (plain in _SHORT_FORMS and _NUMBER_NEXT.match(text, span.end) is not None)
    if value == "Vin" or (folded in _NAMES_TOO and not value.isupper()):
        return False
    return folded in _WORDS or value.lower() in _WORDS


def _as_meant(value: str) -> str:
    """Return a word as it was before a scanner read it: "Mernber" and "CIaimant"."""
    inner = value[:1] + value[1:].replace("I", "l") if not value.isupper() else value
    return inner.lower().replace("0", "o").replace("1", "l").replace("rn", "m")


def _is_rare_capital(text: str, span: Span) -> bool:
    """Tell whether a word in capitals stands among words in small letters, and no name beside it."""
    around = [letter for letter in text[max(0, span.start - _AFTER) : span.end + _AFTER] if letter.isalpha()]
    if sum(map(str.isupper, around)) - (span.end - span.start) >= _MOST_CAPITALS * len(around):
        return False
    return re.match(r",? [A-Z][a-z]", text[span.end : span.end + 4]) is None
