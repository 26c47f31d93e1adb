"""Captions with a slip of the fingers read as they were meant: "memeber id", "acount number", "febuary 3"."""

import re
from collections.abc import Iterator

#: Words that announce an identifier or stand in a date; a slip in one of them would hide what follows.
_WORDS = """
    account accession address appointment authorization birthday claim confirmation email fingerprint insurance license
    medicaid medical medicare member membership number passport patient phone telephone plate policy prescription
    record referral serial social security subscriber tracking visit group picture photo photograph expires
    january february august september october november december
    monday tuesday wednesday thursday friday saturday sunday
    numero telefono expediente seguro
""".split()
#: What is one slip away from such a word, and a word or name of its own.
_OTHERS = frozenset(
    """
    authorisation chaim clain clair clam clim conformation decembre dezember emil esmail expedience expedient frida
    fridah fridal fridam licence licensee medial medica medicae medicarb medicate medinal melber minday monda mondak
    mondal mondary mondry mongay monsay montay mowday mumber munday nmero novembre nummer numbed oktober palate paone
    pate patent peate peone phene phong phono phony phose piate pilate place plage plake plane plante plat plata plath
    plathe plati plato platt platte platy platz plone plute police polich policz polity pone prate prone proscription
    pylate recork recorre reword ricord sanday segro segur segura seral sereal seria seriah serian serkal serral
    sertal serval sherial socia socias sorial strial subscribe subscribed subscribes sunda sundac sundae sundai sundal
    sundar sundas sundby sundry sundy sunjay sunray telephony tracing tricking trucking tuesdae tuesdai januari auguet
    chair clay tacking trackin grout groux grous
    gropp vidit vinit visib visin phyto proto phonograph empires expire expired picturae
    """.split()
)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_WORD = re.compile(r"[a-z]{4,15}")
_TYPED = re.compile(r"(?<![\w@.-])[A-Za-z]{4,15}(?=[^\n\w@-][^\n]{0,28}?\d)")


def slips(word: str) -> Iterator[str]:
    """Yield what one slip makes of a word: a letter too few, too many, another one, or two of them exchanged.

    The first letter stays, but for an exchange: hardly anybody misses that one.

    >>> {"memeber", "membr", "emmber"} <= set(slips("member"))
    True
    """
    for at in range(len(word)):
        if at + 1 < len(word):
            yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        if at:
            yield word[:at] + word[at + 1 :]
            yield from (word[:at] + letter + word[at + 1 :] for letter in _LETTERS)
            yield from (word[:at] + letter + word[at:] for letter in _LETTERS)
    yield word + word[-1]


_MEANT = {slip: word for word in _WORDS for slip in slips(word)}
for _known in (*_WORDS, *_OTHERS):
    _MEANT.pop(_known, None)


def retyped(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield each mistyped caption with a number behind it on its line, and the word that was meant."""
    if _MEANT.keys().isdisjoint(_WORD.findall(text.lower())):
        return
    for found in _TYPED.finditer(text):
        word = found[0]
        meant = _MEANT.get(word.lower())
        if meant is not None:
            yield found.start(), found.end(), _cased(word, meant)


def _cased(word: str, meant: str) -> str:
    if word.isupper():
        return meant.upper()
    return meant.capitalize() if word[0].isupper() else meant
