"""The figures of a run over the raw exam, and the contracts that they may break."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.raw.keeping import STRUCTURE, VALUES, Kept
from benchmarks.raw.outcomes import Outcome
from benchmarks.raw.running import Run

#: Identifiers with a shape of their own: of these at most eight in a hundred may be left.
SHAPED = frozenset({"D_PHONE", "E_FAX", "F_EMAIL", "G_SSN", "N_URL", "O_IP"})
LEFT_SHARE, LOST_SHARE, HELD_BACK = 0.08, 0.05, 1
MANY_QUARANTINED = 3


def summarise(outcomes: Sequence[Outcome], run: Run, at_rest: Mapping[str, int]) -> dict[str, Any]:
    """Return every figure of a run."""
    judged = [outcome for outcome in outcomes if outcome.verdict is not None]
    planted = [each for outcome in judged for each in outcome.record.planted]
    return {
        "records": len(outcomes),
        "status": run.status,
        "seconds": run.seconds,
        "without_outcome": len(run.without),
        "several_outcomes": len(run.several),
        "outcomes": {
            kind: dict(Counter(outcome.word for outcome in outcomes if outcome.record.kind == kind))
            for kind in dict.fromkeys(outcome.record.kind for outcome in outcomes)
        },
        "reasons": dict(Counter(outcome.reason for outcome in outcomes if outcome.reason).most_common()),
        "passed": _ids(each for each in outcomes if each.wrong and each.redacted),
        "held_back": _ids(each for each in outcomes if each.wrong and not each.redacted),
        "shaped": _share([leak.planted.label for each in judged for leak in each.leaks], planted, SHAPED),
        "left": {
            label: _share([leak.planted.label for each in judged for leak in each.leaks], planted, {label})
            for label in sorted({each.label for each in planted})
        },
        "left_all": _share([leak.planted.label for each in judged for leak in each.leaks], planted, None),
        "lost": _lost(judged, VALUES),
        "lost_by_category": _lost_by_category(judged),
        "clear_at_rest": dict(at_rest),
    }


def contracts(figures: Mapping[str, Any]) -> list[str]:
    """Name every contract that the figures break."""
    checks = {
        "every input has one outcome": not figures["without_outcome"] and not figures["several_outcomes"],
        "nothing passes that has to be held": not figures["passed"],
        "at most one record is held back": len(figures["held_back"]) <= HELD_BACK,
        "redact leaves with status 3": figures["status"] == MANY_QUARANTINED,
        "at most 8 % of the shaped identifiers are left": figures["shaped"]["share"] <= LEFT_SHARE,
        "at most 5 % of what is no identifier is lost": figures["lost"]["all"]["share"] <= LOST_SHARE,
        "nothing lies in clear at rest": not figures["clear_at_rest"],
    }
    return [name for name, holds in checks.items() if not holds]


def _ids(outcomes: Iterable[Outcome]) -> list[str]:
    return [outcome.record.id for outcome in outcomes]


def _share(left: Sequence[str], planted: Sequence[Any], labels: Iterable[str] | None) -> dict[str, float]:
    """Return how many of the planted values of some labels are left."""
    of = sum(labels is None or each.label in set(labels) for each in planted)
    count = sum(labels is None or label in set(labels) for label in left)
    return {"left": count, "of": of, "share": round(count / of, 4) if of else 0.0}


def _lost(outcomes: Sequence[Outcome], categories: Iterable[str]) -> dict[str, dict[str, float]]:
    """Return the share of kept values that are lost, by kind of record and over all."""
    kinds = dict.fromkeys(outcome.record.kind for outcome in outcomes)
    groups = {kind: [outcome for outcome in outcomes if outcome.record.kind == kind] for kind in kinds}
    return {name: _lost_share(group, set(categories)) for name, group in [*groups.items(), ("all", list(outcomes))]}


def _lost_by_category(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    return {category: _lost_share(outcomes, {category}) for category in [*sorted(VALUES), STRUCTURE]}


def _lost_share(outcomes: Sequence[Outcome], categories: set[str]) -> dict[str, float]:
    def among(kept: Iterable[Kept]) -> int:
        return sum(each.category in categories for each in kept)

    of = sum(among(outcome.record.keep) for outcome in outcomes)
    lost = sum(among(outcome.verdict.lost) for outcome in outcomes if outcome.verdict)
    return {"lost": lost, "of": of, "share": round(lost / of, 4) if of else 0.0}
