"""An emergency of a deployment without identity provider and log: accounts of the folder, entries that are known."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from schemas.access import Role
from schemas.audit import AuditRecord
from schemas.audit_terms import Action, Phase, Result
from schemas.errors import AccessDenied, ConfigError, LogUnavailable
from schemas.vault import TenantId
from streams.audit.audit_log import read_records
from streams.breakglass import cleaning, followed
from streams.breakglass.database import open_database
from streams.breakglass.entries import EntryView
from streams.breakglass.following import catch_up
from streams.breakglass.identity import passwords
from streams.breakglass.identity.registry import give_role
from streams.clock import SystemClock
from streams.commands.signing_in import open_accounts, open_audit
from streams.embedded.state import EmbeddedState
from streams.log import admin, kafka_places, kafka_range
from streams.vault import passphrase as passphrases
from streams.vault.tokenkeys import ensure_token_keys
from tests.stack.ports import free_port
from tests.streams.breakglass.identity.rig import CHEAP
from tests.streams.breakglass.rig import VALUES, events_of, redacted_state
from tests.streams.commands.test_breakglass import PASSPHRASE
from tests.streams.commands.test_grant import REASON, Ward

_NEVER = "phi_email_ca_bcdfghjklmnpqrstvwxz"
_FOR = ("--purpose", "break_glass")
_SETTINGS = """
[kafka]
bootstrap_servers = "127.0.0.1:{port}"
encrypted_at_rest = true
[siem]
encrypted_at_rest = true
[tenants.local]
breakglass = {on}
[tenants.south]
[vault]
private_folder = "{state.keys}"
key_store = "{state.key_store}"
ledger = "{state.ledger}"
token_keys_file = "{state.folder}/../etc/token-keys.json"
"""


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    """Hold the ceremony in the folder of a service that once had read its log, which is away now."""
    folder = tmp_path_factory.mktemp("ward")
    state = redacted_state(folder / "state").state
    view, store = open_database(f"sqlite:///{state.breakglass / 'kafka-entries.db'}"), state.open_store()
    catch_up(EntryView.open(view), store)
    store.close()
    view.dispose()
    (folder / "etc").mkdir(mode=0o700)
    (folder / "etc" / "token-keys.json").write_bytes((state.keys / "token-keys.json").read_bytes())
    (folder / "etc" / "token-keys.json").chmod(0o600)
    ensure_token_keys(folder / "etc" / "token-keys.json", ["local", "south"])
    ward = Ward(folder)
    for name, on in (("on", "true"), ("off", "false"), ("two", "true\n[tenants.north]\nbreakglass = true")):
        text = _SETTINGS.format(port=free_port(), on=on, state=state)
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passphrases, "_COST", 2**10)
        patch.setattr(passwords, "Passwords", lambda: CHEAP)
        patch.setattr(cleaning, "clean", lambda text: text)
        patch.setattr(SystemClock, "now_ms", lambda _: ward.now_ms)
        patch.setattr(admin, "_SECONDS", 0.2)
        for module in (kafka_places, kafka_range):
            patch.setattr(module, "ADMIN_SECONDS", 0.2)
        silent = structlog.make_filtering_bound_logger(logging.CRITICAL)
        patch.setattr(followed, "log", structlog.wrap_logger(structlog.PrintLogger(), wrapper_class=silent))
        people = [ward.person("ada"), ward.person("ben")]
        ward.run("init", "--credentials", ward.file({"people": people, "passphrase": [PASSPHRASE]}))
        yield ward


def _ask(ward: Ward, *options: str, settings: str = "on") -> str:
    asked = ("grant", "request", "--purpose", "break_glass", "--reason", "-", *options)
    given = ("--config", str(ward.folder / f"{settings}.toml"))
    return ward.do(*asked, *given, *ward.as_("ada"), typed=REASON).stdout.strip()


def test_an_emergency_needs_neither_provider_nor_log(ward: Ward) -> None:
    """At once, with what was known before the log went away, and said to be old; the unknown is not "not found"."""
    event_id, _, tokens = events_of(EmbeddedState(ward.state))[0]
    config = ("--config", str(ward.folder / "on.toml"))
    id_ = _ask(ward, "--emergency", "--event", event_id, "--token", _NEVER)
    shown = ward.do("reveal", id_, *_FOR, "--event", event_id, "--json", *config, *ward.opening("ada"))
    items = [json.loads(line) for line in shown.stdout.splitlines()]
    table = ward.do("reveal", id_, *_FOR, "--token", tokens[0], *config, *ward.opening("ada")).stdout

    assert {VALUES[0], VALUES[2]} <= {item["value"] for item in items}
    assert all(item["stale_since"] is not None for item in items)
    assert "ok, stale" in table
    assert "cannot be reached" in shown.stderr
    with pytest.raises(LogUnavailable):
        ward.do("reveal", id_, *_FOR, "--token", _NEVER, *config, *ward.opening("ada"))
    ward.do("grant", "ratify", id_, *ward.as_("ben"))


def test_without_an_emergency_two_persons_say_so_offline_too(ward: Ward) -> None:
    """A normal grant is asked for, approved and activated at the folder, and not activated before."""
    event_id = events_of(EmbeddedState(ward.state))[0][0]
    config = ("--config", str(ward.folder / "on.toml"))
    id_ = _ask(ward, "--event", event_id)
    with pytest.raises(AccessDenied):
        ward.do("grant", "activate", id_, *config, *ward.as_("ada"))
    ward.do("grant", "approve", id_, *ward.as_("ben"))
    ward.do("grant", "activate", id_, *config, *ward.as_("ada"))

    shown = ward.do("reveal", id_, *_FOR, "--event", event_id, "--json", *config, *ward.opening("ada"))
    assert VALUES[0] in shown.stdout


def test_a_look_up_offline_finds_what_was_known(ward: Ward) -> None:
    """Without provider and log the known tokens of a value are found; of an unknown value nothing is said."""
    config = ("--config", str(ward.folder / "on.toml"))
    id_ = _ask(ward, "--lookup")
    ward.do("grant", "approve", id_, *ward.as_("ben"))
    ward.do("grant", "activate", id_, *config, *ward.as_("ada"))
    asked = ("lookup", id_, "EMAIL", *_FOR, "--values", "-", *config)
    found = ward.do(*asked, *ward.as_("ada"), typed=VALUES[0])

    assert found.stdout.strip() in events_of(EmbeddedState(ward.state))[0][2]
    assert "cannot be reached" in found.stderr
    with pytest.raises(LogUnavailable):
        ward.do(*asked, *ward.as_("ada"), typed="nobody@example.org")
    assert [Result.SUCCESS, Result.ERROR] == [each.result for each in _told(ward) if each.action is Action.LOOKUP]


def _told(ward: Ward) -> list[AuditRecord]:
    """Return the outcomes of the folder's audit log."""
    state = EmbeddedState(ward.state)
    with open_audit(state) as audit:
        size = audit.log.size
    return [record for _, record in read_records(state.audit_log, 0, size) if record.phase is Phase.OUTCOME]


def test_only_for_tenants_that_say_so(ward: Ward) -> None:
    """Off by default, here as in the service; a tenant that is off is refused by any name."""
    with pytest.raises(ConfigError, match="no tenant"):
        _ask(ward, "--emergency", "--token", _NEVER, settings="off")
    with pytest.raises(ConfigError, match="name a tenant"):
        _ask(ward, "--emergency", "--token", _NEVER, "--tenant", "south")


def test_a_role_in_a_tenant_is_for_that_tenant(ward: Ward) -> None:
    """Who may ask in one tenant of a deployment asks there, by its name, and in no other."""
    with pytest.raises(AccessDenied, match="role_missing"):
        _ask(ward, "--token", _NEVER, "--tenant", "north", settings="two")
    state = EmbeddedState(ward.state)
    with open_audit(state) as audit:
        accounts = open_accounts(state, audit)
        ada = accounts.person_of("ada")
        with accounts.registry.engine.begin() as connection:
            give_role(connection, ada, TenantId("north"), Role.REQUESTER, 0.0)

    assert _ask(ward, "--token", _NEVER, "--tenant", "north", settings="two")
    with pytest.raises(ConfigError, match="name a tenant"):
        _ask(ward, "--token", _NEVER, settings="two")
