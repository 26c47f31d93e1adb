"""What a word is, for both indexes: letters, digits and underscores, accents folded, lower case.

The analyzer of assets/index_template.json does the same inside OpenSearch; one suite (tests/contracts/sink.py) holds
them together for Latin script. So a token stays one word beside `'s`, quotes, brackets and punctuation.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

#: Combining accents and invisible joiners: they stand inside a word and change nothing of it.
INSIDE = "\u0300-\u036f\u00ad\u200c-\u200f\u2060-\u2064\ufeff"
_WORD = re.compile(rf"[\w{INSIDE}]+")
_INSIDE = re.compile(f"[{INSIDE}]+")
#: Latin letters that do not decompose into a base letter and accents, as Lucene's ASCIIFoldingFilter folds them.
_FOLDED = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ł": "l",
        "ı": "i",
        "ħ": "h",
        "ŋ": "n",
        "ŧ": "t",
        "ĸ": "q",
        "ƒ": "f",
        "ɓ": "b",
        "ɗ": "d",
        "ɛ": "e",
        "ə": "a",
    }
)
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
    plain = unicodedata.normalize("NFKD", text).lower()
    return _INSIDE.sub("", plain).translate(_FOLDED)


def words_of(text: str) -> list[str]:
    """Return the words of a text, folded.

    >>> words_of("phi_name_ca_bcdfghjklmnpqrstvwxz's note: “Café”")
    ['phi_name_ca_bcdfghjklmnpqrstvwxz', 's', 'note', 'cafe']
    """
    return _WORD.findall(fold(text))


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
