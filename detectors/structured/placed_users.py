"""Names of users where logs, paths and screens always have one: "192.0.2.7 - jmoss [", "jmoss/192.0.2.7:51144"."""

import re
from collections.abc import Collection, Iterator

from detectors.gazetteers.lookup import Gazetteers, WordClass
from detectors.patterns.scanning import compile_latin
from detectors.recognizer import Passage
from detectors.scoring import LIKELY
from detectors.structured.machine_accounts import is_machine
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_USER = r"[A-Za-z][\w.@+-]{1,39}"
_ADDRESS = r"(?:(?:::ffff:)?\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]{1,4}(?::[0-9a-fA-F.]{0,15}){2,8})"
#: The user's column of a web server's log; a client of a VPN; whose folder a path goes through.
_PLACED = re.compile(
    rf"(?<![\w.:]){_ADDRESS} - ({_USER}) (?=\[?\d\d/[A-Z][a-z]{{2}}/\d{{4}}:)|"
    rf"(?<![\w/.@-])({_USER})/{_ADDRESS}:\d{{2,5}}\b|"
    rf"\bsudo(?:\[\d+\])?:\s+({_USER}) : (?=TTY=|\d+ incorrect|command not|user NOT)|"
    rf"\b(?:psql|pg_dump|mysql|mysqldump|mongosh?|sqlcmd|ldapsearch|smbclient|createdb)\b[^\n|;]{{0,60}}? -[uU] ?"
    rf"({_USER})(?=\s|$)|"
    rf"(?<![\w./@:-])({_USER})@(?=\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?::[/~]|\s|$))|"
    r"\b(?:[Aa]ccept(?:ed)?|[Rr]eject(?:ed)?|principal|client|TGT for|kinit) "
    r"([a-z][a-z0-9._-]{2,30}@[A-Z][A-Z0-9.-]{2,40})\b|"
    r"(?:/home/|(?<![\w.])/Users/|\b[A-Za-z]:\\{1,2}Users\\{1,2})([A-Za-z][\w.-]{1,39})(?=[/\\])"
)
_MACHINE = r"(?:laptop|ipad|iphone|macbook|mbp|imac|airpods|android|pixel|galaxy|notebook|thinkpad|surface|chromebook)"
#: Somebody's own machine: "lhaldane-laptop", and by name "Winnifreds-iPad".
_OWN = re.compile(rf"(?<![\w.@/-])([a-z]{{4,20}})(?=[- ]{_MACHINE}\b)")
_OWNED = re.compile(rf"(?<![\w.@/-])([A-Z][a-z]{{2,20}}?)(?='?s-(?i:{_MACHINE})\b)")
#: An account of a Windows domain: in capitals, a backslash, and no path that goes on.
_DOMAIN = re.compile(r"(?<![\w\\/:.$%-])([A-Z][A-Z0-9-]{1,14}\\{1,2}([a-z][\w.-]{2,30}))(?![\w\\/*+?{(\[])")
_NO_DOMAIN = re.compile(r"(?:HK\w+|HKEY.*|BUILTIN|NT|MSH|PID|OBX|AUTHORITY|SOFTWARE|[A-Z])\\")
#: Three letters behind the word for a user on a screen of a mainframe.
_INITIALS = re.compile(
    r"(?<!\w)(?:USR|OPR|OPER|OPID|TECH ID|CLK|CLERK)[ :/=]{1,2}([A-Z]{2,4})(?=\s{2,}|[ \t]*(?:\n|\Z))"
)
#: "Latoya Grimsrud (lgrimsr)": made of the name before it.
_MADE = re.compile(
    r"(?<![\w'’-])([A-ZÀ-Þ][\w'’-]{1,40}),? (?:[A-Z]\.? )?([A-ZÀ-Þ][\w'’-]{1,40}),? "
    r"[(<\[]([a-z][a-z0-9._-]{3,20})[)>\]]"
)
#: A path of a site that somebody's name goes through: "/portal/patients/ada-lovelace/labs".
_PATH = re.compile(
    r"(?<![\w.:/~%-])(?:/[\w.~%-]+)*/(?:patients?|members?|residents?|clients?|people|users?|profiles?|charts?|pts?|staff|"
    r"students?|families)/([A-Za-z]{2,20}(?:[-_.+][A-Za-z]{2,20}){1,3})(?:/[\w.~%-]+)*"
)
_GATE = compile_latin(
    r"/(?:patient|member|resident|client|people|user|profile|chart|pt|staff|student|familie)s?/[a-z]+[-_.+][a-z]|"
    r"\bsudo(?:\[[0-9]+\])?: | - [a-z][^ ]* \[?[0-9]{2}/[a-z]{3}/|/[0-9a-f.:]{3,39}:[0-9]{2}|/home/|/users/|\\users\\|"
    rf" -u ?[a-z]|[a-z0-9]@[0-9a-z]|[a-z][- ]{_MACHINE}\b|[A-Z0-9-]\\[a-z]|"
    r"\b(?:usr|opr|oper|opid|tech id|clk|clerk)[ :/=]|[a-z],? [(<\[][a-z][a-z0-9._-]{3,20}[)>\]]"
)
#: Whatever may begin with a user name, cut where no user name is longer.
_TOKEN = re.compile(r"(?<![\w.@-])[A-Za-z][\w.@+-]{1,79}(?![\w@-])")
_PIECE = re.compile(r"[a-z]+")
_LETTERS = re.compile(r"[^a-z]+")
_ORDINARY = int(WordClass.ENGLISH | WordClass.ENGLISH_COMMON | WordClass.CLINICAL | WordClass.ABBREVIATION)
_NAMED = int(WordClass.FIRST | WordClass.SURNAME)
_SHORTEST_REPEATED, _SHORTEST_PART = 5, 3


class PlacedUserRecognizer:
    """Finds users where a log, a path or a screen has one, and again wherever the text names them."""

    name = "placed_users"

    def __init__(self, gazetteers: Gazetteers) -> None:
        self._gazetteers = gazetteers

    def recognize(self, passage: Passage) -> list[Span]:
        """Return each user name, of a domain's account also the domain; accounts of machines stay."""
        if _GATE.search(passage.latin) is None:
            return []
        text = passage.text
        users = dict.fromkeys([*self._placed(text), *self._on_screens(text)])
        spans = [Span(*found, IdentifierType.OTHER_ID, LIKELY, self.name) for found in users]
        spans += [Span(*found, IdentifierType.NAME, LIKELY, self.name) for found in self._owners(text)]
        return spans + [Span(*found, IdentifierType.URL, LIKELY, self.name) for found in self._paths(text)]

    def _placed(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield users of logs and paths, with their other places in the text."""
        repeated = set[str]()
        for found in _PLACED.finditer(text):
            group = found.lastindex or 0
            if not is_machine(found[group]) and not self._is_plain(found[group]):
                yield found.span(group)
                repeated.add(found[group])
        users = {user for user in repeated if len(user) >= _SHORTEST_REPEATED}
        for found in _TOKEN.finditer(text) if users else ():
            end = _end_of_user(found[0], users)
            if end:
                yield found.start(), found.start() + end

    def _on_screens(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield accounts of domains, initials of who is signed in, and names of users beside their own."""
        for found in _DOMAIN.finditer(text):
            if not _NO_DOMAIN.match(found[1]) and not is_machine(found[2]) and not self._is_plain(found[2]):
                yield found.span(1)
        for found in _INITIALS.finditer(text):
            if not self._gazetteers.mask(found[1].lower()) & _ORDINARY:
                yield found.span(1)
        for found in _OWN.finditer(text):
            if self._is_initialed(found[1]):
                yield found.span(1)
        for found in _MADE.finditer(text):
            if _is_made_of(found[3], found[1], found[2]):
                yield found.span(3)

    def _owners(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield whom a machine is called after."""
        for found in _OWNED.finditer(text):
            mask = self._gazetteers.mask(found[1].lower())
            if mask & int(WordClass.FIRST) and not mask & int(WordClass.ENGLISH | WordClass.ENGLISH_COMMON):
                yield found.span(1)

    def _paths(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield paths with a person's name in them."""
        for found in _PATH.finditer(text):
            masks = [self._gazetteers.mask(piece) for piece in _PIECE.findall(found[1].lower())]
            if any(mask & _NAMED and not mask & _ORDINARY for mask in masks):
                yield found.span()

    def _is_initialed(self, user: str) -> bool:
        """Tell whether a word in small letters is an initial and a surname."""
        if not user.islower() or len(user) < _SHORTEST_REPEATED or self._gazetteers.mask(user) & _ORDINARY:
            return False
        return not self._gazetteers.mask(user) and bool(self._gazetteers.mask(user[1:]) & int(WordClass.SURNAME))

    def _is_plain(self, user: str) -> bool:
        """Tell whether a name is made of ordinary words, as a service's or a project's is."""
        pieces = _PIECE.findall(user.lower())
        return all(self._gazetteers.mask(piece) & _ORDINARY for piece in pieces)


def _end_of_user(token: str, users: Collection[str]) -> int:
    """Return where a user name ends that a token begins with, at its end or before a mark, 0 where it has none."""
    end = len(token)
    while end > 0 and token[:end] not in users:
        end = max(token.rfind(".", 0, end), token.rfind("+", 0, end))
    return max(0, end)


def _is_made_of(user: str, first: str, last: str) -> bool:
    """Tell whether a user name is made of a person's: "lgrimsr", "grimsrudl", "latoya.g" of Latoya Grimsrud."""
    first, last, letters = (_LETTERS.sub("", part.lower()) for part in (first, last, user))
    if min(len(first), len(last)) < _SHORTEST_PART:
        return False
    part = letters[1:]
    initialed = letters[0] == first[0] and len(part) >= _SHORTEST_PART and (last.startswith(part) or part == last)
    return initialed or letters.startswith(last[:5]) or (letters.startswith(first[:5]) and user != first)
