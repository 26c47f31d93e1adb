"""A canary cut into pieces: in clear in the raw topic and in intake's alone, while streams are open and afterwards."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.topics import ASSEMBLY, BATCHES, KEYED, QUARANTINE, REDACTED, VAULT
from streams.intake.loop import Intake
from streams.log.ports import Record
from streams.worker import Worker
from tests.canary import forms
from tests.schemas.sources.streamed.streams import chat, event_stream, messages
from tests.streams.dying import Dying, Killed
from tests.streams.intake_rig import PARTITIONS, TOPIC, IntakeRig, intake_rig_at, raw

PARTS = ["Write to thessa", "ly.quorn@exam", "ple.org, SSN 521", "-44-9183, thessaly.quorn@example.org"]
#: What of the canaries stands whole in some piece, and in record keys and headers; nothing else in a log says so.
FRAGMENTS = ("ly.quorn@exam", "ple.org, SSN 521", "-44-9183", "thessaly.quorn", "quorn@example.org")
NOW = 1_772_619_780_000


@pytest.fixture
def rig(tmp_path: Path) -> IntakeRig:
    """Return intake and a redactor."""
    return intake_rig_at(tmp_path / "state")


def clear_in(data: bytes) -> list[str]:
    """Return which fragments lie in some bytes, in any form."""
    return [fragment for fragment in FRAGMENTS if any(form in data for form in forms(fragment))]


def clear_files(rig: IntakeRig) -> dict[str, list[str]]:
    """Return which fragments lie in which file of the state folder."""
    files = (path for path in rig.state.folder.rglob("*") if path.is_file())
    return {path.name: found for path in files if (found := clear_in(path.read_bytes()))}


def clear_topics(rig: IntakeRig) -> set[str]:
    """Return the topics in which a fragment lies, once they are unsealed."""
    topics = (TOPIC, KEYED, ASSEMBLY, REDACTED, QUARANTINE, VAULT, BATCHES)
    return {topic for topic in topics if any(clear_in(_bytes(record)) for record in rig.records(topic))}


def run(service: Intake | Worker, until: int = 0) -> None:
    """Let a service work until it has nothing to read and *until* streams are open, or dies."""
    with service.log:
        service.stopping = lambda: (
            service.log.drained() and (isinstance(service, Intake) or len(service.streams) == until)
        )
        service.run()


def feed(rig: IntakeRig, *, ends: bool) -> None:
    """Write the begin or the end of three streams over all partitions, canaries in record keys and headers as well."""
    mail = b"thessaly.quorn@example.org"
    streams = [
        [json.dumps(piece).encode() for piece in chat(PARTS)],
        [json.dumps(piece).encode() for piece in messages(PARTS) if piece["type"] != "ping"],
        [event_stream([piece]).encode() for piece in chat(PARTS, id_="chatcmpl-2")],
    ]
    half = 5
    for number, pieces in enumerate(streams):
        for place, value in list(enumerate(pieces))[half if ends else 0 : None if ends else half]:
            stamp = NOW + 10 * place + number
            rig.feed(raw(value, place % PARTITIONS, stamp, mail + b"%d" % number, (("x-note", mail),)))


def test_no_canary_is_clear_while_streams_are_open(rig: IntakeRig, capfd: pytest.CaptureFixture[str]) -> None:
    """Open streams, killed processes, a stream read again: no file, pointer, metric, log line or repr tells of them."""
    feed(rig, ends=False)
    fates = iter(["after", "before"])
    with pytest.raises(Killed):
        run(rig.intake(lambda log: Dying.over(log, lambda: next(fates))))
    run(rig.intake())
    with pytest.raises(Killed):
        run(rig.worker(lambda log: Dying.over(log, lambda: next(fates))))
    run(rig.worker(), until=3)
    again = rig.worker()
    run(again, until=3)
    told = repr([*again.streams._streams.items(), again.streams, again.log]).encode() + again.metrics.text()
    printed = "".join(capfd.readouterr()).encode()

    assert len(rig.records(ASSEMBLY)) == 3
    assert clear_topics(rig) == {TOPIC, KEYED}
    assert (clear_files(rig), clear_in(told + printed)) == ({}, [])


def test_no_canary_is_clear_once_streams_have_ended(rig: IntakeRig, capfd: pytest.CaptureFixture[str]) -> None:
    """What became of streams, and of a piece that came after the end, holds tokens and sealed bytes alone."""
    feed(rig, ends=False)
    rig.take_in()
    run(rig.worker(), until=3)
    feed(rig, ends=True)
    rig.drain()
    feed(rig, ends=True)
    rig.drain()
    events = [tree for tree in rig.trees() if "record" in tree]
    printed = "".join(capfd.readouterr()).encode()

    assert {event["assembly"]["whole"] for event in events} == {True}
    assert len(events) == 3
    assert all(rig.records(topic) for topic in (VAULT, QUARANTINE, BATCHES))
    assert clear_topics(rig) == {TOPIC, KEYED}
    assert (clear_files(rig), clear_in(printed)) == ({}, [])


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_the_search_sees_a_fragment(fragment: str) -> None:
    """A fragment left in any form is found: a search that cannot fail protects nothing."""
    assert all(fragment in clear_in(b"x" + form + b"y") for form in forms(fragment))


def _bytes(record: Record) -> bytes:
    def parts() -> Iterator[bytes]:
        yield record.key or b""
        yield record.value or b""
        for name, value in record.headers:
            yield name.encode() + (value or b"")

    return b"\n".join(parts())
