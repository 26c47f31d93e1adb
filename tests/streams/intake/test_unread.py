"""Records that killed intake twice: forwarded as they are, read by nobody, and no stream is joined without them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from schemas.origin import MARK_HEADER, ORIGIN_HEADER, Mark
from schemas.topics import KEYED
from streams.intake.origins import believed
from streams.log.ports import Publication
from streams.supervisor import DEATHS, RunFolder
from tests.schemas.sources.streamed.streams import Tree, chat, cut, messages
from tests.streams.intake_rig import DIRECT, TOPIC, IntakeRig, intake_rig_at, raw, settled

TEXT = "Write to maria.quintana@example.org, SSN 521-44-9180, or jo@example.org"
CUTS = [12, 22, 30, 44, 52, 60]
NOW = 1_772_619_780_000


@pytest.fixture
def rig(tmp_path: Path) -> IntakeRig:
    """Return intake and a redactor."""
    return intake_rig_at(tmp_path / "state")


def values(pieces: Sequence[Tree]) -> list[bytes]:
    """Return one record a piece."""
    return [json.dumps(piece).encode() for piece in pieces if piece.get("type") != "ping"]


def kill(rig: IntakeRig, partition: int, offset: int) -> None:
    """Note that a record has killed two processes of intake."""
    folder = rig.state.run_folder / "intake"
    folder.mkdir(exist_ok=True)
    for _ in range(DEATHS):
        RunFolder(folder).count_death(f"{TOPIC}/{partition}/{offset}")


def reasons(rig: IntakeRig) -> dict[tuple[int, int], str | None]:
    """Return why each raw record is withheld, None for those of events."""
    withheld = {
        (tree["coordinates"]["partition"], tree["coordinates"]["offset"]): str(tree["reason"])
        for tree in rig.trees()
        if "reason" in tree
    }
    return {place: withheld.get(place) for place in settled(rig.trees())}


def test_it_goes_on_as_it_is_and_into_quarantine(rig: IntakeRig) -> None:
    """Its bytes are those that were written, it goes by its coordinates, and no worker looks into it."""
    value = b'{"mail": "jo@example.org"}'
    rig.feed(raw(value, 1, NOW, b"mine", (("own", b"kept"),)), raw(b'{"note": "fine"}', 1, NOW + 1))
    kill(rig, 1, 0)
    rig.drain()
    (moved,) = [each for each in map(believed, rig.records(KEYED)) if each.mark is not None]

    assert (b"mine", value, (("own", b"kept"),), Mark.UNREAD) == (moved.key, moved.value, moved.headers, moved.mark)
    assert f"{TOPIC}/1/0".encode() in {record.key for record in rig.records(KEYED)}
    assert {(1, 0): "killed_worker", (1, 1): None} == reasons(rig)


@pytest.mark.parametrize("restarted", [False, True])
def test_its_stream_is_sealed_and_no_other(rig: IntakeRig, *, restarted: bool) -> None:
    """Pieces with an id, and pieces under a record key, even where intake began anew; the next turn is whole."""
    named, keyed = values(chat(cut(TEXT, CUTS))), values(messages(cut(TEXT, CUTS)))
    other = values(chat(["fine"], id_="chatcmpl-other"))
    publications: list[list[Publication]] = []
    for number in range(len(keyed)):
        later = [raw(value, 0, NOW + 2 * number) for value in named[number : number + 1]]
        later += [raw(value, 1, NOW + 2 * number, b"k") for value in keyed[number : number + 1]]
        later += [raw(value, 2, NOW + 2 * number + 1) for value in other[number : number + 1]]
        publications.append(later)
    kill(rig, 0, 2)
    kill(rig, 1, 3)
    if restarted:
        rig.feed(*(each for some in publications[:4] for each in some))
        rig.take_in()
        publications = publications[4:]
    rig.feed(*(each for some in publications for each in some))
    rig.feed(*(raw(value, 1, NOW + 90_000 + number, b"k") for number, value in enumerate(keyed)))
    rig.drain()
    expected: dict[tuple[int, int], Any] = {(0, number): "stream_piece" for number in range(len(named))}
    expected |= {(1, number): "stream_piece" for number in range(len(keyed))}
    expected |= {(1, len(keyed) + number): None for number in range(len(keyed))}
    expected |= {(2, number): None for number in range(len(other))}

    assert reasons(rig) == expected | {(0, 2): "killed_worker", (1, 3): "killed_worker"}


def test_nobody_else_marks_records(rig: IntakeRig) -> None:
    """A mark is believed from intake alone: on a raw topic it goes, unread, and what is no mark is none."""
    forged = ((MARK_HEADER, b"unread"),)
    rig.feed(raw(b'{"note": "a"}', 0, NOW, None, forged), Publication(DIRECT, None, b'{"note": "b"}', forged, NOW, 0))
    rig.drain()
    (moved,) = rig.records(KEYED)
    origin = next(value for name, value in moved.headers if name == ORIGIN_HEADER)
    odd = ((ORIGIN_HEADER, origin), (MARK_HEADER, b"odd"))
    rig.feed(Publication(KEYED, None, b'{"note": "c"}', odd, NOW, 0))
    rig.drain()

    assert ["a", "b", "c"] == sorted(tree["record"]["note"] for tree in rig.trees())
