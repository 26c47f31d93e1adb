"""Where the name of a picture's file begins, when it has blanks in it."""

from detectors.patterns.scanning import behind, compile_latin, follows

#: Words of a file's name before its last one: "called face rash 2.jpg", "pt face 2.jpg".
_NAMED = compile_latin(
    r"\b(?:called|named|titled|file ?name(?: is)?|saved as)[ :]{1,2}[\x22']?((?:[A-Z0-9_-]+ ){1,4})$"
)
_LONGEST_NAME = 48
_NUMBER_ALONE = compile_latin(r"\(?[0-9]{1,3}\)?\.[A-Z0-9]{3,4}")
_WORD_BEFORE = compile_latin(r"(?:^|[\s\\/\x22'(])([A-Z0-9_-]{2,24} \(?)$")
#: What a telephone or a program calls its pictures: "Screenshot 2026-07-14 at 09.12.44 - Mr Oyelaran video visit.png".
_PROGRAM = compile_latin(
    r"(?:^|[^A-Za-z])((?:Screenshot|Screen Shot|Screen Recording|WhatsApp Image|WhatsApp Video|FaceTime|Zoom|IMG|"
    r"Snapchat|Photo|Image|Scan)(?: [^\n,;:<>|\x22]{0,70})?)$",
    ignore_case=False,
)
#: Words behind a sign, or behind a word that no name holds: "emailed by spouse, mom smiling w droop.jpg".
_PICTURE = compile_latin(r"\.(?:jpe?g|png|heic|heif|tiff?|webp|gif|bmp|raw|mov|mp4|avi|obj|stl)$")
_WORDS = compile_latin(r"(?:^|-> ?|=> ?|[:,;=|>] |\n|\x22)((?:[A-Z0-9#&()'_/-]{1,32} ){1,8})$")
_STOP = compile_latin(
    r"\b(?:is|are|was|were|the|see|attached|attach|please|in|here|file|files|to|shows|show|delete|remove|crop|blur|use|send|"
    r"sent|open|upload|uploaded|from|and|or|as|it|that|this|says|find|moved|review|view|with|like) \(?"
)
_PICTURED = compile_latin(r"\b(?:pics?|photos?|pictures?|images?|img|selfies?|shots?|video|clip|headshot) $")
#: A camera's own name for a picture: whole without the word before it.
_CAMERA = compile_latin(r"(?:IMG|DSC[NF]?|PXL|MVI|VID|DCIM|GOPR)[_-]?[0-9]")
_FEW_WORDS = compile_latin(r"(?:[A-Z0-9#&()'_/-]{1,32} ){1,8}")
_REACH = 96


def name_start(latin: bytes, start: int, end: int) -> int:
    """Return where a file's name begins that is quoted, called, or a number behind a word."""
    if latin[end : end + 1] in (b'"', b"'"):  # A name with blanks between quotes.
        quote = latin.rfind(latin[end : end + 1], max(0, start - _LONGEST_NAME), start)
        if quote >= 0 and b"\n" not in latin[quote:start]:
            return quote + 1
    named = behind(_NAMED, latin, start, 80)
    if named is not None:
        return named[0].start(1) + named[1]
    if _NUMBER_ALONE.fullmatch(latin, start, end) is not None:
        word = behind(_WORD_BEFORE, latin, start, 32)
        return start if word is None else word[0].start(1) + word[1]
    return start


def blank_start(latin: bytes, start: int, end: int) -> int:
    """Return where a picture's name would begin if the words before it belonged to it; *start* where they cannot."""
    picture = latin[start:end]
    if latin[start - 1 : start] != b" " or _PICTURE.search(picture) is None or _CAMERA.match(picture) is not None:
        return start
    program = behind(_PROGRAM, latin, start, _REACH)
    if program is not None:
        return program[0].start(1) + program[1]
    found = behind(_WORDS, latin, start, _REACH)
    begin = start if found is None else found[0].start(1) + found[1]
    stops = [
        stop.end()
        for stop in _STOP.finditer(latin, max(0, start - _REACH), start)
        if not follows(_PICTURED, latin, stop.start(), 12)
    ]
    last = max(stops, default=-1)
    if last > begin or (found is None and last >= 0):
        return last if _FEW_WORDS.fullmatch(latin, last, start) else start
    return begin
