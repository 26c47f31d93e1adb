"""A worker that is wrong on purpose: it commits offsets outside the transaction, so the campaign has to fail.

Offsets are committed before the outputs: a worker that dies in between has skipped its records.
"""

import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from streams import worker_main
from streams.config import load_settings
from streams.log import kafka
from streams.log.ports import Publication, Record
from streams.supervisor import RunFolder, Supervisor

NAME = "offsets-outside"


class OffsetsOutside(kafka.KafkaTransactionalLog):
    """A log whose offsets and outputs are two steps."""

    def publish(self, publications: Sequence[Publication], records: Sequence[Record]) -> None:
        """Commit the offsets through the consumer, then write the outputs in a transaction that holds no offsets."""
        self._reader.commit(records)
        super().publish(publications, records)

    def _transact(self, publications: Sequence[Publication], _records: Sequence[Record]) -> None:
        super()._transact(publications, ())


def supervise(config: Path, slots: Sequence[int]) -> int:
    """Run a mutant for each slot as `phistream worker` runs workers."""
    folder = RunFolder(load_settings(config).run_folder)
    folder.path.mkdir(parents=True, exist_ok=True)
    command = (sys.executable, "-m", __spec__.name, "--run-folder", str(folder.path), "--config", str(config))
    supervisor = Supervisor(folder, slots, lambda slot: (*command, "--slot", str(slot)), fences=4)
    signal.signal(signal.SIGTERM, lambda *_: supervisor.stop())
    return supervisor.run()


def main() -> int:
    """Supervise (`supervise CONFIG SLOTS`), or be one worker."""
    if sys.argv[1] == "supervise":
        return supervise(Path(sys.argv[2]), range(int(sys.argv[3])))
    kafka.KafkaTransactionalLog = OffsetsOutside  # type: ignore[misc]
    return worker_main.main()


if __name__ == "__main__":
    sys.exit(main())
