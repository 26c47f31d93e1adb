"""What a word is, for both indexes: letters, digits and underscores, accents folded, lower case.

The analyzer of assets/index_template.json does the same inside OpenSearch; one suite (tests/contracts/sink.py) holds
them together for Latin script. So a token stays one word beside `'s`, quotes, brackets and punctuation.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache

#: Combining accents and invisible joiners: they stand inside a word and change nothing of it.
INSIDE = "\u0300-\u036f\u00ad\u061c\u180e\u200c-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20f0\ufe00-\ufe0f\ufeff"
_WORD = re.compile(rf"[\w{INSIDE}]+")
_INSIDE = re.compile(f"[{INSIDE}]+")
#: Symbols, joining lines beyond the underscore, and numbers that are no digits stand between words.
_BETWEEN = frozenset({"So", "Sk", "Sm", "Sc", "No", "Pc"})
#: Latin letters that do not decompose into a base letter and accents, after what they are folded to; as Lucene does.
_LETTERS = (
    "a ₐₔɐəɚᴀᶏᶕẚⱥ",
    "aa ꜳ",
    "ae æǣǽᴁᴂ",
    "ao ꜵ",
    "au ꜷ",
    "av ꜹꜻ",
    "ay ꜽ",
    "b ƀƃɓʙᴃᵬᶀ",
    "c ↄƈȼɕʗᴄꜿ",
    "d ðđƌȡɖɗᴅᴆᵭᶁᶑꝺ",
    "db ȸ",
    "dz ʣʥ",
    "e ₑǝɇɘɛɜɝɞʚᴇᴈᶒᶓᶔⱸⱻ",
    "f ƒᵮᶂẛꜰꝼꟻ",
    "g ǥɠɡɢʛᵷᵹᶃꝿ",
    "h ħɥɦʜʮʯⱨⱶ",
    "hv ƕ",
    "i ᵢⁱıɨɪᴉᵻᵼᶖꟾ",
    "j ⱼȷɉɟʄʝᴊ",
    "k ƙʞᴋᶄⱪꝁꝃꝅ",
    "l ŀłƚȴɫɬɭʟᴌᶅⱡꝇꝉꞁ",
    "ll ỻ",
    "ls ʪ",
    "lz ʫ",
    "m ɯɰɱᴍᵯᶆꟽꟿ",
    "n ⁿŉŋƞȵɲɳɴᴎᵰᶇ",
    "o ₒøǿɔɵᴏᴐᴖᴗᶗⱺꝋꝍ",
    "oe œɶᴔ",
    "oo ꝏ",
    "ou ȣᴕ",
    "p ƥᴘᵱᵽᶈꝑꝓꝕꟼ",
    "q ĸɋʠꝗꝙ",
    "qp ȹ",
    "r ᵣɍɼɽɾɿʀʁᴙᴚᵲᵳᶉꝛꞃ",
    "s ȿʂᵴᶊẜẝꜱꞅ",
    "ss ß",
    "t ŧƫƭȶʇʈᴛᵵⱦ",
    "tc ʨ",
    "th þᵺꝧ",
    "ts ʦ",
    "tz ꜩ",
    "u ᵤʉᴜᵾᶙ",
    "ue ᵫ",
    "v ᵥʋʌᴠᶌⱱⱴꝟ",
    "vy ꝡ",
    "w ƿʍᴡⱳ",
    "x ₓᶍ",
    "y ƴɏʎʏỿ",
    "z ƶȝȥɀʐʑᴢᵶᶎⱬꝣ",
)
#: Letters that are signs, such as the double-struck ones: they stay as they are.
_SIGNS = frozenset(map(chr, range(0x2100, 0x2150))) - {"\u212b"}
_FOLDED = {letter: base for base, letters in map(str.split, _LETTERS) for letter in letters}
_SNIPPET_LENGTH = 240
#: Texts are searched for a snippet only so far: it is for the eye.
_SNIPPET_REACH = 200_000
_TOKEN_START = "phi_"  # noqa: S105 - how a token begins; no secret.


def fold(text: str) -> str:
    """Fold a text's letters.

    >>> fold("Müller's Straße")
    "muller's strasse"
    """
    if text.isascii():
        return text.lower()
    return text.translate({ord(letter): _fold(letter) for letter in set(text)})


@cache
def _fold(letter: str) -> str:
    """Fold one letter: without accents where a Latin one is left, else in lower case as it is."""
    kind = unicodedata.category(letter)
    if kind in _BETWEEN:
        return letter if letter.isascii() else " "
    if _INSIDE.fullmatch(letter):
        return ""
    lower = letter.lower()
    if lower in _FOLDED:
        return _FOLDED[lower]
    if kind in ("Lm", "Nl") or letter in _SIGNS:
        return lower
    plain = _INSIDE.sub("", unicodedata.normalize("NFKD", lower))
    return _FOLDED.get(plain, plain) if plain.isascii() or plain in _FOLDED else _INSIDE.sub("", lower)


def words_of(text: str) -> list[str]:
    """Return the words of a text, folded.

    >>> words_of("phi_name_ca_bcdfghjklmnpqrstvwxz's note: “Café”")
    ['phi_name_ca_bcdfghjklmnpqrstvwxz', 's', 'note', 'cafe']
    """
    return [word for word in _WORD.findall(fold(text)) if word.strip("_")]


def terms_of(query: Sequence[str]) -> list[list[str]]:
    """Return the terms of a query: each argument of several words is a phrase; arguments without a word are dropped."""
    return [words for words in map(words_of, query) if words]


def snippet(text: str, query: Sequence[str]) -> str:
    """Return, on one line, the place of a text where a word of the query stands, else its first token, or its start."""
    text = text[:_SNIPPET_REACH]
    wanted = {word for term in terms_of(query) for word in term}
    start = next((at for at, word in _places(text) if word in wanted), -1) if wanted else -1
    start = max(0, text.find(_TOKEN_START) if start < 0 else start)
    begin = max(0, start - _SNIPPET_LENGTH // 3)
    if begin:
        begin = text.find(" ", begin, start) + 1 or begin
    end = min(len(text), begin + _SNIPPET_LENGTH)
    if end < len(text):
        cut = text.rfind(" ", start, end)
        end = cut if cut > start else end
    shown = " ".join(text[begin:end].split())
    return f"{'… ' if begin else ''}{shown}{' …' if end < len(text) else ''}"


def _places(text: str) -> Iterator[tuple[int, str]]:
    for found in _WORD.finditer(text):
        yield found.start(), fold(found[0])
