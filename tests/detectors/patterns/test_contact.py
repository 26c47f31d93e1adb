"""Test telephone and fax numbers, e-mail, links and IP addresses."""

import pytest

from detectors.patterns.ip import IpRecognizer
from detectors.patterns.mail import MailRecognizer
from detectors.patterns.phone import PhoneRecognizer
from detectors.patterns.spoken import SpokenNumberRecognizer
from detectors.patterns.urls import UrlRecognizer
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from tests.detectors.patterns.reading import read

PHONES = PhoneRecognizer()
MAILS = MailRecognizer()
URLS = UrlRecognizer()
IPS = IpRecognizer()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("call (212) 555-0142 ext. 33", ["(212) 555-0142", "33"]),
        ("cell 2125550142", ["2125550142"]),
        ("my cb# is 555-0118", ["555-0118"]),
        ("WhatsApp +44 7700 900812", ["+44 7700 900812"]),
        ("pager 4471", ["4471"]),
        ("1-888-555-CARE", ["1-888-555-CARE"]),
        ("either 215-555-0142/0144", ["215-555-0142", "0144"]),
        ("215-\n555-0142", ["215-\n555-0142"]),
    ],
)
def test_phones(text: str, expected: list[str]) -> None:
    """Numbers are covered by form or caption, extensions apart."""
    assert expected == read(PHONES, text)


@pytest.mark.parametrize(
    "text",
    ["Call 911 or text 988", "1-800-222-1222", "NDC 0069-4210-30", "ext rotation 45", "platelets 215, then 555", "x2"],
)
def test_hotlines_and_codes_stay(text: str) -> None:
    """Public hotlines, drug codes and measures are no private numbers."""
    assert [] == read(PHONES, text)


def test_fax_is_told_by_its_caption() -> None:
    """A number behind "fax" is a fax number."""
    assert {IdentifierType.FAX} == {span.type for span in PHONES.recognize(Passage("Fax: 212-555-0142"))}


def test_spoken_digits() -> None:
    """Ten digits in words are a number without any caption; counting is not."""
    spoken = SpokenNumberRecognizer()

    assert ["two one two five five five oh one four two"] == read(spoken, "two one two five five five oh one four two")
    assert [] == read(spoken, "one or two of the three")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mailto:a.b+c@example.org?subject=x", ["a.b+c@example.org"]),
        ("write to ann [at] example [dot] org", ["ann [at] example [dot] org"]),
        ("it is ann dot lee at example dot com", ["ann dot lee at example dot com"]),
        ("to=x%40example.net&y=1", ["x%40example.net"]),
    ],
)
def test_mail(text: str, expected: list[str]) -> None:
    """Addresses are covered however they are written, without the scheme."""
    assert expected == read(MAILS, text)


def test_packages_are_no_mail() -> None:
    """A package with its version, a decorator and a rate are no addresses."""
    assert [] == read(MAILS, "lodash@4.17.21, actions/checkout@v4, @dataclass, HR 88 @ rest")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see https://www.example.com/visit/ann-lee.", ["https://www.example.com/visit/ann-lee"]),
        ("linkedin.com/in/ann-lee-rn for the CV", ["linkedin.com/in/ann-lee-rn"]),
        ("s3://docs/patients/lee_ann/consent.pdf", ["s3://docs/patients/lee_ann/consent.pdf"]),
    ],
)
def test_personal_links(text: str, expected: list[str]) -> None:
    """Pages and files of a person are covered as a whole."""
    assert expected == read(URLS, text)


@pytest.mark.parametrize(
    "text",
    [
        "http://hl7.org/fhir/sid/us-ssn",
        "https://www.cdc.gov/flu/index.html",
        "https://api.openai.com/v1/chat/completions",
        "ws://localhost:8080/stream",
        "os.path.join and README.md",
    ],
)
def test_public_links_stay(text: str) -> None:
    """Namespaces, guidelines, provider endpoints and code stay."""
    assert [] == read(URLS, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("client 192.0.2.7:443", ["192.0.2.7"]),
        ("from 2001:db8::1f", ["2001:db8::1f"]),
        ("peer ::ffff:192.0.2.128 left", ["::ffff:192.0.2.128"]),
    ],
)
def test_ip_addresses(text: str, expected: list[str]) -> None:
    """Addresses are covered without their port."""
    assert expected == read(IPS, text)


def test_versions_are_no_addresses() -> None:
    """Versions, sections, enzyme codes and operators stay."""
    assert [] == read(IPS, "version 4.1.2.0, section 6.2.1.3, EC 3.4.21.5, std::vector, 1:10:100:1000")
