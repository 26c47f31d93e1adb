"""Names of users and handles in sentences and logs: "user tcallow opened", "i go by @fern.hours"."""

import re
from collections.abc import Iterator

from detectors.gazetteers.lookup import Gazetteers, WordClass
from detectors.patterns.scanning import compile_latin
from detectors.recognizer import Passage
from detectors.scoring import LIKELY
from detectors.structured.machine_accounts import is_machine
from detectors.structured.user_turns import is_said
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_NAMED = re.compile(
    r"(?:\b(?:[Uu]ser(?:name| ?id)?|[Aa]ccount(?= \()|[Ll]og[io]n|[Ll]ogged (?:in|on|out) (?:as|by)|[Cc]onnected as|"
    r"[Ss]igned in as|"
    r"as user|"
    r"runas|[Uu]ploader|[Aa]ssignee|[Ss]ubmitter|[Rr]eporter|"
    r"(?:[Uu]ploaded|[Ss]ubmitted|[Pp]osted|[Oo]pened|[Aa]ccessed|[Vv]iewed|[Mm]odified|[Cc]reated|[Ee]dited|[Uu]nlocked|"
    r"[Pp]rinted|[Rr]eleased|[Rr]un|[Rr]equested|[Gg]enerated|[Ee]xported|[Vv]erified|[Ee]ntered|[Kk]eyed|[Ll]ocked|"
    r"[Ss]hared|[Dd]eleted|[Uu]pdated) by|(?:[Cc]ompartid|[Ss]ubid|[Cc]read|[Mm]odificad|[Ii]mpres)[oa]s? por)"
    r"(?: user)?(?: is| was|:|=)? ?[\"'(`]?|\"(?:u|usr|who|by|actor|owner|assignee|"
    r"uploader|created_by|updated_by|opened_by|edited_by|modified_by)\"\s?:\s?\"|"
    r"\b(?:inserted|created|updated|modified|entered|opened|edited|verified|signed|reviewed|deleted|locked)_by[\"']?\s?[:=]>?\s?[\"'])"
    r"([a-z][a-z0-9ß-ÿ]*(?:[._-][a-z0-9ß-ÿ]+)*)(?![\w@(/=:])"
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
#: Who writes in a chat, and who is named by a handle in an issue.
_WRITER = re.compile(
    r"(?:(?:^|\n)[ \t]*[\[<(](?=@[\w.-]{3,40}[\])>] )|\b(?:reported|assigned|requested|opened|reviewed|approved|raised|"
    r"filed|submitted) (?:by|to) |\bcc:? )(@(?!(?:here|channel|everyone|all|team)\b)[A-Za-z][\w.-]{2,38})(?<![.-])"
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
    r"(?:uploaded|submitted|posted|opened|accessed|viewed|modified|created|edited|unlocked|printed|released|run|requested|generated|exported|verified|entered|"
    r"_by[\x22']?\s?[:=]|keyed|locked|shared|deleted|updated) by|(?:compartid|subid|cread|modificad|impres)[oa]s? por|"
    r"\x22(?s:.?:.?)\x22|failed |accepted |postponed "
)
_PIECE = re.compile(r"[a-zß-ÿ]+")
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
                if self._is_user(found[1]) and not (found[0][:5].lower() == "user:" and is_said(text, found.end())):
                    yield found.span(1)
            for found in _SIGNED_IN.finditer(text):
                if not is_machine(found[1]):
                    yield found.span(1)
        if "@" in text:
            for pattern in (_HANDLE, _WRITER):
                for found in pattern.finditer(text):
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
