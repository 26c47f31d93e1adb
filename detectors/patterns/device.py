"""Serial numbers, UDI strings, IMEI, ICCID, MAC and a device's or app's UUID (M)."""

from collections.abc import Iterator, Sequence

from detectors.context import Context
from detectors.patterns.captions import Caption, Captions, Strength, siblings
from detectors.patterns.checksums import is_luhn
from detectors.patterns.devices_told import serials_told
from detectors.patterns.scanning import compile_latin, count_digits, is_word, only_digits, phrases, stands_alone
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_DEVICE = IdentifierType.DEVICE

CAPTIONS = (
    Caption(
        _DEVICE,
        Strength.STRONG,
        phrases(r"""
        serial(?: ?(?:no|num|nbr|number|#)); serial_?number; ser no; serail numbr; s/n; s\.n\.; imei(?:sv)?; iccid;
        meid; eid; sim(?: card)?(?: no)?; esim eid; udi; udid; deviceserialnumber; 0018,1000\)?; 0018,1002\)?; device
        ?uid; seriennr; seriennummer; n° de série; n[uú]mero de serie; no de serie; numero di serie; idfv; idfa; gaid;
        aaid; android_id; installation ?id; app ?instance ?id; device_?(?:id|mac); mac(?: addr(?:ess)?)?; wifi mac;
        bluetooth addr(?:ess)?; eui-?64; serials; mdc_dev_serial; device ?serial(?: ?number)?; cap id; transmitter id
    """),
    ),
    Caption(
        _DEVICE,
        Strength.WEAK,
        ("serial", "sn", "ser", "device number", "device id", "unit serial"),
    ),
)
_UDI = compile_latin(
    r"\((?:01|21|10|11|17)\)[A-Z0-9./-]{4,30}(?: ?\((?:01|10|11|17|21|240|241)\)[A-Z0-9./-]{2,24}){0,6}"
)
_GS1_PLAIN = compile_latin(r"01[0-9]{14}(?:11[0-9]{6})?(?:17[0-9]{6})(?:10[A-Z0-9]{2,20}|21[A-Z0-9]{2,20}){1,2}")
_HIBC = compile_latin(r"\+[A-Z][0-9A-Z]{5,22}[0-9A-Z](?:/[$]{1,2}[0-9A-Z+]{3,30})?(?:/S[0-9A-Z-]{3,30})?")
_ICCBBA = compile_latin(r"=/[A-Z0-9]{10,30}=,[0-9A-Z=,>})(&]{20,120}[A-Z0-9]")
_MAC = compile_latin(r"[0-9A-F]{2}(?:[:-][0-9A-F]{2}){5}(?:[:-][0-9A-F]{2}){0,2}|[0-9A-F]{4}\.[0-9A-F]{4}\.[0-9A-F]{4}")
_BARE_MAC = compile_latin(r"[0-9A-F]{12}|[0-9A-F]{16}")
_IMEI = compile_latin(r"[0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{6}[ -]?[0-9]|[0-9]{2} [0-9]{6} [0-9]{6} [0-9]")
_ICCID = compile_latin(r"89[0-9]{4,17}(?: [0-9]{3,12}){0,3}")
_MAC_WORDS = Context(
    ["mac", "arp", "bluetooth", "wifi", "vlan", "dhcp", "eui-?64", "bssid", "ble", "ethernet", "maps to"]
)
_SIM_WORDS = Context(["sim", "iccid", "esim"])
_PHONE_WORDS = Context(["imei", "phone", "tablet", "handset", "device", "#06#"])
_GATE = compile_latin(
    r"[0-9A-F]{2}[:-][0-9A-F]{2}[:-]|\([0-9]{2}\)|[0-9A-F]{4}\.[0-9A-F]{4}|\+[A-Z][0-9A-Z]{5}|[0-9A-F]{12}|"
    "[0-9]{6}[ -][0-9]{6}|=/[A-Z0-9]{6}|89[0-9]{4}"
)
#: Words of an implant or appliance whose serial number may stand behind its model.
_APPLIANCE = compile_latin(
    r"\b(?:transmitter|controller|backup controller|pump|hearing aids?(?: [a-z0-9 ]{0,40})?:? ?(?:right|left)|left|"
    "right|coaguchek|remote monitor|reader|generator|inr meter [a-z]+|meter)[ :-]{1,3}"
    r"([A-Z0-9][A-Z0-9-]{4,15})\b"
)
#: Worn on both sides, with a serial number of figures alone on each.
_WORN = Context(
    ["hearing aids?", "cochlear", "processors?", "oticon", "phonak", "widex", "starkey", "signia", "resound"]
)
#: A serial number in capitals right behind an implant.
_IMPLANTED = compile_latin(
    r"\b(?i:icd|pacemaker|ppm|crt-[dp]|lvad|ilr|loop recorder|stimulator|pump|vns|dbs)(?i: sn| serial|:)? "
    r"([A-Z]{2,4}[0-9]{5,8}[A-Z]?)\b",
    ignore_case=False,
)
_SERIAL = 7
_AID = Context(
    phrases(r"""
        transmitter; lvad; heartmate; hearing aids?; pump; monitor; device; omnipod; dexcom; meter; implant; sensor;
        ilr; pacemaker; pump
    """)
)


class DeviceRecognizer:
    """Finds serial numbers and device identifiers; lots, catalogue numbers, models and versions stay."""

    name = "device"

    def __init__(self) -> None:
        self._captions = Captions(CAPTIONS)

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each number, of a UDI the whole string."""
        latin = passage.latin
        spans = self._captions.spans(passage, self.name)
        ranges: dict[tuple[int, int], None] = {}
        if _GATE.search(latin) is not None:
            ranges = dict.fromkeys([*_labels(latin), *_addresses(latin), *_phones(latin)])
        ranges |= dict.fromkeys((found.start(1), found.end(1)) for found in _IMPLANTED.finditer(latin))
        ranges |= dict.fromkeys(serials_told(latin))
        for found in _APPLIANCE.finditer(latin):
            value = found.group(1)
            worn = len(value) >= _SERIAL and _WORN.before(latin, found.start(1), 96)
            if _AID.before(latin, found.start(1), 60) and count_digits(value) >= 2 and (worn or not value.isdigit()):
                ranges |= dict.fromkeys(
                    [(found.start(1), found.end(1)), *siblings(latin, found.start(1), found.end(1))]
                )
        return [*spans, *(Span(start, end, _DEVICE, 0.95, self.name) for start, end in ranges)]


def _labels(latin: bytes) -> Iterator[tuple[int, int]]:
    for found in _UDI.finditer(latin):
        if found.group().count(b"(") >= 2:
            yield found.start(), _trimmed(latin, found.start(), found.end())
    for found in _GS1_PLAIN.finditer(latin):
        if stands_alone(latin, found.start(), found.end()):
            yield found.start(), found.end()
    for found in _HIBC.finditer(latin):
        if (b"/" in found.group() or _AID.near(latin, found.start(), found.end())) and (
            not (found.start() and is_word(latin[found.start() - 1]))
            and sum(48 <= byte <= 57 for byte in found.group()) >= 5
        ):
            yield found.start(), found.end()
    for found in _ICCBBA.finditer(latin):
        yield found.start(), found.end()


def _trimmed(latin: bytes, start: int, end: int) -> int:
    while end > start and latin[end - 1 : end] in (b".", b",", b"-", b"/"):
        end -= 1
    return end


def _addresses(latin: bytes) -> Iterator[tuple[int, int]]:
    for found in _MAC.finditer(latin):
        start, end = found.start(), found.end()
        if (
            not stands_alone(latin, start, end)
            or latin[end : end + 1] == b":"
            or latin[max(0, start - 1) : start] in (b":", b"-", b".")
        ):
            continue
        digits = set(found.group().lower()) - set(b":-.")
        letters = bool(digits & set(b"abcdef"))
        if len(digits) == 1:
            continue  # Nobody's, or everybody's.
        if letters or _MAC_WORDS.before(latin, start):
            yield start, end
    for found in _BARE_MAC.finditer(latin):
        if stands_alone(latin, found.start(), found.end()) and _MAC_WORDS.before(latin, found.start()):
            yield found.start(), found.end()


def _phones(latin: bytes) -> Iterator[tuple[int, int]]:
    for found in _IMEI.finditer(latin):
        start, end = found.start(), found.end()
        if not stands_alone(latin, start, end) or latin[max(0, start - 1) : start] in (b".", b"-"):
            continue
        digits = only_digits(found.group())
        if len(digits) == 15 and (_PHONE_WORDS.before(latin, start) or (is_luhn(digits) and b"-" in found.group())):
            yield start, end
    for found in _ICCID.finditer(latin):
        digits = only_digits(found.group())
        checked = 18 <= len(digits) <= 22 and (is_luhn(digits) or _SIM_WORDS.before(latin, found.start()))
        if checked and stands_alone(latin, found.start(), found.end()):
            yield found.start(), found.end()
