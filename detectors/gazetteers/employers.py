"""Employers: the capitalised words after "works at", "employed by" or the caption "Employer:"."""

import re
from collections.abc import Iterator

from detectors.gazetteers import cues
from detectors.gazetteers import masks as m
from detectors.gazetteers.words import Shape, Words
from detectors.patterns.endings import Ending

Range = tuple[int, int, float]

_LONGEST = 6
_NO_FIRM = m.LEFT | m.FREQUENT | m.MEDICAL & ~m.CLINICAL
_EMPLOYED = cues.Cue(
    Ending(
        r"(?:\b(?:employer|occupation|workplace|place of (?:work|employment))\s?[:=]\s{0,3}|"
        r"\b(?:trabaja|trabajo|trabajaba) (?:en|para) |\b(?:works?|worked|working)(?: \w{2,12}){0,2} "
        r"(?:at|for) |\bemployed (?:by|at|with) |"
        r"\b(?:retired|laid off|fired) from |\b(?:years|shifts?|job|foreman|manager|supervisor|cashier|welder|driver|"
        r"clerk|engineer|mechanic|teacher|cook|line|lead|barista|server|waitress|waiter|bartender|"
        r"janitor|custodian|guard|"
        r"carpenter|plumber|electrician|machinist|operator|miner|butcher|baker|stocker|roofer|lineman|housekeeper|"
        r"receptionist|secretary|accountant|paralegal|programmer) (?:at|for|with) )(?:the |el |la |los )?$",
        re.IGNORECASE,
    ),
    frozenset({"at", "for", "by", "with", "from", "the", "en", "para", "el", "la", "los"}),
)
_FIRM = frozenset({"inc", "llc", "llp", "ltd", "corp", "co", "company", "sons", "bros", "brothers", "gmbh", "plc"})
_NOT_FIRST = frozenset({"i", "he", "she", "they", "we", "home", "night", "nights", "days", "part", "full", "none"})


def find_employers(words: Words) -> Iterator[Range]:
    """Yield word ranges that name a firm somebody works for, with their scores."""
    done = 0
    for index in words.large:
        if index < done or (index and words.shapes[index - 1] != Shape.LOWER and words.gap(index - 1) == " "):
            continue
        if not (_may_follow(words, index) and _EMPLOYED.before(words.text, words.starts[index])):
            continue
        done = _end(words, index)
        if _is_firm(words, index, done):
            yield index, done, 0.75


def _may_follow(words: Words, index: int) -> bool:
    """Tell cheaply whether the cue may end before a word: with one of its words, or with a caption's sign."""
    if index and words.word(index - 1) in _EMPLOYED.last:
        return True
    before = words.text[max(0, words.starts[index] - cues.TAIL) : words.starts[index]]
    return ":" in before or "=" in before


def _end(words: Words, start: int) -> int:
    """Return the end of a run of capitalised words, "&" and "and" inside."""
    end = start + 1
    while end < len(words) and end - start < _LONGEST:
        gap = words.gap(end - 1)
        if words.shapes[end] in (Shape.CAPITAL, Shape.UPPER) and gap in (" ", "-", " & ", "'s ", "’s ", ", ", "&"):
            if gap == ", " and words.word(end) not in _FIRM:
                break
            end += 1
        elif words.word(end) in ("and", "of") and end + 1 < len(words) and words.shapes[end + 1] == Shape.CAPITAL:
            end += 2
        else:
            break
    return end


def _is_firm(words: Words, start: int, end: int) -> bool:
    """Tell whether the words name one employer, not a nation-wide firm, an agency or a profession."""
    masks = words.masks[start:end]
    if words.word(start) in _NOT_FIRST or words.shapes[start] not in (Shape.CAPITAL, Shape.UPPER):
        return False
    left = _NO_FIRM & ~m.ORGANISATION
    if all(mask & left for mask in masks) and words.word(end - 1) not in _FIRM:
        return False
    if masks[0] & m.ORGANISATION or words.phrase(start)[1] & m.ORGANISATION_PHRASE:
        return words.shapes[start] == Shape.CAPITAL
    return end - start > 1 or (not masks[0] and words.shapes[start] == Shape.CAPITAL)
