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
_SET = PatternSet((_AS_PLATE, _COLOURED, _IN_VEHICLE, _OF_VEHICLE, _SPELLED, _HALF, _CHOSEN))
#: Letters before figures that name a model and no plate.
MODEL = compile_latin(
    r"(?:RAM|GLC|GLE|GLS|GLA|GLB|CLA|CLS|SLK|ILX|MDX|RDX|TLX|RAV|CRV|HRV|MKZ|MKC|ATS|CTS|XTS|GTI|SRX|SUV|MPH|ISO|EMS|"
    r"RPM|"
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
    for pattern in (_AS_PLATE, _COLOURED, _IN_VEHICLE, _OF_VEHICLE, _SPELLED):
        for found in pattern.finditer(latin):
            if MODEL.match(found.group(1)) is None and not follows(_BONE, latin, found.start(), 12):
                yield found.start(1), found.end(1)
    for found in _HALF.finditer(latin):
        yield from ((found.start(1), found.end(1)), (found.start(2), found.end(2)))
    for found in _CHOSEN.finditer(latin):
        group = 1 if found.start(1) >= 0 else 2
        if found.group(group).split()[0] not in _UNKNOWN:
            yield found.start(group), found.end(group)
