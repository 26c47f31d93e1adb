"""How many figures every match of a pattern holds, read out of the pattern itself.

Most patterns want figures and most texts have few: one that has too few need not be read.
"""

import re

#: An escape, a class, a group's begin or end, a bar, a quantifier, or plain characters that no quantifier counts.
_PIECE = re.compile(
    r"\\x[0-9A-Fa-f]{2}|\\[^0-9x]|\[\^?(?:\\.|[^\]\\\[])+\]|\(\?[a-zA-Z-]*[:)]|\(\?P<\w+>|[()|]|[?*+]\??|\{\d+,?\d*\}\??|"
    r"(?:[^\\\[\](){}|?*+](?![?*+{]))+|[^\\\[\](){}|?*+]"
)
_FIGURE = re.compile(r"\\d|\[(?:[0-9]-[0-9]|[0-9])+\]")


def least_figures(pattern: str) -> int:
    """Return how many figures every match holds; of a pattern that is written in another way, 0.

    >>> least_figures("(?:mrn|nr)[.:]? ?[0-9]{3,9}x[0-9]*"), least_figures("[0-9]|one"), least_figures("a1?b22")
    (3, 0, 2)
    """
    groups, at = [_Group()], 0
    for piece in _PIECE.finditer(pattern):
        text = piece[0]
        if piece.start() != at or (text == ")" and len(groups) == 1):
            return 0
        at = piece.end()
        if text[0] == "(":
            if text[-1] != ")":  # Flags alone begin no group.
                groups.append(_Group())
        elif text == ")":
            last = groups.pop().least()
            groups[-1].take(last)
        elif text == "|":
            groups[-1].begin()
        elif text[0] in "?*+{":
            groups[-1].repeat(int(text[1:].partition("}")[0].partition(",")[0]) if text[0] == "{" else text[0] == "+")
        elif text[0] in "\\[":
            groups[-1].take(_FIGURE.fullmatch(text) is not None)
        else:
            groups[-1].take(sum(map(str.isdigit, text)))
    return groups[0].least() if at == len(pattern) and len(groups) == 1 else 0


class _Group:
    """The figures of a group's branches, as its pieces come in."""

    def __init__(self) -> None:
        self._done: list[int] = []
        self._sum = self._last = 0

    def take(self, figures: int) -> None:
        """Count one more piece of the branch."""
        self._sum, self._last = self._sum + self._last, figures

    def repeat(self, times: int) -> None:
        """Count the last piece so often."""
        self._last *= times

    def begin(self) -> None:
        """Begin another branch."""
        self._done.append(self._sum + self._last)
        self._sum = self._last = 0

    def least(self) -> int:
        """Return the figures of the branch that has the fewest."""
        return min([*self._done, self._sum + self._last])
