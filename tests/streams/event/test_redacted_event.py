"""What an event says of its call."""

import pytest

from streams.event.redacted_event import time_of_call


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (None, None),
        ("1772619780", "2026-03-04T10:23:00.000Z"),
        ("1772619780125000000", "2026-03-04T10:23:00.125Z"),
        ("2026-03-04T10:23:00.5+01:00", "2026-03-04T10:23:00.5+01:00"),
        ("2026-03-04 10:23:00 UTC", "2026-03-04T10:23:00Z"),
        ("2026-03-04T10:23:00.123456", "2026-03-04T10:23:00.123456Z"),
        ("2026-03-04t10:23:00z", "2026-03-04T10:23:00Z"),
        ("soon", None),
        ("1", None),
        ("[phi_date_ca_jbcjcnlvwvnhjnjwlxdx 2026]", None),
    ],
)
def test_the_time_of_a_call_is_one_shape(source: str | None, expected: str | None) -> None:
    """However a source writes its time it is RFC 3339, and what is none is unknown."""
    assert expected == time_of_call(source)
