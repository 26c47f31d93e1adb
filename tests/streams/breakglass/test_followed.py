"""A view that follows a log: behind is never "not found", and without the log what is known is served as stale."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from httpx2 import Response

from schemas.audit_terms import Reason
from schemas.errors import AccessDenied, LogUnavailable
from schemas.vault import Token
from streams.breakglass.database import open_database
from streams.breakglass.desk import HOME, Elsewhere
from streams.breakglass.entries import FOLLOWED, EntryView
from streams.breakglass.followed import Followed
from streams.config import VaultSettings
from streams.log.ports import Record, TopicPartition
from streams.log.sqlite_store import SqliteStore
from tests.streams.breakglass import rig as rigs
from tests.streams.breakglass.people import START
from tests.streams.breakglass.rig import TestClock
from tests.streams.breakglass.service import served
from tests.streams.embedded_rig import EmbeddedRig, rig_at

_NEVER = Token("phi_email_ca_bcdfghjklmnpqrstvwxz")


@dataclass(slots=True)
class _LogSource:
    """The embedded log as a source that is read when it is told, and can be cut off."""

    store: SqliteStore
    cut: bool = False
    drops: bool = False
    _reached: dict[TopicPartition, int] = field(default_factory=dict)

    def topic_ids(self) -> Mapping[str, str]:
        self._refuse()
        return {topic: self.store.topic_id(topic) for topic in FOLLOWED}

    def seek(self, positions: Mapping[TopicPartition, int]) -> None:
        self._reached = {place: positions.get(place, 0) for place in self.store.places(FOLLOWED)}

    def read(self, timeout: float) -> Sequence[Record]:
        self._refuse()
        records = [each for place, start in self._reached.items() for each in self.store.fetch(place, start, 500)]
        self._reached |= {TopicPartition(each.topic, each.partition): each.offset + 1 for each in records}
        if self.drops:
            raise LogUnavailable("lost on the way")
        return records

    def reached(self) -> Mapping[TopicPartition, int]:
        return dict(self._reached)

    def ends(self) -> Mapping[TopicPartition, int]:
        self._refuse()
        return {place: self.store.ends(place)[1] for place in self.store.places(FOLLOWED)}

    def _refuse(self) -> None:
        if self.cut:
            raise LogUnavailable("cut off")


@dataclass(slots=True)
class _Standing(_LogSource):
    """The same log, whose ends any thread may ask for: nobody writes to it any more."""

    at: Mapping[TopicPartition, int] = field(default_factory=dict)

    def ends(self) -> Mapping[TopicPartition, int]:
        self._refuse()
        return self.at


@dataclass(slots=True)
class _Bench:
    rig: EmbeddedRig
    source: _LogSource
    followed: Followed
    event: str
    conversation: str
    token: Token


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[_Bench]:
    """Follow a log with a conversation in it; nothing was read yet."""
    rig = rigs.redacted_state(tmp_path / "s")
    store = rig.state.open_store()
    source = _LogSource(store)
    view = EntryView.open(open_database(f"sqlite:///{tmp_path / 'view' / 'entries.db'}"))
    followed = Followed(view, source, TestClock(), patience=0.0)
    event, conversation, tokens = rigs.events_of(rig.state)[0]
    yield _Bench(rig, source, followed, event, conversation, tokens[1])
    store.close()


def _asks(bench: _Bench) -> list[int]:
    """Ask for what is there in every way; return how much of it was found."""
    followed = bench.followed
    return [
        len(followed.of_token(HOME, bench.token)),
        len(followed.in_event(HOME, bench.event)),
        len(followed.in_conversation(HOME, bench.conversation)),
    ]


def test_behind_is_not_not_found(bench: _Bench) -> None:
    """Before the end of the log was read nothing is said not to be there."""
    for ask in (
        lambda: bench.followed.of_token(HOME, bench.token),
        lambda: bench.followed.of_token(HOME, _NEVER),
        lambda: bench.followed.of_tag(HOME, "0" * 64),
        lambda: bench.followed.in_event(HOME, bench.event),
        lambda: bench.followed.in_conversation(HOME, bench.conversation),
    ):
        with pytest.raises(AccessDenied) as caught:
            ask()
        assert Reason.BEHIND == caught.value.facts["code"]


def test_caught_up_it_knows(bench: _Bench) -> None:
    """At the end of the log what is not there is not there."""
    bench.followed.follow_once(0.0)

    assert all(_asks(bench))
    assert () == tuple(bench.followed.of_token(HOME, _NEVER))
    assert bench.followed.stale_since is None


def test_a_known_token_is_served_while_behind(bench: _Bench) -> None:
    """What was read stays known while more comes in; a conversation may have gone on."""
    bench.followed.follow_once(0.0)
    bench.rig.feed(b'{"mail": "new@example.org"}')
    bench.rig.drain()

    assert 1 == len(bench.followed.of_token(HOME, bench.token))
    with pytest.raises(AccessDenied):
        bench.followed.of_token(HOME, _NEVER)
    with pytest.raises(AccessDenied):
        bench.followed.in_conversation(HOME, bench.conversation)


def test_without_the_log_known_tokens_are_stale(bench: _Bench) -> None:
    """Cut off, it serves what it knows and says since when; what it does not know may be there. It comes back."""
    bench.followed.follow_once(0.0)
    bench.source.cut = True
    with pytest.raises(LogUnavailable):
        bench.followed.of_token(HOME, _NEVER)
    assert START == bench.followed.stale_since  # At once, whatever the thread that follows is waiting for.
    with pytest.raises(LogUnavailable):
        bench.followed.follow_once(0.0)

    assert all(_asks(bench))
    assert START == bench.followed.stale_since
    with pytest.raises(LogUnavailable):
        bench.followed.of_tag(HOME, "0" * 64)
    bench.source.cut = False
    bench.followed.follow_once(0.0)

    assert bench.followed.stale_since is None


def test_another_log_makes_another_view(bench: _Bench, tmp_path: Path) -> None:
    """A view of topics that were made anew begins empty: tokens of the old ones are not looked for in it."""
    bench.followed.follow_once(0.0)
    other = rig_at(tmp_path / "other").state.open_store()
    followed = Followed(bench.followed.view, _LogSource(other), TestClock(), patience=0.0)
    followed.follow_once(0.0)

    assert () == tuple(followed.of_token(HOME, bench.token))
    other.close()


def test_what_was_lost_on_the_way_is_read_again(bench: _Bench) -> None:
    """A read that fails after it took records skips none of them: nothing becomes "not found" by it."""
    bench.source.drops = True
    with pytest.raises(LogUnavailable):
        bench.followed.follow_once(0.0)
    bench.source.drops = False
    bench.followed.follow_once(0.0)

    assert all(_asks(bench))


def test_the_api_never_says_not_found_without_knowing(bench: _Bench, tmp_path: Path) -> None:
    """503 while behind; without the log the known is served as stale, and the unknown is 503 by token and by value."""
    state, unknown = bench.rig.state, f"phi_email_ca_{'b' * 20}"
    keys, source = state.keys, _Standing(bench.source.store, at=bench.source.ends())
    followed = Followed(bench.followed.view, source, TestClock(), patience=0.0)
    vault = VaultSettings(
        key_store=state.key_store, ledger=state.ledger, private_folder=keys, token_keys_file=keys / "token-keys.json"
    )
    elsewhere = Elsewhere(followed, vault, {HOME: 1}, lambda *_: 0)
    with served(state, tmp_path / "served", elsewhere=elsewhere) as service:

        def active(**scope: object) -> str:
            grant_id = str(service.ask(scope=scope).json()["id"])
            service.post("bo", f"/v1/grants/{grant_id}/approve")
            service.post("ada", f"/v1/grants/{grant_id}/activate")
            return grant_id

        def reveal(token: str) -> Response:
            body = {"grant_id": opening, "view": "full", "purpose": "treatment", "tokens": [token]}
            return service.post("ada", "/v1/reveal", body)

        def look_up(value: str) -> Response:
            body = {"grant_id": finding, "purpose": "treatment", "type": "EMAIL", "values": [value]}
            return service.post("ada", "/v1/lookup", body)

        opening, finding = active(tokens=[bench.token, unknown]), active(lookup=True)
        behind = [reveal(bench.token), look_up(rigs.VALUES[0])]
        followed.follow_once(0.0)
        known, missing = reveal(bench.token).json()["items"], reveal(unknown).json()["items"]
        source.cut = True
        with pytest.raises(LogUnavailable):
            followed.follow_once(0.0)
        stale = [*reveal(bench.token).json()["items"], *look_up(rigs.VALUES[0]).json()["items"]]
        away = [reveal(unknown), look_up("nobody@example.org")]

    assert [(503, "behind")] * 2 == [(each.status_code, each.json()["code"]) for each in behind]
    assert [("ok", None), ("not_found", None)] == [(each["status"], each["stale_since"]) for each in (*known, *missing)]
    assert all(each["stale_since"] is not None for each in stale)
    assert [[bench.token]] == [each["tokens"] for each in stale if "tokens" in each]
    assert [(503, "log_unavailable")] * 2 == [(each.status_code, each.json()["code"]) for each in away]
    assert {"5"} == {each.headers["retry-after"] for each in (*behind, *away)}
