"""Ids, templates and hashes of fingers, faces, voices, irises and gait; police print numbers; DNA profiles (P)."""

from collections.abc import Iterator, Sequence

from detectors.context import Context
from detectors.patterns.captions import Caption, Captions, Strength, siblings
from detectors.patterns.prints import prints
from detectors.patterns.scanning import compile_latin, count_digits, follows, phrases, stands_alone
from detectors.patterns.values import is_plausible, read_value
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_BIOMETRIC = IdentifierType.BIOMETRIC
_PART = (
    "finger ?prints?|finger|thumb ?prints?|face|facial|voice ?prints?|voice-print|voice|iris|retinal?|palm|"
    "hand geometry|gait(?: ?prints?)?|ear print|foot ?prints?|vein|speaker|"
    "biometric|dactyl|huella(?: dactilar)?|empreinte(?: digitale)?|fingerabdruck|touch id|face ?id|dna|"
    "snp fingerprint|palm vein|finger vein|finger prnt|finger scan|eeg biometric|facial geometry"
)
_KIND = (
    "id|i\\.?d\\.?|i d|template(?: no)?|hash|code|card(?: no)?|record|ref(?:erence)?|enrol?ment(?: id)?|scan(?: id|"
    " nr)?|signature|key|number|no|profiles?(?: no| ids?)?|embedding(?:_id| id)?|"
    "user key|vector|map id|specimen id|identifiant|template ?id|geometry record|map|enrolled|file ref|"
    "biometric ref|badge template|biometric id|hash"
)

CAPTIONS = (
    Caption(
        _BIOMETRIC,
        Strength.PLAIN,
        (
            *phrases(r"""
        voiceprints?; gaitprint; patientsecure enrolment id; faceid; persistedfaceid; fbi(?:/ucn| no)?; ucn; ncic fpc;
        afis(?: number| no)?; print card(?: no)?; live ?scan (?:ati|tcn); tcn; ati; codis(?: specimen id)?; dna
        profile(?: no| ids?)?; bioid; templateid; bio_?hash; speaker_embedding_id; enrolled voice; fingerprint hash;
        iris code; print number; str database entry; d-nummer\)?; daktyloskopische nummer; biometric enrol?lment
        confirmation; palm; reference profile; uidai auth token for iris; henry class; voiceit userid; iris
        enrol?ment; minutiae; fingertemplate; fpc; dactyloscopic card; typing-?rhythm profile; wake-?word profile;
        plantilla de huella; finger scan nr; profile ids?
    """),
            rf"(?:{_PART})(?:[\s_-](?:vein|biometric|print|scan|geometry|embedding))?[\s_-]{{0,1}}(?:{_KIND})",
        ),
    ),
)
_SUBJECT = Context(
    phrases(r"""
        finger ?prints?; thumb ?print; voice ?prints?; voice; iris; retinal?; palm; gait; biometrics?; face; facial;
        afis; codis; dna profile; paternity; zygosity; enrol?led; enrol?ment; template; hand geometry; twin;
        unidentified remains
    """)
)
_TEMPLATE = compile_latin(
    r"\b(?:template|profiles?|hash|enrolled voice|embedding|key|old one|token|ref(?:erence)?|id|fp|ref=|mother|"
    r"father|child|file|quality)[\s:=\x22#(*]{1,4}(?:for [a-z]+ )?"
)
_HEX = compile_latin(r"[0-9a-f]{16,128}")
_SECRET = compile_latin(r"[A-Za-z0-9+/$_.:-]{6,200}={0,2}")
_VECTOR = compile_latin(
    r"\b(?:face|voice|speaker|iris|finger|facial)[ _]?(?:vector|embedding|encoding|"
    r"descriptor)[\x22']?[\s:=\[]{1,4}(-?[0-9]\.[0-9]+(?:, ?-?[0-9]\.[0-9]"
    "+){2,})"
)
_UUID = compile_latin(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_GATE = compile_latin(
    "finger|print|lip-?motion|dactylo|typing-?rhythm|keystroke|wake-?word|signature dyn|Rk1S|"
    "face|facial|voice|iris|retina|palm|gait|vein|bio|huella|empreinte|afis|codis|fbi|fpc|enrol|"
    "profile|minutiae|live ?scan|"
    r"dakty|d-nummer|henry class|str database|template|speaker|eeg|touch id|hand (?:geometry|scan)|fp[_i]|v[px]_|"
    r"str-|vox-|thumb|zygosity|paternity|ucn|dna"
)


#: Texts that speak of biometrics without a doubt: in them "sample", "print" or "SID" announce one as well.
_CERTAIN = Context(
    phrases(r"""
        fingerprints?; finger prints?; thumb(?:print|prints| print); voice-?prints?; voice print; iris; palm vein;
        voice (?:match|id|biometrics?); biometrics?; afis; codis; facial recognition; face (?:match|template);
        live-?scan; enrolled template; gaitprints?
    """)
)
_LABELLED = compile_latin(
    r"\b(?i:(?:enrolled |true |matching |probe |gallery )?(?:templates?|prints?|samples?|records?|probe|hit|sid|"
    r"embedding|iris|signature|as))[\s,:#=(]{1,3}"
    r"([A-Z]{2,8}[0-9]{0,4}[:_-](?:[0-9a-f]{4}(?: [0-9a-f]{4}){1,7}|[A-Za-z0-9]+(?:[-_:.][A-Za-z0-9]+){0,8})|"
    r"[A-Z]{2}[0-9]{6,10})\b",
    ignore_case=False,
)
#: An observation of an HL7 message: "OBX|8|ST|FPRINT^RIGHT INDEX^L||FMR2030:77A0C1D9|".
_OBSERVED = compile_latin(
    r"\|[^|\n]{0,24}(?:f(?:inger)?print|voice ?print|iris|retina|palm|gait|face (?:template|id)|biometric)"
    r"[^|\n]{0,40}\|[^|\n]{0,8}\|([A-Z0-9][A-Z0-9:._-]{4,80})\|"
)


#: A number made of letters and figures, without any caption, where the words beside it leave no doubt.
_MIXED = compile_latin(
    r"\b(?:[A-Z]{1,10}[0-9]*(?:[-_:./][A-Z0-9]+){1,6}|[A-Z]{2,8}[0-9]{4,12}[A-Z]{0,3}|"
    r"[A-Z][0-9]{4}-[A-Z0-9]{1,4}|0x[0-9A-F]{6,64}(?:-[A-Z]{1,6})?|[0-9a-f]{4}(?::[0-9a-f]{4}){2,15})\b"
)
_BESIDE = Context(
    phrases(r"""
        fingerprints?; finger ?prints?; thumb ?prints?; (?:thumb|finger|palm|hand|iris|retina|retinal|face|voice)
        (?:scan|template|match|print|record|geometry|sign-?in|log-?in|hash|minutiae)s?; minutiae(?: hash)?; arcface;
        facenet; voice-?prints?; voice print; faceprints?; gaitprints?; bio-?id;
        bio-?metrics?;
        biometricref; afis; codis; genetic fingerprint; dna (?:profile|index|database); str profile; snp fingerprint;
        wake-?word profile; typing-?rhythm profile; keystroke (?:profile|dynamics); signature dynamics;
        lip-?motion model;
        speaker (?:model|profile|verification|id); voice (?:profile|biometrics?|id|model|signature|template);
        dactyloscopic card; (?:ring|index|middle|latent|palm) prints?; live-?scan; vein (?:pattern|template|code|id);
        facial recognition; foot-?prints?; palm vein; iris
    """)
)
_NO_NUMBER = compile_latin(
    r"\b(?:model|version|sensor|scanner|reader|lot|firmware|section|form|ref|cpt|(?:cpt|hcpcs|icd|billing) codes?|"
    r"hcpcs|ndc|catalog|sw|build|"
    r"standard|protocol|software|release|driver|locus|loci|allele|marker|page|at|on|from|dated|since)[\s:#]{0,2}$"
)
#: What says by itself what it is: "HV2-IRIS-0077120", "LAB-DNA-00412".
_SELF_NAMED = compile_latin(
    r"\b(?:[A-Z0-9]{1,8}-){0,2}(?:IRIS|FACE|DNA|VOICE|VOX|PALM|GAIT|FPRINT|FINGER|RETINA|STR)(?:-[A-Z0-9]{1,12}){1,4}\b",
    ignore_case=False,
)
_FEWEST_SELF_NAMED = 5
_REACH = 80
_MONTH = compile_latin(r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-/.][0-9].*")
#: A template written out behind its key.
_WRITTEN = compile_latin(
    r"\b(?:tmpl|template|faceprint|voiceprint|fingerprint|iris|minutiae|embedding|palm)[\s=:\x22']{1,4}"
    r"([A-Za-z0-9+/]{16,}={0,2}|0x[0-9A-F]{8,})|\b((?-i:Rk1S)[A-Za-z0-9+/]{12,}={0,2})"
)


#: A police classification of ten fingers: "FPC 12 PO 14 CI 13 09 PM 16 DM 11".
_TEN = r"(?:[0-9]{2}|P[OM]|D[OM]|C[OMI]|AA|TT|WU|XX|SR)"
_CLASSIFIED = compile_latin(rf"\bfpc[:# ]{{1,3}}({_TEN}(?: ?{_TEN}){{9}})\b")


class BiometricRecognizer:
    """Finds biometric numbers and templates by what announces them; other checksums and loci stay."""

    name = "biometric"

    def __init__(self) -> None:
        self._captions = Captions(CAPTIONS)

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each value without its caption."""
        latin = passage.latin
        if _GATE.search(latin) is None:
            return []
        spans = self._captions.spans(passage, self.name)
        ranges = dict.fromkeys(
            [*_templates(latin), *_vectors(latin), *_labelled(latin), *_mixed(latin), *prints(latin)]
        )
        return [*spans, *(Span(start, end, _BIOMETRIC, 0.9, self.name) for start, end in ranges)]


def _templates(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield the values behind "template", "profile" or "hash" where the text speaks of a print or a face."""
    for found in _TEMPLATE.finditer(latin):
        if not _SUBJECT.near(latin, found.start(), found.end()):
            continue
        value = read_value(latin, found.end()) or _read_secret(latin, found.end())
        if value is None:
            continue
        text = latin[slice(*value)]
        mixed = is_plausible(latin, *value, 2) and count_digits(text) >= 2 and not text.isdigit() and len(text) >= 6
        if latin[value[1] : value[1] + 4].lower() == b" lot":
            continue
        if mixed and stands_alone(latin, *value) and not _PLAIN.fullmatch(text):
            yield value
            yield from siblings(latin, *value)
    for pattern in (_HEX, _UUID):
        for found in pattern.finditer(latin):
            start, end = found.start(), found.end()
            if stands_alone(latin, start, end) and _OWN.before(latin, start) and count_digits(found.group()):
                yield start, end


def _labelled(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield numbers with a prefix that a loose word announces in a text about biometrics."""
    for found in _OBSERVED.finditer(latin):
        if count_digits(found.group(1)) >= 3:
            yield found.start(1), found.end(1)
    if not _CERTAIN.search_in(latin, 0, len(latin)):
        return
    for found in _LABELLED.finditer(latin):
        value = found.group(1)
        if count_digits(value) >= 3 and not value.lower().startswith(_OTHER_PREFIXES):
            yield found.start(1), found.end(1)
            yield from siblings(latin, found.start(1), found.end(1))


def _mixed(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield numbers of letters and figures right beside words for a print, and templates behind their key."""
    for found in _MIXED.finditer(latin):
        value = found.group().lower()
        if count_digits(value) < 3 or value.startswith(_OTHER_PREFIXES) or _MONTH.fullmatch(value):
            continue
        start, end = found.start(), found.end()
        beside = _BESIDE.before(latin, start, _REACH) or _BESIDE.after(latin, end, _REACH // 2)
        if beside and not follows(_NO_NUMBER, latin, start, 16):
            yield start, end
            yield from siblings(latin, start, end)
    for found in _SELF_NAMED.finditer(latin):
        if count_digits(found.group()) >= _FEWEST_SELF_NAMED and not follows(_NO_NUMBER, latin, found.start(), 16):
            yield found.start(), found.end()
    for found in _CLASSIFIED.finditer(latin):
        yield found.start(1), found.end(1)
    for found in _WRITTEN.finditer(latin):
        group = 1 if found.start(1) >= 0 else 2
        if count_digits(found.group(group)):
            yield found.start(group), found.end(group)


def _read_secret(latin: bytes, start: int) -> tuple[int, int] | None:
    """Return the blob of signs that begins at *start*, or None."""
    found = _SECRET.match(latin, start)
    return None if found is None else (found.start(), found.end())


def _vectors(latin: bytes) -> Iterator[tuple[int, int]]:
    for found in _VECTOR.finditer(latin):
        yield found.start(1), found.end(1)


_OTHER_PREFIXES = (
    b"iec",
    b"nist",
    b"fips",
    b"ansi",
    b"incits",
    b"rfc",
    b"sp-",
    b"pn-",
    b"cve",
    b"sars",
    b"fd-258",
    b"form",
    b"icd",
    b"cpt",
    b"iso",
    b"utf",
    b"sha",
    b"covid",
    b"hla",
    b"img",
)
_OWN = Context(
    phrases(r"""
        face; finger(?:print)?; thumb; voice; iris; bio hash; bio_hash; palm; face pic; faceid; face id; embedding
    """)
)
_PLAIN = compile_latin(r"[0-9]{1,3}[a-z]{0,3}|[0-9.]+ ?(?:mm|cm|%|kg)")
