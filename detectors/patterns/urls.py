"""URLs and storage paths that lead to a person; namespaces, guideline pages and provider endpoints stay."""

from collections.abc import Iterator, Sequence

from detectors.context import Context
from detectors.patterns.scanning import Match, compile_latin, follows
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

SCORE = 0.9
_STOP = r"\s\x22'<>|\x60\x1a^{}"
_SCHEME = compile_latin(
    r"\b(?:hxxps?|https?|ftps?|sftp|s3|gs|azure|abfss?|file|webcals?|smb|wss?|rtsps?|blob|dropbox)(?::|"
    rf"%3A)(?:\\?/\\?/|%2F%2F)[^{_STOP}A-Za-z0-9]{{0,4}}[A-Za-z0-9][^{_STOP}]*"
)
_TLDS = (
    r"(?:com|org|net|edu|gov|mil|me|io|co|ee|be|us|uk|ca|de|fr|es|mx|it|nl|ch|at|au|info|biz|tv|fm|app|dev|ly|gl|gg|"
    r"health|care|blog|page|link|site|online|life|family|example|int|xyz)"
)
_BARE = compile_latin(
    rf"\b(?:[A-Z0-9][A-Z0-9-]{{0,62}}\.){{1,5}}{_TLDS}(?::[0-9]{{2,5}})?(?:/[^{_STOP}]+|\?[^{_STOP}]+)"
)
_WWW = compile_latin(rf"\bwww\.[A-Z0-9-]{{1,62}}(?:\.[A-Z0-9-]{{1,62}}){{1,4}}(?:/[^{_STOP}]*)?")
_HOST_ONLY = compile_latin(rf"\b(?:[A-Z0-9][A-Z0-9-]{{0,62}}\.){{1,4}}{_TLDS}\b")
_SPOKEN = compile_latin(
    r"\b(?:h ?t ?t ?p ?s? (?:colon )?(?:slash slash |double slash )|w ?w ?w dot )(?:[a-z0-9]+ ){1,12}?dot (?:com|org|"
    "net|edu|gov|me|io|example)"
    r"(?: (?:slash|dash|dot|underscore) [a-z0-9]+(?: [a-z])?){0,8}"
)
#: A page that somebody named aloud: "la página es ayudaami punto com".
_NAMED_PAGE = compile_latin(
    r"\b(?:p[a\xe1]gina|sitio|web ?site|web ?page|blog|site|fundraiser|go ?fund ?me|page)\b[^.\n?]{0,40}?"
    r"\b([a-z0-9-]{3,30} (?:dot|punto) (?:com|org|net|mx|me|example)\b(?: (?:slash|diagonal) [a-z0-9]+)?)"
)
_PATHS = compile_latin(
    r"\\\\[A-Z0-9._-]{1,60}\\[^\n\x22'<>|*?]{3,240}?\.[A-Z0-9]{2,5}\b|"
    r"\b[A-Z]:\\[^\n\x22'<>|*?]{3,240}?\.[A-Z0-9]{2,5}\b|"
    r"(?:^|[\s\x22'=(:>])/(?:[A-Z0-9._@ -]{1,60}/){1,12}[A-Z0-9._@-]{1,100}\.[A-Z0-9]{2,5}\b"
)
_ENDING = r"\.(?:pdf|docx?|xlsx?|rtf|txt|tiff?|jpe?g|png|heic|dcm|xml|csv|msg|eml|zip|mp[34]|wav|mov|odt)"
_DOCUMENT, _ANY_DOCUMENT = compile_latin(rf"{_ENDING}$"), compile_latin(rf"{_ENDING}\b")
_PERSONAL = compile_latin(
    r"[\\/](?:patients?|pts?|pt-[^\\/]*|charts?|records?|ehr[a-z]*|scans?|consents?|letters?|photos?|portraits?|"
    "faces?|ids|clients?|"
    r"members?|residents?|uploads?|(?:home|users|profiles)[\\/][a-z0-9._-]+|[a-z]+[_, ]+[a-z]+)[\\/]"
)
_PERSONAL_HOST = compile_latin(
    r"(?:wordpress|blogspot|tumblr|medium|substack|livejournal|weebly|wixsite|squarespace|github\.io|linktr|carrd|"
    r"typepad)\.?|\.blog$"
)

#: Hosts whose pages say nothing about a person; each stands for its subdomains too.
PUBLIC_HOSTS = (
    "hl7.org|fhir.org|loinc.org|snomed.info|snomed.org|unitsofmeasure.org|w3.org|json-schema.org|schema.org|"
    "xmlsoap.org|ietf.org|"
    "rfc-editor.org|oasis-open.org|openid.net|ihe.net|dicom.nema.org|nema.org|nucc.org|ama-assn.org|iso.org|"
    "unicode.org|purl.org|"
    "xml.org|who.int|cdc.gov|nih.gov|fda.gov|hhs.gov|cms.gov|medlineplus.gov|clinicaltrials.gov|medicare.gov|"
    "huffpost.com|huffingtonpost.com|nytimes.com|bbc.com|bbc.co.uk|cnn.com|"
    "healthcare.gov|va.gov|usa.gov|epa.gov|dea.gov|ssa.gov|irs.gov|ahrq.gov|cancer.gov|samhsa.gov|hrsa.gov|"
    "nvidia.com|amd.com|intel.com|kubernetes.io|k8s.io|ghcr.io|gcr.io|quay.io|pkg.dev|ready.gov|ecfr.gov|"
    "federalregister.gov|congress.gov|nist.gov|osha.gov|uspreventiveservicestaskforce.org|nice.org.uk|nhs.uk|gov.uk|"
    "europa.eu|"
    "doi.org|orphanet.org|omim.org|pubmed.gov|nejm.org|thelancet.com|jamanetwork.com|bmj.com|nature.com|"
    "sciencedirect.com|"
    "springer.com|wiley.com|plos.org|biorxiv.org|medrxiv.org|arxiv.org|cochrane.org|cochranelibrary.com|"
    "uptodate.com|medscape.com|"
    "drugs.com|rxlist.com|webmd.com|mayoclinic.org|clevelandclinic.org|healthline.com|hopkinsmedicine.org|"
    "merckmanuals.com|"
    "wikipedia.org|wikimedia.org|britannica.com|goldcopd.org|ginasthma.org|hiv-druginteractions.org|diabetes.org|"
    "heart.org|"
    "cancer.org|lung.org|kidney.org|acog.org|aap.org|aafp.org|acc.org|escardio.org|idsociety.org|asco.org|nccn.org|"
    "acr.org|"
    "radiopaedia.org|psychiatry.org|apa.org|thyroid.org|endocrine.org|gastro.org|aasld.org|eular.org|rheumatology.org|"
    "healthychildren.org|familydoctor.org|kidshealth.org|choosingwisely.org|opennotes.org|poison.org|mdcalc.com|"
    "labtestsonline.org|"
    "openai.com|anthropic.com|openai.azure.com|googleapis.com|mistral.ai|cohere.ai|cohere.com|huggingface.co|"
    "langchain.com|"
    "together.xyz|groq.com|perplexity.ai|deepseek.com|cognitive.microsoft.com|microsoft.com|python.org|pypi.org|"
    "npmjs.com|"
    "readthedocs.io|docs.rs|stackoverflow.com|mozilla.org|apache.org|debian.org|ubuntu.com|kubernetes.io|docker.com|"
    "docker.io|localhost"
)
#: Personal sub-sites under a public host.
_NOT_PUBLIC = compile_latin(r"//(?:mychart|portal|myhealth|my)\.")
_PUBLIC = compile_latin(
    rf"^(?:[a-z0-9+.-]+:)?(?:\\?/\\?/)?(?:[^/@]*@)?(?:[a-z0-9-]+\.)*(?:{PUBLIC_HOSTS.replace('.', chr(92) + '.')})(?"
    r"::[0-9]+)?(?:[/?#\\].*)?$"
)
#: Agencies of a state or the nation; a court's or a county's page may name a person.
_AGENCY = compile_latin(r"^(?:[a-z]+://)?(?:www\.)?(?:[a-df-z0-9-][a-z0-9-]*\.)?[a-z-]{2,24}\.(?:gov|mil)(?:/.*)?$")
_COURT = compile_latin(r"court|county|city|sheriff|example\.")
_INTERNAL = compile_latin(
    r"^(?:file:///(?:opt|usr|etc|tmp|var/lib|lib|home/[a-z]+/\.)[^?]*$|(?:https?|wss?|rtsp|"
    r"hxxps?):(?:\\?/\\?/)(?:[^/@]*@)?(?:localhost|127\.0\.0\.1|[0-9]{1,3}(?:\.[0-9]{1,3}){3}|\[[0-9a-f:]+\]|"
    "[a-z0-9-]+)(?::[0-9]+)?(?:/.*)?$)"
)
_NAMESPACE = compile_latin(
    r"\b(?:xmlns(?::[a-z0-9]+)?|schemalocation|system|codesystem|profile|valueset|namespace|\$?schema|\$ref|"
    r"extension url)[\x22']?[\s:=\x22']{1,4}$"
)
_DOCUMENTED = compile_latin(
    r"^[a-z0-9+.-]+:\\?/\\?/(?:(?:www|api|fhir|hapi|auth|login|ehr|emr|dev|test|staging|sandbox|server|docs|cdn|r4)"
    r"[0-9]{0,2}\.)*example\.(?:com|org|net)/?(?:fhir|r4|api|v1|schemas?)?/?(?:r4/)?"
    r"(?:metadata|bundle|patient|practitioner|observation|encounter|condition|procedure|coverage|claim|appointment|"
    r"medicationrequest|documentreference|diagnosticreport|servicerequest)?(?:\?(?:_[a-z]+=[a-z0-9-]{0,12}&?)+)?$"
)
_TERMINOLOGY = compile_latin(
    r"^https?:(?:\\?/){2}[^\s?#]*/(?:valueset|codesystem|structuredefinition|conceptmap|namingsystem|searchparameter|"
    r"operationdefinition|capabilitystatement|implementationguide)/[a-z0-9._-]+(?:\|[0-9.]+)?$"
)
_CREDENTIALS = compile_latin(r"^[a-z0-9+.-]+://[^/@\s]+:[^/@\s]+@")


class UrlRecognizer:
    """Finds links to pages and files of a person: judged unless the host is on a closed list."""

    name = "url"

    def __init__(self) -> None:
        self._owned = Context(
            ["blog", "blogs", "blogging", "page", "site", "website", "journal", "p\xe1gina", "my story", "tumblr"]
        )

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each link as a whole, without the sign that ends its sentence."""
        latin = passage.latin
        if _GATE.search(latin) is None:
            return []
        ranges = dict.fromkeys([*self._links(latin), *_stored(latin)])
        return [Span(start, end, IdentifierType.URL, SCORE, self.name) for start, end in ranges]

    def _links(self, latin: bytes) -> Iterator[tuple[int, int]]:
        for found in _SCHEME.finditer(latin):
            start, end = found.start(), _closed(latin, found)
            value = latin[start:end]
            left = _is_public(value) or any(
                pattern.match(value) for pattern in (_INTERNAL, _CREDENTIALS, _DOCUMENTED, _TERMINOLOGY)
            )
            if not left and not follows(_NAMESPACE, latin, start, 24):
                yield start, _wrapped(latin, end)
        for pattern in (_BARE, _WWW):
            for found in pattern.finditer(latin):
                start, end = found.start(), _closed(latin, found)
                if latin[max(0, start - 1) : start] not in (b"/", b"@", b".", b":") and not _is_public(
                    latin[start:end]
                ):
                    yield start, end
        for found in _HOST_ONLY.finditer(latin):
            personal = _PERSONAL_HOST.search(found.group()) is not None and found.group().count(b".") >= 2
            free = (
                latin[max(0, found.start() - 1) : found.start()] not in (b"/", b"@", b".")
                and latin[found.end() : found.end() + 1] != b"@"
            )
            owned = self._owned.before(latin, found.start(), 20) or _OWNED_BEHIND.match(latin, found.end()) is not None
            if free and (personal or owned) and not _is_public(found.group()):
                yield found.start(), found.end()
        for found in _SPOKEN.finditer(latin):
            yield found.start(), found.end()
        for found in _NAMED_PAGE.finditer(latin):
            yield found.start(1), found.end(1)


_OWNED_BEHIND = compile_latin(
    r",? (?:is|that's|thats|was) (?:my|his|her|our|their|the (?:family|patient)'?s?|mom's|dad's) "
    r"(?:own |personal |new |old )?(?:website|web ?site|site|blog|page|homepage|shop|journal)"
)
_GATE = compile_latin(
    rf"//|%2F%2F|\\\\|\\/|\.{_TLDS}\b|:\\|/[a-z0-9._-]+/|\b(?:dot|punto) (?:com|org|net|edu|gov|example|me|mx)"
)


def _stored(latin: bytes) -> Iterator[tuple[int, int]]:
    for found in _PATHS.finditer(latin) if _ANY_DOCUMENT.search(latin) is not None else ():
        value = found.group()
        start = found.start() + (0 if value[:1] in (b"/", b"\\") or value[1:2] == b":" else 1)
        if _DOCUMENT.search(value) and _PERSONAL.search(value) and latin[start - 2 : start] != b":/":
            yield start, found.end()


def _is_public(value: bytes) -> bool:
    plain = value.replace(b"%3A", b":").replace(b"%2F", b"/").replace(b"\\/", b"/").lower()
    agency = _AGENCY.match(plain) is not None and _COURT.search(plain) is None
    return (agency or _PUBLIC.match(plain) is not None) and _NOT_PUBLIC.search(plain) is None


def _closed(latin: bytes, found: Match) -> int:
    """Return where a link ends: before the signs that close the sentence or bracket around it."""
    end = found.end()
    while end > found.start():
        last = latin[end - 1 : end]
        if (
            last in (b".", b",", b";", b":", b"!", b"?", b"*", b"\\")
            or last in (b"]", b"}")
            or (last == b")" and latin.count(b"(", found.start(), end) < latin.count(b")", found.start(), end))
        ):
            end -= 1
        else:
            break
    cut = latin.find(b")](", found.start(), end)
    return cut if cut > 0 else end


def _wrapped(latin: bytes, end: int) -> int:
    """Add the rest of a link that a line's end has cut."""
    rest = _REST.match(latin, end) if latin[end - 1 : end] in (b"-", b"/", b"_") else None
    return end if rest is None else rest.end()


_REST = compile_latin(r"\r?\n[ \t]*[A-Za-z0-9_./-]{2,80}\b")
