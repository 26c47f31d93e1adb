"""Codes of those who bill, test, stock and staff: payers, laboratories, pharmacies, rosters and empty forms.

They are told by form and by what is beside, as in `machine_rules`, whose rules they are.
"""

import re

from detectors.machine_rules import rule
from schemas.spans import Span

_HOUR = r"(?:[01]\d|2[0-3])(?:00|15|30|45)"
_SHIFT = rf"{_HOUR} ?[-–] ?{_HOUR}"
_ROSTER = (
    r"(?i:\b(?:shifts?|charge|cna|lpn|rns?|pct|days|eves?|evenings?|nights?|staffing|float|on[- ]call|roster|hours)\b)"
)
_EDI = r"\b(?:edi|EDI|x12|X12|00[45]010X?\d{0,3}|ERA|[Cc]learing ?house)"
_TRANSACTION = r"(?:27[01678]|83[457]|82[04]|99[79])[PID]?"
_HEMOGLOBIN = r"(?:[A-Z]\d?|Lepore|Barts?|Constant Spring|Köln|Zürich|Hasharon|G-Philadelphia|D-Punjab|O-Arab)"
_SEPARATED = r"(?:, ?(?:and |or )?| and | or | ?/ ?)"
_GROUP = r"(?:ABO|Rh|MNS|Kell|Duffy|Kidd|Lewis|Lutheran|Diego|Colton|Dombrock|Cartwright|Scianna|Gerbich|Knops|Cromer)"
_ANSWER = r"(?:Right|Yes|Yeah|Yep|No|Nope|OK|Okay|Correct|Exactly|Agreed|Sure|So|Code|Dx|Diagnosis|Also|And|Plus|Then)"
_OFFICE = r"(?i:order(?:able)?|test|charge|billing|service|item|menu|procedure|revenue|dept|modality)"

_UNCAPTIONED = (
    r"(?i:(?<!code)(?<!code:)(?<!pin)(?<!pin:)(?<!mrn)(?<!mrn:)(?<! id)(?<! id:)(?<! is)(?<!no\.)(?<!number:))"
)
_PAYER = r"(?i:payer|payor)(?:['’]s)?[ _-]?(?i:ids?|no\.?|number|code|#)"
_TOLD = r"\b(?:tty|tdd|relay|dial|call|text|crisis|lifeline|hotline|safety plan|llame al?|marque(?: el)?)\b"
_TYPED = r"(?:antigens?|blood groups?|antibod(?:y|ies)|phenotypes?|neg(?:ative)? (?:units|cells|blood)|systems?)"

#: Of whatever recognizer.
NUMBERS = (
    rule(rf"(?:{_TRANSACTION}1?|[PID])(?:[ -]?00[45]010X\d{{3}}(?:[AE]\d){{0,2}})", cased=False),
    rule(
        rf"{_TRANSACTION}1?",
        r"[\"']?(?i:era|claims?|remit\w*|elig\w*|edi|transactions?|x12|ack\w*|auth|enrol\w*|formats?|status|remittance)"
        r"[\"']?\s?[:=]\s?\[?[\"']?",
        around=_EDI,
    ),
    rule(
        r"[A-Z0-9]{5}",
        rf"\b{_PAYER}(?: ?(?:is|was|:|=|#))? ?(?: ?\([\w ]{{2,24}}\):? ?)?",
    ),
    rule(
        r"[A-Z0-9]{5}",
        rf"\b{_PAYER} (?:for|of|on|at|through|via|with) [\w ]{{2,30}}(?: is| was|:|=) ?",
    ),
    rule(r"(?:[A-Z][a-z]{2,11} v?20\d\d\.[1-9](?:\.\d{1,3})?|v?20\d\d\.[1-9])", behind=r"(?!\d|[./-]\d)"),
    rule(r"v\d{1,3}(?:\.\d{1,5}){1,4}"),
    rule(r"(?i:pg|page|sheet)\.? ?[\dlIO]{1,3} ?(?:[O0o][Ff]|/) ?[\dlIO]{1,3}"),
    rule(r"5[12]50", behind=r" (?:holds?|psych|# ?[A-Z]?)"),
    rule(r"\d", r"(?:^|\n)\|? ?", r" ?\|"),
)
#: What the tagger alone takes for a number.
TAGGED = (
    rule(rf"(?:[A-Z]{{1,3}}\d? ?|(?i:days?|eves?|evenings?|nights?|noc) ){_SHIFT}", around=_ROSTER),
    rule(_SHIFT, around=_ROSTER),
    rule(rf"(?:[A-Z]{{1,3}}\d? ?)?{_HOUR}", behind=rf" ?[-–] ?{_HOUR}\b(?!-)", around=_ROSTER),
    rule(rf"[-–]? ?{_HOUR}", rf"(?<![\d-]){_HOUR} ?[-–]? ?", r"(?![-\d])", _ROSTER),
    rule(
        r"(?:(?i:use|now|order|to) )?[A-Z]{0,4}\d{2,6}",
        rf"\b{_OFFICE} (?i:codes?) [A-Z]{{0,4}}\d{{2,6}}\b[^.\n\d]{{0,40}}[, ]",
    ),
    rule(
        r"(?:0 )?1 2 3(?: 4(?: 5(?: 6(?: 7(?: 8(?: 9(?: 10)?)?)?)?)?)?)?(?: +[LR](?: ?/ ?[LR])?)?",
        rf"{_UNCAPTIONED} {{1,4}}",
        r"(?! ?\d)",
        r"\[ ?\]|[Cc]ircle|_{3,}|☐|\b[Ss]cale\b",
    ),
    rule(
        r"[2-8]11|988",
        rf"(?i:{_TOLD}[^\n\d]{{0,24}}(?<!\bx)(?<!ext )(?<!ext\. )(?<!ension )(?<!code )(?<!room )(?<!unit ))",
    ),
)
#: What a list or the tagger takes for a name: blood groups, kinds of haemoglobin, answers, tiers of a plan.
NAMES = (
    rule(
        rf"{_HEMOGLOBIN}(?:{_SEPARATED}{_HEMOGLOBIN})*",
        rf"\b(?:Hb|Hgb|[Hh]a?emoglobins?)s? (?:{_HEMOGLOBIN}{_SEPARATED})*",
    ),
    rule(rf"{_GROUP}(?: ?/ ?{_GROUP})*", rf"\b{_GROUP} ?/ ?"),
    rule(rf"{_GROUP}(?: ?/ ?{_GROUP})*", behind=rf" ?/ ?{_GROUP}\b"),
    rule(
        rf"{_GROUP}(?:, {_GROUP})*(?:,? (?:and|or) {_GROUP})?",
        behind=rf"(?:{_SEPARATED}{_GROUP})* {_TYPED}\b",
    ),
    rule(rf"{_ANSWER},? (?:and |it's |that's )?[A-TV-Z]", behind=r"\d{2}(?:\.\w|\b)"),
    rule(r"OK|Okay|Ok|Right|Yes|Yeah|Yep|Nope|Correct|Exactly|Thanks|Gracias|Sí|Teléfono", behind=r"[.,!?]"),
    rule(
        r"(?:Tier|TIER|Phase|Band|Wave|Cohort|Level)s?",
        behind=r" (?:\d{1,2}\b(?!\d)|[IVX]{1,3}\b|(?:one|two|three|four|five|six)\b)",
    ),
)

_LONGEST = 600
_LISTED_KEY = re.compile(
    r"[\"'](?:\w*(?:prior_?auth\w*|pre_?auth\w*|precert\w*|pa_?required|requires_?\w+|not_?covered|excluded|covered|"
    r"bundled|carve_?outs?)|\w*(?:(?:hcpcs|cpt|icd\w*)(?:_?codes?)?|procedures?|(?:procedure|service|billing|charge|drug|j)_?codes?)|codes)"
    r"[\"']\s*:\s*\[\Z",
    re.IGNORECASE,
)
_OWN_KEY = re.compile(r"(?:numbers?|nos?|ids?|refs?)[\"']\s*:\s*\[\Z", re.IGNORECASE)
_ITEM = re.compile(r"[A-V]\d{4}|[0-9]{5}|\d{4}[TFUM]|[A-TV-Z]\d[0-9A-Z](?:\.?[0-9A-Z]{1,4})?")


def in_list_of_codes(text: str, span: Span) -> bool:
    """Tell whether a span is an item of a list in JSON whose key and whose every item are those of procedures."""
    opened = text.rfind("[", max(0, span.start - _LONGEST), span.start)
    closed = text.find("]", span.end, span.end + _LONGEST)
    if opened < 0 or closed < 0:
        return False
    key = text[max(0, opened - 60) : opened + 1]
    if _LISTED_KEY.search(key) is None or _OWN_KEY.search(key) is not None:
        return False
    items = [item.strip(" \t\r\n\"'") for item in text[opened + 1 : closed].split(",")]
    lettered = any(item[:1].isalpha() for item in items) or not key.lower().rstrip(" :[\"'").endswith(("auth", "ed"))
    return lettered and all(_ITEM.fullmatch(item) for item in items)
