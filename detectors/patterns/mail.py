"""E-mail addresses: plain, encoded, wrapped, with [at] and [dot], spread by spaces, and spoken."""

from collections.abc import Iterator, Sequence

from detectors.context import Context
from detectors.patterns.scanning import compile_latin, is_word
from detectors.patterns.spoken import NUMBER_WORD
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

SCORE = 0.95
_CHAR = r"[A-Z0-9_\xaa-\xff]"
_LOCAL = rf"(?:{_CHAR}|&#[0-9]{{2,4}};)(?:{_CHAR}|[.%+'&~!-]|&#[0-9]{{2,4}};){{0,63}}"
_DOMAIN = r"[A-Z0-9\xc0-\xff](?:[A-Z0-9\xc0-\xff-]{0,62})(?:\.[A-Z0-9\xc0-\xff-]{1,63}){0,6}\.[A-Z\xc0-\xff]{2,24}"
_AT = r"(?:@@?|%40|\\u0040|&#64;|&commat;)"
_TLD = r"(?:com|net|org|edu|gov|mil|io|co|us|uk|ca|de|es|mx|fr|it|hu|me|info|biz|app|dev|health|example|local)"

_GATE = compile_latin(
    r"@|%40|u0040|&#64;|&commat|[\[({<] ?(?:at|arroba) ?[\])}>]|"
    r"\b(?:at|arroba)(?: sign)?,? [a-z0-9 -]{1,40},? (?:dot|punto),? |"
    r" at [a-z0-9-]+\.[a-z]"
)
_PLAIN = compile_latin(rf"({_LOCAL}){_AT}(?:\r?\n)?({_DOMAIN})")
_WRAPPED = compile_latin(rf"{_CHAR}[A-Z0-9._-]{{0,40}}[-._]\r?\n(?:> ?)?{_LOCAL}{_AT}{_DOMAIN}")
_COMMA = compile_latin(rf"(?:^|\s)([A-Z0-9]+,){_LOCAL}{_AT}{_DOMAIN}")
_SPREAD = compile_latin(rf"{_LOCAL} ?@ ?[A-Z0-9-]{{1,40}}(?: ?\. ?[A-Z0-9-]{{1,30}}){{0,3}} ?\. ?{_TLD}\b")
_BRACKETED = compile_latin(
    rf"{_LOCAL}(?: ?[\[({{<] ?(?:dot|punto|\.) ?[\])}}>] ?{_CHAR}+){{0,4}} ?[\[({{<] ?(?:at|@|"
    rf"arroba) ?[\])}}>] ?[A-Z0-9-]{{1,60}}"
    r"(?: ?(?:[\[({<] ?(?:dot|punto|\.) ?[\])}>]|\.) ?[A-Z0-9-]{1,40}){0,5}"
)
_SIGN = r"(?:dot|punto|underscore|gui\xf3n(?: bajo)?|dash|hyphen|minus|plus)"
_ITEM = rf"(?:[a-z0-9](?: as in [a-z]+)?,? |{NUMBER_WORD}(?: {NUMBER_WORD})?,? |{_SIGN},? |[a-z0-9]+,? {_SIGN},? )"
_SPOKEN = compile_latin(
    rf"\b{_ITEM}{{0,40}}[a-z0-9]+(?:[._+-][a-z0-9]+){{0,4}},? (?:at|arroba)(?: sign)?,? "
    rf"(?:[a-z0-9-]+ ){{0,2}}?[a-z0-9-]+(?:(?:,? (?:dot|punto),? |\.)[a-z0-9-]+){{0,3}}"
    rf"(?:,? (?:dot|punto),? |\.){_TLD}\b"
)
#: The words of an address that somebody told whole: "it's tango lima at quickpost dot com", "salty dog, all one word".
_DOT = r",? (?:dot|punto),? "
_HOST = rf"(?:at|arroba)(?: sign)?,? (?:[a-z0-9-]+ ){{0,2}}?[a-z0-9-]+(?:{_DOT}[a-z0-9-]+){{0,2}}{_DOT}{_TLD}\b"
_SPEAKER = r"(?:caller|patient|member|mother|father): ?(?:uh,? |um,? )?"
_WHOLE = compile_latin(
    rf"\b(?:it'?s|it is|e-?mail(?: address)?(?: is|'s)?:?|es|address is|{_SPEAKER}),? ((?:[a-z0-9]+ ){{2,6}}{_HOST})|"
    r"\b((?:[a-z0-9]+ ){0,4}[a-z0-9]+,? (?:all )?(?:one word|together|lower ?case|todo junto),? "
    rf"(?:all lower ?case,? )?{_HOST})"
)
_UNDOTTED = compile_latin(rf"{_LOCAL}@[A-Z0-9-]{{2,40}}\b")
_PLACEHOLDER = compile_latin(
    r"x+@x+\.x+|user@host|name@domain\.tld|git@git(?:hub|lab)\.com|git@bitbucket\.org|"
    r"[a-z0-9_.-]+@[1-9]x\.(?:png|jpe?g|webp|gif|svg)"
)


class MailRecognizer:
    """Finds e-mail addresses; names of packages with a version stay."""

    name = "email"

    def __init__(self) -> None:
        self._words = Context(["e-?mails?", "mail", "address", "correo", "contact"])

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each address without `mailto:` and brackets."""
        latin = passage.latin
        if _GATE.search(latin) is None:
            return []
        return [
            Span(start, end, IdentifierType.EMAIL, SCORE, self.name)
            for start, end in dict.fromkeys(_inside(latin, *found) for found in self._ranges(latin))
            if _PLACEHOLDER.fullmatch(latin[start:end]) is None
        ]

    def _ranges(self, latin: bytes) -> Iterator[tuple[int, int]]:
        for pattern in (_PLAIN, _WRAPPED, _SPREAD, _BRACKETED):
            for found in pattern.finditer(latin):
                if pattern is not _WRAPPED or not latin[: found.start()].endswith((b"/", b"@")):
                    yield found.start(), found.end()
        for found in _COMMA.finditer(latin):
            yield found.start(1), found.end()
        for found in _SPOKEN.finditer(latin):
            words = found.group().lower().replace(b",", b"")
            if b" dot " in words or b" punto " in words or self._words.before(latin, found.start()):
                yield found.start(), found.end()
        for found in _WHOLE.finditer(latin):
            group = 1 if found.start(1) >= 0 else 2
            yield found.start(group), found.end(group)
        for found in _UNDOTTED.finditer(latin):
            follows = latin[found.end() : found.end() + 1]
            dotted = b"." in found.group().split(b"@")[0]
            if follows not in (b".", b"@", b"/") and dotted and self._words.before(latin, found.start()):
                yield found.start(), found.end()


def _inside(latin: bytes, start: int, end: int) -> tuple[int, int]:
    """Drop quotes and signs before the address; an address begins with a letter or digit."""
    if latin[start : start + 3] in (b"%22", b"%20", b"%3A", b"%3D"):
        start += 3
    while start < end and not is_word(latin[start]) and latin[start : start + 1] not in (b"_", b"&"):
        start += 1
    return start, end
