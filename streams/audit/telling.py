"""Whether people were told of grants as the log says that they had to be: a message may have been taken away unsent."""

from collections import Counter
from dataclasses import dataclass, field

from schemas.access import GrantMode
from schemas.audit import AuditRecord
from schemas.audit_terms import Action, Phase, Result

#: What everyone is told of any grant, and what of an emergency (`streams/breakglass/outbox.py` queues the same).
ALWAYS = frozenset({Action.GRANT_REQUEST, Action.INCIDENT_OPEN, Action.ALERT_RAISE})
OF_EMERGENCIES = ALWAYS | {
    Action.GRANT_ACTIVATE,
    Action.GRANT_RATIFY,
    Action.GRANT_CONTEST,
    Action.GRANT_REVOKE,
    Action.GRANT_RELEASE,
    Action.GRANT_REVIEW,
    Action.GRANT_EXPIRE,
}
_OVER = (Phase.SINGLE, Phase.OUTCOME)


@dataclass(slots=True)
class Telling:
    """Counts, grant by grant, what was to be told and what was sent, or is on record as undelivered."""

    _due: list[tuple[int, AuditRecord]] = field(default_factory=list)
    _sent: Counter[str] = field(default_factory=Counter)

    def see(self, index: int, record: AuditRecord) -> None:
        """Take in the next record of the log."""
        if record.action is Action.NOTIFICATION_SEND:
            self._sent.update(record.resource.ids)
        elif record.grant_id is not None and _is_told(record):
            self._due.append((index, record))

    def untold(self) -> list[tuple[int, AuditRecord]]:
        """Return what nobody was told of, in the order of the log; nothing where nobody is ever told.

        Of a grant with several channels a message of one may stand for that of another.
        """
        left, found = self._sent.copy(), []
        for index, record in self._due if self._sent else ():
            if left[str(record.grant_id)] > 0:
                left[str(record.grant_id)] -= 1
            else:
                found.append((index, record))
        return found


def _is_told(record: AuditRecord) -> bool:
    wanted = OF_EMERGENCIES if record.mode is GrantMode.EMERGENCY else ALWAYS
    if record.action not in wanted or record.result is not Result.SUCCESS or record.phase not in _OVER:
        return False
    # Of what time did to a grant nobody is told but of the incident that it opened.
    return record.action is not Action.GRANT_EXPIRE or record.phase is Phase.OUTCOME
