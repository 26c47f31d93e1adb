"""Names spelled letter by letter: "last name D E L G A D O", "j-o-s-e-p-h-i-n-e"."""

import re

from detectors.patterns.scanning import compile_latin
from detectors.recognizer import Passage
from detectors.scoring import LIKELY, PROBABLE
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_AS_IN = re.compile(r"[ -](?:as[ -]in|like|for)[ -][A-Za-z]+|\b(?:hyphen|dash|apostrophe|space)\b")
_SPELLED = re.compile(
    r"(?<![\w'-])(?:[A-Za-z](?:[ -]as[ -]in[ -][A-Za-z]+)?"
    r"(?:[ \t]{1,2}|[ ]?[-.,][ ]?|\.{2,3} ?|,? (?:hyphen|dash|apostrophe|space),? )){2,40}"
    r"[A-Za-z](?:[ -]as[ -]in[ -][A-Za-z]+)?(?![\w'])"
)
#: How one of them begins, found many times faster.
_BEGUN = compile_latin(
    r"(?:^|[^A-Za-z0-9_'-])[A-Z](?:[ -]as[ -]in[ -][A-Z]+)?[ \t.,-]{1,3}[A-Z](?:[ -]as[ -]in|[ \t.,-])"
)
#: "pee ee ay ess ell ee why": letters as they sound, three of them at least nothing else.
_SOUND = "pee|ee|ay|ess|ell|cee|dee|eff|aitch|kay|wye|zee|zed|vee|cue"
_SOUNDED = compile_latin(
    rf"\b((?:(?:{_SOUND}|gee|jay|em|en|ar|bee|see|sea|you|yu|why|are|oh|eye|ex|double you|tee|tea|be)"
    rf"[ ,-]{{1,2}}){{3,20}}(?:{_SOUND}|gee|jay|em|en|ar|bee|see|sea|you|yu|why|are|oh|eye|ex|tee|tea))\b"
)
_SURE_SOUND = compile_latin(rf"\b(?:{_SOUND})\b")
_FEWEST_SOUNDS = 3
_TOLD = re.compile(
    r"\b(?:spell(?:s|ed|ing|t)?|names?|last|first|surname|letters?|called|nombre|apellido|deletrea\w*|is|"
    r"it's)\b[^.\n]{0,24}\Z",
    re.IGNORECASE,
)
_QUOTES = ('"', "'", "`")
_TOLD_REACH = 40
_FEWEST_TOLD, _FEWEST_UNTOLD = 3, 6
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_FEWEST_DIFFERENT = 3
#: How often and where to take something, letter by letter; and what is spelled in speech that nobody is called.
_SIG = re.compile(r"(?:p\.? ?[or]|[bt]\.?i\.?d|q\.?[hid]|p\.?r\.?n|o\.?[dsu]|a\.?c|h\.?s|i\.?[mv])\b", re.IGNORECASE)
_SAID = frozenset(
    """
    nihss pgy ekg ecg eeg emg icu mri mra cta bmp cmp cbc csf pcp pcr ptt inr bnp tsh ldl hdl psa hpv hiv copd chf
    cad ckd gerd dvt uti ards emr ehr hipaa nicu picu micu sicu pacu ent er ed or ct us iv po prn bid tid qid npo dnr
    dni nsaid ssri ssris lvad cabg tavr acl mcl fap dmv ssa hmo ppo eob faq pdf usb url http html www abc xyz
    """.split()
)


class SpelledRecognizer:
    """Finds words spelled in single letters."""

    name = "spelled"

    def recognize(self, passage: Passage) -> list[Span]:
        """Return runs of single letters that are neither the alphabet nor a list of choices."""
        text = passage.text
        spans = [
            Span(found.start(1), found.end(1), IdentifierType.NAME, PROBABLE, self.name)
            for found in _SOUNDED.finditer(passage.latin)
            if sum(1 for _ in _SURE_SOUND.finditer(found.group(1))) >= _FEWEST_SOUNDS
        ]
        if _BEGUN.search(passage.latin) is None:
            return spans
        for found in _SPELLED.finditer(text):
            letters = "".join(filter(str.isalpha, _AS_IN.sub("", found[0]))).lower()
            told = _TOLD.search(text[max(0, found.start() - _TOLD_REACH) : found.start()]) is not None
            quoted = (
                text[found.start() - 1 : found.start()] in _QUOTES and text[found.end() : found.end() + 1] in _QUOTES
            )
            told = told or (quoted and found.start() > 0)
            enough = len(letters) >= (_FEWEST_TOLD if told else _FEWEST_UNTOLD)
            if _SIG.match(found[0]) or letters in _SAID:
                continue
            if enough and letters not in _ALPHABET and len(set(letters)) >= _FEWEST_DIFFERENT:
                score = LIKELY if told else PROBABLE
                spans.append(Span(found.start(), found.end(), IdentifierType.NAME, score, self.name))
        return spans
