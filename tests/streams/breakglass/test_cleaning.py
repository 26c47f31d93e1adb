"""What requesters write is kept without the identifiers in it."""

from streams.breakglass.cleaning import clean


def test_reasons_are_cleaned() -> None:
    """Names and numbers become the names of their types; the rest stays readable."""
    cleaned = clean("The patient Martha Fields, SSN 219-09-9999, has to be called back today.")

    assert "[NAME]" in cleaned
    assert "called back today" in cleaned
    assert not [value for value in ("Fields", "219", "9999") if value in cleaned]
