"""Days without a year that stand in a column of dates, or each at the head of its line in a log."""

from collections.abc import Iterator

from detectors.patterns.scanning import Match, compile_latin

_DAY = r"(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12][0-9]|3[01])"
_CELL = compile_latin(rf"[\t|] ?({_DAY}) ?(?:[\t|\n]|$)")
#: What tells that a column holds dates: a day or a month with its year; scores are written like days.
_DATED = compile_latin(rf"(?:{_DAY}/(?:[0-9]{{2}}|(?:19|20)[0-9]{{2}})|(?:0?[1-9]|1[0-2])/(?:19|20)[0-9]{{2}})")
_ALONE = compile_latin(_DAY)
_HEADED = compile_latin(rf"(?:^|\n)({_DAY})[ \t]+[A-Za-z]")
_PARTED = compile_latin(r"[\t|]")
_FIRST_PLAIN = 13


def day_columns(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield the days in columns of dates, and those at the heads of lines."""
    if b"/" not in latin or b"\n" not in latin:
        return
    if _PARTED.search(latin) is not None and _CELL.search(latin) is not None:
        yield from _of_columns(latin)
    heads = list(_HEADED.finditer(latin))
    if _is_log(heads):
        yield from ((found.start(1), found.end(1)) for found in heads)


def _of_columns(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield the days under which or over which another cell of the column is a date beyond doubt."""
    days: dict[tuple[bytes, int], list[tuple[int, int]]] = {}
    dated: set[tuple[bytes, int]] = set()
    start = 0
    for line in latin.split(b"\n"):
        sign = b"\t" if b"\t" in line else b"|"
        at = start
        for number, cell in enumerate(line.split(sign) if sign in line else ()):
            value = cell.strip()
            if _DATED.fullmatch(value) is not None:
                dated.add((sign, number))
            elif _ALONE.fullmatch(value) is not None:
                begin = at + cell.index(value)
                days.setdefault((sign, number), []).append((begin, begin + len(value)))
            at += len(cell) + 1
        start += len(line) + 1
    for column in dated & days.keys():
        yield from days[column]


def _is_log(heads: list[Match]) -> bool:
    """Tell whether the lines go forward within a month or two, and some day is none that is counted, as doses are."""
    days = [tuple(map(int, found.group(1).split(b"/"))) for found in heads]
    if len(days) < 2 or days != sorted(set(days)):
        return False
    near = days[-1][0] - days[0][0] <= (len(days) > 2)
    return near and max(day for _, day in days) >= _FIRST_PLAIN
