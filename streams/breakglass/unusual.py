"""What is unusual about a reveal: one pure table of rules over what a person, and others, revealed before."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.audit_terms import Reason

#: Nobody's day is unusual below so many tokens, however few they reveal otherwise.
LEAST_A_DAY = 20
TIMES_THE_USUAL = 3
#: From and up to which hour, Monday to Friday, people are at work.
FIRST_HOUR, LAST_HOUR = 6, 20
_WEEKEND = 5
CONVERSATIONS_A_DAY = 10
PERSONS_A_TOKEN = 3
_PERCENTILE = 95


@dataclass(frozen=True, slots=True)
class Lately:
    """What was revealed lately, this reveal included.

    `usual` counts the person's tokens on each earlier day of the last 30 on which there were any, `today` those of the
    last 24 hours; `events` are the distinct events of these; `persons` the most different people who were shown one of
    the tokens of this reveal in 24 hours. `at` is the time where the people are.
    """

    at: datetime
    usual: Sequence[int]
    today: int
    events: int
    persons: int


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table: what it is called in the audit log, and when it alerts."""

    reason: Reason
    alerts: Callable[[Lately], bool]


def _more_than_usual(lately: Lately) -> bool:
    return lately.today > max(LEAST_A_DAY, TIMES_THE_USUAL * percentile(lately.usual))


def _outside_hours(lately: Lately) -> bool:
    return lately.at.weekday() >= _WEEKEND or not FIRST_HOUR <= lately.at.hour < LAST_HOUR


def _many_conversations(lately: Lately) -> bool:
    return lately.events > CONVERSATIONS_A_DAY


def _one_by_many(lately: Lately) -> bool:
    return lately.persons >= PERSONS_A_TOKEN


RULES: tuple[Rule, ...] = (
    Rule(Reason.UNUSUAL_COUNT, _more_than_usual),
    Rule(Reason.UNUSUAL_HOUR, _outside_hours),
    Rule(Reason.UNUSUAL_SPREAD, _many_conversations),
    Rule(Reason.UNUSUAL_INTEREST, _one_by_many),
)


def unusual(lately: Lately) -> tuple[Reason, ...]:
    """Return why a reveal is unusual, in the order of the table; empty where it is not."""
    return tuple(rule.reason for rule in RULES if rule.alerts(lately))


def percentile(counts: Sequence[int]) -> int:
    """Return what 95 of a hundred days stay at or below, 0 where there was none.

    >>> percentile([1, 2, 3, 40]), percentile([])
    (40, 0)
    """
    ranked = sorted(counts)
    return ranked[min(len(ranked) - 1, len(ranked) * _PERCENTILE // 100)] if ranked else 0
