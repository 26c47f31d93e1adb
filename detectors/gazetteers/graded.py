"""Scales, antigens and devices with what grades them: "Dorr B. Gruen 1-7", "vitamina K. Conserve", "Lewis Le(b+)".

Notes in telegraphic style set scales and instruments in a row, each with its grade; a grade that is one capital letter
before a full stop reads like an initial.
"""

import re

from detectors.gazetteers import masks as m
from detectors.gazetteers.runs import Core
from detectors.gazetteers.words import Shape, Words

_GRADE = re.compile(r"(?:i{1,3}|iv|vi{0,3}|ix|x|[a-e])(?:[a-e]|[1-4])?\Z")
_ROMAN = frozenset("ivx")
_REACH = 14  # Words to either side among which other scales are looked for.
_FEWEST = 2
#: Scales whose names are so common as names that the lists keep them persons.
_SCALES = frozenset(
    """
    allen anderson brooker burgess chang child crawford cromer denis dukes duke evans fernandez fisher forrest garden
    green guy harris hawkins herring herbert hunt jefferson johansen kings lewis marshall mason mayo miller milan moore
    myerson olsen palmer peterson robson russell salter sanders seattle sharp simpson singh stewart strom tanner
    thompson tile vancouver wagner watson wells wilkins wood young
    """.split()
)
#: Words that a single capital letter or figure belongs to.
_CLASSED = frozenset(
    """
    vitamin vitamins vitamina vitaminas hepatitis type tipo class clase grade grado stage estadio group grupo category
    categoria factor schedule protein proteina influenza gripe child pugh risk appendix anexo plan part parte option
    exhibit schedule hemophilia hemofilia omega blood sangre
    """.split()
)
#: What a device, sign or operation is called before its eponym in Spanish and French.
_NOUNS_BEFORE = frozenset(
    """
    sonda sondas cateter catéter cateteres catéteres signo signos sindrome síndrome enfermedad escala prueba test
    maniobra ferula férula collarin collarín drenaje drenajes pinza pinzas tubo tubos media medias operacion operación
    tecnica técnica fractura fracturas punto indice índice clasificacion clasificación criterio criterios virus celulas
    células reservorio canula cánula aguja trocar clavo clavos protesis prótesis valvula válvula hernia quiste ulcera
    úlcera esofago esófago tumor sarcoma linfoma reaccion reacción metodo método tincion tinción sonde maladie signe
    syndrome manoeuvre échelle
    """.split()
)
_ANTIGEN = re.compile(r"\((?:[ab][+-]?){1,2}\)")
_POINTS = re.compile(r" \d{1,3}(?:\+\d|/\d{1,3}|\.\d)")
_NUMBER = re.compile(r"[+-]?\d{1,3}\.\d{1,2} \Z")
_LONGEST_NUMBER = 8
_UNITS = frozenset("cdfghjlmv")
_SHORT = 2


def is_graded(words: Words, core: Core) -> bool:
    """Tell whether the words are scales, antigens or devices with what grades them, and no person."""
    if core.titled:
        return False
    return _closes(words, core) or _is_antigen(words, core) or _is_device(words, core)


def is_list_of_scales(words: Words, start: int, end: int) -> bool:
    """Tell whether words with commas between are of a longer list of eponyms: "Broviac, Groshong, Quinton"."""
    if not all(words.masks[at] & m.EPONYM for at in range(start, end)):
        return False
    before = start > 0 and words.gap(start - 1) == ", " and _is_rare_scale(words, start - 1)
    return before or (end < len(words) and words.gap(end - 1) == ", " and _is_rare_scale(words, end))


def _is_rare_scale(words: Words, index: int) -> bool:
    """Tell whether a word is a scale and hardly a name, or has its points: "Gleason 3+4"."""
    rare = not words.masks[index] & (m.COMMON_NAME | m.FREQUENT)
    return _is_scale(words, index) and (rare or _has_points(words, index))


def _has_points(words: Words, index: int) -> bool:
    return _POINTS.match(words.text, words.ends[index]) is not None


def _closes(words: Words, core: Core) -> bool:
    """Tell whether a letter inside is the grade of the word before it rather than an initial."""
    for index in range(core.start, core.end):
        if words.shapes[index] != Shape.INITIAL or not index or words.gap(index - 1) != " ":
            continue
        scale, ended = words.word(index - 1), words.gap(index)[:2] == ". "
        if index == core.start:
            return ended and (scale in _CLASSED or _is_unit(words, index))
        if words.masks[core.start] & m.FIRST_COMMON:
            return False  # "Clark B. Harris" beside a list of scales.
        if not (words.masks[index - 1] & m.EPONYM or scale in _SCALES) or not _GRADE.match(words.word(index)):
            return False
        if ended:
            paired = index + 1 < core.end and _is_scale(words, index + 1) and _has_grade(words, core.end - 1)
            return paired or _graded_around(words, core) >= _FEWEST
        return words.word(index) in _ROMAN and _graded_around(words, core) >= 1
    return False


def _is_unit(words: Words, index: int) -> bool:
    """Tell whether a letter is the unit of the number before it: "IOL +21.5 D. HUMPHREY 24-2"."""
    start = words.starts[index]
    return (
        words.word(index) in _UNITS and _NUMBER.search(words.text[max(0, start - _LONGEST_NUMBER) : start]) is not None
    )


def _is_antigen(words: Words, core: Core) -> bool:
    """Tell whether the signs of a blood group follow: "Lewis Le(b+)"."""
    last = core.end - 1
    short = words.ends[last] - words.starts[last] <= _SHORT
    return short and _ANTIGEN.match(words.text, words.ends[last]) is not None


def _is_device(words: Words, core: Core) -> bool:
    """Tell whether the first word is a device or sign and the rest what it is called after: "SONDA FOLEY"."""
    rest = range(core.start + 1, core.end)
    return words.word(core.start) in _NOUNS_BEFORE and bool(rest) and all(words.masks[at] & m.EPONYM for at in rest)


def _graded_around(words: Words, core: Core) -> int:
    """Count the scales with their grade near the words, those among them left out."""
    near = range(max(0, core.start - _REACH), min(len(words) - 1, core.end + _REACH))
    return sum(
        _is_scale(words, index) and _has_grade(words, index) for index in near if not core.start <= index < core.end
    )


def _is_scale(words: Words, index: int) -> bool:
    large = words.shapes[index] in (Shape.CAPITAL, Shape.UPPER)
    return large and (bool(words.masks[index] & m.EPONYM) or words.word(index) in _SCALES)


def _has_grade(words: Words, index: int) -> bool:
    """Tell whether a figure or the letters of a grade follow."""
    following = index + 1
    if following >= len(words) or words.gap(index) != " ":
        return False
    return words.shapes[following] == Shape.DIGITS or _GRADE.match(words.word(following)) is not None
