"""What speaks for a name or a place beside it, and what speaks against: captions, roles, nouns of eponyms."""

import re
from dataclasses import dataclass

from detectors.gazetteers import masks as m
from detectors.gazetteers.sources import table
from detectors.gazetteers.words import Words
from detectors.patterns.endings import Ending

_REACH = 48
TAIL = 20  # Holds the last word of every cue.
_AROUND = " ,:=\n\t\r\"'“(>*_|\xa0"
_COLON_REACH = 8  # So near stands the colon or equals sign that a cue ends in.
_APART = _AROUND + "".join(char for char in map(chr, range(0x3001)) if char.isspace())
_SPACED = str.maketrans(dict.fromkeys(_AROUND.replace("'", ""), " "))


@dataclass(frozen=True, slots=True)
class Cue:
    """A pattern that ends right before a name or place, and the words it can end in, which are looked at first.

    A cue may end in a colon or an equals sign, too; where `last` is empty, it does.
    """

    pattern: Ending
    last: frozenset[str] = frozenset()

    def before(self, text: str, start: int) -> bool:
        """Tell whether the cue ends right before an offset."""
        near = text[max(0, start - _COLON_REACH) : start]
        if not (":" in near or "=" in near):
            tail = text[max(0, start - TAIL) : start]
            if not self.last or not self._may_end(tail):
                return False
        return self.pattern.search(text[max(0, start - _REACH) : start]) is not None

    def _may_end(self, tail: str) -> bool:
        """Tell whether one of the words stands last."""
        if ":" in tail or "=" in tail:  # There a cue may end in any blanks.
            return tail.rstrip(_APART).lower().replace("’", "'").endswith(tuple(self.last))
        return _last_word(tail.rstrip(_AROUND)) in self.last


def _last_word(tail: str) -> str:
    """Return what stands last, in lower case and without quotes before it."""
    word = tail[tail.rfind(" ") + 1 :].lower()
    if word.isalpha():
        return word
    word = word.replace("’", "'").translate(_SPACED)
    return word[word.rfind(" ") + 1 :].lstrip("'")


def _cue(pattern: str, last: str = "", *, ignore_case: bool = True) -> Cue:
    return Cue(Ending(pattern, re.IGNORECASE if ignore_case else 0), frozenset(last.split()))


#: Relatives and friends: a capitalised first name after one is somebody.
FAMILY = frozenset(table("kin_family"))
#: Roles in care after which a name stands without a title ("nurse Kowalski").
STAFF = frozenset({"nurse", "chaplain", "interpreter", "pharmacist", "paramedic", "technician", "coach", "counselor"})
STAFF |= {"officer", "rn", "lpn", "cna", "pharmd", "emt"}
#: Persons in care and around it: a name of two words after one is somebody.
ROLES = frozenset(
    {"patient", "pt", "client", "resident", "caller", "member", "decedent", "student", "attorney", "lawyer"}
)
ROLES |= {"user", "patientin", "paciente", "patiente", "pasien", "patientes", "surgeon", "physician", "provider"}

_ROLE = (
    r"patient|pt|client|resident|member|subscriber|insured|guarantor|policyholder|beneficiary|dependent|student|"
    r"employee|caller|sender|recipient|author|provider|physician|attending|surgeon|anesthesiologist|anes|assist|"
    r"nurse|rn|cna|therapist|technologist|tech|pharmacist|prescriber|interpreter|referring|referred by|pcp|"
    r"doctor|mother|father|mom|dad|parent|spouse|wife|husband|partner|son|daughter|brother|sister|contact|guardian|"
    r"caregiver|nok|next of kin|poa|hcp|proxy|witness|driver|attorney|teacher|signed|signature|dictated|transcribed|"
    r"reviewed|verified|ordered|requested|performed|completed|collected|read|entered|by|attn|attention|cc|bcc|from|to|"
    r"re|subject|regarding|alias|aka"
)
#: A caption before a colon or equals sign.
CAPTION = _cue(
    rf"(?:\bname|\bnames|\b(?:{_ROLE})(?:['’]s)?(?: (?:name|by|physician|provider|contact|phys|md|dr))?)"
    r"\s?(?:\([^()]{0,16}\))?\s?[:=]\s{0,3}[\"'*_|]{0,3}$",
)
#: Words that announce a name and nothing else.
NAMED = _cue(
    r"(?<!\.)(?:\b(?:name|names|name['’]s)(?: is| was|['’]s)|\bnamed|\bnicknamed|\bcall (?:me|him|her)|\bgo(?:es)? by|"
    r"\ba\.?k\.?a\.?|\bn[eé]e|\balias|\bcalled (?:me|him|her|himself|herself)|\bsigned by|\bdictated by|"
    r"\btranscribed by|\bauthored by|\bcosigned by|\binterpreter|\battorney|\bone of|\bthe chart of|\bin care of)"
    r"[\s:,]{1,2}[\"'“(]?$",
    "is was name's names's named nicknamed me him her by aka a.k.a a.k.a. ak.a ak.a. a.ka a.ka. aka. nee née alias "
    "himself herself interpreter attorney of",
)
#: Words of greeting, thanks and introduction in lower-case text.
ADDRESSED_LOWER = _cue(
    r"(?:^|[\s\"'“(>])(?:dear|hi|hello|hey|(?:hi|hello|hey)?,? ?(?:it['’]?s|its|this is)|i['’]?m|i am|thanks|"
    r"thank you|sincerely|regards|signed)[\s,]{1,4}$",
    "dear hi hello hey it's its is i'm im am thanks you sincerely regards signed",
    ignore_case=False,
)
#: A greeting alone: whatever capital stands between it and a comma is a name.
ADDRESSED = _cue(
    r"(?:^|[\s\"'“(>])(?:dear|hi|hello|hey|good morning|morning|good evening) $",
    "dear hi hello hey morning evening",
)
#: A greeting or an introduction, after which a capital is a name.
GREETED = _cue(
    r"(?:^|[\s\"'“(>])(?:dear|hi|hello|hey|good morning|good afternoon|good evening|this is|i['’]?m|i am|speaking to)"
    r"[\s,]{1,3}$",
    "dear hi hello hey morning afternoon evening is i'm im am to",
)
#: What is called after persons: after one of these words' owners no name is redacted.
EPONYM_NOUNS = frozenset(table("eponym_nouns"))


#: Verbs of living and coming from: a capital after them is a place.
DWELLS = _cue(
    r"\b(?:liv(?:es?|ed|ing)|resid(?:es?|ed|ing|ent)|dwells?|born|raised|grew up|grown up|mov(?:es?|ed|ing)|"
    r"relocat(?:es?|ed|ing)|hails?|hailing|stationed|native|originally|immigrated|emigrated|housed|home|house|works?|"
    r"worked|working|driv(?:es?|en|ing)|flew|travel(?:s|ed|led|ing)?|returned|visit(?:s|ed|ing)?|based|located|"
    r"son|daughter|sister|brother|mother|father|parents|relatives|friends?|cousins?|aunt|uncle|"
    r"(?:hospital|clinic|center|school|church|university|college)(?! (?:to|from|of))|"
    r"north|south|east|west|outskirts|suburb|town|village|city|trip|i['’]?m|i am|she['’]?s|he['’]?s|pt|patient|family)"
    r"(?: (?:back|down|up|over|here|there|alone|out|with (?:her|his) \w{2,12}|originally|currently|now))?"
    r" (?:in|to|from|near|outside|around|of)(?: the (?:town|city|village|suburb) of| the)? $",
    "in to from near outside around of the",
)
#: What stands between the names of a list.
LISTED_ON = re.compile(r" ?(?:\([^()]{1,12}\))?(?:,| and|, and| or| &) ")
#: Captions of an address's town.
PLACE_CAPTION = _cue(
    r"(?:\b(?:city|town|village|birth ?place|place of birth|hometown|home town|municipality|residence|county|born in))"
    r"\s?[:=]\s{0,3}[\"']?$",
)
#: Prepositions of place: enough for a large town.
LOCATED = _cue(
    r"(?:^|[\s(])(?:in|from|to|near|outside|around|at|of|via|through|visiting|leaving|downtown) $",
    "in from to near outside around at of via through visiting leaving downtown",
)

#: The end of a question that begins with a verb: "Tech: Picking up?"
ASKED = re.compile(r" (?:up|out|in|it|that|this|off|on|for|to|the|a|an)\b[^\n.!?]{0,24}\?")
#: The test for antibodies, which is written like a name in capitals.
IS_TEST = re.compile(
    r"ANA(?:[ :=,]{1,2}(?:\d|<|>|≥|pos|neg|screen|titer|titre|ifa|panel|reflex|w/|with reflex|ds-?dna|anti|ena\b|rf\b|"
    r"speckled|homogen|direct|comprehensive|by\b)|[+-])",
    re.IGNORECASE,
)
#: A temperature before "C." or "F.".
DEGREES = re.compile(
    r"(?:°|[<>≤≥±] ?\d{1,3}(?:\.\d)?|\b(?:temp|at|to|below|above|under|over|or) -?\d{1,3}(?:\.\d)?) ?\Z"
)
#: Further words of a list that ends in what is called after persons: "Kell, Duffy and Kidd negative", "Ely, Thomas and
#: Ober tests pos".
EPONYM_LIST = re.compile(
    r"(?:,?\s(?:and|or|&)\s|,\s)(?:[A-Z][\w'’-]+(?:,?\s(?:and|or|&)\s|,\s|\s)){1,3}"
    r"(?:tests?|signs?|negative|positive|neg|pos|antigens?|antibod(?:y|ies)|systems?|groups?|maneuvers?|criteria|scales?|"
    r"scores?|stag(?:es?|ing)|grades?|classifications?|syndromes?|nodes?|procedures?|techniques?)\b"
)


def eponym_after(words: Words, index: int) -> bool:
    """Tell whether the next word, or the one after it, is what things called after persons or places are."""
    if index >= len(words) or "(" in words.gap(index - 1) or words.gap(index - 1)[:1] not in (" ", "-", "'", "’"):
        return False
    if words.word(index) in EPONYM_NOUNS:
        return True
    adjoining = index + 1 < len(words) and words.gap(index) == " " and words.masks[index] & m.SAFE
    return bool(adjoining) and words.word(index + 1) in EPONYM_NOUNS and not words.masks[index] & m.FREQUENT
