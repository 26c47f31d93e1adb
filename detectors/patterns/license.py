"""NPI, DEA and CLIA numbers, professional and driver licences, certificates of any sort (K)."""

from collections.abc import Iterator, Sequence

from detectors.context import Context
from detectors.patterns.captions import Caption, Captions, Strength
from detectors.patterns.checksums import is_dea, is_npi
from detectors.patterns.scanning import compile_latin, follows, only_digits, phrases, stands_alone
from detectors.patterns.states import STATE_CODES
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_LICENSE = IdentifierType.LICENSE
_PROFESSIONS = (
    "rn|lpn|lvn|np|pa-c|pa|crna|cnm|md|do|dds|dmd|dvm|od|dc|dpm|lcsw|lmsw|lpc|lmft|psyd|psychologist|pharmacist|rph|"
    "pharmd|rt|arrt|emt(?:-[a-z])?|"
    "paramedic|slp|ot|pt|vet|nurse|physician|doctor|state|medical|professional|dental|pharmacy|nursing|driver'?s?|"
    "drivers|contractor|real estate|"
    "foster home|pilot|business|firearms?|cosmetology|teaching|marriage|liquor|fishing|hunting|boating|"
    "commercial driver'?s?|ohio|california|texas|florida|ny"
)

CAPTIONS = (
    Caption(
        _LICENSE,
        Strength.STRONG,
        (
            *phrases(r"""
        national provider id(?:entifier)?; us-npi; caqh(?: (?:id|no|number|#))?; dea; d e a; drug enforcement
        admin(?:istration)? reg; x-waiver; clia; lic(?:en[cs]e)? (?:no|nr|num|number|#); lic no; dl (?:no|#|number)?;
        cdl; driver'?s? lic(?:en[cs]e)?; csr; ahpra(?: reg)?; gmc; nmc(?: pin)?; lanr; cpso; cslb; foid; bar no;
        notary public commission no; notary commission; notary bond;
        abim cert; board certificate number; certificate (?:no|number); cert
        (?:no|number|#); permit (?:no|number|#); pharmacy permit no; marijuana card no; führerschein; carnet de
        conducir; licencia(?: de conducir)?; permis de conduire; c[eé]dula profesional; arrt; deaNumber; driver
        ?licen[cs]e
    """),
            rf"(?:{_PROFESSIONS}) lic(?:en[cs]e)?",
        ),
    ),
    Caption(
        _LICENSE,
        Strength.WEAK,
        phrases(r"""
        npi; npl; licen[cs]e; lic; l1c; cert(?:ificate|ification)?; rph; lcsw; registration no;
        certified interpreter no;
        medical marijuana card; controlled substance reg; bls card; acls(?: provider)?; pilot certificate; permit;
        psychologist lic; rn lic; suffix for resident; license scanned; licence \(uk\); qualification; credential id;
        provider id
    """),
    ),
    Caption(
        _LICENSE,
        Strength.NUMBERED,
        phrases(r"""
        license(?: plate)?; commission; bar; credential; provider; interpreter; registration; reg
    """),
    ),
)
_NPI = compile_latin(r"[12][0-9]{9}")
_DEA = compile_latin(r"[ABCDEFGHJKLMNPRSTUX][A-Z9][0-9]{7}")
_CLIA = compile_latin(r"[0-9]{2}D[0-9]{7}")
_GATE = compile_latin(r"[0-9]{7}")
#: A number with the letters of its board: "licensed psychologist (CA PSY 30771)", "DDS, lic DENT-D 2218".
_BOARD = compile_latin(
    r"\b(?i:licensed|licence|license|lic)\b\.?(?:(?: [a-z]+){0,3} \((?:[A-Z]{2} )?|(?i: ?no\.?| ?#)?[: ]{1,2})"
    r"([A-Z]{1,5}(?:-[A-Z]{1,3})? #?[0-9]{4,7})\b",
    ignore_case=False,
)
_STATE_BOARD = compile_latin(
    rf"\b(?:{STATE_CODES}) ((?:PSY|MFC|LCS|LCSW|LMFT|LPC|LPCC|RCP|DDS|DVM|PHY|RPH|PTA|OTR|SLP)[ -]?#?[0-9]{{4,6}})\b",
    ignore_case=False,
)
#: "the state site shows LVN 228014", "EMT-P P33071"; a nurse's telephone has five figures.
_TITLED = compile_latin(
    r"\b((?:RN|NP|RRT)[ #:]{1,2}[0-9]{6,9}|(?:LVN|LPN|APRN|CRNP|CRNA|CNM|CNA|CPhT|RPh|RPH|RCP|LCSW(?:-C)?|LMSW|LMFT|"
    r"LPC|PA-C|EMT(?:-[A-Z])?|NREMT|NCCPA|NBCOT|ARRT|ASHA|IBCLC|DONA|DRE|CSLB)[ #:]{1,2}[A-Z]?-?[0-9]{5,9})\b",
    ignore_case=False,
)
_TITLE_BEHIND = compile_latin(
    r"\b([0-9]{2,3}[ -]?[0-9]{3,4}[ -](?:LVN|LPN|APRN|CRNA|RPH|RPh|RCP|LCSW|LMFT))\b", ignore_case=False
)
#: How California numbers its physicians.
_PHYSICIAN_NUMBER = compile_latin(r"\b(?:MD|DO|M\.D\.|physician),? ([ACG] ?[0-9]{5,6})\b", ignore_case=False)
#: "Pharmacist in charge: PS 44718 (FL)".
_OF_STATE = compile_latin(
    r"\b(?i:pharmacist|nurse|therapist|physician|dentist|psychologist|counselor|social worker|technician|midwife|"
    rf"chiropractor|optometrist|dietitian|paramedic|interpreter)\b[^.\n0-9]{{0,32}}?[ :,]"
    rf"([A-Z]{{1,4}}[ -]?[0-9]{{5,8}}),? "
    rf"\(?(?:{STATE_CODES})\b",
    ignore_case=False,
)
_SUFFIX = compile_latin(r"-[A-Z]?[0-9]{1,5}\b")
_RANGE = compile_latin(r"[0-9]{1,4}\.[0-9]{1,2}-[0-9]{1,4}(?:\.[0-9]{1,2})?")
_YEAR = compile_latin(r"(?:19|20)[0-9]{2}")
_IN_YEAR = compile_latin(r"\b(?:in|since|until|from|of|by|after|before) $")
#: A deciliter: "mg/dL", "protein_mg_dl".
_PER_DL = compile_latin(r"(?:/ ?|(?:[mnpku]|mc)?(?:g|mol|eq|iu|u)[_-])dl[^a-z]{0,8}$")
_REVERSED = compile_latin(r"\b(?:attending|provider|rendering|physician)?([12][0-9]{9})[ ^&|~]{0,6}npi\b")
_NPI_OF = compile_latin(r"\bnpi\b[^0-9\n.;]{1,40}([12][0-9]{9})\b")
_PHYSICIAN = Context(
    phrases(r"""
        md; do; np; pa-c; dds; dr; provider; physician; prescriber; attending; npi; signed; e-signed; rendering;
        referring
    """)
)


class LicenseRecognizer:
    """Finds licences behind their captions, and NPI, DEA and CLIA numbers by form and check digit."""

    name = "license"

    def __init__(self) -> None:
        self._captions = Captions(CAPTIONS)

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each number without its caption."""
        latin = passage.latin
        found = self._captions.spans(passage, self.name)
        spans = [span for span in found if not _is_range(latin, span)]
        if _GATE.search(latin) is not None:
            spans += [Span(start, end, _LICENSE, 0.99, self.name) for start, end in _checked(latin)]
        boards = [
            found
            for pattern in (_BOARD, _STATE_BOARD, _TITLED, _TITLE_BEHIND, _PHYSICIAN_NUMBER, _OF_STATE)
            for found in pattern.finditer(latin)
        ]
        boards = [found for found in boards if _YEAR.fullmatch(found.group(1).split(b" ")[-1]) is None]
        return spans + [Span(found.start(1), found.end(1), _LICENSE, 0.95, self.name) for found in boards]


def _is_range(latin: bytes, span: Span) -> bool:
    """Tell whether a value is a year, or a range of normal values behind a unit that looks like a caption ("g/dL")."""
    if _YEAR.fullmatch(latin, span.start, span.end) and follows(_IN_YEAR, latin, span.start, 8):
        return True
    return _RANGE.fullmatch(latin[span.start : span.end]) is not None or follows(_PER_DL, latin, span.start, 16)


def _checked(latin: bytes) -> Iterator[tuple[int, int]]:
    for found in _NPI.finditer(latin):
        start, end = found.start(), found.end()
        if (
            stands_alone(latin, start, end)
            and is_npi(only_digits(found.group()))
            and _PHYSICIAN.near(latin, start, end)
        ):
            yield start, end
    for pattern in (_REVERSED, _NPI_OF):
        for found in pattern.finditer(latin):
            yield found.start(1), found.end(1)
    for found in _DEA.finditer(latin):
        start, end = found.start(), found.end()
        if stands_alone(latin, start, end) and is_dea(found.group().decode("latin-1")):
            suffix = _SUFFIX.match(latin, end)
            yield start, suffix.end() if suffix else end
    for found in _CLIA.finditer(latin):
        if stands_alone(latin, found.start(), found.end()):
            yield found.start(), found.end()
