"""Numbers and codes of things: paths, types, settings, fields and codes of standards, by form and by what is beside."""

import re
from dataclasses import dataclass, field

from schemas.spans import Span

_BEFORE, _AFTER, _AROUND = 80, 60, 300
_ANYTHING = re.compile(r"")


@dataclass(frozen=True, slots=True)
class Rule:
    """A value's whole form, what ends before it and what begins behind it; *around* stands anywhere near."""

    value: re.Pattern[str] = field(repr=False)
    before: re.Pattern[str] = _ANYTHING
    behind: re.Pattern[str] = _ANYTHING
    around: re.Pattern[str] = _ANYTHING

    def holds(self, text: str, span: Span, value: str) -> bool:
        """Tell whether a span with this value is such a thing's."""
        return (
            self.value.fullmatch(value) is not None
            and self.before.search(text, max(0, span.start - _BEFORE), span.start) is not None
            and self.behind.match(text, span.end, span.end + _AFTER) is not None
            and self.around.search(text, max(0, span.start - _AROUND), span.end + _AROUND) is not None
        )


def rule(value: str, before: str = "", behind: str = "", around: str = "", *, cased: bool = True) -> Rule:
    """Return the rule; *before* ends where the span begins, *cased* tells capitals from small letters."""
    flags = 0 if cased else re.IGNORECASE
    ends = rf"(?:{before})\Z" if before else ""
    return Rule(re.compile(value, flags), re.compile(ends, flags), re.compile(behind, flags), re.compile(around, flags))


#: Stands for a value that is elsewhere: a variable of Terraform, a workflow or a template, a place of a query.
_REFERENCE = (
    r"(?:var|local|module|data|each|secrets|vars|inputs|params|steps|matrix|github|process\.env|settings|config|env)"
    r"\.[A-Za-z_][\w.\[\]\"-]*"
)
_SQL_TYPE = (
    r"(?:n?(?:var)?char|varchar2?|bpchar|numeric|decimal|number|float|bit|varbinary|timestamp|datetime2?|time)"
    r" ?\(\d{1,4}(?:, ?\d{1,3})?\)|(?:u?int|float|bool|string|date|timestamp)\d{0,2}|AN \d{1,2}/\d{1,3}|"
    r"text\d?|[su]?(?:big|small|tiny)int"
)
_SOURCE = (
    r"(?:tsx|jsx|mjs|java|kt|php|cpp|hpp|scala|swift|sql|ya?ml|toml|conf|cfg|ini|xslt?|xsd|properties|proto|jar|gradle|"
    r"lock|parquet|avro|socket|dll|exe|whl|tgz|css|html|vue|json)"
)
_SHORT_SOURCE = r"(?:py|js|ts|rb|go|rs|cs|cc|sh|tf|so|gz|ex|exs|lua|pl|c|h|md)"
_UNIT = (
    r"(?:[mµunpk]?(?:g|L|l|mol|IU|U|Eq|kat)|10\*\d{1,2}|cells|copies)/(?:min/)?"
    r"(?:1\.73 ?m2|m2|d?L|d?l|m[Ll]|[uµ]L|k?g|mg|hr?|d|day|min|mmol|hpf)"
)
_OWNED = (
    r"\w*(?:id|ids|mrn|ssn|number|num|no|nr|acct|account|phone|fax|policy|zip|dob|record|chart|code|key|"
    r"member)[\"']?\s{0,3}[=:]"
)
_SETTING = (
    rf"(?:^|[\s,;{{(.\"'])(?:[\w-]+\.)*(?!{_OWNED})"
    r"(?:(?:max|min|total|avg|limit|default|batch|page|pool|chunk|window|retry|timeout|interval|threshold)_\w{1,40}|"
    r"(?:num|n)_\w{2,40}s|\w{1,40}_(?:count|limit|attempts|timeout|interval|size|retries|threshold|seconds|secs|ms|rows|"
    r"cap|seed|population))[\"']?\s{0,3}[=:]\s{0,3}[\"']?"
)
#: What pharmacies' claims are written in, whose fields have numbers: "302-C2".
_FIELDS = r"\b(?:BIN|PCN|NCPDP|D\.0|[Ss]egment|Cardholder ID|CARDHOLDER ID)\b"

#: Of whatever kind a value is said to be.
ANY = (
    rule(r"\$?\{{1,2} ?[\w.:-]+ ?\}{1,2}|%\(\w+\)s|\$\([\w.]+\)"),
    rule(_REFERENCE, r"[=:,(?]\s{0,20}"),
    rule(r"[A-Za-z_][\w.]*\([\w.]*=?", r"[A-Za-z_]="),
    rule(_SQL_TYPE, cased=False),
    rule(r"\$\d{1,2}|:[a-z]\w*", r"[=<>,(]\s?|\b(?:LIKE|IN|VALUES|AND|BETWEEN|like|in|and|between) ?\(?"),
    rule(r"\d{3}(?:'::\w+\)?)?", r"\bzip3?\"? ?(?:=|LIKE|like) ?'"),
    rule(_UNIT),
    rule(r"(?:(?:[YyDHhSs]{2,4}|[Mm]{2})[-/.:_ T]?){2,6}"),
)
NUMBERS = (
    rule(rf"(?!.*\d{{5}})/?(?:[\w.@+-]+/)*[A-Za-z][\w.@+-]*\.{_SOURCE}"),
    rule(rf"(?!.*\d{{5}})/?(?:[\w.@+-]+/)+[A-Za-z][\w.@+-]*\.{_SHORT_SOURCE}"),
    rule(rf"(?!.*\d{{5}})[A-Za-z][\w.@+-]*\.{_SHORT_SOURCE}", r"[\w.]/"),
    rule(
        r"(?:(?!.*\d{5})|(?=.*(?:cache|tmp|temp)/))/?(?:var|usr|opt|etc|tmp|srv|lib|proc|sys|dev|mnt|run|bin|build|dist|"
        r"src|node_modules)/[\w./@+-]+",
        r"[\s\"'(/=]",
    ),
    rule(r"\d{1,9}", _SETTING),
    rule(
        r"\d{1,7}",
        r"\b(?:ARG|ENV|export|--build-arg|set) [UG]ID=|\b(?:useradd|adduser|usermod) [^\n]{0,30}(?:-u|--uid) ",
    ),
    rule(r"\d{1,7}", r"\b[ug]id=|\bgroups=(?:\d+\([\w.-]+\),)*", r"\(\w"),
    rule(r"\d{1,2}-\d{1,3}", r"\b(?:age_?)?(?:band|range|bucket|bracket|decile|age_?group)[\"']?\s?[:=]{1,2}\s?[\"']?"),
    rule(r"T[AS]?\d{4}(?:\.\d{3})?", around=r"ATT&CK|MITRE|\bTTPs?\b|\bSigma\b|\bIOCs?\b"),
    rule(r"(?:CONF[-:])?\d{1,4}-\d{1,6}|CONF[-:][\d-]+", around=r"\bschematron\b|\bC-CDA\b|\bSHALL\b|\btemplateId\b"),
    rule(
        r"20(?:1707|2201|2301|2207|1310|1101)1|10\.\d|\d{1,2}\.\d",
        r"\bNCPDP (?:SCRIPT|Telecom|D\.0|FORMULARY)\s?\w{0,8}\s?",
    ),
    rule(
        r"(?:NM1|REF|CLM|SBR|PER|DMG|HI|SV[1-7]|N[1-4]|CAS|BHT|ISA|GS|ST)[01]\d(?: \d{1,4}){0,2}",
        around=r"\b(?:[Ll]oops?|[Ss]egments?|[Ee]lements?|[Qq]ualifier|TR3|5010|83[457]|27[0-8])\b",
    ),
    rule(r"[1-9]\d\d-[A-Z][A-Z0-9]", around=_FIELDS),
    rule(r"(?s:.*(?:\\[dswb](?:[+*?{)\]\\|]|\Z)|\[(?:A-Z|a-z|0-9|\^)|\(\?[:!=<]|\}\)).*)"),
    rule(r"\d{1,7}", r"(?:^|\n)[\w.-]+:[x*!]:(?:\d+:)?"),
    rule(r"\d{1,2}", r"\w = |\bto |, ", r";"),
    rule(r"\d{1,2}", r"\"(?:panels|targets|steps|nodes|items|choices|columns|fields|tasks)\"\s?:\s?\[\{\"id\"\s?:\s?"),
    rule(r"KB\d{6,8}", r"\b(?:see|article|articles|per|in|and|or|read) "),
    rule(r"(?:[0-9A-F]{2}:){5,}[0-9A-F]{2}", r"\b(?:SHA-?\d{1,3}|MD5)(?: [Ff]ingerprint)?[=: ]{1,2}"),
    rule(r"[\w.-]+", r"<(?:artifactId|groupId|version|packaging|scope|module|plugin|goal|phase)>"),
    rule(r"rfc-?\d{3,4}|x509|utf-?8|base64|sha-?\d{1,3}|md5|aes-?\d{3}|tls ?v?1\.\d|h2c?|ipv[46]", cased=False),
    rule(r"\d?\.\d+|1", r"[\"'](?:dev|train|test|val|eval|acc|loss|auc|f1)[\"']\s?:\s?"),
)
#: No day: nothing but noughts and nines.
NO_DAY = r"(?:0{1,4}|9{1,4})([-/.])(?:00|99)\1(?:0{2,4}|9{2,4})|0{8}|9{8}"
#: What the tagger alone takes for a number.
TAGGED = (
    rule(NO_DAY),
    rule(r"[0/.-]{4,}|[9/.-]{6,}"),
    rule(r"u \d{1,7}", r"\b(?:useradd|adduser|usermod) [^\n]{0,30}-"),
    rule(r"[1-9]\d\d", behind=r"-[A-Z][A-Z0-9]\b", around=_FIELDS),
    rule(r"[0-9a-fA-F]{2}(?: {1,2}[0-9a-fA-F]{2})*", r"(?:^|\n)[0-9a-fA-F]{4,16}:?\s[ 0-9a-fA-F]{0,60}"),
    rule(r"[0-9a-f]{7,12}\.\.[0-9a-f]{7,12}(?: \d{6})?"),
    rule(r"\d{1,5}(?:,\d{1,3})?", r"@@ -(?:\d+,\d+ \+)?"),
    rule(r"(?:ORA|PLS|TNS|SP2|RMAN|SQLSTATE)[- ]?\d{4,5}"),
    rule(r"\d{6,18}", r"(?:<<? ?|[:=^] ?|\b(?:MINUS|AND|OR) )", r" ?\|\w"),
    rule(r"[0-9a-f]{12}", around=r"\bCONTAINER ID\b|\bdocker\b"),
    rule(r"\d{1,12}", around=r"CURRENT-OFFSET"),
    rule(r"[A-TV-Z]\d[0-9A-Z]\.[0-9A-Z]{1,4}|[STVWXYMO]\d{2}[0-9A-Z]{3}[ADSGKP]"),
    rule(
        r"[A-TV-Z]\d[0-9A-Z]{1,5}",
        r"(?:^|[\n,|(\"'])[ ]?",
        r"[ ]?[,|)\"']",
        r"\bICD|\bicd|\bcode,(?:desc|name|title)",
    ),
    rule(r"[GHTXQVI]\.\d{2,4}(?:\.\d)?"),
    rule(
        r"(?:iPhone|iPad|SM-|Pixel ?|Galaxy ?|MacBookPro|vlan|eth|ens|wlan|kiosk|node|pod|disk|nvme|cpu|gpu|"
        r"cuda:?)[A-Z]?\d{1,4}[A-Z]?(?:,\d)?"
    ),
    rule(r"[\w-]{1,12}", r"[ ,;\[](?:printer|queue|slot|pool|shard|partition|codec)="),
    rule(r"[0-9a-f]{1,8}", r"[ ,;\[](?:tag|trace)="),
    rule(r"[1-5]\d\d \d{1,7}", r"(?:HTTP/[\d.]+\" |\d/-?\d+ |/[\w./?=&-]* )", r"(?:,\d{3})? (?:-|ms|[\d.]+)"),
    rule(r"[1-5]\d\d \d{1,7}", r"\"(?:GET|POST|PUT|HEAD|PATCH|DELETE|OPTIONS) /[^\s\"]*(?: HTTP/[\d.]+)?\" ", r"\s|\Z"),
    rule(r"\d{5}", r"\|(?:CG|CR|PY|AJ)\|"),
    rule(r"[A-Z]{2,4}\d{1,3}", r":[A-Z]{2,4}\d{1,3}/"),
)
