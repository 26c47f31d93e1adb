"""Patterns that end right before an offset: what stands before it is read from its end, and most often not at all."""

import re

from detectors.patterns.scanning import compile_latin

_INSIDE = r"(?:\[(?:\\.|[^\]\\])*\]|\\.|[^()\[\\])"
_AROUND = re.compile(rf"\(\?<?[!=](?:{_INSIDE}|\({_INSIDE}*\))*\)")
_PIECE = re.compile(r"\\.|\[\^?|\]|\$", re.DOTALL)
_BLANKS = r"\s\v\x1c-\x1f"  # What the standard library takes for blanks, in ASCII.
_BEYOND = re.compile("[^\0-\xff]")


class Ending:
    r"""A pattern that ends in `\Z` or `$`; of ASCII, the library of linear time tells first what holds no match.

    >>> Ending(r"\b(?:mr|dr)\.?\s(?!no)\Z", re.IGNORECASE).search("seen by Dr. ").start()
    8
    """

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.pattern = re.compile(pattern, flags)
        self._wider = compile_latin(wider(pattern), ignore_case=bool(flags & re.IGNORECASE))

    def search(self, before: str) -> re.Match[str] | None:
        """Find the pattern at the end of a text."""
        if before.isascii() and self._wider.search(before.encode("ascii")) is None:
            return None
        return self.pattern.search(before)


def wider(pattern: str) -> str:
    r"""Return what the linear library finds wherever the standard one finds *pattern* in ASCII, and more.

    Looks around are left out, blanks are of either library, letters beyond Latin-1 another that no ASCII holds.

    >>> wider(r"[\s:]\s(?! a)$")
    '[\\s\\v\\x1c-\\x1f:][\\s\\v\\x1c-\\x1f]\\n?$'
    """
    inside, pieces, at = False, list[str](), 0
    text = _BEYOND.sub("\xff", _AROUND.sub("", pattern))
    for piece in _PIECE.finditer(text):
        meant = piece[0]
        if meant == r"\s":
            meant = _BLANKS if inside else f"[{_BLANKS}]"
        elif meant == r"\Z":
            meant = "$"
        elif meant == "$":
            meant = "$" if inside else r"\n?$"
        elif meant[0] != "\\":
            inside = meant != "]"
        pieces += text[at : piece.start()], meant
        at = piece.end()
    return "".join([*pieces, text[at:]])
