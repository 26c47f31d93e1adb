"""The 18 Safe Harbor identifiers, lettered as in 45 CFR 164.514(b)(2)(i)."""

from dataclasses import dataclass
from enum import StrEnum


class IdentifierType(StrEnum):
    """One kind of identifier; the name is the public one, in spans, policies and counts."""

    NAME = "NAME"
    GEO = "GEO"
    DATE = "DATE"
    AGE = "AGE"
    PHONE = "PHONE"
    FAX = "FAX"
    EMAIL = "EMAIL"
    SSN = "SSN"
    MRN = "MRN"
    HEALTH_PLAN = "HEALTH_PLAN"
    ACCOUNT = "ACCOUNT"
    LICENSE = "LICENSE"
    VEHICLE = "VEHICLE"
    DEVICE = "DEVICE"
    URL = "URL"
    IP = "IP"
    BIOMETRIC = "BIOMETRIC"
    PHOTO = "PHOTO"
    OTHER_ID = "OTHER_ID"
    CREDENTIAL = "CREDENTIAL"


@dataclass(frozen=True, slots=True)
class Rule:
    """What the regulation says of one identifier, and what may remain of it.

    `letter` is the paragraph of the regulation, `code` the short type code inside a token (at most five lower-case
    letters), `label` the name under which benchmarks mark and count the identifier.
    """

    letter: str
    code: str
    label: str
    rule: str
    remains: str


RULES: dict[IdentifierType, Rule] = {
    IdentifierType.NAME: Rule("A", "name", "A_NAME", "Names", "nothing"),
    IdentifierType.GEO: Rule(
        "B",
        "geo",
        "B_GEO",
        "All geographic subdivisions smaller than a State",
        "the state; the first three digits of a ZIP code whose area holds more than 20,000 people",
    ),
    IdentifierType.DATE: Rule(
        "C", "date", "C_DATE", "All elements of dates (except year) directly related to an individual", "the year"
    ),
    IdentifierType.AGE: Rule("C", "age", "C_AGE", "All ages over 89", "the category 90+"),
    IdentifierType.PHONE: Rule("D", "phone", "D_PHONE", "Telephone numbers", "nothing"),
    IdentifierType.FAX: Rule("E", "fax", "E_FAX", "Fax numbers", "nothing"),
    IdentifierType.EMAIL: Rule("F", "email", "F_EMAIL", "Electronic mail addresses", "nothing"),
    IdentifierType.SSN: Rule("G", "ssn", "G_SSN", "Social security numbers", "nothing"),
    IdentifierType.MRN: Rule("H", "mrn", "H_MRN", "Medical record numbers", "nothing"),
    IdentifierType.HEALTH_PLAN: Rule("I", "plan", "I_HEALTH_PLAN", "Health plan beneficiary numbers", "nothing"),
    IdentifierType.ACCOUNT: Rule("J", "acct", "J_ACCOUNT", "Account numbers", "nothing"),
    IdentifierType.LICENSE: Rule("K", "lic", "K_LICENSE", "Certificate/license numbers", "nothing"),
    IdentifierType.VEHICLE: Rule(
        "L", "veh", "L_VEHICLE", "Vehicle identifiers and serial numbers, including license plate numbers", "nothing"
    ),
    IdentifierType.DEVICE: Rule("M", "dev", "M_DEVICE", "Device identifiers and serial numbers", "nothing"),
    IdentifierType.URL: Rule("N", "url", "N_URL", "Web Universal Resource Locators", "nothing"),
    IdentifierType.IP: Rule("O", "ip", "O_IP", "Internet Protocol address numbers", "nothing"),
    IdentifierType.BIOMETRIC: Rule(
        "P", "bio", "P_BIOMETRIC", "Biometric identifiers, including finger and voice prints", "nothing"
    ),
    IdentifierType.PHOTO: Rule(
        "Q", "photo", "Q_PHOTO", "Full face photographic images and any comparable images", "nothing"
    ),
    IdentifierType.OTHER_ID: Rule(
        "R", "id", "R_OTHER", "Any other unique identifying number, characteristic, or code", "nothing"
    ),
    IdentifierType.CREDENTIAL: Rule(
        "R", "cred", "R_OTHER", "Any other unique identifying code: credentials, redacted for good", "nothing"
    ),
}
