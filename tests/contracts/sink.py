"""The index contract: one suite over OpenSearch and its embedded twin (ports.py says it in full)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import pytest

from schemas.events import Call
from schemas.siem import Document, document_of
from streams.siem.ports import Cursor, Outcome, Page, Query
from tests.contracts.siem_samples import (
    DATE_TOKEN,
    MINUTE,
    MRN_TOKEN,
    NAME_TOKEN,
    NOON,
    OTHER_TOKEN,
    SAMPLES,
    chat,
    withheld,
)


class TestedSink(Protocol):
    """A sink whose writes a test can wait for."""

    def write(self, documents: Sequence[Document]) -> Sequence[Outcome]:
        """Write documents."""
        ...

    def search(self, query: Query) -> Page:
        """Answer a query."""
        ...

    def refresh(self) -> None:
        """Let searches see what was written."""
        ...


#: What is asked, and the numbers of the samples that answer.
QUERIES: tuple[tuple[Query, set[int]], ...] = (
    (Query(words=(NAME_TOKEN,)), {1, 2, 3, 7, 11, 12}),
    (Query(words=(MRN_TOKEN,)), {2, 3, 8}),
    (Query(words=(DATE_TOKEN,)), {2}),
    (Query(words=(OTHER_TOKEN,)), {11, 12}),
    (Query(words=(NAME_TOKEN, OTHER_TOKEN)), {11, 12}),
    (Query(words=(NAME_TOKEN.upper(),)), {1, 2, 3, 7, 11, 12}),
    (Query(words=(NAME_TOKEN[:-1],)), set()),
    (Query(words=(f"{NAME_TOKEN}'s",)), {2}),
    (Query(words=("cafe",)), {4, 5}),
    (Query(words=("CAFÉ",)), {4, 5}),
    (Query(words=("zurich", "Angstrom")), {4}),
    (Query(words=("crème brûlée",)), {4}),
    (Query(words=("brulee creme",)), set()),
    (Query(words=("strasse",)), {5}),
    (Query(words=("oresund", "lodz", "oeuvre")), {5}),
    (Query(words=("chest pain",)), {1, 6}),
    (Query(words=("chest", "pain")), {1, 6}),
    (Query(words=("chest-pain",)), {1, 6}),
    (Query(words=("example",)), {6}),
    (Query(words=("example.org",)), {6}),
    (Query(words=("don't",)), {6}),
    (Query(words=("dont",)), set()),
    (Query(words=("3",)), set()),
    (Query(words=("v3.5",)), {6}),
    (Query(words=("2024",)), {2}),
    (Query(words=("deep word",)), {7}),
    (Query(words=("line one",)), {7}),
    (Query(words=("key",)), {8}),
    (Query(words=("odd",)), {10}),
    (Query(words=("arguments",)), set()),
    (Query(words=("o'brien",)), {15}),
    (Query(words=("brien",)), {15}),
    (Query(words=("000 units",)), {15}),
    (Query(words=("a_b",)), {15}),
    (Query(words=("c",)), set()),
    (Query(words=("αβγ",)), {15}),
    (Query(words=('"',)), set()),
    (Query(words=("nowhere",)), set()),
    (Query(words=('a" OR "b',)), set()),
    (Query(tenant="clinic-b"), {3}),
    (Query(model="m-1"), {1, 9, 12}),
    (Query(application="triage"), {1}),
    (Query(conversation="conv-1"), {9, 10}),
    (Query(identifier="MRN"), {2, 8}),
    (Query(identifier="NAME", words=(MRN_TOKEN,)), {2, 3}),
    (Query(kind="withheld"), {13}),
    (Query(kind="alert"), {14}),
    (Query(since_ms=NOON + 14 * MINUTE), {14, 15}),
    (Query(until_ms=NOON + 2 * MINUTE), {1}),
    (Query(since_ms=NOON + 2 * MINUTE, until_ms=NOON + 4 * MINUTE), {2, 3}),
    (Query(words=(NAME_TOKEN,), until_ms=NOON + 3 * MINUTE, tenant="clinic-a"), {1, 2}),
    (Query(), set(range(1, 16))),
)


def number_of(hit: dict[str, object]) -> int:
    """Return the number of a sample: it stands at the end of its id."""
    return int(str(hit["event_id"]).rpartition("-")[2])


class SinkContract:
    """What every index does."""

    @pytest.fixture(scope="class")
    @classmethod
    def filled(cls, shared: TestedSink) -> TestedSink:
        """Return an index that holds the samples; nothing is written to it after."""
        shared.write([document_of(value) for value in SAMPLES])
        shared.refresh()
        return shared

    @pytest.mark.parametrize(("query", "expected"), QUERIES)
    def test_same_hits(self, filled: TestedSink, query: Query, expected: set[int]) -> None:
        """Words, tokens and filters find the same events in every index, in order of time."""
        page = filled.search(query)

        assert sorted(expected) == [number_of(hit) for hit in page.hits]
        assert len(expected) == page.total

    def test_record_comes_back(self, filled: TestedSink) -> None:
        """A hit holds the redacted record as it was written."""
        hits = filled.search(Query(words=("odd",))).hits

        assert [[[None, 1.5, True, {"": {"a.b": "odd keys"}}], "in a list"]] == [hit["record"] for hit in hits]

    @pytest.mark.parametrize("newest_first", [False, True])
    def test_pages_are_the_whole(self, filled: TestedSink, *, newest_first: bool) -> None:
        """Page after page gives every hit once, in the order of one large page."""
        query = Query(newest_first=newest_first, limit=4)
        seen: list[int] = []
        after: Cursor | None = None
        while True:
            page = filled.search(replace(query, after=after))
            seen += [number_of(hit) for hit in page.hits]
            if page.more is None:
                break
            after = page.more

        assert sorted(range(1, 16), reverse=newest_first) == seen

    def test_events_of_one_moment_keep_the_order_of_their_offsets(self, sink: TestedSink) -> None:
        """Events of one moment are in order of their offsets, then of their ids; none is lost between pages."""
        moment = chat(1, "word").time
        documents = [document_of(replace(chat(number, "word"), time=moment)) for number in (10, 9, 100, 2)]
        documents.append(document_of(replace(chat(2, "word"), time=moment, event_id="another-0")))
        sink.write(documents)
        sink.refresh()
        first = sink.search(Query(limit=2))
        second = sink.search(Query(limit=2, after=first.more))
        third = sink.search(Query(limit=2, after=second.more))

        assert [2, 0, 9, 10, 100] == [number_of(hit) for hit in (*first.hits, *second.hits, *third.hits)]
        assert third.more is None

    def test_writing_twice_is_writing_once(self, sink: TestedSink) -> None:
        """A replay overwrites itself."""
        documents = [document_of(chat(number, "same")) for number in range(1, 4)]

        assert [Outcome.STORED] * 3 == list(sink.write(documents))
        assert [Outcome.STORED] * 3 == list(sink.write(documents))
        sink.refresh()
        assert sink.search(Query(words=("same",))).total == 3

    def test_older_revision_does_not_overwrite(self, sink: TestedSink) -> None:
        """A better redaction stays: the older one is done, and not found."""
        sink.write([document_of(chat(1, "better", revision=2))])
        outcome = list(sink.write([document_of(chat(1, "leaky"))]))
        sink.refresh()

        assert [Outcome.BETTER] == outcome
        assert sink.search(Query(words=("leaky",))).total == 0
        assert sink.search(Query(words=("better",))).total == 1

    def test_newer_revision_overwrites(self, sink: TestedSink) -> None:
        """A better redaction replaces the old one: its words and values are no longer found."""
        sink.write([document_of(chat(1, "leaky", counts={"NAME": 1}, call=Call(model="m-1")))])
        outcome = list(sink.write([document_of(chat(1, "better", revision=2, call=Call(model="m-2")))]))
        sink.refresh()

        assert [Outcome.STORED] == outcome
        assert sink.search(Query(words=("leaky",))).total == 0
        assert sink.search(Query(model="m-1")).total == 0
        assert sink.search(Query(identifier="NAME")).total == 0
        assert sink.search(Query(words=("better",), model="m-2")).total == 1

    def test_a_first_redaction_replaces_a_withheld_place(self, sink: TestedSink) -> None:
        """A record that left quarantine takes the place that was kept for it."""
        sink.write([document_of(withheld(1))])
        outcome = list(sink.write([document_of(chat(1, "found"))]))
        sink.refresh()

        assert [Outcome.STORED] == outcome
        assert [("redacted_event", 1)] == [(hit["kind"], hit["revision"]) for hit in sink.search(Query()).hits]

    def test_nothing_written_is_nothing_asked(self, sink: TestedSink) -> None:
        """No documents, no outcomes."""
        assert list(sink.write([])) == []

    def test_a_large_text_is_found(self, sink: TestedSink) -> None:
        """A text of megabytes, a word without end and a value beyond an exact field's length are taken."""
        long = "x" * 100_000
        text = f"{'filler ' * 300_000}{long} end"
        outcome = list(sink.write([document_of(chat(1, text, call=Call(model=long, session="é" * 5_000)))]))
        sink.refresh()

        assert [Outcome.STORED] == outcome
        assert sink.search(Query(words=("end",))).total == 1
        assert sink.search(Query(model=long)).total == 1
