"""Test context words."""

from detectors.context import Context

LICENSE = Context(["lic", "license no"])


def test_context_is_bounded_by_words() -> None:
    """A phrase is never found inside a longer word."""
    assert not LICENSE.before(b"public 4471", 7)
    assert LICENSE.before(b"lic 4471", 4)


def test_context_has_a_reach() -> None:
    """What stands too far away is no context."""
    assert not LICENSE.before(b"lic" + b" " * 60 + b"4471", 63)
    assert LICENSE.after(b"4471 license_no", 4)
