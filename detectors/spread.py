"""Lines whose letters stand apart, as a fax or a disguise sets them, drawn together: "N a m e :   A n n   L e e"."""

import re
from collections.abc import Iterator

_LINE = re.compile(r"(?<!\S)\S(?: {1,4}\S(?!\S)){9,400}")
_BLANKS = re.compile(r" +")
_WORD = re.compile(r"[^\W\d_]{3,}")


def drawn_together(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield each run of blanks of such lines and what stands for it: nothing inside a word, one between two.

    Only where wider blanks show the words; a name spelled letter by letter, a scale or an alphabet stays.

    >>> list(drawn_together("N a m e :   A n n   L e e"))[:4]
    [(1, 2, ''), (3, 4, ''), (5, 6, ''), (7, 8, '')]
    """
    if "  " not in text:
        return
    for line in _LINE.finditer(text):
        if "  " in line[0] and _WORD.search(_BLANKS.sub(_narrow, line[0])):
            yield from ((*blank.span(), _narrow(blank)) for blank in _BLANKS.finditer(text, *line.span()))


def _narrow(blank: re.Match[str]) -> str:
    return " " if len(blank[0]) > 1 else ""
