"""What a scanner made of letters and digits (`Ma1n`, `5O9-555-Ol39`), or a person in jest, made plain one for one."""

import re
from collections.abc import Iterator

from detectors.patterns.endings import Ending

_MIXED = re.compile(r"[A-Za-z][01345]+[A-Za-z]|\d[OolI]|[OolI]\d|(?<![\w.])0[A-Z]{3}|[A-Za-z]-0[a-z]{3}")
# A word with few digits, all of which look like letters: "Spr1ngf1eld", "PHYS1CIAN", but neither "H1N1" nor hex.
_WORD = re.compile(r"(?<![\w@./#=])(?:[A-Z]?[a-z01345]+|[A-Z01345]+)(?![\w@/=])")
#: Diagnoses, vertebrae and stages, which hold a digit by right.
_TERM = re.compile(r"T[1-5][A-Z0-9]{0,3}|[CLS][1-5][CLS]?[1-5]?|A1[A-Z]{1,2}|N[01]M[01]X?|(?:SARS|COV|IGG|IGA)[1-5]?")
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_DIGIT = re.compile(r"(?<=[A-Za-z])11(?![A-Za-z0-9])|[01345]")
_FEWEST_LETTERS, _MOST_DIGITS = 3, 3
#: Before a word that somebody chose with figures in it: a user name, a password, a code.
_CHOSEN = Ending(
    r"(?:\b(?:user(?:name)?|login|handle|password|passwd|pass(?:code)?|pwd?|pin|code|key|token|uid|tag|conf|confirmation|"
    r"id|no|num|number|ref|mrn|acct|account|serial|sn)\.?|#|@)[\"']?(?: is| was|:|=|\s|[\"'`#])*\Z",
    re.IGNORECASE,
)
_CHOSEN_REACH = 28
_VOWELS = frozenset("aeiouyAEIOUY")
#: In a text that was scanned: signs that were letters ("Mac|ean", "Gr!msby"), and an I among capitals ("NOTlCE").
_SIGNED = re.compile(r"(?<![\w|!@./])(?:[A-Z][a-z]+(?:[|!@][a-z]+|@(?=[\s,;]))|[A-Z]{2,}l[A-Z]+)(?![\w|@/]|\.\w)")
_SIGNS = str.maketrans("|!@", "lia")
_NO_SIGNS = str.maketrans("", "", "l")
_LETTERS = {"0": "o", "3": "e", "4": "a", "5": "s", "11": "ll"}
# A number in which letters stand for digits; "2l" and "O2" are volumes and oxygen.
_NUMBER = re.compile(r"(?<!\w)[0-9OolI]+(?:[-/.][0-9OolI]+)*(?!\w)")
_VOLUME = re.compile(r"\d+(?:\.\d+)?l|[0O]2|[lI]+|[oO]+")
_DIGITS = str.maketrans("OolI", "0011")
_FEWEST_DIGITS = 2
_LONGEST = 60


def unscan(text: str) -> str:
    """Return *text* with such words and numbers plain; every code point stays where it is.

    >>> unscan("9O2 W Ma1n, TEL 5O9-555-Ol39, H1N1, 2l of O2")
    '902 W Main, TEL 509-555-0139, H1N1, 2l of O2'
    """
    pieces, at, scanned = list[str](), 0, False
    for start, end in _tokens(text):
        chosen = _CHOSEN.search(text[max(0, start - _CHOSEN_REACH) : start]) is not None
        words = text[start:end] if chosen else _WORD.sub(_word, text[start:end])
        scanned = scanned or words != text[start:end]
        pieces += text[at:start], _NUMBER.sub(_number, words)
        at = end
    read = "".join([*pieces, text[at:]]) if pieces else text
    return _SIGNED.sub(_signed, read) if scanned else read


def _tokens(text: str) -> Iterator[tuple[int, int]]:
    """Yield the words and numbers in which letters and digits stand side by side."""
    done = 0
    for mixed in _MIXED.finditer(text):
        if mixed.start() < done:
            continue
        start, end = mixed.span()
        least, most = max(done, start - _LONGEST), min(len(text), end + _LONGEST)
        while start > least and not text[start - 1].isspace():
            start -= 1
        while end < most and not text[end].isspace():
            end += 1
        done = end
        yield start, end


def _word(match: re.Match[str]) -> str:
    word = match[0]
    digits = sum(map(str.isdigit, word))
    letters = len(word) - digits
    if not 0 < digits <= _MOST_DIGITS or letters < _FEWEST_LETTERS or _HEX.fullmatch(word) or _TERM.fullmatch(word):
        return word
    if word[0].isdigit() and not _is_lost_capital(match):
        return word  # "5days": counted, not scanned.
    if word[-1].isdigit() and not word.endswith("11") and not (word.isupper() and word[-1] == "0" and digits > 1):
        return word  # "user1": counted, not scanned.
    plain = _DIGIT.sub(_letter, word)
    plain = "O" + plain[1:] if word[0] == "0" else plain
    return plain.upper() if word.isupper() else plain


def _is_lost_capital(match: re.Match[str]) -> bool:
    """Tell whether a zero at the beginning was an O: "0RTH0", "Garza-0choa", but not "0mg"."""
    word = match[0]
    joined = match.start() > 1 and match.string[match.start() - 1] == "-" and match.string[match.start() - 2].isalpha()
    return word[0] == "0" and (word.isupper() or joined or sum(map(str.isdigit, word)) > 1)


def _signed(match: re.Match[str]) -> str:
    word = match[0]
    return word.replace("l", "I") if word.translate(_NO_SIGNS).isupper() else word.translate(_SIGNS)


def _letter(match: re.Match[str]) -> str:
    if match[0] != "1":
        return _LETTERS[match[0]]
    return "l" if match.string[match.end() : match.end() + 1] in _VOWELS else "i"


def _number(match: re.Match[str]) -> str:
    number = match[0]
    if number.isdigit() or sum(map(str.isdigit, number)) < _FEWEST_DIGITS or _VOLUME.fullmatch(number):
        return number
    return number.translate(_DIGITS)
