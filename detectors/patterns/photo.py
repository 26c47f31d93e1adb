"""Files, paths, links and data of pictures that show a face (Q)."""

from collections.abc import Iterator, Sequence

from detectors.context import Context
from detectors.patterns.photo_names import blank_start, name_start
from detectors.patterns.scanning import compile_latin, is_word, phrases
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_PHOTO = IdentifierType.PHOTO
SCORE = 0.9
_EXTENSION = (
    "(?:jpe?g|png|heic|heif|gif|bmp|tiff?|webp|cr2|nef|dng|raw|avif|mp4|mov|avi|mkv|webm|m4v|3gp|obj|stl|ply|tom|glb|"
    "pdf|dcm|zip)"
)
_NAME = r"[A-Z0-9_\xaa-\xff()@+=~,&#$-][A-Z0-9._\xaa-\xff()@+=~&#$%-]*"
_FILE = compile_latin(
    rf"(?:(?:[a-z][a-z0-9+.-]{{1,9}}://|[A-Z]:\\{{1,4}}|\\{{1,4}}|//?)?(?:{_NAME}(?:/|\\{{1,4}})){{0,12}})?"
    rf"(?:WhatsApp Image [0-9-]{{10}} at"
    rf" [0-9.]{{7,8}}|photo \([0-9]+\)|[A-Z]{{4,12}}(?: ?shot)? [0-9-]{{10}} at [0-9.]{{4,8}}(?: ?[AP]M)?|{_NAME})"
    rf"\.{_EXTENSION}\b"
)
#: What ends a clause: no dot behind a title or an initial.
_CLOSED = compile_latin(r"(?:[^rs.]|[^md\s][rs]|[a-z][a-z][rs])([.;!]) ")
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
    r"(?:^|[^a-z]|patient|pt|my|her|his|baby|kid)(?:face[0-9]*(?:[^a-z]|$|front|profile|_?mesh|cam|d)|faces?[/_\\-]|"
    r"full-?face|selfies?|portrait|"
    r"headshot|mug ?shot|profile_?(?:pic|photo|picture|[0-9]{2,4}\b)|avatars?|passport|badge|"
    "visage|gesicht|cara|rostro|retrato|(?:dl|id|ids|license|licence|drivers?)[_-](?:front|back|combined|card)|"
    "id_(?:front|back|card)|kyc|greencard|smile|me_(?:and|with|holding|at|in|smiling)|my face|booking|facies|"
    "identification|video_visit|mom_smiling|"
    r"head_?scan|webcam|(?:triage|bed|door|lobby|kiosk|visitor|check_?in|intake|ward)_?cam|enrol(?:l|led|lment)?[/\\]|"
    r"(?:mom|mommy|dad|daddy|grandma|grandpa|granny|nana|abuela|baby|newborn|toddler|birthday|wedding|graduation|"
    r"family|"
    r"cheeks?|melasma|rosacea|facetime)(?:[^a-z]|$)|visa_?2x2|carnet|(?:dl|id|license|licence|passport)_?scan)"
)
#: Heads as 3-D models, systems that match faces, papers with a face, what a face does.
_FACE_FILE = compile_latin(
    r"(?:3dmd|(?:^|[^a-z])(?:head|skull_?skin|bust|malla|cabeza)[_-])[^/\\]*\.(?:obj|stl|ply|glb)$|"
    r"(?:^|[^a-z])face_?(?:gate|match|rec|id|cap|db|kiosk|log-?in|unlock|auth|crop|frame|scan)|"
    r"(?:^|[^a-z])(?:new_|my_|old_|temp_|mi_)?(?:driver'?s?_?)?(?:licen[cs]e|licencia|passport|pasaporte|greencard)[_-][a-z]{3,}"
    r"[^/\\]*\.(?:jpe?g|png|heic)$|"
    r"(?:^|[^a-z])(?:sonrisa|gestos?|muecas?|mirada|smil(?:e|ing)|bday|quince(?:a\xf1era)?|cumple(?:a\xf1os)?)(?:[^a-z]|$)"
)
_NO_PAPER = compile_latin(
    r"licen[cs]e[_-](?:key|file|agreement|error|server|expired|text|plate|info|page|terms|v?[0-9])"
)
#: What the words around it say.
_FACE = Context(
    phrases(r"""
        faces?; facial; selfies?; portraits?; headshots?; mugshots?; full face; picture of (?:him|her|me|them|the
        patient|patient); pic of (?:him|her|me|them|my); pt photo; patient photo; patient's photo; photo id; profile
        (?:pic|picture|photo); snap of (?:him|her|me); her picture; his picture; passport; id card; driver'?s?
        licen[cs]e; badge photo; avatar; video visit recording; of my mom; of mom; of (?:him|her) ; newborn'?s? first
        picture; polaroids?; rostro; cara; visage; gesicht; green card; before and after; frontal; album; identify
        (?:her|him); booking; jail; eyelid; dysmorphology; mouth; pic-face; thats me; that's me; patient smiling;
        school portrait; photo["']?; (?:toddler|baby|child|kid|mom|dad|son|daughter|grandson|
        granddaughter|resident|client|wife|husband)'?s (?:first )?(?:pic|picture|photo|webcam|facetime)s?;
        licence next to face; face/photo; faceid; face_?id; face vec(?:tor)?
    """)
)
_NO_FACE = Context(
    phrases(r"""
        wound; x-?ray; ecg; ekg; tooth; teeth; logo; letterhead; rash on the (?:forearm|arm|leg|back|foot|hand);
        fundus; histology; slide; guideline; figure; gait; feet; colonoscopy; toe; derm scope; lesion on
        (?:back|arm|leg); mri; ct; knee; tympanic; icon; holter; stoma; ostomy; pain scale; nerve diagram; atlas; face
        ?sheet; facet; audiogram; carotid; plaque; orientation; growth; burn; pill; echo; spectrogram; bone;
        dockerfile; landing page; mandible; swallow; food; qr; chest film; heel; ulcer; cough; scan bone; banner;
        form; face masks?; mask poster; otoscope; walker; wheelchair; receipt; label; bruise; error;
        pill bottle;
        ultrasound of; cxr; hand; template
    """)
)
#: Whose picture it is: somebody, a face, or a thing.
_PICTURE_OF = compile_latin(
    r"\b(?:photo(?:graph)?|picture|pic|image|img|snap|shot|selfie|still|video|vid|clip|footage|capture|recording|"
    r"foto)s?"
    r" (?:of|from|with|showing|de) (?:(?:the|a|an|our|both|all|this|that|my|your|his|her|their|two|la|el|mi|su|"
    r"pt(?:'?s)?|patient'?s|"
    r"client'?s|resident'?s|child'?s|baby'?s|kid'?s|son'?s|daughter'?s|mom'?s|mother'?s|dad'?s|father'?s|wife'?s|"
    r"husband'?s|"
    r"little|young|older|elderly|whole|smiling|entire|left|right|missing|dysmorphic|full) ){0,3}([a-z\xdf-\xff]{2,14})"
)
#: "Picture of her ringing the bell".
_DOING = compile_latin(r" (?:him|her|me|them|us) [a-z]+$")
_SOMEBODY = frozenset(
    b"mr mrs ms miss him her me them us himself herself patient patients pt client resident member driver man woman "
    b"boy girl guy lady person "
    b"people child children kid kids baby babies newborn infant toddler twins son sons daughter daughters mom mommy "
    b"mother mum "
    b"dad daddy father grandma grandpa granny grandmother grandfather nana papa abuela abuelo wife husband spouse "
    b"partner "
    b"fiance sister brother siblings aunt uncle cousin niece nephew family parents couple nurse doctor surgeon staff "
    b"caregiver "
    b"caller victim suspect intruder visitor face faces facies smile profile cara rostro selfie headshot student "
    b"teacher "
    b"grandson granddaughter grandkids friend friends roommate neighbor employee worker passenger decedent body".split()
)
_NO_FACE_NAME = compile_latin(
    "xray|x-ray|ecg|ekg|cxr|wound|logo|icon|banner|fundus|(?:^|[^a-z])(?:slide|knee|hand|foot|feet|toe|rash|stoma|bone|"
    "mri|ct_|pill|heel|plate_)|scale|template|chart|emoji|plate_reader|facet|face_?sheet|faces_scale|tooth|lunch|carotid"
)
#: Drawings and tracings, whatever stands beside them.
_NO_PICTURE = compile_latin(r"(?:^|[^a-z])(?:ecg|ekg|chart|logo|icon|banner|cxr|x-?ray)(?:[^a-z]|$)")


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
        first = name_start(latin, start, end)
        own = _is_face_file(latin[first:end])
        told = _is_told(latin, near, start, value)
        if (longer := blank_start(latin, first, end)) < first:
            own = own or _is_face_file(latin[longer:end].replace(b" ", b"_"))
            first = longer if own or told else first
        shown = own or told or listed
        if own and _NO_FACE.search_in(latin, *near) and not _FACE.search_in(latin, near[0], start):
            shown = not _STRONG_NO.search_in(latin, *near)
        last = end
        if shown:
            yield first, end
    for found in _FOLDER.finditer(latin):
        if _FACE.near(latin, found.start(1), found.end(1)) and b"hoto" in found.group():
            yield found.start(1), found.end(1)


def _is_face_file(name: bytes) -> bool:
    """Tell whether a file's own name speaks of a face, and of no thing."""
    if _NO_FACE_NAME.search(name) is not None:
        return False
    if _FACE_NAME.search(name) is not None:
        return True
    return _FACE_FILE.search(name) is not None and _NO_PAPER.search(name) is None


def _is_told(latin: bytes, near: tuple[int, int], start: int, value: bytes) -> bool:
    """Tell whether the words around a file say that it shows somebody's face."""
    if _OWN_FACE.search_in(latin, *near):
        return _NO_PICTURE.search(value) is None
    somebody = _of_somebody(latin, near, start)
    if somebody is not None:
        return somebody and not _NO_PERSON.search_in(latin, *near)
    plain = not _NO_FACE.search_in(latin, *near) and _NO_FACE_NAME.search(value) is None
    return plain and _FACE.search_in(latin, *near)


def _of_somebody(latin: bytes, near: tuple[int, int], start: int) -> bool | None:
    """Tell whether a picture is said to be of a person or a thing; None where nothing is said."""
    told = None
    for found in _PICTURE_OF.finditer(latin, *near):
        if found.end(1) > start:  # "picture of her IMG_1.jpg": the last word is the file's own.
            return True if found.start() < start else told
        word = found.group(1).lower()
        told = word in _SOMEBODY or (word.endswith(b"ing") and _DOING.search(found.group()) is not None)
    return told


def _sentence(latin: bytes, start: int, end: int) -> tuple[int, int]:
    """Return the stretch of text that speaks about a file: its clause, a little further on for what follows."""
    left = max(latin.rfind(sign, max(0, start - 90), start) for sign in (b". ", b"; ", b"?"))
    closed = _CLOSED.search(latin, end, min(len(latin), end + 70))
    right = end + 70 if closed is None else closed.start(1)
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


#: A face beyond doubt, whatever else is said of its skin.
_OWN_FACE = Context(
    phrases(r"""
        (?:my|her|his|their|patient'?s?|pt'?s?) (?:whole |full )?face; face-?lift; rhinoplasty; blepharoplasty; facies;
        here(?:'?s| is) me; this is me; on camera; facial palsy; bell'?s palsy; full-?face; face visible; mug ?shot;
        probe image; recogni[sz]able; you can see (?:all )?(?:of )?(?:the )?(?:kids|everyone|them|him|her);
        photo id on file; (?:video|clip|recording|footage) of (?:the |an? |his |her )?(?:event|spell|episode|seizure)s?;
        mfa\.face; face ?match; face_?id; liveness
    """)
)
#: What of somebody a picture shows that is no face.
_NO_PERSON = Context(
    phrases(r"""
        x-?ray; wound; ecg; ekg; mri; ct; cxr; ultrasound; fundus; knee; foot; feet; leg; arm; forearm; hand; back; toe;
        stoma; ulcer; histology; slide; tooth; teeth; chart; facesheet; walker; gait
    """)
)
_STRONG_NO = Context(
    phrases(r"""
        pain scale; diagram; atlas; face ?sheet; icon; logo; facet; guideline; carotid; growth; orientation
    """)
)
