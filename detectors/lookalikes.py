"""Characters that read like plain ones: variants, lookalike letters, invisible signs, and what they stand for."""

import functools
import re
import unicodedata
from collections.abc import Iterator

Edit = tuple[int, int, str]

_CYRILLIC = dict(zip("АВЕКМНОРСТУХЅІЈаеорсухѕіјһԁԛԝ", "ABEKMHOPCTYXSIJaeopcyxsijhdqw", strict=True))
_GREEK = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοαινρμ", "ABEZHIKMNOPTYXoaivpu", strict=True))
_LOOKALIKES = _CYRILLIC | _GREEK
_TO_LATIN = str.maketrans(_LOOKALIKES)
_SMALL_CAPITALS = dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "ABCDEFGHIJKLMNOPRSTUVWYZ", strict=True))
_SINGLE_QUOTES = dict.fromkeys("‘’‚‛′´ʼʹ", "'")
_DOUBLE_QUOTES = dict.fromkeys("“”„‟″«»", '"')
_OTHERS = {"…": ".", "\u2028": "\n", "\u2029": "\n", "\x85": "\n", "−": "-", "⁃": "-", "\ufffc": " ", "µ": "u"}
# 10³ is not 103, and ½ is not 1/2 of a date.
_KEPT_FORMS = ("<super>", "<sub>", "<fraction>", "<vertical>")
_INVISIBLE = dict.fromkeys("\u034f\u115f\u1160\u17b4\u17b5\u180e\u3164\uffa0", "")
_VARIATIONS = {chr(code): "" for code in range(0xFE00, 0xFE10)}
_GIVEN = _SMALL_CAPITALS | _SINGLE_QUOTES | _DOUBLE_QUOTES | _OTHERS | _INVISIBLE | _VARIATIONS
_BY_CATEGORY = {"Cf": "", "Zs": " ", "Pd": "-"}
_TAGS = re.compile("[\U000e0020-\U000e007e]{4,}")  # Hidden ASCII; fewer are part of a flag.
_TAG_BASE = 0xE0000
_MARKED = re.compile("[^\\W\\d_][\u0300-\u036f]+")
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile("[A-Za-z]")


def plain_characters(text: str) -> tuple[str, list[Edit]]:
    """Return *text* with each character that has one plain counterpart replaced, and edits for what changes length."""
    odd = [char for char in set(text) if char > "\x7f"]
    text = _latin_words(text, odd)
    counterparts = {char: _plain(char) for char in odd}
    table = {ord(char): plain for char, plain in counterparts.items() if len(plain) == 1 and plain != char}
    edits = list(_hidden(text)) + list(_composed(text)) if any(map(_is_special, odd)) else []
    resized = [char for char, plain in counterparts.items() if len(plain) != 1]
    if resized:
        found = re.finditer(f"[{''.join(map(re.escape, resized))}]", text)
        shown = {start for start, _, _ in edits}
        edits += [(at.start(), at.end(), counterparts[at[0]]) for at in found if at.start() not in shown]
    return text.translate(table), edits


def _is_special(char: str) -> bool:
    return "\u0300" <= char <= "\u036f" or "\U000e0020" <= char <= "\U000e007e"


@functools.lru_cache(maxsize=8192)
def _plain(char: str) -> str:
    """Return what stands for one character: itself, one other, several, or nothing."""
    if char in _GIVEN:
        return _GIVEN[char]
    category = unicodedata.category(char)
    if category in _BY_CATEGORY:
        return _BY_CATEGORY[category]
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if unicodedata.decomposition(char).startswith("<") and not unicodedata.decomposition(char).startswith(_KEPT_FORMS):
        return unicodedata.normalize("NFKC", char)
    return char


def _hidden(text: str) -> Iterator[Edit]:
    """Yield runs of tag characters as the ASCII that they hide."""
    for match in _TAGS.finditer(text):
        for at in range(match.start(), match.end()):
            yield at, at + 1, chr(ord(text[at]) - _TAG_BASE)


def _composed(text: str) -> Iterator[Edit]:
    """Yield letters with combining marks as one letter."""
    for match in _MARKED.finditer(text):
        yield match.start(), match.end(), unicodedata.normalize("NFC", match[0])[0]


def _latin_words(text: str, odd: list[str]) -> str:
    """Replace Cyrillic and Greek lookalikes in words that are otherwise Latin, or in a Latin text without others."""
    if not any(char in _LOOKALIKES for char in odd) or not _LATIN.search(text):
        return text
    foreign = any(char not in _LOOKALIKES and unicodedata.name(char, "").startswith("CYRILLIC") for char in odd)
    if not foreign and any(char in _CYRILLIC for char in odd):
        return text.translate(_TO_LATIN)
    return _WORD.sub(lambda word: word[0].translate(_TO_LATIN) if _LATIN.search(word[0]) else word[0], text)
