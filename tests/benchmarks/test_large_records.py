"""The large records that walking is measured on are what the figures say."""

from benchmarks.throughput.large_records import LEAVES, large_records, leaves_of
from schemas.sources.all import recognise
from schemas.sources.otlp import decode_value


def test_large_records_are_a_megabyte_of_ten_thousand_leaves() -> None:
    """Each is of its format, within a few percent of the size and the number of leaves that its figure names."""
    sources = []
    for value in large_records().values():
        tree = decode_value(value)
        sources.append(recognise(tree).name)

        assert abs(len(value) - 1_000_000) < 50_000
        assert abs(leaves_of(tree) - LEAVES) < LEAVES / 100
    assert ["openai", "generic", "otel", "otel"] == sources
