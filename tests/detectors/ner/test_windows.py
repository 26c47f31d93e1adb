"""Windows over long rows of words."""

from hypothesis import given
from hypothesis import strategies as st

from detectors.ner.windows import windows


@given(st.integers(0, 500), st.integers(1, 60), st.integers(0, 40))
def test_each_word_is_answered_once_with_all_it_depends_on(count: int, size: int, reach: int) -> None:
    """The kept parts tile the row, and each is read with *reach* words on both sides where there are so many."""
    found = list(windows(count, size, reach))
    kept = [place for window in found for place in range(window.first, window.last)]

    assert list(range(count)) == kept
    for window in found:
        assert window.start == max(0, window.first - reach)
        assert window.end == min(count, window.last + reach)
