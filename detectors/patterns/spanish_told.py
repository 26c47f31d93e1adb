"""What Spanish words around them tell: who is called, where somebody lives and works, numbers said aloud."""

from collections.abc import Iterator, Sequence
from itertools import chain

from detectors.patterns.scanning import any_of, compile_latin
from detectors.patterns.spanish_words import COUNTRIES, LETTERS, NICKNAMES, NO_NAMES, NUMBERS, TRADES
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

SCORE = 0.85
_CAPITAL = r"[A-Z\xc0-\xde][a-z\xdf-\xff'-]+"
_START = r"(?:^|[^A-Za-z0-9_\xc0-\xff])"
_KIN = (
    r"[Dd]on|[Dd]o[\xf1n]a|[Cc]omadre|[Cc]ompadre|[Mm]adrina|[Pp]adrino|[Nn]uera|[Yy]erno|[Ss]uegr[oa]|"
    r"[Cc]u[\xf1n]ad[oa]|"
    r"[Vv]ecin[oa]|[Nn]iet[oa]|[Ss]obrin[oa]|[Hh]erman[oa]|[Ee]spos[oa]|[Hh]ij[oa]|[Nn]ovi[oa]|[Aa]buelit[oa]|"
    r"[Ss]e[\xf1n]ora?|[Dd]octora|[Ll]icenciad[oa]|[Mm]aestr[oa]|[Cc]hofer|[Cc]amiller[oa]|[Ee]nfermer[oa]"
)
_NAME = (
    compile_latin(
        rf"{_START}(?:{_KIN}),? (?:la |el )?({_CAPITAL}(?: (?:de la |del |de )?{_CAPITAL}){{0,2}})", ignore_case=False
    ),
    compile_latin(
        rf"{_START}(?:la|el|al|a la|de la|con la|con el|del|y|mi|que|con|de|a|lo manejaba|dile a|llam[oa]|dice) "
        rf"({NICKNAMES})(?:[^A-Za-z\xc0-\xff]|$)",
        ignore_case=False,
    ),
    compile_latin(
        rf"{_START}({NICKNAMES}) (?:dice|no|ya|se|me|le|y|est[a\xe1]|tiene|va|vino|fue)\b", ignore_case=False
    ),
)
_WORK = (
    compile_latin(
        rf"{_START}((?:{TRADES}) (?:(?:de |del |la |las |los |el |don |Do[\xf1n]a ){{0,2}}{_CAPITAL})"
        rf"(?: (?:(?:e|y|de la|del|de|la|los) )?{_CAPITAL}){{0,3}})",
        ignore_case=False,
    ),
    compile_latin(
        rf"{_START}(?:[Tt]rabaj[oa\xf3]\w*|[Ll]abora|[Cc]hamb[oe]a?|(?:jefe|patr[o\xf3]n|empleo))(?: de [a-z]+)? en "
        rf"(?:la |el |los |las )?({_CAPITAL}(?: (?:de la |del |de |y |e )?{_CAPITAL}){{0,3}})",
        ignore_case=False,
    ),
)
_PLACES = (
    compile_latin(
        rf"{_START}(?:[Dd]esde|[Mm]unicipio de|[Cc]olonia|[Bb]arrio|[Nn]ac[i\xed](?:[o\xf3]|d[oa])? en|"
        rf"[Vv]iv(?:o|e|imos|en|[i\xed]a) en|[Rr]adica en|[Oo]riginari[oa] de|[Aa]nd[oa] en|[Mm]ud\w+ a|[Ss]omos de)"
        rf" (?:la |el |los |las )?({_CAPITAL}(?: (?:de la |del |de )?{_CAPITAL}){{0,2}})",
        ignore_case=False,
    ),
    compile_latin(
        rf"{_START}((?:Ciudad de|Cd\.|Villa de|San|Santa) {_CAPITAL}(?: {_CAPITAL})?), (?:[A-Z]|Gto|Mich|Jal)",
        ignore_case=False,
    ),
    compile_latin(
        rf"{_START}(Ciudad de Guatemala|Ciudad de Panam[a\xe1]|Cd\. {_CAPITAL}(?: {_CAPITAL})?)", ignore_case=False
    ),
    compile_latin(
        rf"{_START}([0-9]{{1,2}}(?:a|\xaa|ra|da|ta)\.? (?:Avenida|Av\.|Calle)(?: [A-Z]?[0-9]{{1,3}}-[0-9]{{1,3}})?)",
        ignore_case=False,
    ),
    compile_latin(r"[0-9]-[0-9]{1,3},? (?:de la )?([Zz]ona [0-9]{1,2})\b", ignore_case=False),
    compile_latin(
        r"\b((?:IMSS|ISSSTE|UMF|HGZ|HGR|HGP|HGO|UMAE|Seguro)(?: (?:cl[i\xed]nica|n[u\xfa]m\.?|no\.?|"
        r"#))? ?[0-9]{1,3})\b",
        ignore_case=False,
    ),
)
_DAYS = compile_latin(
    r"\b(?:del|el|desde el|entre el|d[i\xed]as?) ([0-3]?[0-9]) (?:al|hasta el|y el|y) [0-3]?[0-9] (?:de|"
    r"del)(?: mes de)? "
    r"(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|sept?iembre|octubre|noviembre|diciembre)"
)
_NUMBERED_DAY = compile_latin(r"\b((?:[0-3]?[0-9]) del? (?:0?[1-9]|1[0-2]) del? (?:[0-9]{2}|(?:19|20)[0-9]{2}))\b")
_TO_DAY = compile_latin(
    r"\b(?:hoy|ayer|antier|anteayer|ma[\xf1n]ana|pasado ma[\xf1n]ana),? (?:d[i\xed]a )?"
    r"([0-3]?[0-9]|veinti[a-z\xe9\xfa\xf3]+|treinta(?: y uno)?|d[o]ce|trece|catorce|quince|dieci[a-z\xe9]+)"
    r"(?: (?:en|le|me|se|a las|fue|tuvo|con|por)\b|[,.;]|$)"
)
_MAIL = compile_latin(r"\b([a-z0-9][a-z0-9._-]* arroba [a-z0-9-]+(?:(?: punto |\.)[a-z0-9-]+){1,3})\b")
_USER = compile_latin(r"\busuario(?: del (?:portal|sistema|expediente))? (?:es|era|:) ?([a-z][a-z0-9._-]{4,30})\b")
_DIALLED = compile_latin(rf"\b((?:(?:{NUMBERS})(?: y (?:{NUMBERS}))?,? ){{4,14}}(?:{NUMBERS})(?: y (?:{NUMBERS}))?)\b")
_SPELLED = compile_latin(rf"\b((?:{LETTERS}|{NUMBERS})(?:, (?:{LETTERS}|{NUMBERS})){{3,20}})\b")
_SAID = (
    rf"(?:(?:{LETTERS}),? ){{0,4}}(?:{NUMBERS})(?: y (?:{NUMBERS}))?(?:,? (?:{NUMBERS})(?: y (?:{NUMBERS}))?){{2,12}}"
)
_ANSWER = r"[^\n.]{0,40}?(?:\?|:)?\s*(?:\n[^\n:]{1,20}: )?(?:s[i\xed],? |claro,? |a ver,? )?(?:es |son )?(?:el |la )?"
#: What is answered to a question for a number: "su número de afiliado? Sí, es ce de, veintidós, cuarenta y uno".
_PLAN_SAID = compile_latin(
    rf"\b(?:afiliad[oa]|afiliaci[o\xf3]n|p[o\xf3]liza|beneficiari[oa]|seguro)\b{_ANSWER}({_SAID})\b"
)
_NUMBER_SAID = compile_latin(
    rf"\b(?:n[u\xfa]mero de (?:expediente|caso|reclamo|orden|licencia|cuenta)|folio|referencia)\b{_ANSWER}({_SAID})\b"
)
_LETTER = compile_latin(rf"\b(?:{LETTERS})\b")
_DIGIT = compile_latin(rf"\b(?:{NUMBERS})\b")
_UNIT = compile_latin(
    r" ?,? ?(?:a[\xf1n]os|pesos|d[i\xed]as|miligramos|pastillas|horas|kilos|semanas|meses|veces|gotas|minutos|"
    r"por ciento|mil\b|mg|ml)"
)
_FEWEST_SAID = 6
#: A word without which nothing of this is Spanish; most texts are left at one look.
_GATE = compile_latin(
    r"\b(?:el|la|los|las|del|al|en|que|desde|don|do[\xf1n]a|dice|llam[oa]|arroba|usuario|avenida|calle|zona|imss|issste|"
    r"umf|hg[zrpo]|umae|seguro|ciudad|villa|municipio|colonia|barrio|comadre|compadre|madrina|padrino|nuera|yerno|hoy|ayer|"
    r"ma[\xf1n]ana|cero|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|equis|hache|jota|ere|ce|ele|ese|eme|ene|se[\xf1n]ora?|"
    r"doctora|chofer|vecin[oa]|suegr[oa]|niet[oa]|sobrin[oa]|herman[oa]|espos[oa]|hij[oa]|novi[oa]|abuelit[oa])\b|"
    r"[0-9] del? (?:el )?[01]?[0-9]|trabaj"
)
_KINDS = (
    ((*_NAME, *_WORK), IdentifierType.NAME),
    (_PLACES, IdentifierType.GEO),
    ((_DAYS, _NUMBERED_DAY, _TO_DAY), IdentifierType.DATE),
    ((_MAIL,), IdentifierType.EMAIL),
    ((_USER, _NUMBER_SAID), IdentifierType.OTHER_ID),
    ((_PLAN_SAID,), IdentifierType.HEALTH_PLAN),
)
_NOBODY = COUNTRIES | NO_NAMES
_ANY = any_of(
    (
        *_NAME,
        *_WORK,
        *_PLACES,
        _DAYS,
        _NUMBERED_DAY,
        _TO_DAY,
        _MAIL,
        _USER,
        _DIALLED,
        _SPELLED,
        _PLAN_SAID,
        _NUMBER_SAID,
    )
)


class SpanishToldRecognizer:
    """Finds names, employers, places, days and spoken numbers by the Spanish words beside them."""

    name = "spanish_told"

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each of them without the words that told it."""
        latin = passage.latin
        if _GATE.search(latin) is None or _ANY.search(latin) is None:
            return []
        return [Span(start, end, kind, SCORE, self.name) for start, end, kind in dict.fromkeys(_told(latin))]


def _told(latin: bytes) -> Iterator[tuple[int, int, IdentifierType]]:
    for patterns, kind in _KINDS:
        for found in chain.from_iterable(pattern.finditer(latin) for pattern in patterns):
            value = found.group(1).lower()
            if not {value, value.split()[0]} & _NOBODY and not value.startswith(b"i'"):
                yield found.start(1), found.end(1), kind
    yield from _said(latin)


def _said(latin: bytes) -> Iterator[tuple[int, int, IdentifierType]]:
    """Yield numbers in words, and what is spelled letter by letter."""
    for found in _DIALLED.finditer(latin):
        enough = sum(1 for _ in _DIGIT.finditer(found.group(1))) >= _FEWEST_SAID
        if enough and _UNIT.match(latin, found.end()) is None:
            yield found.start(1), found.end(1), IdentifierType.PHONE
    for found in _SPELLED.finditer(latin):
        letters = sum(1 for _ in _LETTER.finditer(found.group(1)))
        digits = sum(1 for _ in _DIGIT.finditer(found.group(1)))
        if letters:
            yield found.start(1), found.end(1), IdentifierType.OTHER_ID if digits else IdentifierType.NAME
