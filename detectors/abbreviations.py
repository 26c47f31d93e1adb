"""Capital letters that abbreviate something, and that a tagger may take for a name: "EMTALA", "BMZ"."""

from collections.abc import Callable

from schemas.spans import Span

_LENGTHS = range(3, 8)
_AROUND = 200
_MOST_CAPITALS = 0.5
#: Before a field of a message or a table, and before initials, capitals are no abbreviation.
_FIELD = "^,|-–~'\""


def is_abbreviation(text: str, span: Span, is_name: Callable[[str], bool]) -> bool:
    """Tell whether a span is one word of capitals that no list of names holds, in a text that is not all capitals."""
    value = text[span.start : span.end]
    if len(value) not in _LENGTHS or not (value.isascii() and value.isalpha() and value.isupper()) or is_name(value):
        return False
    if text[span.start - 1 : span.start] in tuple(_FIELD) or text[span.end : span.end + 1] == "^":
        return False
    letters = [letter for letter in text[max(0, span.start - _AROUND) : span.end + _AROUND] if letter.isalpha()]
    return sum(map(str.isupper, letters)) < _MOST_CAPITALS * len(letters)
