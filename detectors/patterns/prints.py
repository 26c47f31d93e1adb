"""Numbers and templates of prints, faces and voices that carry their own sign, or that a sentence about one tells."""

from collections.abc import Iterator

from detectors.patterns.scanning import Match, compile_latin, count_digits, follows

#: A template behind a key: `"thumb":"WSQ:00a7-77fe"`, `tmpl=ISO19794-2:77b1e0c4`, `fp_hash:9bC2+kLq==`.
_KEYED = compile_latin(
    r"\b(?:tmpl|(?:face|finger|thumb|palm|iris|retina|voice|vein|hand|gait|fp|bio(?:metric)?)"
    r"(?:_?(?:print|hash|tmpl|template|vec|vector|emb|embedding|id|scan|sig))?)"
    r"[\x22']?\s?[:=]\s?[\x22']?([A-Z0-9][A-Z0-9+/_.:,=-]{7,200})"
)
#: The whole of a value like "fp_hash:9bC2+kLq==", where it stands as a value itself.
_SIGNED = compile_latin(
    r"\b((?:(?:fp|vp|vx|bio|face|iris|palm|voice|gait|thumb)_?(?:hash|tmpl|template|vec|emb|db|"
    r"id)|(?:face|voice|finger|thumb|palm|gait|foot|hand|v|f)_?print)[:#][A-Z0-9+/_-]{4,80}={0,2})"
)
_ABOUT = (
    r"(?:finger ?prints?|thumb ?prints?|foot ?print(?:s|ed)?|finger ?printed|palm ?prints?|voice ?prints?|"
    r"face ?prints?|iris|"
    r"retinal?|(?:voice|gait|face|hand|finger|palm|thumb|eye|vein|iris) (?:scan|sample|baseline|template|print|"
    r"geometry|"
    r"recording|profile|pattern|capture|enrol?lment|record)s?|biometrics?|live-?scan|latent prints?|prints)"
)
_VALUE = r"(?-i:[A-Z]{1,5}(?:-[A-Z]{2,5})? ?[0-9][A-Z0-9-]{3,})|[A-Z0-9]{1,10}(?:[-_][A-Z0-9]{1,10}){1,4}"
_TOLD = compile_latin(
    rf"\b{_ABOUT}\b(?:[^\n]{{0,90}}?\b(?:as|identifier|number|no\.?|id|code|hash|template|reference|ref|file|entry|"
    rf"match|record|"
    rf"scan|filed|stored|logged|under))?[:# ]{{1,2}}({_VALUE})(?:[^A-Z0-9]|$)"
)
#: A part of the body that is scanned, and a number in groups behind a sign, a word for keeping, or nothing.
_PART = (
    r"(?:finger(?:print| [0-9]{1,2})?|thumb(?:print)?|palm|iris|retina|vein|hand|face|voice|gait)(?: (?:scan|vein|map|"
    r"id|geometry|print))?"
)
_CODE = (
    r"((?-i:[A-Z]{2,6}(?:-[A-Z]{2,6})?(?: [0-9]{2,6}){1,3}(?:[/-][A-Z0-9]{1,4})?(?: [A-Z]{1,2}\b)?)|"
    r"[A-Z0-9]{1,10}(?:[-_/.:][A-Z0-9]{1,12}){1,4})(?:[^A-Z0-9]|$)"
)
_POINTED = compile_latin(
    rf"\b{_PART}\b(?:[^.;\n]{{0,24}}?(?: ?->| ?=>| =|:| says| reads| shows)| |, )(?: ?template| ?record| ?id)? ?{_CODE}"
)
_KEPT = compile_latin(
    rf"\b{_PART}\b[^.;\n]{{0,48}}?\b(?:enrol?led|stored|saved|filed|matched|registered|kept|logged|identified|on file)"
    rf"(?: (?:him|her|them|it|me))?(?: as| under| at| in|:)? {_CODE}"
)
_NO_FILE = compile_latin(r"\.(?:jpe?g|png|heic|gif|bmp|tiff?|wav|mp3|mp4|pdf|dcm|svg|webp)\b|^https?:|^data:")
_UNTOLD = compile_latin(
    r"\b(?:form|ref|catalog|model|version|part|lot|cpt|code|firmware|serial|standard|section|page|rule|policy|room|"
    r"build) ?"
    r"(?:number|no\.?|id|code)?[:# ]{1,2}$"
)
_SENTENCE = compile_latin(r"[a-z)][.!?] +[A-Z]", ignore_case=False)
_DATE = compile_latin(r"[0-9]{1,4}-[0-9]{1,2}-[0-9]{1,4}")
_FEWEST, _FEWEST_SIGNED, _FEWEST_BESIDE = 3, 2, 4
_LETTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_DATED = compile_latin(r"(?:19|20)[0-9]{2}[-/.][0-9]{2}|[0-9]{1,2}[-/][0-9]{1,2}[-/][0-9]{2,4}|[0-9]{1,2}:[0-9]{2}")
#: Standards, codes and devices that are named there too.
_NO_TEMPLATE = compile_latin(
    r"(?:iso|iec|fips|nist|ansi|incits|rfc|sp|cpt|hcpcs|icd|ndc|lot|ref|v[0-9]|cxr|ct|mri|us|xr|fd|ip|rgb|arcface|retinaface|"
    r"resnet|vgg)\b|[0-9]{5}-[A-Z0-9]{2}$|[A-Z][0-9]{2}\.[0-9A-Z]{1,4}$|[0-9]+[x/][0-9]+$"
)


def prints(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield templates behind their keys, values with a sign of their own, numbers that a sentence on a print tells."""
    for pattern in (_KEYED, _SIGNED):
        for found in pattern.finditer(latin):
            value = found.group(1)
            if (
                count_digits(value) >= (_FEWEST_SIGNED if pattern is _SIGNED else _FEWEST)
                and not _NO_FILE.search(value)
                and not _DATE.fullmatch(value)
            ):
                yield found.start(1), found.end(1)
    for pattern in (_POINTED, _KEPT):
        yield from ((found.start(1), found.end(1)) for found in pattern.finditer(latin) if _is_number(latin, found))
    for found in _TOLD.finditer(latin):
        start, end = found.start(1), found.end(1)
        if found.group(1).startswith((b"ARS ", b"CFR ", b"USC ", b"RCW ", b"ORS ", b"NRS ", b"KRS ")):
            continue  # A statute.
        if _SENTENCE.search(latin, found.start(), start) or count_digits(found.group(1)) < _FEWEST:
            continue
        if not follows(_UNTOLD, latin, start, 24) and not _DATE.fullmatch(found.group(1)):
            yield start, end


def _is_number(latin: bytes, found: Match) -> bool:
    """Tell whether a code beside a part of the body has the figures and the letters of a template's number."""
    value, start = found.group(1), found.start(1)
    figures = count_digits(value)
    letters = any(byte in _LETTERS for byte in value)
    if figures < _FEWEST_BESIDE or not letters or _NO_FILE.search(value) or _DATED.match(value):
        return False
    return not (_NO_TEMPLATE.match(value) or follows(_UNTOLD, latin, start, 24))
