"""Bank, card, cheque, guarantor and hospital accounts, IBAN and wallets (J)."""

from collections.abc import Iterator, Sequence

from detectors.context import Context
from detectors.patterns.captions import Caption, Captions, Strength
from detectors.patterns.checksums import is_iban, is_luhn
from detectors.patterns.scanning import (
    compile_latin,
    count_digits,
    follows,
    is_word,
    only_digits,
    phrases,
    stands_alone,
)
from detectors.patterns.spoken import spoken_value
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_ACCOUNT = IdentifierType.ACCOUNT

CAPTIONS = (
    Caption(
        _ACCOUNT,
        Strength.STRONG,
        phrases(r"""
        acc(?:oun)?t(?:s)? (?:no|num|nbr|number|id|#); acct; acc't; har; guar(?:antor)?
        ?(?:acc(?:oun)?t|no|number|id); iban; cuenta(?: bancaria)?; no de cuenta; konto(?:-?nr|nummer)?; numer
        rachunku; statement (?:no|number|account|id); che(?:ck|que) (?:no|num|number|#); ck ?#; cc ?#; card
        (?:no|num|number|#); flexcard num; hsa card; fsa debit; ebt card(?: no)?; gift card; sort code; bsb; lockbox;
        pid-18; guarantoraccount; pan; clabe; (?:pd|paid) (?:by|w/|with) (?:ck|check); account_?number; compte;
        checking acct; pt ?acct; patient account; wallet acct; payroll acct
    """),
    ),
    Caption(_ACCOUNT, Strength.PLAIN, ("fin", "financial (?:no|number|id)")),
    Caption(
        _ACCOUNT,
        Strength.WEAK,
        phrases(r"""
        account; acc; accounts; ledger(?: account)?; wallet; che(?:ck|que); chk; ck; visa; mastercard; master card; mc;
        amex; american express; discover; diners; jcb; debit(?: card)?; credit(?: card)?; card; checking; savings;
        guarantor; statement; payment card
    """),
    ),
)
_CARD = compile_latin(r"[0-9](?:(?:[ .-]|\x1a|%20)?[0-9OolI]){12,18}")
_CARD_CUT = compile_latin(r"[0-9]{4}[ -]?[0-9]{4}\s?\n\s*[0-9]{4}[ -]?[0-9]{4}|[0-9]{8}\s?\n\s*[0-9]{8}")
_CARD_WORDS = Context(
    phrases(r"""
        visa; master ?card; mc; amex; american express; discover; diners; jcb; cards?; cc; debit; credit; hsa; fsa;
        pan; flexcard; ebt
    """)
)
_LAST = compile_latin(
    r"\b(?:cards?|visa|mastercard|mc|amex|discover|debit|credit|acc(?:oun)?t|account|savings|checking|"
    r"pan)\b(?: (?:on file|card|account|no\.?|number|ending|ends|ended|last|four|4|digits|in|with|is|was))*"
    r"[ (:#*.x\x95]{1,8}(?:ending |last four |last 4 )?(?:in )?([0-9]{4})\b"
)
#: The last four digits behind a few words of a sentence: "the card she gave ends in 9021", "tarjeta terminada en 4471".
_LAST_SAID = compile_latin(
    r"\b(?:cards?|visa|mastercard|amex|discover|debit|credit|accounts?|acct|tarjeta|cuenta)\b[^.\n0-9]{0,40}?"
    r"\b(?:ends?|ending|ended|terminad[ao]|terminaci[o\xf3]n|termina|acaba|last (?:four|4)|[u\xfa]ltimos (?:cuatro|4))"
    r"(?: (?:digits|d[i\xed]gitos|numbers|in|with|of|en|is|are|being|son))*[ :#(]{1,3}([0-9]{4})\b|"
    r"[u\xfa]ltimos (?:cuatro|4)(?: d[i\xed]gitos| n[u\xfa]meros)? (?:de (?:mi|la|su|tu|una) )?(?:tarjeta|cuenta)"
    r"(?: (?:es|son|de|del|banco|d[e\xe9]bito|cr[e\xe9]dito))*[ :]{1,2}([0-9]{4})\b|"
    r"[u\xfa]ltimos (?:cuatro|4)(?: d[i\xed]gitos| n[u\xfa]meros)?(?: son|:)? ([0-9]{4})\b"
)
_BUDGET = compile_latin(r"\b(?:year|fy|quarter|period|month|budget)\b")
_MASKED = compile_latin(r"(?:[X*\x95\x1a#]{4}[- ]?){1,4}[- ]?([0-9]{4})\b")
_HALF_MASKED = compile_latin(r"\b([0-9]{4}[- ]?[0-9]{2})[X*#]{2}[- ]?[X*#]{4}[- ]?([0-9]{4})\b")
#: "the HSA (that one ends 4402)", "I see check 1187".
_ENDS = compile_latin(
    r"\b(?:hsa|fsa|(?:that|the other|old|new) one|it|mine|which) (?:ends|ending)(?: in| with)? ([0-9]{4})\b"
)
_CHEQUE = compile_latin(
    r"\b(?:see|saw|sent|mailed|wrote|cashed|your|my|our|his|her|by|personal|cashier'?s) (?:a |the |you )?"
    r"(?:check|cheque) ([0-9]{3,6})\b"
)
#: "the one that ends 0 9 3 8... sorry 0983"; the part of a credit union that is somebody's.
_CORRECTED = compile_latin(
    r"\b(?:cards?|debit|visa|mastercard|amex|credit|account|acct|hsa|fsa|ends|ending)\b[^\n]{0,48}?[0-9][ .,]{1,5}"
    r"(?:sorry|i mean|no,? wait|wait,? no|make that|correction|rather|oops)[,.]? (?:it'?s )?([0-9]{4})\b"
)
_SHARE = compile_latin(
    r"\b(?:credit union|fcu|savings|checking)\b[^.\n]{0,24}?\b(?:share|suffix)(?: (?:no\.?|number|id|#|account))?"
    r"[ ,:#]{1,2}([A-Z]?[0-9]{4,10}(?:-?[A-Z]?[0-9]{1,4})?|[0-9]{2,5}-[A-Z]?[0-9]{1,4})\b"
)
#: "autopay pulls from Chase ...8841", "her HSA (8820-114-77)".
_DOTTED = compile_latin(
    r"\b(?:chase|wells fargo|citi(?:bank)?|bofa|bank(?: of [a-z]+)?|pnc|truist|usaa|ally|capital one|autopay|pulls|"
    r"checking|savings|account|acct|card|deposit|refund)\b[^.\n0-9]{0,24}? "
    r"(?:\.{2,4}|\x1a|x{2,4}|\*{2,4})[- ]?([0-9]{4})\b"
)
_ACCOUNT_IN_BRACKETS = compile_latin(
    r"\b(?:hsa|fsa|checking|savings|acct|account|bank|wallet|card) \(([0-9]{3,6}(?:-[0-9]{2,6}){1,3}|[0-9]{6,16})\)"
)
_IBAN = compile_latin(r"[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]){11,30}")
_IBAN_CUT = compile_latin(r"[A-Z]{2}[0-9]{2}(?:[ ]?[A-Z0-9]){4,26}\s?\n\s*[A-Z0-9]{1,4}(?:[ ]?[A-Z0-9]){3,26}")
_CRYPTO = compile_latin(
    r"\b(?:(?:bc1|tb1)[ac-hj-np-z02-9]{25,60}|[13][A-HJ-NP-Za-km-z1-9]{25,34}|0x[0-9A-Fa-f]{40}|"
    r"[LM3][A-HJ-NP-Za-km-z1-9]{33}|r[A-HJ-NP-Za-km-z1-9]{27,34})\b",
    ignore_case=False,
)
_GATE = compile_latin(r"[0-9](?:[^a-z]{0,4}[0-9]){3}|0x[0-9a-f]{20}|[13bLMr][A-Za-z0-9]{25}")
_LAST_ASKED = compile_latin(
    r"\blast (?:four|4)(?: digits)?\b[^\n]{0,40}?(?:caller|patient|user|pt|member|speaker [0-9]): (?:u[hm],? )?|"
    r"[u\xfa]ltimos cuatro\b[^\n]{0,40}\n?(?:paciente|usuario|cliente|caller): "
)
_LAST_TOLD = compile_latin(r"\b(?:your|my|his|her|the) last (?:four|4)(?: digits)?(?:,| is| are|:)? ([0-9]{4})\b")
_NO_ACCOUNT = compile_latin(r"hla-.*|(?:[0-9]{1,3}\.){3}[0-9]{1,3}")
_ALLELE = compile_latin(r"\bhla-?$")
_KINASE = compile_latin(r"\bck(?: total| peak(?:ed)?| of| was| is| up to)*[ :=]{1,3}$")
_LABS = Context(
    ["ast", "alt", "ldh", "trop", "troponin", "u/l", "iu/l", "rhabdo", "mb", "myoglobin", "statin", "cr", "k"]
)
_NO_CARD = Context(
    phrases(r"""
        snomed(?: ct)?; extension; concept; uid; oid; lot; ref; imei; iccid; udi; tracking; sim; serial
    """)
)


class AccountRecognizer:
    """Finds account and card numbers; a card number passes its check digit or has a caption."""

    name = "account"

    def __init__(self) -> None:
        self._captions = Captions(CAPTIONS)

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each number, of a card also the last four digits alone."""
        latin = passage.latin
        spans = [span for span in self._captions.spans(passage, self.name) if not _is_code(latin, span)]
        if _GATE.search(latin) is not None:
            ranges = dict.fromkeys([*_cards(latin), *_ibans(latin), *_last_digits(latin)])
            spans += [Span(start, end, _ACCOUNT, 0.95, self.name) for start, end in ranges]
        for found in _LAST_ASKED.finditer(latin):
            spoken = spoken_value(latin, found.end())
            if spoken is not None:
                asked = found.group().lower()
                kind = IdentifierType.SSN if b"soci" in asked or b"segur" in asked else _ACCOUNT
                spans.append(Span(*spoken, kind, 0.9, self.name))
        return spans


def _is_code(latin: bytes, span: Span) -> bool:
    """Tell whether "check" has found an allele ("check HLA-B*57:01") or an enzyme ("CK, 3.1.3.1")."""
    return (
        _NO_ACCOUNT.fullmatch(latin[span.start : span.end]) is not None
        or follows(_ALLELE, latin, span.start, 8)
        or (follows(_KINASE, latin, span.start, 16) and _LABS.near(latin, span.start, span.end))
    )


def _cards(latin: bytes) -> Iterator[tuple[int, int]]:
    for found in _CARD.finditer(latin):
        start, end = found.start(), found.end()
        if end < len(latin) and is_word(latin[end]):
            end = max(start, latin.rfind(b" ", start, end))
        digits = only_digits(latin[start:end].replace(b"%20", b"").replace(b"O", b"0").replace(b"l", b"1"))
        if not 13 <= len(digits) <= 19 or not (stands_alone(latin, start, end) or latin[start - 1 : start] == b"="):
            continue
        known = (len(digits) in (14, 15, 16, 19) and digits[0] in "3456") or digits[:2] in (
            "22",
            "23",
            "24",
            "25",
            "26",
            "27",
        )
        worded = _CARD_WORDS.before(latin, start)
        if _NO_CARD.before(latin, start, 24):
            continue
        if (known and is_luhn(digits) and len(digits) >= 14) or (worded and len(digits) >= 13):
            yield start, end
    for found in _CARD_CUT.finditer(latin):
        if _CARD_WORDS.before(latin, found.start()):
            yield found.start(), found.end()


def _ibans(latin: bytes) -> Iterator[tuple[int, int]]:
    for pattern in (_IBAN, _IBAN_CUT):
        for found in pattern.finditer(latin):
            start = found.start()
            for end in _ends(latin, start, found.end()):
                if is_iban(latin[start:end]) and stands_alone(latin, start, end):
                    yield start, end
                    break
            else:
                value = found.group()
                if (
                    _IBAN_WORD.before(latin, start, 24)
                    and stands_alone(latin, start, found.end())
                    and count_digits(value) >= 12
                ):
                    yield start, found.end()
    for found in _CRYPTO.finditer(latin):
        value = found.group()
        mixed = (
            any(97 <= byte <= 122 for byte in value)
            and any(65 <= byte <= 90 for byte in value)
            and count_digits(value) >= 2
        )
        if (
            value.startswith((b"bc1", b"tb1", b"0x"))
            or (mixed and _WALLET.near(latin, found.start(), found.end()))
            or (mixed and value[:1] in b"13" and len(value) >= 33)
        ):
            yield found.start(), found.end()


def _ends(latin: bytes, start: int, end: int) -> Iterator[int]:
    """Yield the ends that an account number may have, longest first: it stops before a space or at the run's end."""
    yield end
    for index in range(end - 1, start + 14, -1):
        if latin[index : index + 1] in (b" ", b"-", b"\n"):
            yield index


_IBAN_WORD = Context(
    phrases(r"""
        iban; account; konto; rachunku; bonifico; wire; refund; überweisen; reembolso; transfer
    """)
)
_WALLET = Context(
    phrases(r"""
        wallet; btc; bitcoin; eth; ethereum; crypto; ltc; xrp; donation; address; pay to
    """)
)


def _last_digits(latin: bytes) -> Iterator[tuple[int, int]]:
    for found in _LAST.finditer(latin):
        between = latin[found.start() : found.start(1)].lower()
        if any(word in between for word in (b"ending", b"ends", b"last", b"*", b"...", b"(", b"xx", b"x")):
            yield found.start(1), found.end(1)
    for found in _LAST_SAID.finditer(latin):
        group = next(number for number in (1, 2, 3) if found.start(number) >= 0)
        if _BUDGET.search(found.group()) is None:
            yield found.start(group), found.end(group)
    for found in _HALF_MASKED.finditer(latin):
        yield found.start(1), found.end(1)
        yield found.start(2), found.end(2)
    for pattern in (_MASKED, _LAST_TOLD, _ENDS, _CHEQUE, _CORRECTED, _SHARE, _DOTTED, _ACCOUNT_IN_BRACKETS):
        for found in pattern.finditer(latin):
            yield found.start(1), found.end(1)
