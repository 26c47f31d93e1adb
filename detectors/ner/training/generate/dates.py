"""Dates finer than a year in their usual forms, ages over 89, and the near misses: times, years, durations."""

import datetime as dt
import random
from collections.abc import Callable, Mapping

from detectors.ner.training.generate.lexicon import lexicon
from detectors.ner.training.generate.pieces import Piece, Pieces, marked, plain

MONTHS = "January February March April May June July August September October November December".split()
SHORT = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
MESES = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
DIAS = "lunes martes miércoles jueves viernes sábado domingo".split()
TEENS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()
ORDINALS = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third "
    "twenty-fourth twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first"
).split()
Date = dt.date
MAY, SEPTEMBER = 5, 9


def number(value: int) -> str:
    """Return a number below 100 in words."""
    if value < 20:
        return TEENS[value]
    return TENS[value // 10] + (f"-{TEENS[value % 10]}" if value % 10 else "")


def ordinal(day: int) -> str:
    """Return "1st", "2nd", "13th"."""
    return f"{day}{'th' if 10 < day < 14 else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"


def draw(rng: random.Random, first: int = 2012, last: int = 2026) -> Date:
    """Return a day between two years."""
    return Date(rng.randint(first, last), 1, 1) + dt.timedelta(days=rng.randrange(365))


def birthday(rng: random.Random, age: int) -> Date:
    """Return a birthday that fits *age*."""
    return draw(rng, 2024 - age, 2025 - age)


def numeric(rng: random.Random, day: Date) -> str:
    """Month, day and year in figures."""
    mark = rng.choice("////--.")
    pad = rng.random() < 0.6
    month, date = (f"{day.month:02}", f"{day.day:02}") if pad else (str(day.month), str(day.day))
    if rng.random() < 0.06:
        month, date = date, month
    year = str(day.year) if rng.random() < 0.7 else f"{rng.choice(('', '', chr(39)))}{day.year % 100:02}"
    return f"{month}{mark}{date}{mark}{year}"


def long(rng: random.Random, day: Date) -> str:
    """Return the month in words, with day and year."""
    month = rng.choice((MONTHS, MONTHS, SHORT))[day.month - 1] + rng.choice(("", "", "", "."))
    month = month if month[:-1] in SHORT else month.rstrip(".")
    roll = rng.random()
    if roll < 0.6:
        return f"{month} {rng.choice((str(day.day), ordinal(day.day)))}{rng.choice((', ', ', ', ' '))}{day.year}"
    if roll < 0.75:
        return f"{day.day} {month} {day.year}"
    if roll < 0.82:
        return f"{day.day:02}-{SHORT[day.month - 1]}-{day.year}"
    if roll < 0.88:
        return f"{day.day:02}{SHORT[day.month - 1].upper()}{day.year}"
    if roll < 0.94:
        return f"the {ordinal(day.day)} of {month} {day.year}"
    return f"{month} the {ordinal(day.day)}, {day.year}"


def month_day(rng: random.Random, day: Date) -> str:
    """Month and day without a year."""
    month = rng.choice((MONTHS, SHORT))[day.month - 1]
    roll = rng.random()
    if roll < 0.35:
        return f"{month} {rng.choice((str(day.day), ordinal(day.day)))}"
    if roll < 0.85:
        return rng.choice((f"{day.month}/{day.day}", f"{day.month:02}/{day.day:02}", f"{day.month}-{day.day}"))
    return rng.choice((f"{day.day} {month}", f"{ordinal(day.day)} of {month}", f"{month} the {ordinal(day.day)}"))


def month(rng: random.Random, day: Date) -> str:
    """Return the month alone."""
    if rng.random() < 0.85 or day.month == MAY:
        return MONTHS[day.month - 1]
    return rng.choice((SHORT[day.month - 1], SHORT[day.month - 1] + ".", "Sept" if day.month == SEPTEMBER else "Oct"))


def month_year(rng: random.Random, day: Date) -> str:
    """Month and year."""
    month = rng.choice((MONTHS, MONTHS, SHORT))[day.month - 1]
    return rng.choice(
        (
            f"{month} {day.year}",
            f"{month} {day.year}",
            f"{month} of {day.year}",
            f"{month}, {day.year}",
            f"{day.month:02}/{day.year}",
            f"{day.month}/{day.year}",
            f"{day.year}-{day.month:02}",
            f"{month} '{day.year % 100:02}",
        )
    )


def spoken(rng: random.Random, day: Date) -> str:
    """Return a date as it is said aloud."""
    head, tail = divmod(day.year, 100)
    rest = "hundred" if not tail else f"oh {TEENS[tail]}" if tail < 10 else number(tail)
    year = (
        f"two thousand {rng.choice(('and ', ''))}{number(tail)}"
        if head == 20 and rng.random() < 0.4 and tail
        else f"{number(head)} {rest}"
    )
    month = MONTHS[day.month - 1]
    form = rng.choice(
        (f"{month} {ORDINALS[day.day]}", f"{month} the {ORDINALS[day.day]}", f"the {ORDINALS[day.day]} of {month}")
    )
    form = form if rng.random() < 0.85 else f"{number(day.month)} {number(day.day)}"
    return form if rng.random() < 0.3 else f"{form}{rng.choice((', ', ' '))}{year}"


def weekday(rng: random.Random, day: Date) -> str:
    """Return a weekday with its day."""
    name = rng.choice((DAYS, DAYS, [text[:3] for text in DAYS]))[day.weekday()]
    rest = rng.choice((month_day(rng, day), long(rng, day), numeric(rng, day), f"the {ordinal(day.day)}"))
    return f"{name}{rng.choice((', ', ', ', ' '))}{rest}"


def stamp(rng: random.Random, day: Date) -> str:
    """Return a fused timestamp, as machines write it."""
    hour, minute, second = rng.randrange(24), rng.randrange(60), rng.randrange(60)
    zone = rng.choice(("Z", "Z", "", "-05:00", "+00:00", "-0800", ".000Z", f".{rng.randrange(1000):03}Z"))
    flat = f"{day:%Y%m%d}"
    return rng.choice(
        (
            f"{day.isoformat()}T{hour:02}:{minute:02}:{second:02}{zone}",
            f"{day.isoformat()}T{hour:02}:{minute:02}",
            f"{flat}{hour:02}{minute:02}",
            f"{flat}{hour:02}{minute:02}{second:02}",
            f"{flat}T{hour:02}{minute:02}{second:02}Z",
        )
    )


def spanish(rng: random.Random, day: Date) -> str:
    """Return a date in Spanish."""
    month = MESES[day.month - 1]
    return rng.choice(
        (
            f"{day.day} de {month} de {day.year}",
            f"{day.day} de {month} del {day.year}",
            f"{day.day} de {month}",
            f"{day.day:02}/{day.month:02}/{day.year}",
            f"{DIAS[day.weekday()]} {day.day} de {month}",
            f"{month} de {day.year}",
            f"{day.day}-{day.month}-{day.year % 100:02}",
        )
    )


def usual(rng: random.Random, day: Date) -> str:
    """Return a full date in any of the usual forms."""
    roll = rng.random()
    return numeric(rng, day) if roll < 0.5 else day.isoformat() if roll < 0.6 else long(rng, day)


def clock(rng: random.Random) -> str:
    """Return a time of day; no identifier."""
    hour, minute = rng.randrange(24), rng.choice((0, 0, 15, 30, 45, rng.randrange(60)))
    twelve, half = (hour - 1) % 12 + 1, "am" if hour < 12 else "pm"
    return rng.choice(
        (
            f"{hour:02}:{minute:02}",
            f"{hour:02}{minute:02}",
            f"{hour:02}{minute:02} hrs",
            f"{twelve}:{minute:02} {half.upper()}",
            f"{twelve}:{minute:02}{half}",
            f"{twelve} {half}",
            f"{twelve}{half}",
            f"{hour:02}:{minute:02}:{rng.randrange(60):02}",
        )
    )


def old(rng: random.Random) -> Pieces:
    """Return the number of an age over 89, in figures or in words."""
    age = rng.choice((rng.randint(90, 99), rng.randint(90, 104)))
    words = number(age) if age < 100 else "a hundred and " + number(age - 100) if age > 100 else "one hundred"
    return marked(words if rng.random() < 0.25 else str(age), "DATE")


def _range(rng: random.Random) -> Pieces:
    start = draw(rng)
    end = start + dt.timedelta(days=rng.randint(1, 60))
    form = rng.choice((numeric, month_day, long))
    joint = rng.choice((" - ", "-", " to ", " through ", "–", " until "))
    return (Piece(form(rng, start), "DATE"), Piece(joint), Piece(form(rng, end), "DATE"))


def of(kind: Callable[[random.Random, Date], str]) -> Callable[[random.Random], Pieces]:
    """Make a filler that marks a date written as *kind* writes it."""
    return lambda rng: marked(kind(rng, draw(rng)), "DATE")


def _any(rng: random.Random) -> Pieces:
    kind = rng.choice((numeric, numeric, usual, usual, long, month_day, month_day, month_year, weekday))
    return marked(kind(rng, draw(rng)), "DATE")


FILLERS: Mapping[str, Callable[[random.Random], Pieces]] = {
    "date": of(usual),
    "date.any": _any,
    "date.num": of(numeric),
    "date.iso": of(lambda _, day: day.isoformat()),
    "date.long": of(long),
    "date.md": of(month_day),
    "date.my": of(month_year),
    "date.month": of(month),
    "date.day": of(lambda _, day: ordinal(day.day)),
    "date.dayword": of(lambda _, day: ORDINALS[day.day]),
    "date.wd": of(weekday),
    "date.ts": of(stamp),
    "date.mail": of(lambda _, day: f"{day:%a, %d %b %Y}"),
    "date.flat": of(lambda _, day: f"{day:%Y%m%d}"),
    "date.spoken": of(spoken),
    "date.es": of(spanish),
    "date.mes": of(lambda _, day: MESES[day.month - 1]),
    "date.range": _range,
    "holiday": lambda rng: marked(rng.choice(lexicon()["holiday"]), "DATE"),
    "age90": old,
    "byear90": lambda rng: marked(str(rng.randint(1919, 1933)), "DATE"),
    "age": lambda rng: plain(str(rng.randint(1, 89))),
    "age.word": lambda rng: plain(number(rng.randint(18, 89))),
    "year": lambda rng: plain(str(rng.choice((rng.randint(2005, 2026), rng.randint(1960, 2026))))),
    "byear": lambda rng: plain(str(rng.randint(1940, 2020))),
    "time": lambda rng: plain(clock(rng)),
    "weekday": lambda rng: plain(rng.choice(DAYS)),
    "dia": lambda rng: plain(rng.choice(DIAS)),
    "ordinal": lambda rng: plain(ordinal(rng.randint(1, 30))),
}
