"""One real PostgreSQL for all contracts that have an implementation over it."""

from collections.abc import Iterator

import pytest

from tests.stack.postgres import Postgres, running_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Return a real PostgreSQL."""
    with running_postgres() as server:
        yield server
