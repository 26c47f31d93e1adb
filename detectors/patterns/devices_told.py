"""Serial numbers without a word for one: behind the maker, the model or the kind of a device, and by their own form."""

from collections.abc import Iterator

from detectors.context import Context
from detectors.patterns.captions import siblings
from detectors.patterns.scanning import PatternSet, compile_latin, count_digits, follows, phrases

#: Who makes devices that bear a serial number, and what is worn, implanted, lent or driven.
_MAKERS = (
    "medtronic|abbott|st\\.? jude|boston sci(?:entific)?|biotronik|microport|livanova|edwards|olympus|pentax|fujifilm|"
    "karl storz|philips|respironics|resmed|fisher ?(?:&|and) ?paykel|baxter|hill-?rom|stryker|zoll|physio-?control|"
    "lifepak|dexcom|tandem|insulet|omnipod|ypsomed|roche|siemens|mindray|welch allyn|masimo|nellcor|dr(?:a|\\xe4)ger|"
    "cochlear|oticon|phonak|widex|starkey|signia|resound|med-?el|advanced bionics|na[i\\xed]da|quantum|permobil|"
    "invacare|drive medical|pride mobility|sunrise|quickie|tilite|kci|3m|smiths|alaris|carefusion|hamilton|getinge|"
    "maquet|inogen|caire|trilogy|astral|abiomed|heartmate|heartware|zimmer biomet|nevro|irhythm|ottobock|ossur|"
    "hanger|intuitive|verathon|covidien|vyaire|freestyle|libre|minimed|t:?slim|kangaroo|freego|dreamstation|airsense"
)
_KINDS = (
    "pumps?|pacemaker|pacer|ppm|icd|crt-[dp]|ilr|loop recorder|lvad|neurostimulator|stimulator|generator|vns|implant|"
    "(?:hearing|sound) (?:aid|implant)s?|processor|cochlear implant|cpap|bipap|ventilator|vent|concentrator|"
    "nebulizer|aed|defibrillator|lifevest|(?:endo|colono|gastro|broncho|duodeno|cysto|laryngo|loaner )?scope|"
    "wheelchair|power ?chair|scooter|walker|hoyer lift|patient lift|stairlift|hospital bed|air mattress|wound vac|"
    "vac|receiver|transmitter|pdm|glucometer|glucose meter|meter|holter|event monitor|monitor|telemetry (?:box|pack)|"
    "prosthesis|prosthetic (?:leg|arm|hand|knee|foot)|orthosis|brace|laptop|tablet|ipad|iphone|apple watch|"
    "smart ?watch|fitbit|phone|insulin pen|home unit|loaner|feeding pump|dialysis machine|cycler|"
    "suction|humidifier|incubator|infuser"
)
#: A serial number: seven figures and more, or letters with figures, in one group or several.
_SERIAL = (
    r"([0-9]{7,14}|[A-Z]{1,4}-?[0-9]{5,12}[A-Z]{0,3}|[0-9]{3,6}[A-Z]{1,3}[0-9]{3,8}|[A-Z][0-9]{2,4}[A-Z]{1,3}[0-9]{4,8}|"
    r"[A-Z]{1,3}[0-9]{6,9}[A-Z]{1,3}[0-9]{1,3}|[0-9]{4}X[0-9][A-Z0-9]{3}|[0-9][A-Z][0-9A-Z]{0,3}[0-9]{3,6}[A-Z][A-Z0-9]{1,3}|"
    r"[A-Z]{1,3} [0-9]{4,6}-[0-9]{3,6}|[A-Z0-9]{1,4}(?: [A-Z0-9]{2,4})? [0-9]{2,6}(?: [0-9]{2,6}){0,2}(?: [A-Z])?)"
)
_WORDS = r"(?:[^.;\n0-9]|\.[A-Za-z)]){0,24}?"
_GAP = rf"{_WORDS}(?:[A-Z0-9:/-]{{0,12}}[0-9][A-Z0-9:/-]{{0,12}})?{_WORDS}"
_END = (
    r"(?:[,.;:)\n|]|$| -| \||(?i: (?:etched|engraved|stamped|printed|on|is|was|under|went|came|has|goes|to|from|for|"
    r"and|in|returned|replaced|alarm(?:ed|s)?|lost|missing|swapped|exchanged|expired|given|cracked|broken|left|leaves|at|back|stopped|not|still)\b))"
)
#: "Olympus CF-HQ190L, 2804417, cracked", "AED (Zoll) X15K 882014", "Naída CI M90, 2230X0441)".
_BEHIND = compile_latin(
    rf"\b(?i:{_MAKERS}|{_KINDS})\b{_GAP}(?:, |\) | \(| - |: |; )"
    rf"(?i:(?:left|right|[lr]|sn|s/n)[ :]{{1,2}})?{_SERIAL}{_END}",
    ignore_case=False,
)
#: "Swapped overnight: TV120042271", where the device stands in the sentence before.
_SWAPPED = compile_latin(
    r"\b(?i:swapped|replaced|exchanged|returned|issued|loaned|delivered|paired|explanted|implanted|dispensed|fitted|"
    r"given|picked up|dropped off|in|out|old|new)\b[^.;\n0-9]{0,24}?[:,] "
    rf"([A-Z]{{1,4}}-?[0-9]{{5,12}}[A-Z]{{0,3}}|[0-9]{{3,6}}[A-Z]{{1,3}}[0-9]{{3,8}}){_END}",
    ignore_case=False,
)
#: Three letters, six figures and a letter, as pacemakers and their kin are numbered: "BLH 228 471 H".
_IMPLANT = compile_latin(r"\b([A-Z]{3} ?[0-9]{3} ?[0-9]{3} ?[A-Z])\b", ignore_case=False)
_SET = PatternSet((_BEHIND, _SWAPPED, _IMPLANT))
_DEVICE = Context((_MAKERS, _KINDS))
_REACH = 96
_IMPLANTED = Context(
    phrases(r"""
        icd; pacemaker; pacer; ppm; crt-?[dp]; ilr; loop recorder; generator; neurostimulator; stimulator;
        implant(?:ed|s)?; explant(?:ed|s)?; device; interrogat(?:ed|ion); leads?; transmitter; remote monitor; reveal;
        azure; micra; dbs; vns; lvad; pump; serial; battery
    """)
)
#: What is bought, counted or coded, and what tells a number of another kind.
_OTHERWISE = compile_latin(
    r"\b(?:ref|lot|cat(?:alog(?:ue)?)?|part|model|item|sku|ndc|cpt|hcpcs|icd-?10|code|codes|call|phone|tel|fax|recall|mrn|"
    r"npi|order|ticket|firmware|version|fw|sw|rev|po|dob|acct|account|claim|gauge|size|\$)(?: ?(?:no\.?|number|#))?"
    r"[\s:#.]{0,3}$"
)
_NO_SERIAL = compile_latin(
    r"(?:19|20)[0-9]{2}[01][0-9][0-3][0-9]|[0-9]{3}-?[0-9]{3}-?[0-9]{4}|[A-Z][0-9]{4}|"
    r"(?:[A-Z]{1,3} )?[0-9]{1,4}(?: [0-9]{2})?|[A-Z]{2,4} [0-9]{1,4}|K[0-9]{6}|[0-9]{1,3}(?: [0-9]{3})+"
)
_FEWEST = 5


def serials_told(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield serial numbers behind a device or its maker, and numbers of implants beside a word for one."""
    for pattern in map((_BEHIND, _SWAPPED, _IMPLANT).__getitem__, _SET.occurring(latin)):
        for found in pattern.finditer(latin):
            start, end = found.start(1), found.end(1)
            if pattern is _IMPLANT:
                told = _IMPLANTED.near(latin, start, end)
            else:
                told = pattern is _BEHIND or _DEVICE.before(latin, found.start(), _REACH)
                told = told and _is_serial(latin, start, found.group(1))
            if told:
                yield start, end
                yield from siblings(latin, start, end)


def _is_serial(latin: bytes, start: int, value: bytes) -> bool:
    """Tell whether a value has the figures of a serial number, and nothing before it speaks of a code or a price."""
    if count_digits(value) < _FEWEST or _NO_SERIAL.fullmatch(value) is not None:
        return False
    return not follows(_OTHERWISE, latin, start, 24)
