"""Any other unique number (R): claims, cases, orders, visits, specimens, passports, badges, studies, user names."""

from collections.abc import Iterator, Sequence

from detectors.context import Context
from detectors.patterns.captions import Caption, Captions, Strength
from detectors.patterns.said_numbers import said_numbers
from detectors.patterns.scanning import PatternSet, compile_latin, count_digits, follows, phrases, stands_alone
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_OTHER = IdentifierType.OTHER_ID

CAPTIONS = (
    Caption(
        _OTHER,
        Strength.STRONG,
        phrases(r"""
        claim (?:no|num|nbr|number|id|#); clm nbr; case (?:no|num|number|id|#); order (?:no|num|number|id|#|ref);
        accession(?: (?:no|num|number|id|#))?; acc ?#; rx (?:no|num|number|#); script number; prescription
        (?:no|num|number|#); auth(?:orization|orisation)? (?:no|num|number|code|#); prior auth; precert(?: ref)?;
        referral (?:no|num|number|id|#); ubrn; csn; visit (?:no|num|number|id|#); encounter (?:no|num|number|id|#);
        spec(?:imen)? (?:id|no|number|barcode|#); passport(?: (?:no|num|number|#))?; reisepass(?:-nr)?; a-number;
        alien (?:registration )?(?:no|number); uscis (?:no|number|receipt); i-94; inmate(?: (?:no|number|id|#))?; bop
        reg no; service number; aadhaar; curp; badge(?: (?:no|number|id|#))?; emp(?:loyee)? (?:id|no|number|#); staff
        (?:id|no|number); tracking(?: (?:no|num|number|#))?; confirmation (?:no|num|number|code|#); conf ?#; incident
        (?:no|nr|number|id|#); docket(?: (?:no|number))?; ticket (?:no|num|number|id|#); invoice(?:
        (?:no|num|number|#))?; study id; subject (?:id|no|number|#); participant (?:id|no|number|#); randomi[sz]ation
        (?:no|number|id|code); screening (?:no|number|id); record_?id; user (?:no|number|#); icn; dcn; job
        (?:no|number|id|#); transcription id; meeting id; enc(?:ounter)? ?#; transaction (?:id|no|number|#); dictation
        (?:no|id|job); booking (?:no|ref(?:erence)?|locator|id|number); permit no; juror (?:no|id|number); death
        certificate(?: no)?; birth cert(?:ificate)?(?: no)?; state file (?:no|number); hearing id; appeal ref;
        aktenzeichen; n[uú]mero de (?:expediente|caso|reclamo|orden|dossier|confirmaci[oó]n); numéro de dossier;
        expediente; n[uú]m(?:ero)? de referencia; acta de (?:nacimiento|defunci[oó]n|matrimonio)(?: no)?; sinistro n;
        lab req; requisition(?: (?:no|number|id|#))?; surgical path(?:ology)?(?: no)?;
        cytology(?: no)?; studyinstanceuid; study instance uid; sop instance uid; series(?: instance)? uid;
        0008,0018\)?; 0020,000d\)?; 0020,000e\)?; 0008,0050\)?; 0008, 0050\)?; donation (?:no|number|id); kit
        (?:no|number|id|#); donor (?:id|no|number); evidence (?:tag|item|bag|no);
        tissue (?:id|no|number); police report(?: (?:no|number|#))?;
        report (?:no|number|#); complaint (?:no|number); ref(?:erence)? (?:no|num|number|#); our file; your file; file
        (?:no|number|#); return label; locator; ups; fedex; usps tracking; royal mail; key tag; apns device token;
        device token; push token; fcm_token; plan no; me case; conf; ems run; trip sheet; filler order; placer order;
        dod id; military id; edipi; hospital visit; stay id; voucher (?:no|number|code); coupon code; vaccination card
        (?:no|number); nct id of subject; sample id; tube id; barcode; pass(?: |-)?id; member ?ref; masteridentifier;
        urn:oid:; sub
    """),
    ),
    Caption(
        _OTHER,
        Strength.WEAK,
        phrases(r"""
        claims?; kit; consult; orders; case; cps case; (?:denial|approval|payer|appeal|match) (?:ref|run);
        order; auth; authori[sz]ation; referral; visit; encounter; specimen; script; rx;
        incident; booking; confirmation; subject; participant; pt no; screen(?:ing)? id; randomi[sz]ed;
        (?:ip|study|drug|sane) kit; donor; invoice; requisition; report; shipment; parcel; appeal; file; registration;
        locker; dossier; caso; reclamo; orden; folio; subject id; hearing; job; document; doc; receipt; reservation;
        permit; account manager; lien
    """),
    ),
    Caption(_OTHER, Strength.FAINT, ("ticket",)),
    Caption(
        _OTHER,
        Strength.NUMBERED,
        phrases(r"""
        service; unit; card nos?; application nos?; block;
        slide; rand; study; enrollment; enrolment; issue; chip; student; school id; customer;
        client; identity card; cedula; dni
    """),
    ),
)
_UUID = compile_latin(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_PROCEDURE = compile_latin(r"[ABCDEGHJKLMPQRSTV][0-9]{4}", ignore_case=False)
_LEVEL = compile_latin(r"99[2-4][0-9]{2}")
#: Cases of each year: "Case log: 2019 88, 2020 61".
_COUNT = compile_latin(r"(?:19|20)[0-9]{2} [0-9]{1,3}")
_AT_LEVEL = compile_latin(
    r"\b(?:visits?|encounter|consults?|claims?|orders?|reports?|docum[a-z]+|auth|referral|case|file|job|subject) $"
)
_BILLED = compile_latin(
    r"\b(?:auth[a-z]*|part [ab]|codes?|bill(?:ed)?|(?:i|we|to|you|and|or) report|precert|"
    r"cover(?:s|ed|age)?)\b[^0-9\n]{0,20}$"
)
_UUID_NOT = compile_latin(
    r"\b(?:(?:x-)?request(?:[-_ ]?id)?|trace(?:[-_ ]?id)?|span(?:[-_ ]?id)?|response(?:[-_ ]?id)?|"
    "message(?:[-_ ]?id)?|correlation(?:[-_ ]?id)?|call(?:[-_ ]?id)?|tool[-_ ]?call(?:[-_ ]?id)?|"
    "event(?:[-_ ]?id)?|"
    "service|characteristic|gatt|namespace|build|commit|run(?:[-_ ]?id)?|job(?:[-_ ]?id)?|deployment|"
    r"transaction(?:[-_ ]?id)?|chatcmpl|req|msg|resp)[\s:=\x22'#_-]{1,5}(?:is )?$"
)
_WELL_KNOWN = compile_latin(
    r"0000[0-9a-f]{4}-0000-1000-8000-00805f9b34fb|6ba7b81[0-9a-f]-9dad-11d1-80b4-00c04fd430c8|0{8}-0{4}-0{4}-0{4}-0{12}"
)
_UID = compile_latin(r"(?:1\.2|1\.3|2\.25|2\.16)\.[0-9.]{12,62}[0-9]")
#: Roots that name classes, code systems and transfer syntaxes.
_UID_CLASS = compile_latin(
    r"1\.2\.840\.(?:10008|113619\.6|114350\.1\.72)\.?.*|2\.16\.840\.1\.113(?:883|762)\..*|"
    r"1\.3\.6\.1\.4\.1\.[0-9.]{1,12}|"
    r"1\.2\.840\.114350\.1\.13\..{0,20}"
)
_UPS = compile_latin(r"1Z[0-9A-Z]{16}")
_MRZ = compile_latin(r"(?:P<[A-Z]{3}[A-Z<]{20,39}|[A-Z0-9<]{9}[0-9][A-Z]{3}[0-9]{7}[MF<][0-9]{7}[A-Z0-9<]{14,16})")
_MRZ_LINE = compile_latin(r"[A-Z0-9<]{28,44}", ignore_case=False)
_PRIOR = compile_latin(r"\b(?:IOE|MSC|EAC|WAC|LIN|SRC|NBC)[0-9]{10}\b")
_POSTAL = compile_latin(r"\b[A-Z]{2}[0-9]{9}(?:GB|US|CA|DE|FR|AU|CN|ES|MX|IT|NL)\b")
_ALIEN = compile_latin(r"\bA[- ]?[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3}\b", ignore_case=False)
_CURP = compile_latin(r"\b[A-Z]{4}[0-9]{6}[HMX][A-Z]{5}[A-Z0-9][0-9]\b")
#: The tax number of a Mexican, and the identity card of a Colombian.
_RFC = compile_latin(r"\b[A-Z\xd1&]{4}[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9][A-Z0-9]{3}\b", ignore_case=False)
_CEDULA = compile_latin(r"\bC\.?C\.? ?(?:No\.? ?|# ?)?([0-9]{1,3}(?:\.[0-9]{3}){2})\b", ignore_case=False)
_ISBT = compile_latin(r"\b[A-Z][0-9]{4} ?[0-9]{2} ?[0-9]{6}(?: ?[0-9]{2}(?: ?[A-Z0-9])?)?\b", ignore_case=False)
_BLOOD = Context(
    phrases(r"""
        units?; donation; donor; platelets; rbcs?; prbc; plasma; ffp; blood; din; isbt; transfus(?:ed|ion); cryo
    """)
)
_PATHNO = compile_latin(
    r"\b(?:S|SP|SU|NG|C|CY|B|BM|F|FS|H|M|P|A|FL|GY|NGC)[0-9]{2}-[0-9]{3,7}(?:-[A-Z0-9]{1,3}){0,2}\b", ignore_case=False
)
_PATH_WORDS = Context(
    phrases(r"""
        acc; path(?:ology)?; specimen; biopsy; block; slide; cytology; accession; case; surgical; shave; excision;
        skin; report
    """)
)
#: The part of a specimen behind its number: "S26-1184 A,".
_PART = compile_latin(r"( [A-H][0-9]?)(?:[.,;)\n]|$)", ignore_case=False)
_RESOURCE = compile_latin(
    r"\b(?:Patient|Encounter|Observation|Practitioner|RelatedPerson|Person|Condition|Procedure|MedicationRequest|"
    "ServiceRequest|DiagnosticReport|DocumentReference|Claim|Coverage|Appointment|"
    r"CareTeam|CarePlan|Immunization|Specimen|Device|Group|EpisodeOfCare|AllergyIntolerance)/([A-Za-z0-9.-]{1,64})",
    ignore_case=False,
)
_FORMS = (_UPS, _PRIOR, _POSTAL, _MRZ, _CURP, _RFC, _ALIEN, _MRZ_LINE, _CEDULA, _RESOURCE)
_FORM_SET = PatternSet(_FORMS)
_CALLED = compile_latin(
    r"\b(?:user ?names?|user ?ids?|uid|login|log ?in|userid|screen ?name|handle|usuario|benutzer(?:name)?|"
    "utilisateur|acct name|preferred_username|sub|logged in as|operator|opened by|user=|username|user|"
    "(?:log(?:ged)?|sign(?:ed)?)[ -]?in as)"
    r"(?:[\x22']?\s*[:=]\s*[\x22']?| is | )[\x22'\x60]?(@?[A-Za-z0-9][A-Za-z0-9._@\\-]{2,40}(?:#[0-9]{4})?)"
)
_HANDLE = compile_latin(r"(?:^|[\s(\x22':,])@([A-Za-z][A-Za-z0-9_.]{2,30}[A-Za-z0-9_])")
#: Who writes in a group chat, and who did something at a time in a log of two or more columns.
_SPEAKER = compile_latin(r"(?:^|\n)[ \t]*(@[A-Za-z][A-Za-z0-9_.]{2,30}): ")
_ENTERED = compile_latin(r"\buser ([a-z]\w{4,24}) (?:logged|signed) (?:in|on|out)\b", ignore_case=False)
_HOME = compile_latin(r"\s/(?:u|users?|profiles?)/([a-z]\w*[_.][a-z]\w+)/", ignore_case=False)
_LOGGED = compile_latin(
    r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:Z|[ap]m)?(?:\t|  +| ?\| ?)"
    r"([a-z]{1,12}[_.][a-z]{2,20}[0-9]{0,4})(?:\t|  +| ?\| ?)",
    ignore_case=False,
)
_HANDLE_WORDS = Context(
    phrases(r"""
        handle; twitter; instagram; insta; ig; tiktok; snap(?:chat)?; discord; telegram; dm; follow(?:s|ed|ing)?;
        posted; page; profile; account; user; fb; venmo; signal; tags?; message me; x; twitch; kik; reach me;
        (?:uploaded|posted|shared|sent) by
    """)
)
_GATE = compile_latin(
    "[0-9]{4}|[0-9][-./,][0-9]| - [a-z]|code|c[o\xf3]digo|a [0-9]{3} [0-9]{3}|straw| ref[ :]|"
    "[a-z0-9][_.][a-z0-9]|@[a-z]|"
    r"user|login|logged|uid|handle|usuario|benutzer|[A-Z][a-z]+/[A-Za-z0-9-]|"
    "screen ?name"
)
#: A turn of a conversation, or a form's line: structured/user_turns.py tells.
_TURN = compile_latin(r"(?:user|usuario) ?: ")
_DOUBTFUL_CALLS = (b"user ", b"sub\x22:", b"login", b"log i", b"opera", b"handl")
_NO_NAME = frozenset(
    b"name names is was the a an and or not none null id ids no not given on to for with from at in of status agent "
    b"interface manual guide error errors failed "
    b"failure page password pw pass access account accounts input output data group groups experience story stories "
    b"type types role roles action actions time "
    b"screen attempt attempts locked out required disabled enabled patient caregiver admin root anonymous guest syst"
    b"em unknown true false message messages "
    b"prompt content tool assistant wants asked asks said says has had can will would should may must ok sessions se"
    b"ssion portal".split()
)


class OtherIdRecognizer:
    """Finds unique numbers that belong to a person or a matter; requests, traces, trials and class UIDs stay."""

    name = "other_id"

    def __init__(self) -> None:
        self._captions = Captions(CAPTIONS)

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each number or user name."""
        latin = passage.latin
        if _GATE.search(latin) is None:
            return self._numbers(passage)
        ranges = dict.fromkeys([*_unique(latin), *_formed(latin), *_users(latin)])
        spans = self._numbers(passage)
        return [*spans, *(Span(start, end, _OTHER, 0.9, self.name) for start, end in ranges)]

    def _numbers(self, passage: Passage) -> list[Span]:
        """Return what the captions announce, codes of procedures ("prior auth: J3111") left out."""
        latin = passage.latin
        found = self._captions.spans(passage, self.name)
        kept = [span for span in found if not _is_procedure(latin, span)]
        counted = [span for span in kept if _COUNT.fullmatch(latin, span.start, span.end)]
        return [span for span in kept if span not in counted] if len(counted) > 1 else kept


def _is_procedure(latin: bytes, span: Span) -> bool:
    """Tell whether a value is the code of what was authorised or billed."""
    value = latin[span.start : span.end]
    if _LEVEL.fullmatch(value) and follows(_AT_LEVEL, latin, span.start, 16):
        return True
    shaped = _PROCEDURE.fullmatch(value) is not None
    return shaped and follows(_BILLED, latin, span.start, 32)


def _unique(latin: bytes) -> Iterator[tuple[int, int]]:
    for found in _UUID.finditer(latin):
        start, end = found.start(), found.end()
        known = _WELL_KNOWN.fullmatch(found.group()) is not None or follows(_UUID_NOT, latin, start, 28)
        if not known and stands_alone(latin, start, end):
            yield start, end
    for found in _UID.finditer(latin):
        own = len(found.group()) >= 24 and not _UID_CLASS.fullmatch(found.group())
        if own and stands_alone(latin, found.start(), found.end()):
            yield found.start(), found.end()


def _formed(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield numbers of a form of their own."""
    for pattern in map(_FORMS.__getitem__, _FORM_SET.occurring(latin)):
        for found in pattern.finditer(latin):
            if pattern is _MRZ_LINE:
                if b"<<" in found.group() and found.group().count(b"<") >= 4:
                    yield found.start(), found.end()
            elif pattern in (_CEDULA, _RESOURCE):
                if count_digits(found.group(1)):
                    yield found.start(1), found.end(1)
            elif stands_alone(latin, found.start(), found.end()) and count_digits(found.group()) >= 4:
                yield found.start(), found.end()
    yield from _worded(latin)
    yield from said_numbers(latin)


def _worded(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield blood and specimen numbers where the words beside them fit."""
    for pattern, words in ((_ISBT, _BLOOD), (_PATHNO, _PATH_WORDS)):
        for found in pattern.finditer(latin):
            if words.near(latin, found.start(), found.end()):
                part = _PART.match(latin, found.end()) if pattern is _PATHNO else None
                yield found.start(), part.end(1) if part else found.end()


def _users(latin: bytes) -> Iterator[tuple[int, int]]:
    for found in _CALLED.finditer(latin):
        start, end = found.start(1), found.end(1)
        while end > start and latin[end - 1 : end] in (b".", b"-", b"@", b"\\"):
            end -= 1
        value = latin[start:end]
        assigned = latin[found.start() : start].strip(b" \x22'`").endswith((b":", b"="))
        signed = any(byte in b"._@\\#0123456789" for byte in value.strip(b"@"))
        if value.lower() in _NO_NAME or len(value) < 3 or (b"." in value and value.split(b".")[-1].isdigit()):
            continue
        call = latin[found.start() : found.end()].lower()
        strong = not call.startswith(_DOUBTFUL_CALLS) and _TURN.match(call) is None
        if signed or (assigned and strong and value.islower()):
            yield start, end
    for pattern in (_SPEAKER, _LOGGED, _ENTERED, _HOME):
        for found in pattern.finditer(latin):
            yield found.start(1), found.end(1)
    for found in _HANDLE.finditer(latin):
        if _HANDLE_WORDS.near(latin, found.start(1), found.end(1)):
            yield found.start(1), found.end(1)
