"""What every inlet promises (streams/log/inlet.py); a subclass gives the bench and runs it over its implementation."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

import pytest

from schemas.errors import LogError
from streams.log.inlet import Inlet

DIGEST = "ab" * 32


class InletBench(Protocol):
    """An inlet under test: ways to open it as another process would, and to see what stands in its topic."""

    def open(self) -> Inlet:
        """Open the inlet once more."""
        ...

    def visible(self) -> list[bytes]:
        """Return every value that a reader of committed records sees in the raw topic, sorted."""
        ...


class InletContract:
    """The suite."""

    @pytest.fixture
    def bench(self) -> Iterator[InletBench]:
        """Return the inlet under test."""
        raise NotImplementedError

    def test_records_are_there_when_append_returns(self, bench: InletBench) -> None:
        """What was appended is visible, and no redactor has settled it."""
        with bench.open() as inlet:
            inlet.append([b"a", b"b"])

            assert [b"a", b"b"] == bench.visible()
            assert inlet.waiting() >= 2

    def test_a_new_file_begins_at_its_start(self, bench: InletBench) -> None:
        """Of an unknown file nothing is there, and two files do not know of each other."""
        with bench.open() as inlet:
            start = inlet.begin(DIGEST)
            inlet.append_file([b"a"], replace(start, position=1))

            assert (0, False, inlet.topic) == (start.position, start.complete, start.topic)
            assert 0 == inlet.begin("cd" * 32).position

    def test_position_and_records_are_one(self, bench: InletBench) -> None:
        """Another process goes on after the records that are there."""
        with bench.open() as inlet:
            start = inlet.begin(DIGEST)
            inlet.append_file([b"a", b"b"], replace(start, position=2))
            inlet.append_file([b"c"], replace(start, position=3))
        with bench.open() as other:
            found = other.begin(DIGEST)
            other.append_file([], replace(found, complete=True))

            assert (3, False) == (found.position, found.complete)
            assert other.begin(DIGEST).complete
        assert [b"a", b"b", b"c"] == bench.visible()

    def test_of_two_processes_one_goes_on(self, bench: InletBench) -> None:
        """Whoever took a file first can commit no more once another took it: nothing is there twice."""
        with bench.open() as first, bench.open() as second:
            start = first.begin(DIGEST)
            first.append_file([b"a"], replace(start, position=1))
            found = second.begin(DIGEST)
            with pytest.raises(LogError):
                first.append_file([b"b"], replace(start, position=2))
            second.append_file([b"b"], replace(found, position=2))

        assert [b"a", b"b"] == bench.visible()
