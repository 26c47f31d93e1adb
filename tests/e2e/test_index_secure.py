"""The index behind TLS, passwords and roles: what the indexer may do, and what an analyst sees."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from schemas.errors import ConfigError, SinkRefused
from schemas.siem import document_of
from streams.config import Settings, SiemSettings, refuse_undeclared
from streams.siem.opensearch import OpenSearchSink, connect
from streams.siem.ports import Outcome, Query
from tests.contracts.siem_samples import chat
from tests.stack.required import required_stack
from tests.stack.running import Stack

pytestmark = [pytest.mark.integration, pytest.mark.secure]

EVENTS = [replace(chat(number, f"event {number}"), tenant="ab"[number % 2]) for number in range(6)]


@dataclass(frozen=True)
class Secured:
    """One index on the secure stack, as each account reaches it."""

    stack: Stack
    prefix: str

    def settings(self, user: str, **changes: object) -> SiemSettings:
        """Return the settings with which an account reaches the index."""
        login = {
            "url": self.stack.opensearch_url,
            "username": user,
            "password": SecretStr(self.stack.opensearch_passwords.get(user, "wrong")),
            "ca_file": Path(str(self.stack.ca)),
            "index_prefix": self.prefix,
        }
        return SiemSettings(**{**login, **changes})  # type: ignore[arg-type]

    def sink(self, user: str, **changes: object) -> OpenSearchSink:
        """Return the index as an account reaches it."""
        return OpenSearchSink(connect(self.settings(user, **changes)), self.prefix)

    def administrator(self) -> OpenSearchSink:
        """Return the index as the holder of the administrator's certificate reaches it."""
        certificate, key = Path(str(self.stack.admin_certificate)), Path(str(self.stack.admin_key))
        return self.sink("", username=None, certificate_file=certificate, key_file=key)


@pytest.fixture
def secured() -> Iterator[Secured]:
    """Return an index of a new name that the indexer's account has filled."""
    made = Secured(required_stack(secure=True), f"phistream-test-{uuid.uuid4().hex[:12]}")
    outcomes = made.sink("indexer").write([document_of(event) for event in EVENTS])
    assert set(outcomes) == {Outcome.STORED}
    administrator = made.administrator()
    administrator.refresh()
    yield made
    administrator._client.indices.delete(index=f"{made.prefix}-*")


def test_an_analyst_sees_one_tenant(secured: Secured) -> None:
    """A search finds the documents of the analyst's tenant, and counts no others."""
    page = secured.sink("analyst_a").search(Query(words=("event",)))

    assert (3, {"a"}) == (page.total, {hit["tenant"] for hit in page.hits})
    assert secured.sink("analyst_a").search(Query(tenant="b")).total == 0


def test_the_indexer_cannot_search(secured: Secured) -> None:
    """The account that writes reads nothing back."""
    with pytest.raises(SinkRefused):
        secured.sink("indexer").search(Query())


def test_an_analyst_cannot_write(secured: Secured) -> None:
    """An account that may only read stops an indexer, whatever day it writes to."""
    with pytest.raises(SinkRefused):
        secured.sink("analyst_a").write([document_of(EVENTS[0])])
    with pytest.raises(SinkRefused):
        secured.sink("analyst_a").write([document_of(chat(10_000, "another day"))])


def test_older_revisions_do_not_overwrite(secured: Secured) -> None:
    """External versions hold under the indexer's rights too."""
    better = replace(EVENTS[0], revision=2)

    assert [Outcome.STORED] == list(secured.sink("indexer").write([document_of(better)]))
    assert [Outcome.BETTER] == list(secured.sink("indexer").write([document_of(EVENTS[0])]))


@pytest.mark.parametrize("user", ["stranger", "indexer"])
def test_a_wrong_password_stops(secured: Secured, user: str) -> None:
    """No access is an error that stops, and never silence; its words hold neither password nor document."""
    with pytest.raises(SinkRefused) as refused:
        secured.sink(user, password=SecretStr("hunter2")).write([document_of(EVENTS[0])])

    assert "hunter2" not in repr(refused.value) + str(refused.value)


def test_an_unknown_authority_stops(secured: Secured) -> None:
    """A server whose certificate is not of the named authority is not spoken to."""
    with pytest.raises(SinkRefused):
        secured.sink("indexer", ca_file=None).write([document_of(EVENTS[0])])


def test_plaintext_beyond_this_host_is_refused() -> None:
    """Settings that would send events in clear over a network do not run."""
    siem = SiemSettings(url="http://siem.example.org:9200", encrypted_at_rest=True)
    with pytest.raises(ConfigError, match="plaintext"):
        refuse_undeclared(Settings(siem=siem))
