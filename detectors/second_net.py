"""What of a tagger's answer counts: its names and places most of all, its dates and numbers as a second net.

A model is surer than it is right. What a pattern or a caption says of a number's type stands above it; its own dates
and numbers cover, unless their shape or the word before says that they are none.
"""

import re
from dataclasses import dataclass, replace

from detectors.abbreviations import is_abbreviation
from detectors.gazetteers.lookup import Gazetteers, WordClass
from detectors.implausible import is_implausible
from detectors.parts import is_part
from detectors.patterns.endings import Ending
from detectors.spanish import is_everyday
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_MOST = 0.84  # Below what a recognizer calls likely.
_MOST_IN_NET = 0.45
_SURE_DATE = 0.8
_SURE_WORD = 0.8
_ENGLISH = int(WordClass.ENGLISH | WordClass.ENGLISH_COMMON | WordClass.CLINICAL)
_PERSONS = int(WordClass.FIRST | WordClass.SURNAME)
_COMMON_NAMES = int(WordClass.FIRST_COMMON | WordClass.SURNAME_COMMON)
_NAMES = int(WordClass.FIRST | WordClass.SURNAME | WordClass.CITY)
_DIGITS = 2
_REACH = 28
_TOKEN_REACH = 64
_SHORTEST_HANDLE, _SHORTEST_AT = 6, 7

# What numbers are that follow these words: codes, versions, measures.
_CODE_WORDS = r"""
    ndc cas ec un lot part p/n pn model protocol forms? pmid pubmed pmc doi payer catalog(?:ue)? cat taxonomy
    sha-?\d* md5 crc32 etag commit cpt hcpcs icd(?:-?10)?(?:-cm)? snomed loinc rxnorm rxcui gpi version ver iso
    iec din cfr usc error exit http port toner drum cable chip exon locus loci schedule amendment alarm cells?
    lines? primer settings build 510\(k\) release valueset oid concept specification standard rule section
    article chapter page figure table grade stage phase cycle dose range total net trend score concentration
    velocit\w+ eudract chr\w* gateway baud radio kit wells listener sheet atcc strain breakpoint filter plug
    max_tokens tokens created count wbc rbc billed documented coded coding bin pcn offset partition users
    budget limit edits? unii atc inchikey omim orpha hgnc uniprot pdb genbank ensembl isbn e?issn rfc cve sku plu item
    aisle battery batteries astm ansi nfpa aami pid rows? ttl timeout go hp mondo doid mesh chebi pp vol volume
    pages? epoch procedure sop hla dr dq rrid mim arxiv gtin upc ean asin product checksum hash checkmate
    keynote nvidia receiver drg http/1\.[01]
    """.split()
_CODED = Ending(
    rf"(?:\b(?:REF|(?i:{'|'.join(_CODE_WORDS)}))"
    r"(?:(?:[ _-]|(?=[A-Z]))(?i:no|nos|number|code|id|ct|set|type|concept|extension)\b)?"
    r"[\s:#.=(\"'\\-]*|\w\[|[<>≤≥~]\s?|"
    r"\b(?i:records|failed|count|rows|size|bytes|len|length|total|elapsed|duration|took|retries|attempts?|items|docs|"
    r"hits|lag|threads?|workers?|pid|lines?|skipped|processed)[\"']?[=:][\"']?\s?)\Z"
)
_NO_ID = re.compile(
    r"(?:nct\d{8}|rs\d{4,}|n[mpc]_\d+.*|ensg\d+|d\d{1,2}s\d{2,4}|c\.\d.*|\d+(?:_\d+)?(?:del|dup|ins)\w*|0x[0-9a-f]+|"
    r"[0-9a-f]{40}|[0-9a-f]{64}|https?.*|www.*|pmc\d+|rs\d+|"
    r"(?:chatcmpl|msg|req|run|call|toolu|resp|asst|thread|gpt|claude|llama|gemini)[-_].*|"
    r"(?:1-)?8\d\d-(?:222-1222|662-4357|273-8255|799-7233|656-4673|232-4636|633-4227|4-?cancer)|ndc[:#]?\d.*|"
    r"v?\d{1,2}(?:\.\d{1,3}){1,3}|\d{4,5}-\d{3,4}-\d{1,2}|\d{2,7}-\d{2}-\d|utf-?\d+|build .*|"
    r"sha-?\d+(?:[: ].*)?|[\w/-]*\d+(?:\.\d+){2,}(?: .*)?|[a-z]+\d*\*\d+(?::\d+)+\w?|w/\".*|rs256|hs256|"
    r"[\w-]+\.(?:py|js|ts|md|cfg|sh|html?|json|xml|csv|so|dll|txt)|99[2-4]\d\d(?:[-,/]\d+)*|\d{1,2}-\d{1,2}|"
    r"\d{1,3}/\d{1,3}|\d{1,4}\.\d{1,4}|"
    r"(?:cxr|us|ekg|ecg|ct|mri|x-?ray|wound|dexa|fig(?:ure)?|table|plot|screenshot|chart|slide|derm|fundus|echo|eeg|"
    r"emg)[_-]?\w*"
    r"\.[a-z0-9]{3,4}|\d+x\d+|"
    r"\d{1,2}w\d{1,2}(?: \d{1,2}w\d{1,2})*|[45]\d\ds|"
    r"ens[gtp]\d+|cve-\d{4}-\d+|"
    r"97[89][\d-]{9,15}|[a-z]\d{2}[a-z]{2}\d{2}|(?:go|hp|mondo|doid|mesh|chebi|omim|orpha|hgnc|rrid)[:_]\w+|"
    r"(?:keynote|checkmate|destiny|impower|monarch|paloma|monaleesa|impassion|javelin|solo|ariel|flaura|aura|alex|"
    r"beacon|ascend|codebreak|tropics|camn|empa|dapa|sprint|topcat)-?[a-z]*-?\d+|(?:cr|br|sr|lr)\d{3,4}|"
    r"[a-z]{14}-[a-z]{10}-[a-z]|u?int\d+|float\d+|varchar.*|(?:cpt|hcpcs|icd)\W?\w+|[hrse]\d{4}-\d{3}(?:-\d+)?|(?:19|20)\d\dt\d{4})",
    re.IGNORECASE,
)
#: The second of two codes that are compared: "DRG 291 downgraded to 293".
_SECOND_CODE = re.compile(r"\bDRG \d{3}\b[^.\n\d]{0,30}\Z", re.IGNORECASE)
_HOTLINE = re.compile(r"(?:nine[ -]one[ -]one|nine[ -]eight[ -]eight)\Z", re.IGNORECASE)
#: The time that begins a line of notes, or that somebody came or went at.
_CLOCK = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d")
_TIMED = Ending(
    r"(?:^|\n|[@~]|\b(?:disp(?:atched)?|arr(?:ived|ival)?|en ?route|on scene|tx|clear|@|at|drawn|given|around|about|"
    r"since|until|till|by|from|before|after|labs|vs|vitals|dose|rounds|shift|called|paged|ems|"
    r"sealed|tmrw|tomorrow|tonight|today|\d{1,2}[-./]\d{1,2}[-./]\d{2,4},?) )\Z",
    re.IGNORECASE,
)
#: What is cut out of a longer number, counts in hundreds or names a machine.
_NO_DATE = re.compile(
    r"[A-Za-z]{3,}\.? \d{3}|(?:two|three|four|five|six|seven|eight|nine) hundred\b.*|[A-Za-z]{3,}-\d{1,2}|"
    r"\d{1,2}/\d{1,3}/[-+]\d",
    re.IGNORECASE,
)
_DAY_OF_MONTH = re.compile(r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}-", re.IGNORECASE)
_STATION = re.compile(r"/[-+]\d")
#: A sentence that ends inside letters that stand apart, and the twins of one mother.
_NO_PROPER = re.compile(
    r"[a-z]\.\s+[A-Za-z](?:\s+[A-Za-z])+|(?:[A-D]\. )?(?i:twin) [A-D]|rayos X.*|"
    r"(?:WARN(?:ING)?|ERROR|INFO|DEBUG|FATAL)(?: [a-z]+)?|NOTICE|ALERT|IBAN|EDI(?: \w+)?|RPPS|BIPA|R[O0]I|"
    r"(?i:oye|buenas|hola|firmado|merci|bonjour|saludos|stmt|acct|oh lord|vez de .*|vía|coche|alba[nñ]il)|"
    r"whipple|nissen|fontan|bentall|kasai|"
    r"[xX*#_.\-]+|(?i:rfc|port|pid|code|rows?|line|item|level|iso|cve|table|figure|step|phase|tier|grade)[ -]?\d+|"
    r"[A-Z]{14}|(?i:null|none|nil|n/?a|json|xml|html|undefined|true|false|string)|\d{1,4}|.*\*.*"
)
_FILE = re.compile(r"\.(?:jpe?g|png|gif|heic|tiff?|bmp|webp|avi|mp4|mov|dcm|pdf|docx?|xlsx?|wav|mp3)\b", re.IGNORECASE)
_CODE_SHAPE = re.compile(r"\d{5}-\d{1,2}|G\d+P\d+.*|\d{5}-\d{3,4}-\d{1,2}|[A-Z]\d{4,}")
_UNIT = re.compile(
    r"\s?(?:%|°|(?:m[lg]|mcg|[dk]?g|lbs?|oz|[cmk]?m|mmhg|mmol|bpm|hz|j|v|ohms?|units?|iu|tabs?|caps?|yds?|yards?|ft|"
    r"laps|steps|"
    r"years?|yrs?|months?|weeks?|days?|hours?|hrs?|mins?|sec|s|pt|pts|french|fr|gauge|rpm|ms|kb|mb|gb|pages?|rows?|"
    r"times)\b)",
    re.IGNORECASE,
)
_DATE_WORD = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|ene|abr|ago|dic|mon|tue|wed|thu|fri|sat|sun|lun|mié|jue|"
    r"vie|sáb|"
    r"dom)[a-zé]*\b|\d(?:st|nd|rd|th)\b|\b\w+(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|"
    r"eleventh|"
    r"twelfth|teenth|tieth)\b|\b(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|"
    r"twelfth)\b|"
    r"\b(?:day|eve|christmas|easter|thanksgiving|ramadan|eid|passover|hanukkah|diwali|epiphany|halloween|navidad)\b",
    re.IGNORECASE,
)
_DATE_SHAPE = re.compile(r"\d{1,4}\s?[-/. ]\s?\d{1,2}(?:\s?[-/. ,]\s?\d{2,4})?(?:[T ].*)?|\d{6,14}.*|\d+\W+\w+\W+\d+.*")
_SPOKEN = re.compile(
    r"(?:(?:oh|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    r"seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|and|noventa|cien|"
    r"ciento|y|"
    r"uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve)[\s,-]*){2,}",
    re.IGNORECASE,
)
_OLD = re.compile(r"(?:9\d|1[01]\d)")
_WORD_AND_DAY = re.compile(r"[A-Za-z][A-Za-z01]{2,8}\.? \d{1,2}\b")
_HANDLE = re.compile(r"@?[A-Za-z][\w.-]*[_.\d][\w.-]*")
_NO_DATE_BEFORE = Ending(
    r"\b(?:va|vision|ratio|version|scale|pain|acuity|od|os|ou|score|insulin|bp|goal|inr|tempo|sets|max|model|tug|dgi|"
    r"strength|"
    r"grade|reflexes|gpt\S*|claude\S*|fitzpatrick|flacc|signal|oct|rom|grbas|ages?|aged|attempt=?|retry|"
    r"apgar)[\s:(]*\S{0,6}\s?\Z",
    re.IGNORECASE,
)
#: A weekday or an hour alone dates nothing.
_NO_DAY = re.compile(
    r"(?:(?:next|last|this|every|each|on|el|los|este|pr[oó]ximo) )?(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|"
    r"sat(?:ur)?|sun)(?:day)?s?|"
    r"(?:(?:el|los|este|pr[oó]ximo) )?(?:lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bados?|domingos?)|(?:a )?las "
    r"\d{1,2}(?::\d\d)?|"
    r"\d{1,2} de (?:5|10|100)",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"(?:\b(?:mon|m|lun)[a-z]*\s?(?:-|–|to|thru|through)\s?(?:th?u?r?s?|f|fri|sat|sun|vie|sáb)[a-z]*|"
    r"\bhours?\b[^\n.]{0,16})\W{1,3}\Z",
    re.IGNORECASE,
)
_MODEL = re.compile(r"(?:gpt|claude|llama|gemini|mistral|qwen|phi|command|titan|nova)-\w", re.IGNORECASE)
_RUN_BEFORE = re.compile(r"[\w./-]*\Z")
_RUN_BEHIND = re.compile(r"[\w./-]*")
_DECLARED = re.compile(r"\b(?:class \w+\(|extends |implements )\Z")
_CAMEL = re.compile(r"[a-z]+(?:[A-Z][a-z]+)+")
_VERSIONED = Ending(
    r"(?:\b(?:software|firmware|driver|version|build|release|agent|v|ver|model|sdk|api|rev)[\s:.]*|@|"
    r"[A-Z]{2,5}-\d+ \()\Z",
    re.IGNORECASE,
)
_NO_DATE_AFTER = re.compile(r"\s?(?:od\b|os\b|ou\b|h\b|pain|strength|at rest|bilat|mmhg|mg|ml|units?)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SecondNet:
    """Judges a tagger's spans; with the lists it knows ordinary words, without them only shapes."""

    gazetteers: Gazetteers | None = None

    def counted(self, text: str, span: Span) -> Span | None:
        """Return a span as it counts: with a score that rules surpass, or None where it is implausible."""
        if is_implausible(text, span, self._is_name):
            return None
        if span.type is IdentifierType.DATE:
            return _capped(span, _MOST_IN_NET) if _may_be_date(text, span) else None
        if span.type is IdentifierType.OTHER_ID:
            return _capped(span, _MOST_IN_NET) if _may_be_id(text, span) else None
        value = text[span.start : span.end]
        if not _may_be_proper(text, span, value) or (span.score < _SURE_WORD and self._is_ordinary(value)):
            return None
        named = span.type is IdentifierType.NAME
        if is_everyday(value, self._is_name) or (named and is_abbreviation(text, span, self._is_name)):
            return None
        return _capped(span, _MOST)

    def is_persons(self, word: str) -> bool:
        """Tell whether a word in small letters is a name and hardly anything else; without lists every word may be."""
        mask = self.gazetteers.mask(word) if self.gazetteers is not None else _COMMON_NAMES
        return bool(mask & _COMMON_NAMES) or (bool(mask & _PERSONS) and not mask & _ENGLISH)

    def _is_name(self, word: str) -> bool:
        """Tell whether a list of names holds a word; without lists every word may be one."""
        return self.gazetteers is None or bool(self.gazetteers.mask(word.lower()) & _NAMES)

    def _is_ordinary(self, value: str) -> bool:
        """Tell whether a value is a single word in lower case that texts write so."""
        if self.gazetteers is None or not (value.islower() and value.isalpha()):
            return False
        mask = self.gazetteers.mask(value)
        return bool(mask & _ENGLISH) and not mask & _NAMES


def _capped(span: Span, most: float) -> Span:
    return span if span.score <= most else replace(span, score=most)


def _may_be_proper(text: str, span: Span, value: str) -> bool:
    """Tell whether a name or place is more than a placeholder, a file or a piece of a code."""
    if _NO_PROPER.fullmatch(value):
        return False
    if _CAMEL.fullmatch(value) and (
        text[span.end : span.end + 2].startswith(("(", '":')) or text[span.start - 1 : span.start] == "."
    ):
        return False  # A function.
    if _DECLARED.search(text[max(0, span.start - _REACH) : span.start]):
        return False
    if _MODEL.match(text, span.start):
        return False
    if not any(map(str.isdigit, value)):
        return True
    token = _token(text, span)
    coded = value[-1].isdigit() and _is_coded(text, span)
    return not (coded or _FILE.search(token) or _CODE_SHAPE.fullmatch(token))


def _is_coded(text: str, span: Span) -> bool:
    return _CODED.search(text[max(0, span.start - _REACH) : span.start]) is not None


def _may_be_id(text: str, span: Span) -> bool:
    """Tell whether a number is more than a dose, a code or a piece of one."""
    value = text[span.start : span.end]
    if _SPOKEN.match(value):
        return not _HOTLINE.match(value) and not _UNIT.match(text, span.end)
    digits = sum(map(str.isdigit, value))
    if not digits or (digits < _DIGITS and not (_HANDLE.fullmatch(value) and len(value) >= _SHORTEST_HANDLE)):
        return False
    before = text[max(0, span.start - _REACH) : span.start]
    if (_CLOCK.fullmatch(value) and _TIMED.search(before)) or _SECOND_CODE.search(before):
        return False
    piece, start = _piece(text, span)
    told = is_part(text, start, max(span.end, start + len(piece)))
    if told or _NO_ID.fullmatch(piece) or (start < span.start and _CODED.search(text[max(0, start - _REACH) : start])):
        return False
    if digits < _SHORTEST_AT and text[max(0, span.start - 2) : span.start] == "@ ":
        return False
    token = _token(text, span)
    return not (
        _is_coded(text, span)
        or _NO_ID.fullmatch(token)
        or _NO_ID.fullmatch(value.strip("\"' .,;:"))
        or _UNIT.match(text, span.end)
        or "://" in token
    )


def _may_be_date(text: str, span: Span) -> bool:
    value = text[span.start : span.end]
    if _UNIT.match(text, span.end) or _NO_DAY.fullmatch(value) or _MODEL.match(_token(text, span)):
        return False
    if _is_cut(text, span) or (_NO_DATE.fullmatch(value) and not _DAY_OF_MONTH.match(value)):
        return False
    if not any(map(str.isdigit, value)):
        return _DATE_WORD.search(value) is not None or _SPOKEN.match(value) is not None
    shaped = span.score >= _SURE_DATE and (
        _DATE_WORD.search(value) or _DATE_SHAPE.fullmatch(value) or _OLD.fullmatch(value) or _WORD_AND_DAY.match(value)
    )
    before = text[max(0, span.start - _REACH) : span.start]
    if _VERSIONED.search(before) or _OPENING.search(before):
        return False
    if shaped and not _NO_DATE_BEFORE.search(before) and not _NO_DATE_AFTER.match(text, span.end):
        return True
    return len(value) >= _SHORTEST_AT and _may_be_id(text, span)


def _is_cut(text: str, span: Span) -> bool:
    """Tell whether a date is the rest of a version or a range ("4.0-5.6"), or an examination ("5/90/-1")."""
    glued = text[span.start - 1 : span.start] in (".", "-") and text[span.start - 2 : span.start - 1].isdigit()
    return (glued and span.start > 1) or _STATION.match(text, span.end) is not None


def _piece(text: str, span: Span) -> tuple[str, int]:
    """Return the run of letters, figures, dots, dashes and slashes that a span stands in, and where it begins."""
    before = _RUN_BEFORE.search(text, max(0, span.start - _TOKEN_REACH), span.start)
    behind = _RUN_BEHIND.match(text, span.end, span.end + _TOKEN_REACH)
    start = before.start() if before else span.start
    return text[start : behind.end() if behind else span.end].strip("./-"), start


def _token(text: str, span: Span) -> str:
    """Return the run without blanks that a span stands in, without the marks at its ends."""
    start, end = span.start, span.end
    least, most = max(0, start - _TOKEN_REACH), min(len(text), end + _TOKEN_REACH)
    while start > least and not text[start - 1].isspace():
        start -= 1
    while end < most and not text[end].isspace():
        end += 1
    return text[start:end].strip(".,;:()[]{}\"'<>")
