"""Plates that the words around them tell: behind a colour and a model, half remembered, chosen by their owner."""

from collections.abc import Iterator

from detectors.patterns.scanning import PatternSet, compile_latin, follows

#: Forms that are hardly anything else beside a vehicle.
_FORM = (
    r"(?:[0-9][A-Z]{3}[0-9]{3}|[A-Z]{3}[- ]?[0-9]{3,4}|[A-Z]{2,3}[- ][0-9]{2}[- ]?[A-Z]{1,3}|"
    r"[0-9]{3}[- ]?[A-Z]{3}|[A-Z]{2}[- ]?[0-9]{5})"
)
_GLUED_FORM = r"(?:[0-9][A-Z]{3}[0-9]{3}|[A-Z]{3}-?[0-9]{3,4})"
_COLOUR = (
    r"(?i:black|white|gr[ae]y|silver|red|blue|green|yellow|gold|tan|brown|beige|orange|maroon|purple|"
    r"blanc[oa]|negr[oa]|roj[oa]|gris|azul)"
)
_VEHICLE = (
    r"(?i:truck|car|van|minivan|suv|sedan|pick-?up|jeep|taxi|cab|uber|lyft|motorcycle|scooter|moped|trailer|rv|bus|"
    r"vehicle|carro|coche|camioneta|troca|moto)"
)
_AS_PLATE = compile_latin(
    r"\b((?:[A-Z]{1,4}[- ]?[0-9]{1,4}[A-Z]{0,3}|[0-9]{1,4}[- ]?[A-Z]{1,4}[0-9]{0,4})) "
    r"(?:as|is|was|for) (?:the|his|her|my|their|our|its) (?:tag|(?:licen[cs]e )?plate|plates|registration)\b",
    ignore_case=False,
)
_COLOURED = compile_latin(
    rf"\b{_COLOUR} (?:[A-Za-z0-9-]{{2,14}} ){{0,2}}[A-Za-z0-9-]{{2,14}},? \(?({_FORM})\b", ignore_case=False
)
_IN_VEHICLE = compile_latin(rf"\b{_VEHICLE},? \(?({_FORM})\b", ignore_case=False)
_OF_VEHICLE = compile_latin(rf"\b{_VEHICLE}\b[^.\n0-9]{{1,30}}?\b({_GLUED_FORM})\b", ignore_case=False)
_SPELLED = compile_latin(
    r"\b(?:plates?|tag|licen[cs]e)(?: (?:no\.?|number|is|was|reads|says))*[:,]? ((?:[A-Z0-9][- ]){4,7}[A-Z0-9])\b",
)
_HALF = compile_latin(r"\b([A-Z]{2,3}) something,?(?: something,?)? ([0-9]{2,4})\b", ignore_case=False)
_CHOSEN = compile_latin(
    r"\b(?:vanity|personali[sz]ed|licen[cs]e|custom|her|his|my|their) plates?(?: is| reads| says|:|,) [\x22\x1a]?"
    r"([A-Z0-9]{3,8}(?: [A-Z0-9]{2,6})?)\b|\b(?:vanity|personali[sz]ed|custom|licen[cs]e) plate [\x22\x1a]"
    r"([A-Z][A-Z0-9 ]{1,8}[A-Z0-9])[\x22\x1a]",
    ignore_case=False,
)
#: "driving the Ford with the HANK-72 plates", "plate BKX-4470 (hers: GRN 881)", "plate w/ wheelchair symbol 44H 71".
_DRIVEN = compile_latin(
    rf"\b(?:{_VEHICLE}|(?i:driv(?:es?|ing)|drove|ford|chevy|toyota|honda|dodge|buick|nissan))\b[^.\n]{{0,48}} "
    r"\x22?([A-Z]{2,7}[- ][0-9]{1,4}|[0-9]{1,4}[- ][A-Z]{2,6})\x22? (?:(?:licen[cs]e|vanity) )?plates?\b",
    ignore_case=False,
)
_OTHERS = compile_latin(
    rf"\b(?i:plates?|tag|lic)\b[^.\n]{{1,60}}\b(?i:hers|his|mine|theirs|ours|yours)(?: is| was|:)? ({_FORM})\b",
    ignore_case=False,
)
_MARKED = compile_latin(
    r"\b(?i:plates?|tags?) (?i:w/|with) (?:[a-z]+ )?(?i:wheelchair|handicap(?:ped)?|disabled|veteran|expired)"
    r"(?: [a-z]{2,8}){0,2},? ([A-Z]{1,4}[0-9]{0,3}[ -][0-9]{1,4}[A-Z]{0,2}|[0-9]{1,4}[A-Z]{0,2}[ -][A-Z0-9]{2,4})\b",
    ignore_case=False,
)
#: In small letters behind a State: "car plate for the disabled spot or 881 lkq".
_SMALL = compile_latin(
    r"\b(?:car|truck|van|licen[cs]e|lic|my|his|her|our) (?:plate|tag)s?\b[^.\n0-9]{0,40}? "
    r"((?:a[klrz]|c[aot]|d[ce]|fl|ga|hi|i[adln]|k[sy]|la|m[adeinost]|n[cdehjmvy]|o[hkr]|pa|ri|s[cd]|t[nx]|ut|v[at]|"
    r"w[aivy]) (?:[0-9]{3} ?[a-z]{3}|[a-z]{3} ?[0-9]{3,4}))\b",
    ignore_case=False,
)
_UNITS = compile_latin(r".* [0-9]{3} ?(?:mcg|lbs|min|hrs|tab|day|cal|pts|cfu|mgs|wks|mos|yrs|for|and|the|out|per)")
_BESIDE = (_DRIVEN, _OTHERS, _MARKED, _SMALL)
_SET = PatternSet((_AS_PLATE, _COLOURED, _IN_VEHICLE, _OF_VEHICLE, _SPELLED, _HALF, _CHOSEN, *_BESIDE))
#: Letters before figures that name a model and no plate.
MODEL = compile_latin(
    r"(?:RAM|GLC|GLE|GLS|GLA|GLB|CLA|CLS|SLK|ILX|MDX|RDX|TLX|RAV|CRV|HRV|MKZ|MKC|ATS|CTS|XTS|GTI|SRX|SUV|MPH|ISO|EMS|"
    r"RPM|"
    r"KLR|KLX|DRZ|GSX|CBR|CRF|CBF|VTX|XSR|YZF|FJR|XVS|VFR|TRX|YAS|YTS|YTR|YFL|YCL|YPT|YDP|PSR|DGX|CLP|RXV|HTR|"
    r"KPH|GMC|BMW|MVC|MVA|ICD|CPT|ISS|GCS|ETA|LOC|MRI|AIS)[- ]?[0-9]|[0-9]{3} (?:MPH|RPM|KPH|EMS|LBS|MPG)"
)
_UNKNOWN = frozenset(
    b"UNKNOWN NONE OTHER PENDING EXPIRED STOLEN STATE READER MISSING NEEDED REQUIRED VISIBLE SEEN".split()
)
_BONE = compile_latin(
    r"\b(?:tibial|femoral|volar|bone|locking|growth|fibular|clavicle|agar|culture|well|radius|hip|foot) $"
)


def told_plates(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield each plate, of one that is half remembered both parts."""
    if not _SET.occurring(latin):
        return
    for pattern in (_AS_PLATE, _COLOURED, _IN_VEHICLE, _OF_VEHICLE, _SPELLED, *_BESIDE):
        for found in pattern.finditer(latin):
            unlike = MODEL.match(found.group(1)) or _UNITS.fullmatch(found.group(1))
            if not unlike and not follows(_BONE, latin, found.start(), 12):
                yield found.start(1), found.end(1)
    for found in _HALF.finditer(latin):
        yield from ((found.start(1), found.end(1)), (found.start(2), found.end(2)))
    for found in _CHOSEN.finditer(latin):
        group = 1 if found.start(1) >= 0 else 2
        if found.group(group).split()[0] not in _UNKNOWN:
            yield found.start(group), found.end(group)
