"""Canonical forms: which ways of writing are one value."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.identifiers import IdentifierType
from streams.vault.canonical import canonical

FORMED = [type_ for type_ in IdentifierType if type_ is not IdentifierType.CREDENTIAL]

SAME = [
    (IdentifierType.NAME, "Jane Doe", "JANE   doe", "jane doe"),
    (IdentifierType.NAME, "Ja\u200bne Doe", "Ｊａｎｅ Doe", "jane doe"),
    (IdentifierType.NAME, "Jose\u0301 Groß", "José GROSS", "josé gross"),
    (IdentifierType.GEO, " 12 Example\nStreet ", "12 example street", "12 example street"),
    (IdentifierType.DATE, "March 4th, 2024", "4 Mar. 2024", "2024-03-04"),
    (IdentifierType.DATE, "20240304", "2024/3/4", "2024-03-04"),
    (IdentifierType.DATE, "03/31/2024", "31.3.2024", "2024-03-31"),
    (IdentifierType.DATE, "03/04/2024", "3-4-2024", "3/4/2024"),
    (IdentifierType.PHONE, "+1 (617) 555-0123", "617.555.0123", "6175550123"),
    (IdentifierType.FAX, "617-555-0123 ext. 4", "(617) 555 0123 x4", "6175550123x4"),
    (IdentifierType.PHONE, "٦١٧-٥٥٥-٠١٢٣", "６１７ 555 0123", "6175550123"),
    (IdentifierType.SSN, "078-05-1120", "078 05 1120", "078051120"),
    (IdentifierType.SSN, "xxx-xx-1120", "1120", "1120"),
    (IdentifierType.MRN, "MRN-00 123", "mrn00123", "mrn00123"),
    (IdentifierType.EMAIL, "Jane@Example.org", "jane@example.org ", "jane@example.org"),
    (IdentifierType.IP, "2001:DB8:0:0::1", "2001:db8::1", "2001:db8::1"),
    (IdentifierType.IP, "::ffff:192.0.2.1", "192.0.2.1", "192.0.2.1"),
    (IdentifierType.URL, "HTTPS://Example.org/AbC", "https://example.org/AbC", "https://example.org/AbC"),
]

DIFFERENT = [
    (IdentifierType.DATE, "03/04/2024", "2024-03-04"),
    (IdentifierType.DATE, "3/4/24", "3/4/2024"),
    (IdentifierType.URL, "https://example.org/AbC", "https://example.org/abc"),
    (IdentifierType.OTHER_ID, "j.doe", "jdoe"),
    (IdentifierType.PHONE, "617-555-0123 x4", "617-555-01234"),
    (IdentifierType.PHONE, "+44 12345 67890 1", "2345678901"),
    (IdentifierType.NAME, "Jane Doe", "Doe, Jane"),
]


@pytest.mark.parametrize(("type_", "first", "second", "form"), SAME)
def test_one_value(type_: IdentifierType, first: str, second: str, form: str) -> None:
    """Two ways of writing one value have one form, the documented one."""
    assert (canonical(type_, first), canonical(type_, second)) == (form, form)


@pytest.mark.parametrize(("type_", "first", "second"), DIFFERENT)
def test_two_values(type_: IdentifierType, first: str, second: str) -> None:
    """What may be two values keeps two forms: a wrong join would restore the wrong value."""
    assert canonical(type_, first) != canonical(type_, second)


@pytest.mark.parametrize("type_", FORMED)
@given(value=st.text(min_size=1, max_size=40))
def test_forms_are_stable_and_never_empty(type_: IdentifierType, value: str) -> None:
    """The form of a form is itself, and no value is without one."""
    form = canonical(type_, value)

    assert form
    assert canonical(type_, form) == form


@given(name=st.text(st.characters(categories=["Lu", "Ll", "Lo"]), min_size=1, max_size=20))
def test_normalisation_forms_agree(name: str) -> None:
    """Composed and decomposed writing are one value."""
    composed, decomposed = unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name)

    assert canonical(IdentifierType.NAME, composed) == canonical(IdentifierType.NAME, decomposed)


def test_a_credential_has_none() -> None:
    """A credential cannot be minted, so it has no form; the error does not show it."""
    with pytest.raises(ValueError, match="credential") as refused:
        canonical(IdentifierType.CREDENTIAL, "hunter2example")

    assert "hunter2" not in str(refused.value)
