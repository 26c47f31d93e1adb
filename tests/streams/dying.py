"""A log under which the process dies, at the moments that a test chooses."""

from collections.abc import Callable, Sequence

from schemas.errors import TransactionFailed
from streams.log.ports import Publication, Record, TransactionalLog
from streams.log.sqlite import SqliteTransactionalLog


class Killed(BaseException):
    """The process died."""


class Dying(SqliteTransactionalLog):
    """A log under which the process dies, or whose transaction fails, at some publications."""

    plan: Callable[[], str] = staticmethod(lambda: "")

    @classmethod
    def over(cls, log: TransactionalLog, plan: Callable[[], str]) -> "Dying":
        """Return the same log."""
        assert isinstance(log, SqliteTransactionalLog)
        dying = cls(log._store, log._consumers, log._reader._topics, log._heard._upstream)
        dying.plan = plan
        return dying

    def publish(self, publications: Sequence[Publication], records: Sequence[Record]) -> None:
        """Publish, or die before or after it, or fail."""
        fate = self.plan()
        if fate == "before":
            raise Killed
        if fate in ("failed", "unknown"):
            if fate == "unknown":
                super().publish(publications, records)
            self.rewind()
            raise TransactionFailed("outcome unknown")
        super().publish(publications, records)
        if fate == "after":
            raise Killed
