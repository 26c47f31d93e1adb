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
_SAID = re.compile(r"[?!]|[.,]?[ \t](?=\w)")
#: What a log tells a user to have done; before it stands a name.
_DONE = re.compile(
    r"[,.]?[ \t](?:logg?ed|log[io]n|opened|viewed|access|print|export|signed|updated|created|deleted|modified|edited|"
    r"failed|locked|queried|attempted)"
)
_BOT_TURN = re.compile(
    r"^[ \t>*_#<\[-]*(?:assistant|bot|chatbot|ai|model)\b[^:\n]{0,20}:", re.IGNORECASE | re.MULTILINE
)


def is_user_name(text: str, start: int, end: int, *, is_word: bool) -> bool:
    """Tell whether the token `[start, end)` of a text names a user; *is_word* says that it is an English word.

    >>> is_user_name("User: whats the dose", 6, 11, is_word=False), is_user_name("User: tcallow", 6, 13, is_word=False)
    (False, True)
    """
    token = text[start:end]
    if token[-1] in "?!":
        return False
    if _SIGNED.search(token) or _DONE.match(text, end):
        return True
    return not (is_word or _SAID.match(text, end) or _BOT_TURN.search(text))
