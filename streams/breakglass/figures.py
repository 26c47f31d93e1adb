"""The figures of break-glass: how long, how much, how soon. No setting raises one of them."""

from dataclasses import dataclass

from schemas.access import GrantMode

_MINUTE, _HOUR = 60, 3600


@dataclass(frozen=True, slots=True)
class Figures:
    """What a grant of one mode may be: how long at most (seconds), how many distinct tokens, events, look-ups."""

    seconds: int
    tokens: int
    events: int
    conversations: int
    lookups: int
    review_seconds: int


FIGURES = {
    GrantMode.NORMAL: Figures(
        seconds=4 * _HOUR, tokens=200, events=50, conversations=50, lookups=20, review_seconds=72 * _HOUR
    ),
    # Of one conversation, or of one set of events; never by value.
    GrantMode.EMERGENCY: Figures(
        seconds=30 * _MINUTE, tokens=20, events=50, conversations=1, lookups=0, review_seconds=24 * _HOUR
    ),
}
#: How long a request waits for its approvals, and an approved one for its requester.
REQUEST_SECONDS = _HOUR
#: Within this time of its begin another person ratifies the use of an emergency, or an incident opens.
RATIFY_SECONDS = 4 * _HOUR
#: How long ago a person may have signed in whose word changes a grant.
FRESH_SECONDS = 5 * _MINUTE
#: Clocks of two machines agree within this.
SKEW_SECONDS = 30
REVEALS_A_MINUTE = 30
LONGEST_JUSTIFICATION = 2000
LEAST_JUSTIFICATION = 10
