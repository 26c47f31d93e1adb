"""Windowed counts."""

from dataclasses import replace

from schemas.events import Call, RedactedEvent, Withheld
from streams.monitor import windows as module
from streams.monitor.windows import OTHER, Windows
from tests.contracts.siem_samples import MINUTE, NOON, chat, withheld

WINDOW = 5 * MINUTE


def test_every_event_counts_once() -> None:
    """A record that is read again is not counted again."""
    windows = Windows(300)
    first = windows.add(chat(1, "x", counts={"NAME": 2, "MRN": 1}, call=Call(model="m-1")))
    again = windows.add(chat(1, "x", counts={"NAME": 2, "MRN": 1}, call=Call(model="m-1")))
    (window,) = windows.latest(5)

    assert first is not None
    assert again is None
    assert ({"clinic-a": 1}, {"m-1": 1}, {"NAME": 2, "MRN": 1}) == (
        window.tenants,
        window.models,
        window.identifiers,
    )


def test_windows_follow_the_time_of_the_event() -> None:
    """An event counts in the window of its own time, in whatever order events come."""
    windows = Windows(300)
    for number in (7, 1, 12, 2, 6):
        windows.add(chat(number, "x"))

    assert [(NOON + 2 * WINDOW, 1), (NOON + WINDOW, 2), (NOON, 2)] == [
        (window.start_ms, window.events) for window in windows.latest(5)
    ]


def test_sources_are_counted_apart() -> None:
    """The counts of a source are those of its tenant, topic and window."""
    windows = Windows(300)
    windows.add(withheld(1))
    windows.add(replace(chat(2, "x"), tenant="clinic-b"))
    windows.add(chat(6, "x"))
    counted = windows.add(chat(3, "x"))

    assert counted is not None
    assert (2, 1, 0.5) == (counted.events, counted.withheld, counted.share)


def test_memory_is_bounded() -> None:
    """Windows, ids and values are kept up to a bound; what is beyond is counted together."""
    windows = Windows(1)
    events: list[RedactedEvent | Withheld] = [
        chat(number, "x", call=Call(model=f"m-{number}")) for number in range(module.MOST_WINDOWS + 50)
    ]
    for event in events:
        windows.add(event)
    same = Windows(10**6)
    for event in events:
        same.add(event)
    (window,) = same.latest(5)

    assert module.MOST_WINDOWS == len(windows.latest(10**6))
    assert (module.MOST_VALUES + 1, 50) == (len(window.models), window.models[OTHER])
    assert len(events) == window.models.total()
