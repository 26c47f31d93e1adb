"""Unique numbers and names of users that the words right before them tell."""

from collections.abc import Iterator

from detectors.patterns.scanning import PatternSet, compile_latin, count_digits

_COURT_CASE = compile_latin(
    r"\bcase (?:no\.? |number )?([A-Z0-9]{1,4}(?:-[A-Z]{1,3})? [0-9]{2}-[0-9]{1,2}-[0-9]{3,6})\b"
)
#: Mexican number for taxes, made of the name and the day of birth.
_MEXICAN = compile_latin(r"\brfc[:# ]{1,3}([A-Z]{4}[0-9]{6}[A-Z0-9]{3})\b")
_CENSUS = compile_latin(r"\bcensus(?: (?:no|number|#))?(?: too| also)?[.:#? ]{1,3}([0-9]{3},?[0-9]{3})\b")
_STRAW = compile_latin(
    r"\b(?:straws?|vials?|embryos?) ([A-Z]{2,5}-[0-9]{1,4}(?:/[0-9]{1,2})?)(?:(?:,| and|, and) "
    r"([A-Z]{2,5}-[0-9]{1,4}(?:/[0-9]{1,2})?))?\b"
)
_ONLINE_CODE = compile_latin(
    r"\b(?:online|access|activation|sign-?up|portal|verification|text(?:ed)?|sms|one-?time|reset|invite|enrol?lment|"
    r"log-?in|temporary|security) "
    r"code(?: is|:| was)? ([A-Z0-9]{3,8}(?:-[A-Z0-9]{2,8}){0,3})\b"
)
_LAST_FOUR = compile_latin(
    r"\blast (?:4|four)(?: digits)?"
    r"(?: (?:is|are|were|was|(?:could|might|may|should)(?: also| well)? be|read as|look like))?[:# ]{1,3}([0-9]{4})\b"
)
#: "the clinic wants last four only, so write "0071"".
_LAST_QUOTED = compile_latin(r"\blast (?:4|four)\b[^\n0-9]{0,32}?[\x22']([0-9]{4})[\x22']")
_YEAR = compile_latin(r"(?:19|20)[0-9]{2}")
_REFERENCED = compile_latin(
    r"\breference(?: (?:number|no\.?|#))?[:# ]{1,2}([A-Z]{1,4}(?:-[0-9]{2,6}){2,4}|[A-Z]{2,4}-[0-9]{4,8})\b"
)
_SIM = compile_latin(r"\b(89[0-9]{17,18})\b")
_BANKED = compile_latin(
    r"\bcuenta(?: del? (?:banco|ahorros?|cheques)| bancaria)?,? (?:la |es |es la |n[u\xfa]mero |no\.? ?)?"
    r"([0-9]{4}-[0-9]{2,6}(?:-[0-9]{1,4})?)\b"
)
#: Who wrote a line of a chat: "[09:13] odalys_m: hi".
_WROTE = compile_latin(
    r"(?:^|\n)[ \t]*[\[(]?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?: ?[AP]M)?[\])]? (?:- )?[<@]?"
    r"([a-z][a-z0-9]*(?:[._-][a-z0-9]+|[0-9]{1,4})+)>?: "
)
_CODIGO = compile_latin(
    r"\bc[o\xf3]digo de (?:activaci[o\xf3]n|acceso|verificaci[o\xf3]n|seguridad|confirmaci[o\xf3]n)(?: es|:)? "
    r"([A-Z0-9]{3,8}(?:-[A-Z0-9]{3,8}){0,3})\b"
)
_ON_MESSENGER = compile_latin(
    r"\b(?:kakaotalk|whatsapp|wechat|telegram|signal|snap(?:chat)?|instagram|insta|discord|tiktok|line|viber|skype|"
    r"venmo|cashapp|kik)(?: (?:as|is|under|name|id|handle|tag|user))?:? @?"
    r"([a-z][a-z0-9]*[._][a-z0-9._]*[a-z0-9]|[a-z][a-z0-9._]{2,30}#[0-9]{4})\b"
)
#: A parcel of the post, with or without its words.
_PARCEL = compile_latin(r"\b(9[2-5][0-9]{2}(?: ?[0-9]{4}){4}(?: ?[0-9]{2})?)\b")
_OUR_FILE = compile_latin(
    r"\b(?:our|your|my|their) ref(?:erence)?[.:# ]{1,3}([A-Z0-9]{1,8}(?:[-/.][A-Z0-9]{1,8}){1,4})\b"
)
_PIECE = compile_latin(r"\b(?:slides?|blocks?|path|specimen)[ #:]{1,2}([0-9]{2}-[0-9]{3,6}(?: ?[A-H][0-9]{0,2})?)\b")
_KIT = compile_latin(r"\bkit[ #:]{1,2}([A-Z]{1,3}-?[0-9]{3,9})\b")
_KIT_FOR_SALE = compile_latin(r"[^a-z]{0,3}(?:lot|ref|exp|cat|catalog)\b")
#: Names of users: told sign by sign, in keys of logs, behind a login that somebody has.
_SIGN = r"(?:underscore|dot|dash|hyphen|punto|gui\xf3n(?: bajo)?)"
_USERS = (
    compile_latin(
        rf"\b(?:user ?name|log-?in|handle|screen ?name|usuario|gamer ?tag)\b[^.\n?]{{0,30}}?[, ]"
        rf"((?:[a-z0-9]+ {_SIGN} ){{1,2}}(?:(?:[a-z0-9]+ ){{1,3}}{_SIGN} ){{0,2}}[a-z0-9]+)\b"
    ),
    compile_latin(
        r"\b(?:log-?in|user ?name|user ?id|handle|screen ?name)(?:\?| is (?:already )?taken,) (?:it'?s |well )?"
        r"([a-z][a-z0-9]*(?:[._][a-z0-9]+)+|[a-z]{3,}[0-9]{2,}[a-z0-9]*)\b"
    ),
    compile_latin(r"\b(u/(?:[a-z][a-z0-9]*[_-][a-z0-9_-]+|[a-z]{3,}[0-9]+[a-z0-9_]*))\b"),
    compile_latin(r"\b(?:auid|ruser|suser|acct|euser|logname)=\x22?([a-z][a-z0-9._-]{3,31})\b"),
    compile_latin(
        r"\b(?:log-?in|session|sign-?in|password reset) (?:for|by|from|of) ([a-z][a-z0-9._-]{4,30})"
        r"(?: \([A-Z][a-z]+ [A-Z]| (?:came|failed|at|on|from)\b)"
    ),
    compile_latin(
        r"\b(?:user ?name|handle|log-?in)\b[^.\n]{0,60}?\b(?:and )?(?:mine|hers|his|the new one) (?:is|was) "
        r"(?:supposed to be |now |actually )?([a-z][a-z0-9._]*[0-9][a-z0-9._]*)\b"
    ),
    compile_latin(
        r"\b(?:snap(?:chat)?|insta(?:gram)?|tiktok|telegram|discord|kik|venmo)(?: (?:name|handle))?(?: is|:) @?"
        r"([a-z][a-z0-9]*(?:[._][a-z0-9]+)+)\b"
    ),
)
#: The code that somebody asks about.
_ASKED_CODE = compile_latin(r"\bis ([0-9]{4,8}) (?:the|my|your|a|that) (?:[a-z]+ )?(?:code|pin|passcode|password)\b")
_PRESCRIBED = compile_latin(r"\brx[ #:]{1,3}([0-9]{6,9}(?:-[0-9]{1,4})?)\b")
#: A number in brackets behind its subject: "my badge doesn't open the door (#77201)".
_BEHIND = compile_latin(r"\b(?:badge|locker|ticket|wrist ?band|key ?card|parking)\b[^.\n()]{0,48}\(#? ?([0-9]{4,8})\)")
#: What somebody left in a bag; the run of an ambulance; what a programme's numbers begin with.
_EFFECTS = compile_latin(
    r"\b(?:effects|belongings|property|valuables|evidence|clothing) (?:bag|envelope|locker|box|tag|bin)s?"
    r"(?: no\.?| number|:)?[ #:]{1,2}([A-Z]{0,3}-?[0-9]{3,7})\b"
)
_RUN = compile_latin(
    r"\b(?:ems|ambulance|medic|re:|our|their) run(?: no\.?| number)?[ #:]{1,3}([A-Z]?[0-9]{2}-[0-9]{5,7})\b"
)
_SHEET = compile_latin(
    r"\b(?:run|trip|tow|dispatch|triage|transport) (?:sheet|report|ticket|slip)s?(?: no\.?| number| #)?[:# ]{1,2}"
    r"([A-Z]{0,3}[0-9]{1,4}(?:-[0-9]{2,6}){1,3}|[A-Z]{0,3}[0-9]{5,10})\b"
)
_DATE = compile_latin(r"(?:19|20)?[0-9]{2}-[0-9]{1,2}-[0-9]{1,4}")
_BEGINS = compile_latin(
    r"\b(?:id|number|no\.?|code)\b[^.\n]{0,24}\b(?:ours|mine|hers|his|theirs|it) (?:starts?|begins?|ends?)"
    r"(?: with| in)? ([A-Z]{1,4}-?[0-9]{2,})\b"
)
_SPACED_REFERENCE = compile_latin(
    r"\bref(?:erence)?(?: ?#| no\.?| number|:| is| was)? ?[:#]? ?([A-Z]{2,4}(?: [0-9]{2,6}){3,4})\b", ignore_case=False
)
_NUMBERS = (
    _SHEET,
    _EFFECTS,
    _RUN,
    _BEGINS,
    _SPACED_REFERENCE,
    _BEHIND,
    _ASKED_CODE,
    _PRESCRIBED,
    _COURT_CASE,
    _MEXICAN,
    _CENSUS,
    _ONLINE_CODE,
    _ON_MESSENGER,
    _PARCEL,
    _OUR_FILE,
    _PIECE,
    _CODIGO,
    _REFERENCED,
    _SIM,
    _BANKED,
)


_ALL = (*_NUMBERS, _LAST_FOUR, _LAST_QUOTED, _KIT, _WROTE, _STRAW, *_USERS)
_SET = PatternSet(_ALL)


def said_numbers(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield court cases, census numbers, codes of access, users of logs and messengers, straws of embryos."""
    for index in _SET.occurring(latin):
        pattern = _ALL[index]
        for found in pattern.finditer(latin):
            if index < len(_NUMBERS) and not count_digits(found.group(1)):
                continue
            if pattern in (_LAST_FOUR, _LAST_QUOTED, _EFFECTS) and _YEAR.fullmatch(found.group(1)):
                continue
            if pattern is _SHEET and _DATE.fullmatch(found.group(1)):
                continue
            if pattern is _KIT and _KIT_FOR_SALE.match(latin, found.end()):
                continue
            yield found.start(1), found.end(1)
            if pattern is _STRAW and found.start(2) >= 0:
                yield found.start(2), found.end(2)
