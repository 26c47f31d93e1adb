"""API keys, JWTs, private keys, passwords, PINs and access codes: redacted for good."""

from collections.abc import Iterator, Sequence
from itertools import chain

from detectors.patterns.scanning import Match, compile_latin, count_digits, follows, is_word
from detectors.patterns.spoken import spoken_value
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_CREDENTIAL = IdentifierType.CREDENTIAL
SCORE = 0.95
_FORMED = compile_latin(
    r"\b(?:(?:AKIA|ASIA|AROA|AIDA|AGPA|ANPA)[A-Z0-9]{12,20}|(?:sk|rk|pk)[-_](?:live|test|proj|ant|or|svcacct|admin|"
    "lf)?[-_]?[A-Za-z0-9_-]{16,}|"
    "gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{16,}|glpat-[A-Za-z0-9_-]{12,}|"
    r"xox[abeprs]-[A-Za-z0-9-]{10,}|AIza[A-Za-z0-9_-]{20,}|ya29\.[A-Za-z0-9_-]{16,}|"
    r"hf_[A-Za-z0-9]{16,}|SG\.[A-Za-z0-9_-]{10,40}\.[A-Za-z0-9_-]{10,}|key-[A-Za-z0-9]{24,}|npm_[A-Za-z0-9]{20,}|"
    "pypi-[A-Za-z0-9_-]{16,}|dapi[A-Za-z0-9]{24,}|"
    r"hv[sbr]\.[A-Za-z0-9_-]{16,}|whsec_[A-Za-z0-9]{10,}|AC[A-Za-z0-9]{30,40}|SK[0-9a-f]{32}|gsk_[A-Za-z0-9]{20,}|"
    "r8_[A-Za-z0-9]{20,}|pplx-[A-Za-z0-9]{20,}|"
    "[0-9]{8,10}:[A-Za-z0-9_-]{20,50}|shp(?:at|ca|pa|ss)_[A-Za-z0-9]{16,}|dop_v1_[0-9a-f]{32,}|"
    "PMAK-[A-Za-z0-9-]{20,}|lin_api_[A-Za-z0-9]{20,}|nvapi-[A-Za-z0-9_-]{20,}|"
    r"sq0[a-z]{3}-[A-Za-z0-9_-]{20,}|AGE-SECRET-KEY-1[A-Z0-9]{40,}|tskey-[A-Za-z0-9-]{16,})",
    ignore_case=False,
)
_JWT = compile_latin(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*", ignore_case=False)
_PEM = compile_latin(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----((?:[^-]|-[^-])+)", ignore_case=False)
_USERINFO = compile_latin(r"\b[a-z][a-z0-9+.-]{1,20}://([^\s:/@\x22'<>]{1,})(?::([^\s/@\x22'<>]{1,}))?@[a-z0-9.-]")
_HOOK = compile_latin(
    r"hooks\.slack\.com/(?:services|workflows)/([A-Za-z0-9/]{8,})|discord(?:app)?\.com/api/webhooks/([0-9A-Za-z/_-]{"
    "16,})"
)
_HEADER = compile_latin(r"\b(?:bearer|basic) ([A-Za-z0-9+/._=-]{12,})")
_CURL = compile_latin(r"\bcurl [^\n]{0,80}?-u ([^\s:]{1,}):([^\s]{1,})")
#: Names whose value, given with = or :, is a credential whatever it looks like.
_KEYED = compile_latin(
    r"(?:\b|_)(?:[a-z0-9]{1,20}[-_])*(?:(?:pg|db|my|ssh|ftp|smtp|ldap)?password|passwd|passphrase|pwd|passcode|secret(?:[-_]?(?:access)?[-_]?key)?|"
    "client[-_]?(?:secret|id)|api[-_]?(?:key|secret|token)|access[-_]?(?:key(?:[-_]?id)?|token|code)|"
    "auth(?:orization)?[-_]?(?:token|key)|refresh[-_]?token|id[-_]?token|session[-_]?(?:token|key)|"
    "bearer[-_]?token|(?:hf|ci|gh|bot|pat|deploy|databricks|vault|slack|npm|github|gitlab|user|auth|access|"
    "fcm)[-_]?token|private[-_]?key(?:[-_]?id)?|"
    "account[-_]?key|shared[-_]?(?:key|access[-_]?key)|encryption[-_]?key|signing[-_]?key|maps[-_]?key|x-api-key|"
    "jsessionid|phpsessid|sessionid|app[-_]?key|license[-_]?key|portal key|"
    r"passwort|contrase\xf1a|clave|mot de passe|kennwort|wsse:password|sas[-_]?token|connection[-_]?string|"
    r"API_SECRET|secret)(?:_value)?[\x22']?(?:\s*[:=]\s*|>|\s*=>\s*)(?:[\x22'\x60]|"
    r"s:)?([^\s\x22'\x60<>;,&{}()|]{3,})"
)
#: Names that mean something else in prose, so that only "=" or a quoted key makes them one.
_SHORT_KEYED = compile_latin(
    r"(?:(?:\b|[_?&])(?:sid|otp|pin|totp|sig|token|credentials?)=[\x22'\x60]?|[\x22'](?:sid|otp|pin|totp|token|"
    r"credentials?)[\x22']\s*:\s*[\x22']?|\btoken: (?:s:)?)([^\s\x22'\x60<>;,&{}()|]{3,400})"
)
#: Prose: the word, what may stand between, the value.
_PROSE = compile_latin(
    r"\b((?:pass ?words?|passwd|pass ?phrase|pass ?codes?|pwd|p/w|pw|pass|pin(?: code)?|pin number|access code|"
    "acess cod|activation code|verification code|release code|unlock code|security (?:code|word)|code ?word|otp|"
    "one[- ]time (?:pass ?code|password|code|pin)|your code|recovery codes?|unseal key(?: [0-9])?|sign-in key|"
    "api key|api_secret|secret key|stored key|auth token|license key|community string|authenticator secret|"
    r"(?:[a-z]+ )?token|wifi[^\n]{0,40}? key|"
    r"passwort|kennwort|contrase\xf1a|clave(?: de acceso)?|mot de passe|[0-9] digit code|login code|door code|"
    "entry code|whsec))"
    r"((?:[\s:=#*.-]|\b(?:is|was|for|to|of|the|my|his|her|our|your|on|in|are|be|now|new|old|temp|called|set|per|"
    "user|sso|updates|results|release|phone|door|med room|mother|father|portal|benefit|card|badge|disc|open|"
    "encrypted|dictation tool|tool|back|access|telephone|written|changed|reset|family|name|"
    r"(?-i:[A-Z][a-z]+ [A-Z][a-z]+)|bot|capital|room)\b|\([^()\n]{0,20}\)|[!]{1,3}|"
    r"[\x22'\x60,]){1,18})([A-Z0-9](?:[ -][A-Z0-9]\b){3,24}(?: (?:dash|dot|underscore|hyphen) [A-Z0-9]+){0,4}|"
    r"[^\s\x22'\x60<>,;]{3,})"
)
_AS_PASSWORD = compile_latin(
    r"\b(?:opens|unlocks|works|log(?:s|ged)? in|with) with ([^\s,;]{4,40}) as (?:the |my |a )?(?:password|passcode|pin)"
)
_PHRASE = compile_latin(r"\bpass ?phrase[^\x22\n]{0,40}\x22([^\x22\n]{6,})\x22")
_LOGIN = compile_latin(
    r"\b(?:log-?in|credentials|user|account|portal|mychart|wi-?fi|netflix|hulu|disney\+?|amazon|gmail|facebook|ring|alexa)"
    r"(?:[^\n:]{0,24}:\s*| (?:is|was) )([A-Za-z0-9._-]{3,40}) (?://|/|\|) ([^\s]{4,40})"
)
#: What code signs in with: `ftp_login($ftp, 'mdolores', 'Rain!42x')`.
_SIGNED_IN = compile_latin(
    r"\b(?:[a-z0-9]{1,16}[_.])?(?:log_?in|sign_?in|connect|authenticate|auth(?:_password)?|(?:simple_)?bind|imap_open|"
    r"logon)\((?:[^()\x22'\n]{1,40},|[\x22'][^()\x22'\n]{1,80}[\x22'],)? ?[\x22']([A-Za-z][\w.@-]{2,40})[\x22'], ?"
    r"[\x22']([^\s\x22']{4,60})[\x22']"
)
#: An address of mail and the password beside it.
_PAIR = compile_latin(r"[a-z0-9._-]+@[a-z0-9.-]+\.[a-z]{2,10} ?(?:/|//|\|) ?([^\s,;/]{6,40})")
_MORE = compile_latin(r"(?: (?:old|new)[:=] ?| |, ?)([A-Za-z0-9][A-Za-z0-9!@#$%^&*_-]{3,39})")
_CODE = compile_latin(r"[0-9](?:[ -]?[0-9]){3,9}")
_GATE = compile_latin(
    r"pass|pwd|p/w|\bpw\b|\bpin\b|secret|token|key|code|otp|bearer|basic |-----BEGIN|eyJ|://|clave|contrase|"
    r"kennwort|AKIA|ASIA|sk-|sk_|gh[pousr]_|github_pat|glpat|xox|AIza|ya29|hf_|SG\.|npm_|pypi-|dapi|hvs\.|sid|"
    "session|login|@|acc?ess cod|word|"
    r"netflix|hulu|disney|amazon|gmail|facebook|ring is|alexa|portal|mychart|wi-?fi|account|user|"
    r"community|sign|logon|connect|bind|[0-9]{8}:[A-Z]|\bsig=|mot de|curl|AC[0-9A-Z]{10}|hooks\."
)
_MIXTURE = compile_latin(r"[0-9+/=!]")
_SIGNS = compile_latin(r"[!@#$%^&*_]")
_TOLD = compile_latin(r"[:=\x22'\x60]|\b(?:is|was)\b")
_CALLED_WORD = compile_latin(r"word|phrase|contras|^(?:clave$|p/w$|pwd$|passwd$|mot|kenn)")
_CALLED_CODE = compile_latin(r"^(?:pin|otp|your code|one)|cod")
_PLACEHOLDER = compile_latin(
    r"(?:\*+|x+|_+|\.+|-+|<.*|\[(?:hidden|redacted|masked|removed|secret|token|key|password)\]?|\$.*|\{.*|%\(.*|null|"
    r"none|nil|true|false|n/?a|redacted|required|required\.|expired|"
    "missing|unknown|hidden|masked|reset|changed|incorrect|wrong|invalid|protected|field|fields|"
    "must|not|and|or|with|here|below|above|see|your|the|that|this|is|was|has|had|will|can|please|must|should|given|"
    r"off|on|ok|set|os\.environ.*|getenv.*|process\.env.*|type|bearer|basic|string|str|int|"
    "your[-_].*|example|changeme|forgot.*|manager|policy|followed|access|holder|lookup|needed|status|blue|site|"
    "care|for|to|of|in|a|an|economy|count|counts|limit|limits|usage|are|lock|word|words|digits?|characters?|"
    "swallow|entry|exit|prompt|completion|max|total|only|it|but|by|from|one|two|screen|band|through|away|out|"
    r"stools?|because|bcrypt|argon2[a-z]*|scrypt|pbkdf2|hashed|salted|printed|posted|board|whiteboard|list|recall|"
    r"test|normal|benefits|form)\W*"
)


class CredentialRecognizer:
    """Finds credentials; the words alone, placeholders and masks stay."""

    name = "credential"

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each secret without its caption."""
        latin = passage.latin
        if _GATE.search(latin) is None:
            return []
        ranges = dict.fromkeys([*_tokens(latin), *_assigned(latin), *_signed_in(latin), *_told(latin)])
        return [Span(start, end, _CREDENTIAL, SCORE, self.name) for start, end in ranges]


def _tokens(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield what its form alone tells."""
    for pattern in (_FORMED, _JWT):
        for found in pattern.finditer(latin):
            if count_digits(found.group()) or len(found.group()) >= 24:
                yield found.start(), found.end()
    for found in _HEADER.finditer(latin):
        value = found.group(1)
        long = not value.islower() and len(value) > 16
        if long or _MIXTURE.search(value) is not None:
            yield found.start(1), found.end(1)
    for found in _PEM.finditer(latin):
        yield found.start(1), found.end(1)
    for found in chain.from_iterable(pattern.finditer(latin) for pattern in (_USERINFO, _HOOK, _CURL)):
        yield from ((found.start(group), found.end(group)) for group in (1, 2) if found.start(group) >= 0)


def _assigned(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield the values of key=value, "key": "value" and <key>value</key>."""
    for found in chain(_KEYED.finditer(latin), _SHORT_KEYED.finditer(latin)):
        start, end = found.start(1), found.end(1)
        while end > start and latin[end - 1 : end] in (b".", b"]", b":", b"!") and latin[start : start + 1] != b"[":
            end -= 1
        value = latin[start:end]
        empty = _PLACEHOLDER.fullmatch(value) is not None or not any(map(is_word, value))
        if not empty and not _is_count(latin, found.start(), value):
            yield start, end


def _is_count(latin: bytes, start: int, value: bytes) -> bool:
    """Tell whether a "token" or "pin" is a number of tokens or of a pin."""
    return (value.isdigit() and len(value) < 4) or follows(_COUNTED, latin, start + 1, 16)


_COUNTED = compile_latin(r"(?:max|prompt|completion|total|num|n|stop|eos|pad|bos|input|output|cached)_?$")


def _signed_in(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield the user and the password that code signs in with."""
    for found in _SIGNED_IN.finditer(latin):
        secret = found.group(2)
        mixed = _SIGNS.search(secret) or (count_digits(secret) and not secret.islower() and not secret.isdigit())
        if _PLACEHOLDER.fullmatch(secret) is None and mixed:
            yield from ((found.start(group), found.end(group)) for group in (1, 2))


def _told(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield what prose announces as a password, PIN or code."""
    for found in _PROSE.finditer(latin):
        if latin[found.start() - 1 : found.start()] == b"$":  # A variable of the shell stands for what it holds.
            continue
        spoken = spoken_value(latin, found.start(3))
        start, end = spoken or _prose_value(latin, found)
        if spoken or _is_secret(found.group(1).lower(), found.group(2), latin[start:end]):
            yield start, end
            yield from _further(latin, end)
    for found in _PAIR.finditer(latin):
        value = found.group(1).rstrip(b".\x22')")
        if _MIXTURE.search(value) and not value.isdigit() and b"=" not in value and b"." not in value:
            yield found.start(1), found.start(1) + len(value)
    for found in chain(_AS_PASSWORD.finditer(latin), _PHRASE.finditer(latin)):
        yield found.start(1), found.end(1)
    for found in _LOGIN.finditer(latin):
        secret = found.group(2).rstrip(b",.;:)")
        if found.group(2).endswith(b":"):  # The caption of the next field.
            continue
        told = b":" in latin[found.start() : found.start(1)] and not secret.islower()
        if told or (secret.isascii() and count_digits(secret) and not secret.isdigit()):
            yield from ((found.start(1), found.end(1)), (found.start(2), found.start(2) + len(secret)))


def _prose_value(latin: bytes, found: Match) -> tuple[int, int]:
    """Return the value behind an announcement: a code in groups as a whole, a word without the sign that follows it."""
    start, end = found.start(3), found.end(3)
    code = _CODE.match(latin, start)
    if code is not None and code.end() >= end - 1:
        end = code.end()
    while end > start and not is_word(latin[end - 1]) and latin[end - 1 : end] not in (b"=", b"!"):
        end -= 1
    return start, end


def _is_secret(word: bytes, between: bytes, value: bytes) -> bool:
    """Judge the next word behind an announcement: a mixture of signs, or any word that is given in so many words."""
    if len(value) < 3 or _PLACEHOLDER.fullmatch(value):
        return False
    told = _TOLD.search(between) is not None and b"?" not in between
    digits, size = count_digits(value), len(value)
    cased = not (value.islower() or value.istitle() or value.isupper()) or size >= 16
    mixed = 0 < digits < size or cased or _SIGNS.search(value) is not None
    if _CALLED_WORD.search(word):
        return (told and size >= 4) or (mixed and size >= 5)
    if _CALLED_CODE.search(word):
        return digits >= 4 or (mixed and digits >= 1 and size >= 4)
    if word in (b"pass", b"pw") or word.endswith(b"token"):
        return mixed and size >= 6 and (digits > 0 or _SIGNS.search(value) is not None)
    return mixed and size >= 5


def _further(latin: bytes, end: int) -> Iterator[tuple[int, int]]:
    """Yield the next codes of a list, of the same make."""
    while (found := _MORE.match(latin, end)) is not None and count_digits(found.group(1)) and b"-" in found.group(1):
        yield found.start(1), found.end(1)
        end = found.end()
