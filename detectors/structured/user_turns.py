"""What stands behind "User:": a user name, or the first word of what a user says to a model."""

import re

#: Whose turn it is in a conversation, or of what kind a user is; no name of one.
ROLES = frozenset(
    """
    patient assistant user system tool admin administrator root guest anonymous clinician provider nurse physician
    doctor caregiver staff member public everyone nobody agent bot human customer client service daemon www-data
    postgres nginx you me the a and or not in like auto
    """.split()
)
_SIGNED = re.compile(r"\d|[^\W_][._@\\-]+[^\W_]")
#: Two words that a hyphen joins: "Jack-knife a formula for me".
_HYPHENED = re.compile(r"[A-Z]?[a-z]{2,}-[a-z]{2,}")
_SAID = re.compile(r"[?!]|[.,]?[ \t](?=\w)")
#: What a log tells a user to have done; before it stands a name.
_DONE = re.compile(
    r"[,.]?[ \t](?:logg?ed|log[io]n|opened|viewed|access|print|export|signed|updated|created|deleted|modified|edited|"
    r"failed|locked|queried|attempted)"
)
_BOT_TURN = re.compile(
    r"^[ \t>*_#<\[-]*(?:assistant|bot|chatbot|ai|model)\b[^:\n]{0,20}:", re.IGNORECASE | re.MULTILINE
)


def is_said(text: str, end: int) -> bool:
    """Tell whether a first word that ends at *end* goes on as speech in a conversation with a model."""
    return bool(_SAID.match(text, end)) and not _DONE.match(text, end) and _BOT_TURN.search(text) is not None


def is_user_name(text: str, start: int, end: int, *, is_word: bool) -> bool:
    """Tell whether the token `[start, end)` of a text names a user; *is_word* says that it is an English word.

    >>> is_user_name("User: whats the dose", 6, 11, is_word=False), is_user_name("User: tcallow", 6, 13, is_word=False)
    (False, True)
    """
    token = text[start:end]
    if token[-1] in "?!":
        return False
    if _HYPHENED.fullmatch(token) and is_said(text, end):
        return False
    if _SIGNED.search(token) or _DONE.match(text, end):
        return True
    return not (is_word or _SAID.match(text, end) or _BOT_TURN.search(text))
