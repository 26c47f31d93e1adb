"""Days in diaries and logs: weekdays whose numbers agree, a day and its month at the head of each line, told days."""

from collections.abc import Iterator

from detectors.patterns.scanning import Match, PatternSet, compile_latin

_DAY = r"(?:0?[1-9]|[12][0-9]|3[01])"
_NAMES = (b"mon", b"tue", b"wed", b"thu", b"fri", b"sat", b"sun")
_WEEK = len(_NAMES)
_WEEKDAY = r"(?:mon|tue|wed|thu|fri|sat|sun)(?:s|r|rs|nes|ur)?(?:day)?"
#: "wed 17", "tues 16th"; no hours, measures or counts.
_NUMBERED = compile_latin(
    rf"\b({_WEEKDAY}\.?,? (?:the )?({_DAY})(?:st|nd|rd|th)?)"
    r"(?:$|[,.;!?)\n](?:[^0-9]|$)| (?:[a-z(]|- [a-z])|: ?[a-z]| ?- [a-z])"
)
_NO_DAY = compile_latin(
    r"[ -]?(?:[ap]\.?m\b|noon|to\b|mg|mcg|ml|units?|u\b|min|hours?|hrs?|h\b|tabs?|reps?|laps?|sets?|x\b|miles?|km|"
    r"steps|pts?\b|patients|cases|beds|percent|degrees|lbs?|kg|cups?|oz|carbs|g\b|through|until|till|or\b)"
)
_MONTHS = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?"
)
#: "10 may moved in with mama".
_HEADED = compile_latin(rf"(?:^|\n)[ \t>*-]*(({_DAY}) ({_MONTHS}))[ .:,-]+[a-z]")
_FEWEST = 2
_SPANISH_UNIT = "uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve"
_SPANISH_DAY = (
    r"(?:primero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|diecis[e\xe9]is|"
    r"diecisiete|dieciocho|diecinueve|veinte|veinti(?:uno|d[o\xf3]s|tr[e\xe9]s|cuatro|cinco|s[e\xe9]is|siete|ocho|"
    r"nueve)|treinta(?: y uno)?)"
)
_SPANISH_WEEKDAY = r"(?:lunes|martes|mi[e\xe9]rcoles|jueves|viernes|s[a\xe1]bado|domingo)"
_SPANISH_MONTH = r"(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|sept?iembre|octubre|noviembre|diciembre)"
#: "el jueves catorce a las diez", "el dieciocho a las nueve", "21 al 27 de septiembre".
_SPANISH = compile_latin(
    rf"\b({_SPANISH_WEEKDAY},? (?:el )?{_SPANISH_DAY})(?:[,.;!?)\n]|$| (?:a las?|de|con|en|para|y|por|le|la|no|si)\b)|"
    rf"\bel ({_SPANISH_DAY}|{_DAY}) a las? (?:una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|[0-9])|"
    rf"\b({_DAY} (?:al|y|a) {_DAY} de {_SPANISH_MONTH}(?: del? (?:19|20)[0-9]{{2}})?)\b"
)
#: "oh four slash twenty two".
_SLASHED = compile_latin(
    r"\b(oh (?:one|two|three|four|five|six|seven|eight|nine) slash (?:(?:twenty|thirty)(?:[ -][a-z]{3,5})?|[a-z]+teen|"
    r"oh [a-z]{3,5}|ten|eleven|twelve))\b"
)
#: "from January 13 to 17"; "2025 Jan 29".
_SPAN = compile_latin(rf"\b(?:{_MONTHS}) {_DAY} (?:to|through|thru|-) ({_DAY})(?:[,.;)\n]|$| (?:[a-hj-z]|i[nf]\b))")
_YEAR_FIRST = compile_latin(rf"\b((?:19|20)[0-9]{{2}} (?:{_MONTHS})\.? {_DAY})\b")
_TOLD = (_SPANISH, _SLASHED, _SPAN, _YEAR_FIRST)
_SET = PatternSet((_NUMBERED, _HEADED, *_TOLD))


def diary_days(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield each day that its neighbours or its wording tell."""
    for index in _SET.occurring(latin):
        if index == 0:
            yield from _agreeing(latin)
        elif index == 1:
            yield from _headed(latin)
        else:
            for found in _TOLD[index - 2].finditer(latin):
                group = next(at for at in (1, 2, 3) if found.start(at) >= 0)
                yield found.start(group), found.end(group)


def _agreeing(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield weekdays with their numbers where all of them fit one calendar: "tues 16th ... thurs 18"."""
    days = [found for found in _NUMBERED.finditer(latin) if not _NO_DAY.match(latin, found.end(1))]
    numbers = [int(found.group(2)) for found in days]
    shifts = {(_weekday(found) - number) % _WEEK for found, number in zip(days, numbers, strict=True)}
    if len(set(numbers)) >= _FEWEST and len(shifts) == 1:
        yield from ((found.start(1), found.end(1)) for found in days)


def _weekday(found: Match) -> int:
    return _NAMES.index(found.group(1)[:3].lower())


def _headed(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield the day and month at the head of lines that go forward."""
    heads = list(_HEADED.finditer(latin))
    days = [int(found.group(2)) for found in heads]
    months = {found.group(3)[:3].lower() for found in heads}
    if len(heads) >= _FEWEST and (len(months) > 1 or days == sorted(set(days))):
        yield from ((found.start(1), found.end(1)) for found in heads)
