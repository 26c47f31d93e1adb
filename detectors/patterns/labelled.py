"""Numbers whose caption stands behind them: "220931 is his MRN", "W2209311 - subscriber number"."""

from collections.abc import Iterator, Sequence

from detectors.patterns.scanning import compile_latin, count_digits, is_word
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

SCORE = 0.9
_NUMBER = r"(?:no\.?|num(?:ber)?|nbr|id|code|\#)"
_LABELS = {
    IdentifierType.MRN: rf"mrn|m\.r\.n\.?|(?:medical record|chart|hospital|patient) {_NUMBER}|epi",
    IdentifierType.HEALTH_PLAN: (
        rf"(?:member|subscriber|policy|group|medicare|medicaid|insurance|plan member) {_NUMBER}|mbi"
    ),
    IdentifierType.ACCOUNT: (
        rf"(?:account|acct|guarantor|hospital account|statement|check|card) {_NUMBER}|acct|guarantor"
    ),
    IdentifierType.LICENSE: rf"npi|dea(?: {_NUMBER})?|(?:license|licence|cert(?:ificate)?) {_NUMBER}",
    IdentifierType.DEVICE: rf"serial(?: {_NUMBER})?|imei|udi",
    IdentifierType.OTHER_ID: (
        rf"(?:claim|case|order|confirmation|conf|booking|authori[sz]ation|auth|referral|visit|encounter|accession|"
        rf"specimen|"
        rf"prescription|rx|script|badge|employee|tracking|ticket|incident|docket|reference|ref|invoice|passport|"
        rf"subject|"
        rf"participant|study) {_NUMBER}|accession|csn"
    ),
}
_TYPES = tuple(_LABELS)
_LABELLED = compile_latin(
    r"\b([A-Z]{0,4}[-]?[0-9A-Z]*[0-9][0-9A-Z]*(?:[-/][0-9A-Z]{1,8}){0,3})"
    r"(?:\s?[(=\x1a:-]{1,2}>? ?|(?:,? (?:in|on) (?:the |her |his |my )?[a-z]{2,10}(?: [a-z]{2,8})?)?,? (?:(?:is|was|"
    r"its|it's|"
    r"it is|that's|thats|that is)|(?:written|listed|put|given|used|entered|written down|down|noted) as|as|for) )"
    r"(?:(?:the|her|his|my|their|our|your|a|pt'?s?|patient'?s|mom'?s|dad'?s|new|old|same) ){0,2}"
    "(?:" + "|".join(f"({label})" for label in _LABELS.values()) + ")"
    r"(?:[^a-z0-9]|$)"
)
_GATE = compile_latin(
    r"(?:is|was|its|it's|that's|thats|as|for|the|her|his|my|their|[(=\x1a:-]) ?(?:the |her |his |my |their )?(?:mrn|"
    r"m\.r\.n|medical rec|chart n|hospital n|"
    r"patient (?:n|i)|member|subscr|policy n|policy i|group n|medica|insur|plan mem|mbi|account|acct|guarant|statem|"
    r"check n|"
    r"card n|npi|dea|licen|cert|serial|imei|udi|claim|case|order|conf|booking|auth|referral|visit|encount|access|"
    r"specim|"
    r"prescr|rx|script|badge|employ|tracking|ticket|incident|docket|ref|invoice|passport|subject|partic|study|csn|epi)"
)
#: A caption that has a number of its own behind it says nothing of the one before.
_OWN = compile_latin(r"\s?[:=]|[\s:#=.)]{0,4}(?:is |are |no\.? )?[A-Z]{0,4}-?[0-9]")
_FEWEST = 4


class LabelledRecognizer:
    """Finds numbers that a word behind them names; amounts, counts and codes stay."""

    name = "labelled"

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each number without its caption."""
        latin = passage.latin
        if _GATE.search(latin) is None:
            return []
        return [Span(start, end, type_, SCORE, self.name) for start, end, type_ in _labelled(latin)]


def _labelled(latin: bytes) -> Iterator[tuple[int, int, IdentifierType]]:
    for found in _LABELLED.finditer(latin):
        start, end = found.start(1), found.end(1)
        value = found.group(1)
        mixed = not value.isdigit()
        enough = count_digits(value) >= (_FEWEST - 1 if mixed else _FEWEST)
        cut = start and (is_word(latin[start - 1]) or latin[start - 1 : start] in (b"$", b".", b"/", b"-", b"#"))
        if enough and not cut and len(value) > _FEWEST and _OWN.match(latin, found.end() - 1) is None:
            number = next(index for index in range(len(_TYPES)) if found.start(index + 2) >= 0)
            yield start, end, _TYPES[number]
