"""Medical record, chart and hospital numbers (H), and health plan, policy and group numbers (I)."""

from collections.abc import Iterator, Sequence

from detectors.context import Context
from detectors.patterns.captions import Caption, Captions, Strength
from detectors.patterns.plans_told import plans_told
from detectors.patterns.scanning import compile_latin, follows, phrases, stands_alone
from detectors.patterns.values import is_plausible, read_value
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_MRN, _PLAN = IdentifierType.MRN, IdentifierType.HEALTH_PLAN

CAPTIONS = (
    Caption(
        _MRN,
        Strength.STRONG,
        phrases(r"""
        mrn; mrns; m r n; m\.r\.; empi; medical record(?: number)?; med rec(?: (?:no|num|number))?; patient ?id; pt ?id;
        patid; urn (?:no|number|#|id); u\.r\.n; ur number; nhc; n(?:úmero de )?historia cl[ií]nica; historia
        cl[ií]nica; emr ?(?:id|no|number); ehr id; hospital (?:number|no|id); hosp no; enterprise id; (?:facility
        )?patient number; pid-3; krankenakte; dossier médical; expediente clínico; dicom patient ?id; downtime number;
        mpi; epi; cpi number; 0010,0020\)?; patient identifier
    """),
    ),
    Caption(
        _MRN,
        Strength.WEAK,
        phrases(r"""
        charts?; record; mr; wrist ?band(?: reads| code)?; arm ?band; bracelet; patient (?:no|num|#); pt
        (?:no|num|number|#); dental chart; expediente; hosp; hospital; unit no; clinic number; health record; rec no;
        scan wristband code; result filed to; bracelet reads; band
    """),
    ),
    Caption(
        _MRN,
        Strength.NUMBERED,
        ("unit", "clinic", "ur", "enterprise", "facility", "folder", "casenote", "file", "practice"),
    ),
    Caption(
        _PLAN,
        Strength.STRONG,
        phrases(r"""
        member(?:ship)? ?(?:id|#|no|num|number); mem id; memberid; subscriber(?: ?(?:id|no|num|number))?; mbi;
        medicare beneficiary identifier; medicare(?: (?:claim )?(?:no|number|num|#|id)); hicn?; medicaid(?:
        (?:no|number|id|#)); medi-cal; group (?:no|num|number|id|#); grp(?: (?:no|#))?; rx ?grp; rx ?group; policy
        (?:no|num|number|id|#); certificate holder; edipi; dod (?:id|benefits?)(?: (?:no|number))?; champva(?: card)?;
        tricare id; rrb(?: number)?; insurance (?:id|no|number|#); insurnace id; ins id; plan
        (?:id|no|number|#|member); kv-?nr; versicherten-?(?:nummer|nr); krankenversicherten-?(?:nummer|nr); ramq;
        nir; ins pol(?: (?:no|#))?; pol (?:no|#); pol[ií]za no;
        n[oºúm.]* de (?:afiliaci[oó]n|p[oó]liza|seguro
        m[eé]dico); p[oó]liza; ohip; ihi; nhs (?:no|number); carte vitale; sub ?grp; subgroup; benefit
        (?:no|number|card); beneficiary (?:id|no|number); dependant suffix; dependent suffix; optum id; delta id; prc
        id; trust fund id; wic id; chip id; cert no; id ?card no; recipient (?:id|no)?; title xix recipient
    """),
    ),
    Caption(
        _PLAN,
        Strength.WEAK,
        phrases(r"""
        group; member; medicare; medicaid; policy; mbr; insured; insurance; plan; tricare; champva card; gold plus;
        railroad medicare; contract; medicare \(au\); snap case holder benefit card; benefit card; vision plan; dep;
        grupo; carrier; recipient; accident policy; card front; blue card; insurance card; seguro
    """),
    ),
    Caption(
        _PLAN,
        Strength.FAINT,
        phrases(r"""
        bcbs(?: [a-z]{2})?; bc/bs; blue cross(?: blue shield)?; aetna; cigna; humana; uhc; unitedhealthcare; molina;
        kaiser;
        anthem; state farm; geico; progressive; allstate; usaa; nationwide; liberty mutual; travelers; farmers; vsp;
        eyemed;
        davis vision; delta dental; metlife; guardian; premera; regence; highmark; carefirst; wellcare; ambetter; oscar;
        caresource; healthfirst; fidelis; medica; healthpartners; harvard pilgrim; geisinger; aarp; optum; centene;
        mutual of omaha; united american; bankers life; physicians mutual; transamerica; aflac; emblemhealth;
        hmsa; carelink; kidcare; peachcare; masshealth; tenncare; soonercare; badgercare; husky [a-d]; ahcccs;
        dr\.? dynasaur; apple health; medi-?cal; connecticare; priority health; amerihealth;
        amerigroup; magellan; sun life; manulife; green shield; desjardins; medavie; pacific blue cross; vhi; bupa;
        aok; barmer; dak; ikk; techniker; sanitas; adeslas; mapfre; asisa; seguro popular
    """),
    ),
)
#: Number of a Medicare card: position by position, without S, L, O, I, B and Z.
MBI = (
    r"[1-9][AC-HJKMNP-RT-Yac-hjkmnp-rt-y][AC-HJKMNP-RT-Yac-hjkmnp-rt-y0-9][0-9][-\x1a ]?[AC-HJKMNP-RT-Yac-hjkmnp-rt-y]"
    r"[AC-HJKMNP-RT-Yac-hjkmnp-rt-y0-9][0-9][-\x1a ]?(?:[AC-HJKMNP-RT-Yac-hjkmnp-rt-y]{2} ?[0-9]{2})"
)
_BARE_ID = compile_latin(r"\b[il]d(?: (?:is|no|number|card))?[\s:#]{1,3}")
_PAYER = compile_latin(r"\b(?:payer|payor|plan|sender|source|receiver|trace) $")
_INSURANCE = Context(
    phrases(r"""
        insurance; ppo; hmo; epo; plan; grp; group; elig; rx ?bin; bin; pcn; rx ?grp; member; subscriber; medicare;
        medicaid; blue
        cross; bcbs; aetna; cigna; humana; uhc; kaiser; anthem; coverage; health card; card front; older card;
        insurnace
    """)
)
_HISTORY = compile_latin(r"\bH\.?C\.?(?: No\.?)?[ :#]{1,3}([0-9]{6,12})\b", ignore_case=False)
#: Who of the family a card is for: "Dependent 02 under member ID W2209", "dep code: 01".
_DEPENDANT = compile_latin(
    r"\b(?:dep(?:endent|endant)?s?\.?(?: (?:code|suffix|no\.?|number|seq(?:uence)?|#))*|"
    r"(?:subscriber|member|sub|spouse|dependent|id)\b[^.;\n]{0,32}?\b(?:suffix|sfx)|person code)[\s:#]{1,2}-?(0[0-9])\b"
)
_MBI = compile_latin(MBI)
#: The number of a veteran, in one piece or as it is read out.
_VETERAN = compile_latin(r"\b([0-9]{4} ?[0-9]{3} ?[0-9]{3} ?V ?[0-9]{3} ?[0-9]{3})\b", ignore_case=False)
#: The number of a Quebec card: of the name, the day of birth and the sex.
_QUEBEC = compile_latin(
    r"\b(?:ramq|carte soleil|assurance[- ]maladie)\b[^0-9\n]{0,16}?"
    r"\b([A-Z]{4} ?[0-9]{4} ?[0-9]{4})\b"
)
_REACH = 48
_VERSION = compile_latin(r"v[0-9]{1,3}(?:\.[0-9]{1,4}){1,3}|[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{1,3}")
#: A plan on offer ("Humana Gold Plus H5216-044"), a payer's policy on what it covers, a procedure behind its name.
_CONTRACT = compile_latin(r"[HRSE][0-9]{4}-[0-9]{3}(?:-[0-9]{1,3})?")
_PUBLISHED = compile_latin(
    r"\b(?:medical|clinical|coverage|reimbursement|payment|drug|privacy|pharmacy|corporate|written|this|our) "
    r"polic(?:y|ies)(?: (?:no\.?|number|id|on|for))?[\s:#]{1,2}$"
)
_REVISED = compile_latin(r",? (?:\(?rev(?:ision|ised|\.)?|version|v[0-9]|section|sec\.|\xa7|states|requires|says)\b")
_YEARS = compile_latin(r"(?:19|20)[0-9]{2}[-/](?:(?:19|20)?[0-9]{2})")
_PROCEDURE = compile_latin(r"[A-V][0-9]{4}|99[2-4][0-9]{2}|784[0-9]{2}")
_COVERED = compile_latin(
    r"\b(?:medicare|medicaid|tricare|plan|insurance|insured|bcbs|aetna|cigna|humana|uhc|anthem|kaiser|blue cross|mpi) $"
)
_YEAR = compile_latin(r"(?:19|20)[0-9]{2}")
_NO_ID_BEFORE = compile_latin(r"\b(?:epi|mpi|plan|policy|group|contract|insurance|medicare|medicaid|recipient) $")


class RecordRecognizer:
    """Finds record and plan numbers behind their captions, and Medicare numbers by their form."""

    name = "record"

    def __init__(self) -> None:
        self._captions = Captions(CAPTIONS)

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each number without its caption."""
        latin = passage.latin
        spans = [span for span in self._captions.spans(passage, self.name) if not _is_version(latin, span)]
        spans += [Span(start, end, _PLAN, 0.99, self.name) for start, end in _medicare(passage.latin)]
        told = dict.fromkeys([*_on_card(passage.latin), *plans_told(passage.latin)])
        spans += [Span(start, end, _PLAN, 0.9, self.name) for start, end in told]
        histories = _HISTORY.finditer(latin)  # "HC 72155013", the Spanish number of a chart.
        spans += [Span(found.start(1), found.end(1), _MRN, 0.9, self.name) for found in histories]
        return spans


def _is_version(latin: bytes, span: Span) -> bool:
    """Tell whether a value is the year of an equation ("CKD-EPI 2021"), a version, a public plan or a code."""
    value = latin[span.start : span.end]
    if _YEARS.fullmatch(value) or _VERSION.fullmatch(value) or _CONTRACT.fullmatch(value):
        return True
    if follows(_PUBLISHED, latin, span.start, 40):
        return True
    if _REVISED.match(latin, span.end) is not None:
        return True
    if _PROCEDURE.fullmatch(value) and follows(_COVERED, latin, span.start, 20):
        return True
    return _YEAR.fullmatch(value) is not None and follows(_NO_ID_BEFORE, latin, span.start, 12)


def _on_card(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield what stands behind a bare "ID" or "dependent" where the text speaks of insurance."""
    for pattern in (_VETERAN, _QUEBEC):
        for found in pattern.finditer(latin):
            yield found.start(1), found.end(1)
    for found in _DEPENDANT.finditer(latin):
        if _INSURANCE.search_in(latin, max(0, found.start() - _REACH), found.end() + _REACH):
            yield found.start(1), found.end(1)
    for found in _BARE_ID.finditer(latin):
        if _INSURANCE.before(latin, found.start(), 64) and not follows(_PAYER, latin, found.start(), 12):
            value = read_value(latin, found.end())
            if value is not None and is_plausible(latin, *value, 5):
                yield value


def _medicare(latin: bytes) -> Iterator[tuple[int, int]]:
    for found in _MBI.finditer(latin):
        if (
            stands_alone(latin, found.start(), found.end())
            or latin[max(0, found.start() - 3) : found.start()] == b"%3A"
        ):
            yield found.start(), found.end()
