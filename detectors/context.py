"""Word-bounded context beside a span: words that make it an identifier, or speak against it."""

from collections.abc import Iterable

from detectors.patterns.scanning import Pattern, compile_words

#: How many code points before and after a span its context is looked for.
REACH_BEFORE = 48
REACH_AFTER = 24


class Context:
    """A list of phrases that is looked for near a span, never inside a longer word.

    A space in a phrase stands for any run of spaces, underscores or dashes; a phrase is a pattern.

    >>> Context(["lic"]).before(b"public 12", 7)
    False
    >>> Context(["lic"]).before(b"lic: 12", 5)
    True
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        self._words: Pattern = compile_words(phrases)

    def before(self, latin: bytes, start: int, reach: int = REACH_BEFORE) -> bool:
        """Tell whether a phrase stands within *reach* before the offset."""
        return self._words.search(latin, max(0, start - reach), start) is not None

    def after(self, latin: bytes, end: int, reach: int = REACH_AFTER) -> bool:
        """Tell whether a phrase stands within *reach* after the offset."""
        return self._words.search(latin, end, min(len(latin), end + reach)) is not None

    def search_in(self, latin: bytes, start: int, end: int) -> bool:
        """Tell whether a phrase stands inside the range."""
        return self._words.search(latin, start, min(len(latin), end)) is not None

    def near(self, latin: bytes, start: int, end: int) -> bool:
        """Tell whether a phrase stands on either side."""
        return self.before(latin, start) or self.after(latin, end)
