"""The contract of grants, accounts and outbox over SQLite and PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from schemas.access import Scope
from schemas.errors import ConfigError
from streams.breakglass.database import database_in, open_database
from streams.vault.private_file import write_private
from tests.contracts.breakglass import BreakglassContract, Open
from tests.stack.postgres import Postgres
from tests.streams.breakglass import people
from tests.streams.breakglass.rig import rig_over
from tests.streams.embedded_rig import rig_at


@pytest.fixture
def engines() -> Iterator[list[Engine]]:
    """Return a list of engines, let go of afterwards."""
    opened: list[Engine] = []
    yield opened
    for engine in opened:
        engine.dispose()


class TestSqlite(BreakglassContract):
    """One file, several connections."""

    @pytest.fixture
    def open_engine(self, tmp_path: Path, engines: list[Engine]) -> Open:
        """Return what opens the database."""

        def opened() -> Engine:
            engines.append(open_database(f"sqlite:///{tmp_path / 'breakglass' / 'breakglass.db'}"))
            return engines[-1]

        return opened


@pytest.mark.integration
class TestPostgres(BreakglassContract):
    """One database, several connections."""

    @pytest.fixture
    def open_engine(self, postgres: Postgres, engines: list[Engine]) -> Open:
        """Return what opens the database, empty at first."""
        postgres.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public")

        def opened() -> Engine:
            engines.append(open_database(postgres.url()))
            return engines[-1]

        return opened

    @pytest.mark.usefixtures("open_engine")
    def test_a_folder_names_it(self, postgres: Postgres, tmp_path: Path) -> None:
        """With its URL in `database.url` break-glass keeps grants and people in PostgreSQL, and in no file."""
        state = rig_at(tmp_path / "s").state
        state.open_store().close()
        state.breakglass.mkdir(mode=0o700)
        write_private(state.breakglass / "database.url", postgres.url().encode() + b"\n")
        with rig_over(state) as rig:
            grant = rig.active(Scope(tokens=frozenset({people.TOKEN})))
            engine = database_in(state.breakglass)
            assert "postgresql" == engine.dialect.name
            assert grant == rig.desk.granting.store.get(grant.id)
            engine.dispose()
            rig.desk.registry.engine.dispose()
            rig.desk.granting.store.engine.dispose()

        assert not (state.breakglass / "breakglass.db").exists()


def test_a_url_that_others_may_read_is_refused(tmp_path: Path) -> None:
    """The file may hold a password: it is its owner's alone."""
    path = tmp_path / "database.url"
    path.write_text("postgresql://breakglass@127.0.0.1/phistream", encoding="utf-8")
    path.chmod(0o644)

    with pytest.raises(ConfigError, match="open to others"):
        database_in(tmp_path)
