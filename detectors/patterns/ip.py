"""IP addresses: version 4 and 6, mapped, defanged, spoken and inside host names."""

from collections.abc import Iterator, Sequence
from ipaddress import AddressValueError, IPv6Address

from detectors.context import Context
from detectors.patterns.scanning import compile_latin, is_word, phrases
from detectors.patterns.spoken import DIGIT_WORDS, TEENS, TENS
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

SCORE = 0.95
_FOUR = compile_latin(r"[0-9]{1,3}(?:(?:\.|\(\.\)|\[\.\])[0-9]{1,3}){3}")
# Between two addresses of one list (X-Forwarded-For, RFC 7239) or of one connection.
_LISTED = compile_latin(r"(?::[0-9]{1,5})?\s?(?:,|;|->|=>|to)\s?")
_IN_HOST = compile_latin(r"\b(?:[a-z]{1,8}-)?([0-9]{1,3}(?:-[0-9]{1,3}){3})\.[a-z]")
_SIX = compile_latin(r"(?:[0-9A-F]{0,4}(?::|%3A)){2,7}(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-F]{0,4})")
_DOTTED = compile_latin(r"\b[0-9]{1,3}(?: (?:dot|punto|point) [0-9]{1,3}){3}\b")
_WORD = rf"(?:{DIGIT_WORDS}|{TEENS}|{TENS}|hundred)"
_SPOKEN = compile_latin(
    rf"\b(?:{_WORD}[ -]){{1,4}}(?:(?:dot|point) (?:{_WORD}[ -]){{1,4}}){{2}}(?:dot|"
    rf"point) {_WORD}(?:[ -]{_WORD}){{0,3}}\b"
)
_GATE = compile_latin(r"[0-9]\)?\]?[.(\[]{1,2}[.)\]]{0,2}[0-9]|:|%3A| (?:dot|punto|point) |[0-9]-[0-9]")
_POSITIVE = phrases(r"""
        ip; i\.?p\.?; ips; ipv4; ip4; v4; address(?:es)?; addr; client; cip; host; from; peer; remote; source; src;
        login; log in; ping; lease; pc; workstation; server; subnet; vpn; ssh; rtsp; http; https; sip; user;
        connecting; meant; forwarded; kiosk; tablet; traceroute; device; printer; dirección; adresse; raddr
    """)
_NEGATIVE = phrases(r"""
        version; v; ver; release; build; section; sec; ec; agent; app; os; firmware; update; updated;
        upgraded; upgrade; downgrade; rollback;
        appendix; table; figure; fig; chapter; protocol section; oid; libssl3; replaced; cpan; tc; cath; scop; chrome;
        safari; edition; dsm; peep; steps?; combos; dtap; fold; enzyme; teeth; perio; mask; schema; table; annex;
        replaces; supersedes; paragraph; driver; image; package; pkg; dosage
    """)
_UNIT = compile_latin(
    r"\s?(?:mg|mm|ml|deg|degrees|days|Inclusion|Exclusion|\((?:LDH|CK|ALP))|\)?,? (?-i:[A-Z])[a-z]+:|\? no| to v[0-9]"
)


class IpRecognizer:
    """Finds IP addresses without their port; versions, section numbers and enzyme codes stay."""

    name = "ip"

    def __init__(self) -> None:
        self._positive = Context(phrase.encode("latin-1").decode("latin-1") for phrase in _POSITIVE)
        self._negative = Context(_NEGATIVE)

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each address."""
        latin = passage.latin
        if _GATE.search(latin) is None:
            return []
        ranges = dict.fromkeys([*self._fours(latin), *_sixes(latin), *self._other(latin)])
        return [Span(start, end, IdentifierType.IP, SCORE, self.name) for start, end in ranges]

    def _fours(self, latin: bytes) -> Iterator[tuple[int, int]]:
        last = 0
        for found in _FOUR.finditer(latin):
            start, end = found.start(), found.end()
            octets = [
                int(part.strip(b"()[]") or b"0")
                for part in found.group().replace(b"(.)", b".").replace(b"[.]", b".").split(b".")
            ]
            if max(octets) > 255 or octets[:2] == [255, 255] or not _is_free(latin, start, end):
                continue
            if any(len(part) > 1 and part.startswith(b"0") for part in found.group().split(b".")):
                continue
            listed = 0 < last < start and _LISTED.fullmatch(latin[last:start]) is not None
            if (listed and octets[0]) or self._is_address(latin, start, end, octets):
                last = end
                yield start, end

    def _is_address(self, latin: bytes, start: int, end: int, octets: list[int]) -> bool:
        """Judge four numbers: large ones are an address, small ones need a word that says so."""
        negative = self._negative.before(latin, start, 22) or _UNIT.match(latin, end) is not None
        positive = self._positive.before(latin, start, 28)
        large = max(octets) >= 100 or octets[0] in (10, 192, 172, 198, 203)
        if octets[0] == 0:
            return False
        if latin[end : end + 1] == b":" and latin[end + 1 : end + 2].isdigit():
            return True
        private = octets[:2] == [192, 168] or (octets[0] in (10, 172) and max(octets[1:]) >= 16)
        if private and not negative:
            return True
        return (large and not negative and (positive or max(octets) >= 100)) or (
            positive and not negative and octets[0] not in (1, 2, 3)
        )

    def _other(self, latin: bytes) -> Iterator[tuple[int, int]]:
        for found in _IN_HOST.finditer(latin):
            if all(int(part) <= 255 for part in found.group(1).split(b"-")):
                yield found.start(1), found.end(1)
        for pattern in (_DOTTED, _SPOKEN):
            for found in pattern.finditer(latin):
                yield found.start(), found.end()


def _sixes(latin: bytes) -> Iterator[tuple[int, int]]:
    for found in _SIX.finditer(latin):
        start, end = found.start(), found.end()
        if latin[start : start + 1] == b":" and latin[start + 1 : start + 2] != b":":
            later = _SIX.match(latin, start + 1)
            start, end = (start, end) if later is None else (later.start(), later.end())
        value = latin[start:end].replace(b"%3A", b":").replace(b"%3a", b":")
        while value.endswith(b":") and not value.endswith(b"::"):
            value, end = value[:-1], end - 1
        if not _touches(latin, start, end) and _is_six(value):
            yield start, end


def _is_six(value: bytes) -> bool:
    """Tell whether the value is an address with enough substance to be no operator or ratio.

    >>> _is_six(b"2001:db8::1"), _is_six(b"1:2:4"), _is_six(b"fe::b12")
    (True, False, False)
    """
    groups = [group for group in value.split(b":") if group]
    if len(groups) < 2 or (len(groups) < 3 and not any(len(group) >= 4 for group in groups)):
        return False
    if not any(len(group) >= 3 for group in groups):
        return False
    try:
        IPv6Address(value.decode("latin-1"))
    except (AddressValueError, ValueError):
        return False
    return True


def _is_free(latin: bytes, start: int, end: int) -> bool:
    if _touches(latin, start, end):
        return False
    if latin[max(0, start - 1) : start] in (b".", b"-", b"_", b"/") and start >= 2 and is_word(latin[start - 2]):
        return False
    return not (latin[end : end + 1] in (b".", b"-") and latin[end + 1 : end + 2].isdigit())


def _touches(latin: bytes, start: int, end: int) -> bool:
    before = (
        start > 0
        and is_word(latin[start - 1])
        and latin[max(0, start - 3) : start] not in (b"%22", b"%3A", b"%20", b"%3D")
    )
    return before or (
        end < len(latin)
        and (is_word(latin[end]) or (latin[end : end + 1] == b":" and latin[end + 1 : end + 2] == b":"))
    )
