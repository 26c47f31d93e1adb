"""Names of users and handles in sentences and logs: "user tcallow opened", "i go by @fern.hours"."""

import re
from collections.abc import Iterator

from detectors.gazetteers.lookup import Gazetteers, WordClass
from detectors.patterns.scanning import compile_latin
from detectors.recognizer import Passage
from detectors.scoring import LIKELY
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_NAMED = re.compile(
    r"(?:\b(?:[Uu]ser(?:name| ?id)?|[Aa]ccount(?= \()|[Ll]og[io]n|[Ll]ogged (?:in|on|out) (?:as|by)|[Cc]onnected as|"
    r"[Ss]igned in as|"
    r"as user|"
    r"runas|[Uu]ploader|[Aa]ssignee|[Ss]ubmitter|[Rr]eporter|"
    r"(?:[Uu]ploaded|[Ss]ubmitted|[Pp]osted|[Oo]pened|[Aa]ccessed|[Vv]iewed|[Mm]odified|[Cc]reated|[Ee]dited|[Uu]nlocked|"
    r"[Pp]rinted|[Rr]eleased) by)"
    r"(?: user)?(?: is| was|:|=)? ?[\"'(`]?|\"(?:u|usr|who|by|actor|owner|assignee|"
    r"uploader|created_by|updated_by|opened_by|edited_by|modified_by)\"\s?:\s?\")"
    r"([a-z][a-z0-9]*(?:[._-][a-z0-9]+)*)(?![\w@(/=:])"
)
_HANDLE = re.compile(
    r"\b(?:go(?:es)? by|going by|i'm|im|i am|my (?:handle|tag|user|insta|ig|name)(?: is| on \w+ is)?|handle(?: is|:)?|"
    r"username(?: is|:)?|account(?: is|:)?|profile(?: is|:)?|dm|follow(?:ed|s)?|tag(?:ged)?|posts? (?:as|under)|"
    r"posted (?:as|by)|"
    r"venmo(?: is|:)?|cash ?app(?: is|:)?|snap(?:chat)?(?: is|:)?|discord(?: is|:)?|telegram(?: is|:)?|"
    r"(?:review|comment|reply|post)(?:ed)? (?:as|by)|stars? (?:as|by)|review (?:\w+ ){0,3}as|"
    r"insta(?:gram)?(?: is|:)?|tiktok(?: is|:)?|twitter(?: is|:)?|threads(?: is|:)?|under|find me|message) "
    r"[\"'\u201c]?(@[A-Za-z][\w.-]{2,29})(?<![.-])",
    re.IGNORECASE,
)
#: What services write of who comes in, OpenSSH, PAM and RADIUS: whatever stands there is an account.
_SIGNED_IN = re.compile(
    r"(?:\b(?:Failed|Accepted|Postponed) [\w/-]+ for (?:(?:invalid|illegal) user )?|\bInvalid user |"
    r"\bsession (?:opened|closed) for user |\bLogin (?:OK|incorrect)(?: \([^)\n]{0,40}\))?: \[|"
    r"\bauthenticating user |\bDisconnected from user )"
    r"([A-Za-z][\w.@-]{1,40})"
)
#: One of these stands in all of them; to look for that is many times faster.
_GATE = compile_latin(
    r"user|account|log[io]n|logged |connected as|signed in as|runas|uploader|assignee|submitter|reporter|"
    r"(?:uploaded|submitted|posted|opened|accessed|viewed|modified|created|edited|unlocked|printed|released) by|"
    r"\x22(?s:.?:.?)\x22|failed |accepted |postponed "
)
#: Accounts of machines.
_MACHINES = frozenset(
    "root admin administrator nobody daemon www-data postgres mysql oracle git jenkins ubuntu debian centos ec2-user "
    "ansible deploy backup nagios zabbix kafka elastic opensearch guest test service system user nginx apache redis "
    "mongodb hadoop spark airflow gitlab-runner vagrant pi ftp anonymous".split()
)
_PIECE = re.compile(r"[a-z]+")
_ORDINARY = int(WordClass.ENGLISH | WordClass.ENGLISH_COMMON | WordClass.CLINICAL | WordClass.ABBREVIATION)
_NAME = int(WordClass.FIRST | WordClass.SURNAME)
_SHORTEST, _SHORTEST_NAME = 4, 4


class UserRecognizer:
    """Finds users by the words and keys before them; ordinary words and services stay."""

    name = "users"

    def __init__(self, gazetteers: Gazetteers) -> None:
        self._gazetteers = gazetteers

    def recognize(self, passage: Passage) -> list[Span]:
        """Return each user name without what announces it, each handle with its sign."""
        return [Span(*found, IdentifierType.OTHER_ID, LIKELY, self.name) for found in self._users(passage)]

    def _users(self, passage: Passage) -> Iterator[tuple[int, int]]:
        text = passage.text
        if _GATE.search(passage.latin) is not None or not text.isascii():
            for found in _NAMED.finditer(text):
                if self._is_user(found[1]):
                    yield found.span(1)
            for found in _SIGNED_IN.finditer(text):
                if found[1].lower() not in _MACHINES:
                    yield found.span(1)
        if "@" in text:
            for found in _HANDLE.finditer(text):
                yield found.span(1)

    def _is_user(self, word: str) -> bool:
        """Tell whether a word is made as user names are: with a figure or a sign, or of an initial and a name."""
        if len(word) < _SHORTEST:
            return False
        if not word.isalpha():
            return not all(self._gazetteers.mask(piece) & _ORDINARY for piece in _PIECE.findall(word))
        if self._gazetteers.mask(word) & _ORDINARY:
            return False
        return any(len(word) - cut >= _SHORTEST_NAME and self._gazetteers.mask(word[cut:]) & _NAME for cut in (1, 2))
