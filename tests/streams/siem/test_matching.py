"""What tail follows is what search finds."""

import pytest

from schemas.siem import document_of
from streams.siem.matching import matches
from streams.siem.ports import Query
from tests.contracts.siem_samples import SAMPLES
from tests.contracts.sink import QUERIES, number_of


@pytest.mark.parametrize(("query", "expected"), QUERIES)
def test_same_hits_as_the_indexes(query: Query, expected: set[int]) -> None:
    """Without an index a query has the hits that it has in every index."""
    sources = [document_of(value).source for value in SAMPLES]

    assert expected == {number_of(source) for source in sources if matches(source, query)}
