"""What a heading says of the value under or behind it: a column, a key, a tag, a form's caption."""

import functools
import re
from collections.abc import Callable
from enum import Enum, auto

from schemas.identifiers import IdentifierType


class Heading(Enum):
    """What stands under a heading."""

    PERSON = auto()
    ADDRESSEE = auto()  # To, from, regarding: a person more often than not.
    EMPLOYER = auto()
    FACILITY = auto()
    ADDRESS = auto()
    PLACE = auto()  # A town or county.
    ZIP = auto()
    DATE = auto()
    AGE = auto()
    PHONE = auto()
    FAX = auto()
    EMAIL = auto()
    SSN = auto()
    MRN = auto()
    PLAN = auto()
    ACCOUNT = auto()
    LICENSE = auto()
    VEHICLE = auto()
    DEVICE = auto()
    URL = auto()
    IP = auto()
    BIOMETRIC = auto()
    PHOTO = auto()
    NUMBER = auto()  # Any other number or code of somebody.
    USER = auto()  # A user name or handle.
    SECRET = auto()


TYPES: dict[Heading, IdentifierType] = {
    Heading.PERSON: IdentifierType.NAME,
    Heading.ADDRESSEE: IdentifierType.NAME,
    Heading.EMPLOYER: IdentifierType.NAME,
    Heading.FACILITY: IdentifierType.GEO,
    Heading.ADDRESS: IdentifierType.GEO,
    Heading.PLACE: IdentifierType.GEO,
    Heading.ZIP: IdentifierType.GEO,
    Heading.DATE: IdentifierType.DATE,
    Heading.AGE: IdentifierType.AGE,
    Heading.PHONE: IdentifierType.PHONE,
    Heading.FAX: IdentifierType.FAX,
    Heading.EMAIL: IdentifierType.EMAIL,
    Heading.SSN: IdentifierType.SSN,
    Heading.MRN: IdentifierType.MRN,
    Heading.PLAN: IdentifierType.HEALTH_PLAN,
    Heading.ACCOUNT: IdentifierType.ACCOUNT,
    Heading.LICENSE: IdentifierType.LICENSE,
    Heading.VEHICLE: IdentifierType.VEHICLE,
    Heading.DEVICE: IdentifierType.DEVICE,
    Heading.URL: IdentifierType.URL,
    Heading.IP: IdentifierType.IP,
    Heading.BIOMETRIC: IdentifierType.BIOMETRIC,
    Heading.PHOTO: IdentifierType.PHOTO,
    Heading.NUMBER: IdentifierType.OTHER_ID,
    Heading.USER: IdentifierType.OTHER_ID,
    Heading.SECRET: IdentifierType.CREDENTIAL,
}


def _table(text: str) -> dict[str, Heading]:
    """Read lines of a heading's name and the words that stand for it."""
    lines = [line.split() for line in text.split("\n") if line]
    return {word: Heading[name] for name, *words in lines for word in words}


# Who somebody is, so that the value is a name.
_ROLES = """
assist anes anesthesia accepting ordering referring admitting dictating patient pt client resident member
subscriber insured beneficiary dependent guarantor policyholder decedent newborn infant provider physician
doctor dr md attending surgeon anesthesiologist anesthetist hospitalist radiologist pathologist cardiologist
oncologist neurologist pediatrician psychiatrist psychologist dentist dermatologist urologist nurse rn np pa lpn
cna crna midwife pharmacist rph therapist counselor dietitian technician tech interpreter chaplain paramedic pcp
resident fellow intern clinician prescriber practitioner consultant provedor specialist examiner evaluator
investigator pi mother father mom dad parent guardian spouse husband wife partner son daughter child sister
brother sibling grandmother grandfather aunt uncle cousin caregiver proxy nok kin informant witness caller
driver passenger employee supervisor manager coordinator author signer reviewer sender recipient attn attention
cc signature surrogate donor recipient agent adjuster examinee participant applicant student teacher coach
attorney lawyer landlord roommate neighbor friend paciente medico médico doctora madre padre esposo esposa hijo
hija tutor hermano hermana cuidador enfermera enfermero cuidadora abuela abuelo tía tío hermana novio novia
pareja intérprete cirujano especialista pediatra dentista farmacéutico terapeuta titular asegurado responsable
remitente destinatario firma person emp worker aide tenant camper guest
""".split()
# What is done, so that "… by" names who did it.
_BY = """
signed dictated transcribed authored written entered verified reviewed approved prepared performed collected ordered
referred requested received reported seen completed administered witnessed electronically recorded created updated
modified drawn read interpreted accompanied called taken submitted authorized checked given assessed documented scribed
cosigned firmado atendido referido revisado elaborado recibido dictado autorizado solicitado
""".split()
_FACILITIES = """
facility hospital clinic practice institution site organization organisation school college university church
""".split()
_NAMELESS = """
system drug medication med medicine test study file product brand generic plan payer payor insurance insurer carrier
model device event class column field table tool function procedure diagnosis lab order group display code host domain
server app application project service template protocol form trial vaccine allergen problem condition parameter
variable type category dataset folder bucket topic queue index branch module package method color document section unit
department dept ward sheet layer schema database db key tag label
""".split()
_DIRECT = dict.fromkeys(_ROLES, Heading.PERSON) | _table("""
PERSON surname lastname firstname fullname nickname alias aka
PERSON nombre apellido apellidos fname lname initials initial maiden
PERSON given family middle
ADDRESSEE from for to re regarding
FACILITY facility hospital clinic practice institution organization
FACILITY organisation school college university church shelter
FACILITY pharmacy laboratory campus dialysis hospice clinica clínica escuela sanatorio consultorio iglesia universidad
EMPLOYER employer empleador workplace patrón empresa
ADDRESS address addr street residence domicile dirección direccion domicilio homeaddress
PLACE city town county municipality hometown birthplace ciudad condado neighborhood township
PLACE colonia municipio pueblo barrio localidad
ZIP zip zipcode postal postcode postalcode cp latitude longitude lat lng lon coordinates
DATE dob birthdate birthday dod doa dos date fecha dateofbirth birth born nacimiento
AGE age edad
PHONE phone tel telephone mobile cell pager phones telefono
PHONE teléfono celular homephone cellphone ph beeper ext extension
PHONE callback whatsapp
FAX fax facsimile
EMAIL email mail emailaddress correo
SSN ssn socialsecurity itin ssnlast ssnlast4 last4ssn lastssn last4ofssn lastofssn ssn4 l4ssn
ACCOUNT cardlast cardlast4 cclast cclast4
MRN mrn mrns empi chart patientid medrec emr
PLAN mbr mbrid hicn mbi medicaid medicare policy memberid subscriberid policynumber
ACCOUNT account acct iban accountnumber pan
LICENSE npi dea license licence lic clia dl certificate permit
VEHICLE vin plate plates placard licenseplate
DEVICE serial imei udi mac iccid sn serialnumber
URL website homepage portal
IP ip ipaddress clientip
BIOMETRIC fingerprint voiceprint faceprint retina iris
PHOTO photo picture headshot selfie portrait photoondoor doorphoto photoonfile photofile facephoto
NUMBER accession claim case order encounter visit rx authorization auth referral specimen passport badge tracking
NUMBER confirmation incident docket ticket participant csn uuid guid prescription
USER username user userid login handle operator uid usuario
SECRET password passwd pwd passcode pin secret apikey token
""")
# Before "id", "number" or "#": whose number it is.
_NUMBERED = _table("""
MRN patient pt chart record records mrn emr ehr hospital empi client resident unit facility
PLAN member mbr mem subscriber sub policy group plan medicare medicaid insurance beneficiary insured dependent
ACCOUNT account acct guarantor card bank billing statement check checking routing
LICENSE license licence npi dea certificate registration provider driver drivers physician
DEVICE serial device imei udi implant pacemaker pump equipment
VEHICLE vin plate vehicle
FAX fax
PHONE phone telephone tel mobile cell contact callback pager home work
SSN security ssn ss social
BIOMETRIC fingerprint biometric voiceprint face iris template
USER user login
""")
_UNITS = frozenset("mg g mcg ug ng pg u iu units mmol meq per".split())  # Before "dl", a deciliter.
_UNNUMBERED = frozenset(
    """
    model lot catalog ref reference version room bed page form protocol code question row line step part item
    sequence message request response trace span event batch index table column field floor suite visits count cpt
    icd ndc loinc snomed drug rxnorm test dose phase cycle grade stage type class series build release port
    process thread job queue tax payer bin pcn gene site
""".split()
)
_NUMBER_WORDS = frozenset("id ids no number num nr nbr numero número identifier #".split())
_CODE_WORDS = frozenset({"value", "code"})
_DROPPED = frozenset(
    "the of full legal current primary secondary preferred new old home work main other s my your".split()
)
_WORDS = re.compile(r"[A-Z]+(?![a-zà-ÿ])|[A-Za-zÀ-ÿ][a-zà-ÿ]*|#")
_ASIDE = re.compile(r"\([^()]*\)|'s\b")
_BEFORE = """
first last emergency next responsible mailing billing date place electronically contact party mother's father's spouse's
country usual on by for and treating supervising attending health fecha patient's pt's
""".split()
_VOCABULARY = frozenset([*_BEFORE, *_DROPPED, *_BY, *_NAMELESS, *_FACILITIES, *_NUMBER_WORDS])
# What a scanner makes of letters inside a word.
_SCANNED = re.compile(r"(?<=[A-Za-z])[01](?=[A-Za-z])|(?<=[A-Z])l(?=[A-Z])")
_SCANNED_AS = {"0": "O", "1": "l", "l": "I"}
_LONGEST = 60
_MOST_WORDS = 6


@functools.lru_cache(maxsize=8192)
def may_head(word: str) -> bool:
    """Tell whether a word may stand in a caption before its last word ("Date of", "Emergency")."""
    low = word.lower().strip(".#()")
    return low in _VOCABULARY or any(low in table for table in (_DIRECT, _NUMBERED))


@functools.lru_cache(maxsize=8192)
def heading_of(text: str) -> Heading | None:
    """Return what the value under a heading is, or None where it is nothing in particular.

    >>> heading_of("Patient_Name").name, heading_of("drugName"), heading_of("Member ID #").name
    ('PERSON', None, 'PLAN')
    """
    if not 1 < len(text) <= _LONGEST:
        return None
    words = [word.lower() for word in _WORDS.findall(_ASIDE.sub("", text))]
    if not words or len(words) > _MOST_WORDS:
        return None
    found = _DIRECT.get("".join(words)) or _judge([word for word in words if word not in _DROPPED] or words)
    if found is None and "/" in text:
        return heading_of(text.partition("/")[0])
    if found is None and _SCANNED.search(text):
        return heading_of(_SCANNED.sub(lambda letter: _SCANNED_AS[letter[0]], text))
    return found


def _judge(words: list[str]) -> Heading | None:
    last, before = words[-1], words[:-1]
    if before and (before[-1] == "user" if last == "agent" else last == "dl" and before[-1] in _UNITS):
        return None
    if last == "line" and before:
        last, before = before[-1], before[:-1]
    if before and last in _ENDINGS:
        return _ENDINGS[last](before)
    if last == "name":
        return Heading.PERSON
    if words[0] in ("date", "fecha"):
        return Heading.DATE
    if words[:2] in (["next", "kin"], ["responsible", "party"], ["contacto", "emergencia"]):
        return Heading.PERSON
    found = _DIRECT.get(last)
    return None if found in _NEEDS_OWNER and before and before[-1] in _NAMELESS else found


def _done_by(before: list[str]) -> Heading | None:
    return Heading.PERSON if before[-1] in _BY else None


def _contact(before: list[str]) -> Heading | None:
    return Heading.PERSON if before[0] in ("emergency", "family") else None


def _born(before: list[str]) -> Heading | None:
    return Heading.PLACE if "place" in before else Heading.DATE


def _dated(_: list[str]) -> Heading | None:
    return Heading.DATE


def _named(before: list[str]) -> Heading | None:
    if before[-1] in _NAMELESS:
        return None
    return Heading.FACILITY if before[-1] in _FACILITIES else _NAMED.get(before[-1], Heading.PERSON)


def _numbered(before: list[str]) -> Heading | None:
    for word in reversed(before):
        if word in _UNNUMBERED:
            return None
        if word in _NUMBERED:
            return _NUMBERED[word]
    found = _DIRECT.get(before[-1])
    return Heading.NUMBER if found in (None, Heading.PERSON, Heading.FACILITY) else found


def _coded(before: list[str]) -> Heading | None:
    return _DIRECT.get(before[-1]) if before[-1] in _NUMBERED or before[-1] in _CODED else None


def _addressed(before: list[str]) -> Heading | None:
    return _ADDRESSED.get(before[-1], Heading.ADDRESS)


_CODED = frozenset(
    {"zip", "postal", "confirmation", "tracking", "auth", "authorization", "access", "case", "claim", "birth"}
)
_NEEDS_OWNER = (Heading.PERSON, Heading.ADDRESSEE, Heading.FACILITY)
_NAMED = _table("""
EMPLOYER employer company business
USER user login screen
PLACE city county town street
""")
_ADDRESSED = _table("""
IP ip client
EMAIL email mail
DEVICE mac hardware
URL web url
""")
_ENDINGS: dict[str, Callable[[list[str]], Heading | None]] = {
    **dict.fromkeys(("name", "names", "nombre"), _named),
    **dict.fromkeys(_NUMBER_WORDS, _numbered),
    **dict.fromkeys(_CODE_WORDS, _coded),
    **dict.fromkeys(("address", "addr"), _addressed),
    **dict.fromkeys(("contact", "contacto"), _contact),
    **dict.fromkeys(("by", "por"), _done_by),
    "birth": _born,
    "date": _dated,
}
