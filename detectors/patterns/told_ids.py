"""Numbers and names of users that a sentence tells: what a ticket says, what a box bears, who posts as whom."""

from collections.abc import Iterator, Sequence

from detectors.context import Context
from detectors.patterns.scanning import PatternSet, compile_latin, count_digits, follows, phrases
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

SCORE = 0.9
#: Letters and figures in up to four groups.
_VALUE = r"(?:[A-Z]{1,4}[- /]?)?[0-9]{2,}(?:[- /][0-9A-Z]{1,8}){0,3}[0-9A-Z]?"
_BEARER = (
    r"(?:ticket|sticker|label|slip|receipt|box|bag|tube|kit|vial|jar|bracelet|band|wristband|lanyard|stub|envelope|"
    r"letter|parcel|package|form|coupon|voucher)"
)
#: "ticket from the pharmacy says 88204", "I wrote the number from the box by hand, KT 40918 77".
_BORNE = compile_latin(rf"\b{_BEARER}\b[^.\n0-9]{{0,32}}? (?:says|said|reads|shows|showed)[: ]{{1,2}}#? ?({_VALUE})\b")
_COPIED = compile_latin(
    rf"\bnumbers? (?:on|from|off|printed on|written on|for|under) (?:the|my|his|her|our|a|its|that|"
    rf"this) [a-z' ]{{2,24}}?"
    rf"(?: is| was| says| reads|:|,| by hand,)[: ]{{1,2}}({_VALUE})\b"
)
_LOCKED = compile_latin(
    r"\b(?:in|from|to|at|of|her|his|my|their) (?:locker|safe|cubby|lockbox) #?([A-Z]?-?[0-9]{2,6}[A-Z]?)\b"
)
_REFERENCE = compile_latin(
    r"\bref(?:erence)?(?: ?#| no\.?| number|:| is| was)? ?[:#]? ?([A-Z0-9]{1,6}(?:[-/][A-Z0-9]{1,8}){1,4}|"
    r"[A-Z0-9]{5,14})\b"
)
_CASE = compile_latin(
    r"\b(?:case|claim|file) (?:no\.?|number|#)(?: there| here)? (?:is|was) "
    r"(w/?c[ -]?[0-9]{2,}(?: [0-9A-Z]{1,6}){0,3})\b"
)
_KIT = compile_latin(
    r"\b(?:blood|collection|stool|saliva|cord|dna|mail-?in|test|swab|home) kit "
    r"([A-Z]{2,4} [0-9]{3,5}(?: [0-9]{3,5}){0,2})\b"
)
_CODE = compile_latin(
    r"\b(?:use|enter|your|the|verification|security|login|one-time|mfa|2fa) (?:(?:verification|security|login|"
    r"one-time|mfa|2fa|sms) )?"
    r"code(?: is|:| was)? ([0-9]{3}[ -]?[0-9]{3}|[0-9]{2} [0-9]{2} [0-9]{2})\b|"
    r"\benter ([0-9]{6}) (?:to|and) (?:reset|sign|log|verify|confirm|continue|unlock)"
)
#: "my login is hrosenqvist".
_LOGIN = compile_latin(
    r"\b(?:my|his|her|the|our|their|old|new) (?:log-?in|user ?name|user ?id|screen ?name|handle|portal name)(?: is|"
    r" was|:| =) "
    r"([a-z][a-z0-9._-]{4,30})(?:[.,;)\n]|\s*$| (?:and|but|on|for|not)\b)"
)
#: "posts as devo.the.ghost on insta", "messaging me as "mamabear_tk"".
_POSTS = compile_latin(
    r"\b(?:post(?:s|ed|ing)?|messag(?:es|ed|ing)(?: (?:me|us|him|her))?|goes by|comment(?:s|ed|ing)|plays?|streams?|"
    r"tweets?|"
    r"(?:tiktok|insta(?:gram)?|reddit|discord|twitter|snap(?:chat)?|twitch|facebook|youtube)) (?:as|"
    r"under) [\x22@\x1a]{0,2}"
    r"([a-z0-9]+(?:[._][a-z0-9]+)+|[a-z]+[0-9]+[a-z0-9]*)\b"
)
_CUSTOMER = compile_latin(
    r"\b(?:customer|user|client|member|reporter|poster|author|op|seller|buyer): ?@([a-z0-9][a-z0-9._-]{2,30})\b"
)
_CASHTAG = compile_latin(r"(?:^|[\s(:,\x22])\$([a-z][a-z0-9-]{2,20}[a-z0-9])\b")
_PAID = Context(phrases("cashapp; cash app; cashtag; venmo; zelle; paypal; pay me; paid; send; sent"))
#: Units of blood by their form, a record in a log.
_UNIT = compile_latin(
    r"\bunits?(?: no\.?| number|"
    r" #)?[: ]{1,2}([A-Z][0-9]{3,4}(?: ?[0-9]{2,3}) ?[0-9]{3,6}(?: ?[0-9]{3})?(?: [A-Z0-9])?)\b",
    ignore_case=False,
)
_PICKED = compile_latin(r"\bpid=([A-Z]{2,5}-[0-9]{4,8})\b")
#: "also has bcbs of ks XSJ 8841 0072".
_INSURED = compile_latin(
    r"\b(?:bcbs|blue cross|aetna|cigna|humana|uhc|united|anthem|kaiser|molina|centene|ambetter|highmark|wellcare|"
    r"amerigroup|tricare|medicaid)(?: of [a-z]{2,12}| ppo| hmo| epo| gold| silver)?,?(?: id| #| member| is){0,2} "
    r"([A-Z]{1,4} ?[0-9]{3,5}(?: [0-9]{3,5}){1,2}|[A-Z]{1,4}[0-9]{6,10})\b"
)
_SET = PatternSet(
    (
        _UNIT,
        _PICKED,
        _INSURED,
        _BORNE,
        _COPIED,
        _LOCKED,
        _REFERENCE,
        _CASE,
        _KIT,
        _CODE,
        _LOGIN,
        _POSTS,
        _CUSTOMER,
        _CASHTAG,
    )
)
_NO_USER = frozenset(
    b"wrong locked expired required disabled broken failing blocked rejected correct being different invalid working "
    b"stuck unknown pending supposed always never still denied invisible missing listed needed admin administrator "
    b"guest email incorrect there gone useless public private case-sensitive inactive taken "
    b"unavailable reserved used already ".split()
)
_DRUG = compile_latin(r"NDC|UPC|LOT|EXP")
_LETTER = compile_latin(r"[A-Z]")
#: What is bought has references too.
_PART_BEHIND = compile_latin(
    r"[^.\n]{0,32}?\b(?:lot|exp|screws?|size|mm|cat|sterile|box(?:es)?|cartons?|packs?|pkgs?|cases of|each|qty|fr)\b"
)
_PART_NUMBER = compile_latin(
    r"\b(?:cat|catalog(?:ue)?|part|model|lot|mfr|product|implant|stent|device|screw|item|sku|catheters?|needles?|sutures?|syringes?|tubing|gloves?|masks?|cuffs?|electrodes?|"
    r"cannulas?|dressings?|s/n|serial|sn)\b[^.\n]{0,16}$"
)
_PUBLIC_LINE = compile_latin(r"\b(?:hotline|help ?line|crisis|desk|office|clinic|pharmacy|hospital|poison)\b")


class ToldIdRecognizer:
    """Finds unique numbers and names of users that a sentence tells; part numbers, measures and codes of bills stay."""

    name = "told_id"

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each number or name."""
        latin = passage.latin
        if not _SET.occurring(latin):
            return []
        ranges = dict.fromkeys([*_numbers(latin), *_users(latin)])
        insured = dict.fromkeys((found.start(1), found.end(1)) for found in _INSURED.finditer(latin))
        spans = [Span(start, end, IdentifierType.OTHER_ID, SCORE, self.name) for start, end in ranges]
        return spans + [Span(start, end, IdentifierType.HEALTH_PLAN, SCORE, self.name) for start, end in insured]


def _numbers(latin: bytes) -> Iterator[tuple[int, int]]:
    for pattern in (_BORNE, _COPIED):
        for found in pattern.finditer(latin):
            public = pattern is _COPIED and _PUBLIC_LINE.search(found.group()) is not None
            if _is_long(found.group(1)) and not public and _DRUG.match(found.group(1)) is None:
                yield found.start(1), found.end(1)
    for found in _REFERENCE.finditer(latin):
        value = found.group(1)
        told = 3 <= count_digits(value) < len(value) and _LETTER.search(value) is not None
        part = follows(_PART_NUMBER, latin, found.start(), 32) or _PART_BEHIND.match(latin, found.end()) is not None
        if told and not part:
            yield found.start(1), found.end(1)
    for pattern in (_LOCKED, _CASE, _KIT, _UNIT, _PICKED):
        for found in pattern.finditer(latin):
            yield found.start(1), found.end(1)
    for found in _CODE.finditer(latin):
        group = 1 if found.start(1) >= 0 else 2
        yield found.start(group), found.end(group)


def _users(latin: bytes) -> Iterator[tuple[int, int]]:
    for found in _LOGIN.finditer(latin):
        if found.group(1).lower() not in _NO_USER:
            yield found.start(1), found.end(1)
    for pattern in (_POSTS, _CUSTOMER):
        for found in pattern.finditer(latin):
            yield found.start(1), found.end(1)
    for found in _CASHTAG.finditer(latin):
        if _PAID.near(latin, found.start(1), found.end(1)):
            yield found.start(1), found.end(1)


def _is_long(value: bytes) -> bool:
    """Tell whether a number is no amount, year or count: five digits, or four beside letters or in groups."""
    digits = count_digits(value)
    return digits >= 5 or (digits >= 4 and len(value) > digits)
