"""Files, paths, links and data of pictures that show a face (Q)."""

from collections.abc import Iterator, Sequence

from detectors.context import Context
from detectors.patterns.scanning import compile_latin, is_word, phrases
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_PHOTO = IdentifierType.PHOTO
SCORE = 0.9
_EXTENSION = (
    "(?:jpe?g|png|heic|heif|gif|bmp|tiff?|webp|cr2|nef|dng|raw|avif|mp4|mov|avi|mkv|webm|m4v|3gp|obj|stl|ply|tom|glb|"
    "pdf|dcm)"
)
_NAME = r"[A-Z0-9_\xaa-\xff()@+=~,&#$-][A-Z0-9._\xaa-\xff()@+=~&#$%-]*"
_FILE = compile_latin(
    rf"(?:(?:[a-z][a-z0-9+.-]{{1,9}}://|[A-Z]:\\|\\\\|/)?(?:{_NAME}[/\\]){{0,12}})?(?:WhatsApp Image [0-9-]{{10}} at"
    rf" [0-9.]{{7,8}}|photo \([0-9]+\)|{_NAME})\.{_EXTENSION}\b"
)
_FOLDER = compile_latin(r"(?:\b|[\s(])(/(?:[A-Z0-9_.-]+/){1,8})(?:[\s,;)]|$)")
_DATA = compile_latin(
    "data:(?:image|video)/[a-z0-9.+-]+;base64,[A-Za-z0-9+/=]{8,}|data:(?:image|"
    "video)/[a-z0-9.+-]+;base64,[A-Za-z0-9+/]+"
)
_BASE64 = compile_latin(r"(?:/9j/|iVBORw0KGgo|R0lGOD|UklGR)[A-Za-z0-9+/=]{10,}")
_LINK = compile_latin(
    r"https?://(?:photos\.app\.goo\.gl|(?:www\.)?flickr\.com|photos\.google\.com|"
    r"(?:www\.)?icloud\.com/(?:sharedalbum|photos)|(?:www\.)?instagram\.com/(?:reel|p)|youtu\.be|"
    r"(?:www\.)?youtube\.com/watch|"
    r"(?:www\.)?facebook\.com/photo)[^\s\x22'<>)\]]*"
)
_REFERENCE = compile_latin(
    r"\bBinary/[A-Za-z0-9-]*(?:face|photo|portrait)[A-Za-z0-9-]*|https?://[^\s\x22'<>)\]]*/(?:avatars?|faces?|"
    r"portraits?|headshots?)[/_-][^\s\x22'<>)\]]+|https?://[^\s\x22'<>)\]]*/Binary/[^\s\x22'<>)\]]*(?:face|photo|"
    r"portrait)[^\s\x22'<>)\]]*"
)
_SPOKEN = compile_latin(r"\bfile is called ([a-z0-9 ]{2,60} dot (?:jay ?peg|j ?peg|png|p n g|jpg|mov|heic))")
_GATE = compile_latin(
    rf"\.{_EXTENSION}\b|base64|/9j/|iVBORw0|goo\.gl|flickr|icloud|instagram|youtu|facebook|Binary/|avatar|"
    "dot (?:jay|jpeg|png|jpg)|/[A-Z][a-z]+/[A-Z]"
)
#: What a file's own name says of a face.
_FACE_NAME = compile_latin(
    r"(?:^|[^a-z])(?:face[0-9]*(?:[^a-z]|$|front|profile|_?mesh|cam|d)|faces?[/_\\-]|full-?face|selfies?|portrait|"
    r"headshot|mug ?shot|profile_?(?:pic|photo|picture|[0-9]{2,4}\b)|avatars?|passport|badge|"
    "visage|gesicht|cara|rostro|retrato|(?:dl|id|ids|license|licence|drivers?)_(?:front|back|combined|card)|"
    "id_(?:front|back|card)|kyc|greencard|smile|me_(?:and|with|holding|at|in|smiling)|my face|booking)"
)
_BEFORE_AFTER = compile_latin(r"(?:before|after)-?face|face")
#: What the words around it say.
_FACE = Context(
    phrases(r"""
        faces?; facial; selfies?; portraits?; headshots?; mugshots?; full face; picture of (?:him|her|me|them|the
        patient|patient); pic of (?:him|her|me|them|my); pt photo; patient photo; patient's photo; photo id; profile
        (?:pic|picture|photo); snap of (?:him|her|me); her picture; his picture; passport; id card; driver'?s?
        licen[cs]e; badge photo; avatar; video visit recording; of my mom; of mom; of (?:him|her) ; newborn'?s? first
        picture; polaroids?; rostro; cara; visage; gesicht; green card; before and after; frontal; album; identify
        (?:her|him); booking; jail; eyelid; dysmorphology; mouth; pic-face; thats me; that's me; patient smiling;
        school portrait; photo["']?; licence next to face; face/photo
    """)
)
_NO_FACE = Context(
    phrases(r"""
        wound; x-?ray; ecg; ekg; tooth; teeth; logo; letterhead; rash on the (?:forearm|arm|leg|back|foot|hand);
        fundus; histology; slide; guideline; figure; gait; feet; colonoscopy; toe; derm scope; lesion on
        (?:back|arm|leg); mri; ct; knee; tympanic; icon; holter; stoma; ostomy; pain scale; nerve diagram; atlas; face
        ?sheet; facet; audiogram; carotid; plaque; orientation; growth; burn; pill; echo; spectrogram; bone;
        dockerfile; landing page; mandible; swallow; food; qr; chest film; heel; ulcer; cough; scan bone; banner;
        ultrasound of; cxr; hand; template
    """)
)
_NO_FACE_NAME = compile_latin(
    "xray|x-ray|ecg|ekg|cxr|wound|logo|icon|banner|fundus|slide|knee|hand|foot|feet|toe|rash|stoma|bone|mri|ct_|"
    "scale|template|chart|facet|face_?sheet|faces_scale|tooth|lunch|pill|carotid|heel|plate_"
)


class PhotoRecognizer:
    """Finds references to pictures of a face; pictures of wounds, films and drawings stay."""

    name = "photo"

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each file, link or blob as a whole."""
        latin = passage.latin
        if _GATE.search(latin) is None:
            return []
        ranges = dict.fromkeys([*_files(latin), *_data(latin)])
        return [Span(start, end, _PHOTO, SCORE, self.name) for start, end in ranges]


def _files(latin: bytes) -> Iterator[tuple[int, int]]:
    shown = False
    last = -200
    for found in _FILE.finditer(latin):
        start, end = found.start(), found.end()
        value = found.group()
        while start < end and latin[start : start + 1] in (b"(", b"[", b",", b"=", b"#", b"$", b"-", b"&"):
            start += 1
        near = _sentence(latin, start, end)
        listed = shown and start - last <= 8
        own = _FACE_NAME.search(value) is not None and _NO_FACE_NAME.search(value) is None
        told = (
            _FACE.search_in(latin, *near)
            and not _NO_FACE.search_in(latin, *near)
            and _NO_FACE_NAME.search(value) is None
        )
        shown = own or told or listed
        if own and _NO_FACE.search_in(latin, *near) and not _FACE.search_in(latin, near[0], start):
            shown = not _STRONG_NO.search_in(latin, *near)
        last = end
        if shown:
            yield start, end
    for found in _FOLDER.finditer(latin):
        if _FACE.near(latin, found.start(1), found.end(1)) and b"hoto" in found.group():
            yield found.start(1), found.end(1)


def _sentence(latin: bytes, start: int, end: int) -> tuple[int, int]:
    """Return the stretch of text that speaks about a file: its clause, a little further on for what follows."""
    left = max(latin.rfind(sign, max(0, start - 90), start) for sign in (b". ", b"; ", b"!", b"?"))
    right = min(
        (at for at in (latin.find(sign, end, end + 70) for sign in (b". ", b"; ", b"! ")) if at >= 0), default=end + 70
    )
    return max(0, start - 90) if left < 0 else left, min(len(latin), right)


def _data(latin: bytes) -> Iterator[tuple[int, int]]:
    for pattern in (_DATA, _BASE64):
        for found in pattern.finditer(latin):
            if b"svg" not in found.group()[:24]:
                yield found.start(), found.end()
    for pattern in (_LINK, _REFERENCE):
        for found in pattern.finditer(latin):
            end = found.end()
            while not is_word(latin[end - 1]) and latin[end - 1 : end] not in (b"/", b"=", b"-"):
                end -= 1
            yield found.start(), end
    for found in _SPOKEN.finditer(latin):
        yield found.start(1), found.end(1)


_STRONG_NO = Context(
    phrases(r"""
        pain scale; diagram; atlas; face ?sheet; icon; logo; facet; guideline; carotid; growth; orientation
    """)
)
