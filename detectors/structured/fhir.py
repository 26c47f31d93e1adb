"""FHIR resources pasted into a text: names, addresses, identifiers and references by where they stand."""

import re
from collections.abc import Iterator

from detectors.recognizer import Passage
from detectors.scoring import NAMED
from detectors.structured.json_text import JsonObject, Leaf, objects
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_RESOURCE = re.compile(r"[\"']resourceType[\"']|[\"'](?:family|given|birthDate|telecom|fullUrl|subject)[\"']\s*:")
_IDENTIFIERS = {
    "MR": IdentifierType.MRN,
    "PI": IdentifierType.MRN,
    "SS": IdentifierType.SSN,
    "DL": IdentifierType.LICENSE,
    "NPI": IdentifierType.LICENSE,
    "AN": IdentifierType.ACCOUNT,
    "MB": IdentifierType.HEALTH_PLAN,
    "SN": IdentifierType.HEALTH_PLAN,
}
_SYSTEMS = (
    ("us-ssn", IdentifierType.SSN),
    ("us-npi", IdentifierType.LICENSE),
    ("us-mbi", IdentifierType.HEALTH_PLAN),
    ("mrn", IdentifierType.MRN),
)
_PERSONS = frozenset(
    """
    subject patient individual practitioner performer requester author recorder asserter actor participant provider
    member informationSource generalPractitioner attester who recipient sender owner operator interpreter beneficiary
    subscriber policyHolder careProvider asserted participants reviewer enterer source onBehalfOf authorReference
    """.split()
)
_PLACES = frozenset(
    """
    location serviceProvider managingOrganization organization facility custodian hospitalization destination origin
    """.split()
)
_PLACE_RESOURCES = frozenset({"Organization", "Location", "HealthcareService"})
_ADDRESS_KEYS = frozenset({"line", "city", "district", "postalCode", "text"})
_BY_KEY = {
    **dict.fromkeys(("family", "given"), IdentifierType.NAME),
    **dict.fromkeys(
        ("serialNumber", "deviceIdentifier", "carrierHRF", "carrierAIDC", "distinctIdentifier"), IdentifierType.DEVICE
    ),
    **dict.fromkeys(("subscriberId", "memberId", "dependent", "groupNumber"), IdentifierType.HEALTH_PLAN),
}
_ID = re.compile(r"(?=[^/]*\d)[A-Za-z0-9.\-]{3,64}\Z")
_TAIL = re.compile(r"(?:[A-Z][A-Za-z]+/|urn:uuid:|urn:oid:|#)(?P<id>[A-Za-z0-9.\-]{1,64})(?:/_history/\w+)?\Z")
_MAIDEN = "mothersMaidenName"


class FhirRecognizer:
    """Finds identifiers in FHIR by their place in the resource."""

    name = "fhir"

    def recognize(self, passage: Passage) -> list[Span]:
        """Return the identifying values of pasted resources."""
        if not _RESOURCE.search(passage.text):
            return []
        return [span for found in objects(passage.text) for span in _of_object(found)]


def _of_object(found: JsonObject) -> Iterator[Span]:
    above = found.path[-1] if found.path else ""
    for leaf in found.leaves:
        type_ = _type(found, leaf, above)
        if type_ is not None and any(map(str.isalnum, leaf.text)):
            yield Span(leaf.start, leaf.end, type_, NAMED, FhirRecognizer.name)
        tail = _TAIL.search(leaf.text) if leaf.key in ("reference", "fullUrl", "uri") and leaf.is_text else None
        if tail is not None and any(map(str.isdigit, tail["id"])):
            start = leaf.start + tail.start("id")
            yield Span(start, leaf.start + tail.end("id"), IdentifierType.OTHER_ID, NAMED, FhirRecognizer.name)


def _type(found: JsonObject, leaf: Leaf, above: str) -> IdentifierType | None:
    key = leaf.key
    if key in _BY_KEY:
        return _BY_KEY[key]
    if key == "text" and above == "name":
        return IdentifierType.NAME
    if key in _ADDRESS_KEYS and "address" in above.lower():
        return IdentifierType.GEO
    if key == "value":
        return _value_type(found, leaf, above)
    return _told_beside(found, leaf, above)


def _told_beside(found: JsonObject, leaf: Leaf, above: str) -> IdentifierType | None:
    """Return what the key above, or another value of the same object, says of a value."""
    key, type_ = leaf.key, None
    if key == "display" and (above in _PERSONS or above in _PLACES):
        type_ = IdentifierType.NAME if above in _PERSONS else IdentifierType.GEO
    elif key == "id" and found.text_of("resourceType") and _ID.fullmatch(leaf.text):
        type_ = IdentifierType.OTHER_ID
    elif key == "name" and found.text_of("resourceType") in _PLACE_RESOURCES:
        type_ = IdentifierType.GEO
    elif key == "valueString" and found.text_of("url").endswith(_MAIDEN):
        type_ = IdentifierType.NAME
    elif key == "valueDecimal" and found.text_of("url") in ("latitude", "longitude"):
        type_ = IdentifierType.GEO
    return type_


def _value_type(found: JsonObject, leaf: Leaf, above: str) -> IdentifierType | None:
    if above == "telecom":
        kinds = {"email": IdentifierType.EMAIL, "fax": IdentifierType.FAX, "url": IdentifierType.URL}
        return kinds.get(found.text_of("system"), IdentifierType.PHONE)
    if "identifier" not in above.lower() or not any(map(str.isdigit, leaf.text)):
        return None
    system = found.text_of("system").lower()
    by_system = next((type_ for part, type_ in _SYSTEMS if part in system), IdentifierType.OTHER_ID)
    return _IDENTIFIERS.get(found.text_of("code"), by_system)
