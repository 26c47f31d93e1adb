"""What no layer may redact, because the text beside it configures, describes or logs a machine: nobody's value.

Asked of spans alone, whoever found them; a customer's own lists and patterns are not asked. The names of what is
configured are in `configured`.
"""

import re
from collections.abc import Callable

from detectors.configured import names_thing
from detectors.machine_rules import ANY, NO_DAY, NUMBERS, TAGGED, rule
from detectors.structured.machine_accounts import is_machine
from detectors.trade_rules import NAMES as TRADE_NAMES
from detectors.trade_rules import NUMBERS as TRADE_NUMBERS
from detectors.trade_rules import TAGGED as TRADE_TAGGED
from detectors.trade_rules import in_list_of_codes
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_AFTER, _KEY = 60, 24
_WHOLE_NAME = 2
_WORDED = frozenset({IdentifierType.NAME, IdentifierType.GEO})
#: Of these kinds a path, a code or a setting may be taken for one; pictures and prints have paths of their own.
_NUMBERED = frozenset(
    {
        IdentifierType.OTHER_ID,
        IdentifierType.MRN,
        IdentifierType.HEALTH_PLAN,
        IdentifierType.ACCOUNT,
        IdentifierType.LICENSE,
        IdentifierType.DEVICE,
        IdentifierType.PHONE,
    }
)
#: Parameters of a test that a reader must refuse, and resources of FHIR that are of no patient.
_REJECTED = (
    r"(?s:(?:parametrize|ValueSource|CsvSource|\.each\().{0,300}(?:reject|invalid|impossible|malformed|raises)|"
    r"(?:reject|invalid|impossible|malformed)\w*.{0,300}(?:parametrize|ValueSource|CsvSource|\.each\())"
)
_IMPOSSIBLE = (
    r"\d{4}[-/.]?(?:(?:00|1[3-9]|[2-9]\d)[-/.]?\d\d|\d\d[-/.]?(?:00|3[2-9]|[4-9]\d)|02[-/.]?(?:29|30|31))|"
    r"\d\d[-/.](?:3[2-9]|[4-9]\d|00)[-/.]\d{4}|(?:1[3-9]|[2-9]\d|00)[-/.](?:1[3-9]|[2-9]\d|00)[-/.]\d{4}|"
    r"(?:02/(?:29|30|31)|3[01][./]02)[./]\d{4}"
)
_PUBLISHED = (
    r"\"(?:CapabilityStatement|ValueSet|CodeSystem|StructureDefinition|SearchParameter|OperationDefinition|ConceptMap|"
    r"ImplementationGuide|Questionnaire|Library|Measure|PlanDefinition|NamingSystem|StructureMap)\""
)
_DATES = (
    rule(r"\d{4}-\d\d-\d\d", r"<templateId[^>\n]{0,80}extension=[\"']"),
    rule(r"\d{4}-\d\d-\d\d(?:-preview)?", r"(?:\b|_|-)version[\"']?\s?[:=]\s?[\"']?", cased=False),
    rule(r"[0-9/]+", r"(?:Ethernet|GigE|Gi|Te|Fa|Eth|Port-channel|Serial)\d{0,3}/?"),
    rule(NO_DAY),
    rule(
        r"(?:0001|1900|1970|2099|9999)-(?:01-01|12-31)",
        r"\b(?:null|default|sentinel|missing|dummy|placeholder|epoch|minimum|maximum|end-of-time)\b[^.\n]{0,40}",
        cased=False,
    ),
    rule(_IMPOSSIBLE, around=_REJECTED),
    rule(_IMPOSSIBLE, r"\btest_\w+\["),
    rule(r".+", r"\bnot(?:Before|After|BEFORE|AFTER| Before| After)\s?[=:] ?"),
    rule(r"\d{4}\.\d\d(?:\.\d\d)?", r"\bindex[\"']?\s?[=:]\s?[\"']?[\w-]*-"),
    rule(r"[45]-[34]-[12]", around=r"\bNDC\b"),
    rule(r"\d{1,2}\.\d{1,2}", r"[\"'^~=<>@v]", r"\.\d{1,3}(?!\d)"),
    rule(r"\d{1,4}\.\d{1,2}(?:\.\d{1,2})?", r"[\w-](?<!dob)(?<!date)(?:==|>=|<=|~=|\^|@)[\"']?v?"),
    rule(r"[\dT:Z.+-]{10,30}", r"\"date\"\s?:\s?\"", around=_PUBLISHED),
    rule(r"\d{1,2}", r"\w = ", r";"),
    rule(r"(?i:eid|may|sun|sat|mar)", r"(?:^|[\s#?&,;(\[{\"'])", r"[\"']?[=:]\S"),
    rule(
        r"MAR",
        behind=r" (?:shows?|showed|review|not|documentation|hold|sheet|entry|signed|updated|charted|screen|icon)\b",
        cased=False,
    ),
)
#: Ages that bound what is computed or kept.
_AGES = (
    rule(
        r"\d{2,3}|ninety|one hundred",
        r"\b(?:valid(?:ated)?|keep|kept|drop(?:ped)?|exclud\w+|includ\w+|eligible|reject\w*|filter\w*|allowed|cap(?:ped)?|"
        r"top-?cod\w+|truncat\w+|clip\w*|reliable|accurate|derived|calibrated|defined|undefined)"
        r"(?: (?:it|if|only|when|for|rows|records|patients|ages|subjects|values|anything|anyone|all|at|in))* "
        r"(?:above|over|under|below|beyond|until|up to|past|>=?|<=?|older than|younger than)"
        r"(?: (?:the )?ages?)?(?: of)? ?",
        cased=False,
    ),
    rule(
        r"\d{2,3}|ninety|one hundred",
        r"\bages? (?:over|above|under|below|beyond|past|>=?|<=?|greater than|older than|up to) ",
        r"(?: years)?,? (?:are|is|were|must be|will be|get|gets) (?:rejected|dropped|excluded|capped|set|truncated|"
        r"kept|top-?coded|coded|flagged|allowed|masked|grouped|removed|clipped|reported as)\b",
        cased=False,
    ),
    rule(r"1[89]00", r"'", r"-01-01'"),
)
#: What the tagger or a list takes for a name: choices of one letter, calls, daemons, algorithms, frames of a trace.
_NAMES = (
    rule(
        r"[A-Z](?:, ?[A-Z]){2,}",
        r"\b(?i:no(?: letters?)?|not|without|except(?:ing)?|excluding|table|one of|sex|enum(?: \w+)?)\b"
        r"(?: \d{1,4})?(?: ?[:={])? ?(?:[A-Z], ?)*",
    ),
    rule(
        r"(?:MIN|MAX|SUM|AVG|COUNT|ABS|MOD|CEIL|FLOOR|RANK|LEAD|LAG|NTILE|CAST|TRIM|UPPER|LOWER|LEFT|RIGHT|MID|LEN)",
        behind=r"\(",
    ),
    rule(r"(?:Cron|Mail(?:er)?|Delivery|Print|Sync|Backup) ?Daemon|MAILER-DAEMON|Mail Delivery (?:Sub)?[Ss]ystem"),
    rule(r"Cron", behind=r" (?:<|job\b|Daemon)"),
    rule(r"(?:sha|hmac|aes|rsa|utf|iso|rfc)", behind=r"-?\d", cased=False),
    rule(
        r"(?:Jaro-?Winkler|(?:Damerau-?)?Levenshtein|Needleman-?Wunsch|Smith-?Waterman|Fellegi-?Sunter|Kolmogorov-?Smirnov|"
        r"Mann-?Whitney|Kruskal-?Wallis|Hosmer-?Lemeshow|Benjamini-?Hochberg|Shapiro-?Wilk|Diffie-?Hellman|Boyer-?Moore|"
        r"Rabin-?Karp|Runge-?Kutta|Newton-?Raphson|Nelder-?Mead|Box-?Cox|Yeo-?Johnson|Nelson-?Aalen|Cochran-?Armitage|"
        r"Bellman-?Ford|Floyd-?Warshall|Gale-?Shapley|Reed-?Solomon|Lempel-?Ziv|Kullback-?Leibler|Jensen-?Shannon|"
        r"Gram-?Schmidt|Metropolis-?Hastings|Mersenne Twister|Baum-?Welch|Mantel-?Haenszel)",
    ),
    rule(r"[A-Z]\w*[a-z][A-Z]\w*", behind=r" \([\w./@-]+\.\w{1,4}:\d+"),
    rule(
        r"[A-Z]\w+",
        r"(?:^|\n)[ \t]*(?://+|/\*\*?) ",
        r" (?:returns?|implements|wraps|computes|converts|parses|holds|represents|defines) "
        r"(?:the|a|an|true|whether|how|all)\b",
    ),
    rule(r"[A-Z][A-Z0-9]{0,3}", r"(?:^|\n|\^FS|\^XA)\^"),
    rule(r"DHCP[A-Z]+"),
    rule(r"(?:n?(?:var)?char2?|decimal|numeric|text|date|int|bit)", behind=r"\(\d", cased=False),
    rule(r"[A-Z][A-Z0-9-]+", behind=r"\s+PIC\s+S?[X9A]\("),
    rule(r"(?s:.*(?:\\[dswb](?:[+*?{)\]\\|]|\Z)|\[(?:A-Z|a-z|0-9|\^)|\(\?[:!=<]|\}\)).*)"),
    rule(r"[a-z]+", r"\s", r"/[a-z-]+ [1-5]\d\d \d"),
    rule(r"[A-Z]\w+", r"\bconfig :\w+, "),
)


#: Modules of a language, by where they are kept.
_LINKS = (rule(r"[\w.-]+(?:/[\w.~-]+)+", behind=r" v\d+\.\d"), rule(r"[\w.-]+(?:/[\w.~-]+)+", r"(?:^|\n)module "))
_BY_TYPE = {
    IdentifierType.URL: _LINKS,
    IdentifierType.IP: (rule(r"127\.\d{1,3}\.\d{1,3}\.\d{1,3}|0\.0\.0\.0|::1?"),),
    IdentifierType.BIOMETRIC: (
        rule(r"(?:[0-9A-F]{2}:){5,}[0-9A-F]{2}", r"\b(?:SHA-?\d{1,3}|MD5) [Ff]ingerprint[=: ]{1,2}"),
    ),
    IdentifierType.NAME: (*_NAMES, *TRADE_NAMES),
    IdentifierType.GEO: (*_NAMES, *TRADE_NAMES),
    IdentifierType.DATE: _DATES,
    IdentifierType.AGE: _AGES,
}
_ANYHOW = (*NUMBERS, *TRADE_NUMBERS)
_TAGGED = (*_ANYHOW, *TAGGED, *TRADE_TAGGED)
#: An account behind its key, also as `id` prints it: "uid=10001(mirth)".
_ACCOUNT = re.compile(r"(?:\d{1,7}\()?([A-Za-z][\w.-]*)\)?")
_USER_KEY = re.compile(
    r"(?:\b|_)(?:user(?:_?name)?|uid|gid|groups|login|account|owner|run_?as)[\"']?\s?[=:]\s?[\"']?\Z", re.IGNORECASE
)
_LETTERS = re.compile(r"[^\W\d_]{3,}")
_RUN_BEFORE, _RUN_BEHIND = re.compile(r"[\w-]*\Z"), re.compile(r"[\w-]*")
#: A pod of Kubernetes: its owner, the hash of a version or the minute of a job, five letters of an alphabet of its own.
_POD = re.compile(r"[a-z][a-z0-9-]*-(?:\d{8}|[bcdf-hj-np-tv-z2456789]{6,10})-[bcdf-hj-np-tv-z2456789]{5}")


def _is_pod(text: str, span: Span) -> bool:
    """Tell whether a span lies in the name of a pod."""
    before = _RUN_BEFORE.search(text, max(0, span.start - _AFTER), span.start)
    behind = _RUN_BEHIND.match(text, span.end, span.end + _AFTER)
    start, end = before.start() if before else span.start, behind.end() if behind else span.end
    return _POD.fullmatch(text, start, end) is not None


def is_of_machine(text: str, span: Span, is_persons: Callable[[str], bool]) -> bool:
    """Tell whether what stands beside a span, or its own form, shows a thing's value, and identifies nobody.

    *is_persons* as `configured.names_thing` asks it.
    """
    value = text[span.start : span.end]
    if any(rule.holds(text, span, value) for rule in (*ANY, *_BY_TYPE.get(span.type, ()))):
        return True
    if span.type in _WORDED:
        return names_thing(text, span, is_persons)
    named = sum(is_persons(word.lower()) for word in _LETTERS.findall(value.rpartition("/")[2]))
    if span.type not in _NUMBERED or named >= _WHOLE_NAME:
        return False  # Also a file that is called after somebody: "smith_john_1961.yaml".
    return _is_number_of_thing(text, span, value) or _is_service(text, span, value)


def _is_number_of_thing(text: str, span: Span, value: str) -> bool:
    """Tell whether a number or a code is a thing's; what the tagger alone says is doubted more."""
    rules = _TAGGED if span.recognizer == "ner" else _ANYHOW
    return any(rule.holds(text, span, value) for rule in rules) or _is_pod(text, span) or in_list_of_codes(text, span)


def _is_service(text: str, span: Span, value: str) -> bool:
    """Tell whether the account behind a key of users is a service's."""
    account = _ACCOUNT.fullmatch(value)
    keyed = _USER_KEY.search(text, max(0, span.start - _KEY), span.start) is not None
    return keyed and account is not None and is_machine(account[1])
