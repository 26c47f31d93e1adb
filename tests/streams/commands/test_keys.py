"""`phistream keys` and `phistream erase` over a state folder: what an operator types, and what is left afterwards."""

import getpass
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from schemas.access import Role
from schemas.audit import AuditRecord
from schemas.audit_terms import Action, ActorType, Reason
from schemas.codec import encode
from schemas.errors import AccessDenied, ConfigError, PhistreamError, VaultError
from schemas.topics import DAY_MS, VAULT
from schemas.vault import VaultEntry
from streams.audit.audit_log import open_audit_log, read_records
from streams.breakglass.identity import passwords
from streams.breakglass.identity.halves import passphrase_of
from streams.cli import app
from streams.clock import SystemClock
from streams.commands.signing_in import open_audit
from streams.embedded.state import TENANT, EmbeddedState
from streams.log.ports import Publication
from streams.vault import key_ages
from streams.vault import passphrase as passphrases
from streams.vault.envelope import SealingVault
from streams.vault.kek import open_kek
from streams.vault.key_pairs import create_key_pair
from streams.vault.keystore_sqlite import SqliteKeyStore
from streams.vault.openers import Openers
from streams.vault.opening import open_entry, unwrap_dek
from streams.vault.passphrase import is_protected
from streams.vault.tokenkeys import ensure_token_keys, load_token_keys
from tests.streams.breakglass.identity.rig import CHEAP
from tests.streams.commands.test_breakglass import Desk
from tests.streams.vault.test_envelope import secret


class Folder:
    """A state folder with sealed entries, without people: whoever holds it acts."""

    def __init__(self, path: Path) -> None:
        self.state = EmbeddedState(path / "state")
        self.state.prepare()
        ensure_token_keys(self.state.keys / "token-keys.json", [TENANT])
        self.state.open_store().close()
        self.entries: list[VaultEntry] = []

    def seal(self, number: int) -> VaultEntry:
        """Seal a secret into key store and log, as a worker of its own would."""
        store = SqliteKeyStore(self.state.key_store)
        kek = open_kek(f"local:{self.state.keys / 'vault.public.pem'}")
        now = SystemClock().now_ms()
        entry = SealingVault(TENANT, kek, store, SystemClock()).seal("ev-1", [secret(number)], now)[0]
        store.close()
        log = self.state.open_store()
        with log.transaction():
            key = f"{entry.tenant}|{entry.token}|{entry.unit}".encode()
            log.append([Publication(VAULT, key, encode(entry))])
        log.close()
        self.entries.append(entry)
        return entry

    def run(self, *words: str) -> Result:
        """Run a command; errors of ours are raised."""
        result = CliRunner().invoke(app, [*words, "--state", str(self.state.folder)])
        if isinstance(result.exception, PhistreamError):
            raise result.exception
        assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
        return result

    def readable(self) -> int:
        """Return how many entries open with what lies in the folder."""
        store, openers = SqliteKeyStore(self.state.key_store), Openers(self.state.keys)
        opened = 0
        for entry in self.entries:
            wrapped = store.get(entry.dek_id)
            if wrapped is not None and wrapped.wrapped:
                opened += bool(open_entry(entry, unwrap_dek(wrapped, openers(wrapped.kek_uri))).value)
        store.close()
        return opened

    def told(self) -> list[AuditRecord]:
        """Return the audit log."""
        with open_audit(self.state) as log:
            size = log.log.size
        return [record for _, record in read_records(self.state.audit_log, 0, size)]

    def listed(self, *words: str) -> list[dict[str, object]]:
        """Return what a command lists."""
        return [json.loads(line) for line in self.run(*words, "--json").stdout.splitlines()]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Return a state folder with one entry."""
    made = Folder(tmp_path)
    made.seal(1)
    return made


def cheapen(patch: pytest.MonkeyPatch) -> None:
    """Let passwords and passphrases cost little."""
    patch.setattr(passphrases, "_COST", 2**10)
    patch.setattr(passwords, "Passwords", lambda: CHEAP)


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stretch passwords and passphrases a little only; their files say how much."""
    cheapen(monkeypatch)


def test_a_kek_is_rotated_from_end_to_end(folder: Folder) -> None:
    """Rotate, re-wrap, retire: every entry opens, nothing hangs on the old version, and each step is audited."""
    folder.run("keys", "rotate", "vault")
    folder.seal(2)
    old, new = (str(row["version"]) for row in folder.listed("keys", "list"))
    with pytest.raises(VaultError, match="cannot be retired"):
        folder.run("keys", "retire", old)
    assert "No DEK is left" in folder.run("keys", "rewrap").stdout
    folder.run("keys", "retire", old)
    with pytest.raises(VaultError, match="newest"):
        folder.run("keys", "retire", new)

    assert [(row["version"], row["deks"]) for row in folder.listed("keys", "list")] == [(old, 0), (new, 2)]
    assert folder.readable() == 2
    assert "2 DEKs open" in folder.run("keys", "drill").stdout
    actions = [record.action.value for record in folder.told() if record.result]
    assert actions == ["key.rotate", "key.retire", "key.rewrap", "key.retire", "key.retire", "key.drill"]


def test_a_lost_store_is_restored(folder: Folder, tmp_path: Path) -> None:
    """A backup tried by a drill brings key store and token keys back, and not what was erased after it."""
    unit = folder.entries[0].unit
    made = tmp_path / "keys.backup"
    tokens = (folder.state.keys / "token-keys.json").read_bytes()
    folder.run("keys", "backup", str(made))
    assert "1 DEKs open" in folder.run("keys", "drill", "--backup", str(made)).stdout
    for lost in (*folder.state.folder.glob("keys.db*"), folder.state.keys / "token-keys.json"):
        lost.unlink()
    assert "1 DEKs restored, 0 of them" in folder.run("keys", "restore", str(made)).stdout
    assert (folder.readable(), (folder.state.keys / "token-keys.json").read_bytes()) == (1, tokens)
    folder.run("erase", "unit", TENANT, unit)
    for lost in folder.state.folder.glob("keys.db*"):
        lost.unlink()

    assert "1 DEKs restored, 1 of them" in folder.run("keys", "restore", str(made)).stdout
    assert folder.readable() == 0


def test_the_report_warns_thirty_days_ahead(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every kind of key has a due date within a year; status 1 from thirty days before it."""
    assert folder.run("keys", "report").exit_code == 0
    rows = folder.listed("keys", "report")
    assert {row["kind"] for row in rows} == {"kek", "quarantine-kek", "token-keys", "audit-signing-key"}
    assert all(int(str(row["days_left"])) <= 365 for row in rows)

    monkeypatch.setattr(key_ages, "PERIOD_DAYS", 30)
    assert folder.run("keys", "report").exit_code == 1


def test_new_token_keys_begin_in_the_future(folder: Folder) -> None:
    """Records already redacted keep their tokens: a new epoch begins later, and the old one stays."""
    folder.run("keys", "rotate", "token-keys", "--days", "2")
    epochs = load_token_keys(folder.state.keys / "token-keys.json")[TENANT].epochs

    assert [epoch.letter for epoch in epochs] == ["a", "b"]
    assert epochs[1].starts_ms > SystemClock().now_ms() + DAY_MS


def test_the_audit_log_is_signed_by_a_new_key(folder: Folder) -> None:
    """A rotated signing key signs what comes after it, over the same log."""
    folder.run("keys", "rotate", "audit")
    folder.run("keys", "rewrap")

    assert len(json.loads(folder.state.audit_keys.read_bytes())["keys"]) == 2


def test_erasing_a_month(folder: Folder) -> None:
    """A hold stops it; released, the month's entries open no more, and the state says when it is complete."""
    unit = folder.entries[0].unit
    folder.run("erase", "hold", TENANT)
    with pytest.raises(AccessDenied, match="legal hold"):
        folder.run("erase", "unit", TENANT, unit)
    assert folder.readable() == 1
    folder.run("erase", "release", TENANT)
    folder.run("erase", "unit", TENANT, unit, "--ticket", "GDPR-17")

    assert folder.readable() == 0
    assert [(row["unit"], row["state"], row["deks"]) for row in folder.listed("erase", "status")] == [
        (unit, "key_destroyed", 1)
    ]


def test_erasing_a_record_buries_its_entries(folder: Folder) -> None:
    """The log's newest word on every entry of the token is a tombstone; other tokens keep theirs."""
    other = folder.seal(2)
    assert "1 entries buried" in folder.run("erase", "record", TENANT, folder.entries[0].token).stdout
    store = folder.state.open_store()
    newest = {record.key: record.value for place in store.places([VAULT]) for record in store.fetch(place, 0, 100)}
    store.close()

    assert [value is None for value in newest.values()] == [True, False]
    assert f"{TENANT}|{other.token}|{other.unit}".encode() in newest


PARTS = ("nine grey herons on", "the pier at low tide")


@pytest.mark.usefixtures("cheap")
def test_where_people_are_enrolled_the_key_admin_acts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys are the key admin's, erasure the privacy officer's, and every half is behind the passphrase of two."""
    desk, folder = Desk(tmp_path), Folder(tmp_path)
    monkeypatch.setattr(SystemClock, "now_ms", lambda _: desk.now_ms)
    folder.seal(1)
    people = [desk.person("ada"), desk.person("ben")]
    desk.run("init", "--credentials", desk.file({"people": people, "passphrase": PARTS}))
    signed = desk.as_("ada")
    desk.run("person", "add", "--new", desk.file(desk.person("cat")), *signed)
    proposal = desk.run("role", "propose", "cat", "key_admin", *desk.as_("ben")).stdout.strip()
    desk.run("role", "confirm", proposal, *desk.as_("ada"))

    def as_(name: str) -> list[str]:
        given = desk.as_(name)
        path = Path(given[1])
        path.write_text(json.dumps(json.loads(path.read_text()) | {"passphrase": PARTS}))
        return given

    for words, wrong in ((("keys", "rewrap"), "ada"), (("erase", "unit", TENANT, "2026-11"), "cat")):
        with pytest.raises(AccessDenied, match="role is missing"):
            folder.run(*words, *as_(wrong))
    folder.run("keys", "rotate", "vault", *as_("cat"))
    assert "No DEK is left" in folder.run("keys", "rewrap", *as_("cat")).stdout
    assert "1 DEKs open" in folder.run("keys", "drill", *as_("cat")).stdout
    folder.run("erase", "unit", TENANT, folder.entries[0].unit, *as_("ada"))

    folder.run("keys", "pair", "clinic", *as_("cat"))

    halves = sorted(folder.state.keys.glob("vault*.private.pem"))
    assert len(halves) == 3
    halves.append(folder.state.keys / "clinic.private.pem")
    assert all(is_protected(half.read_bytes()) for half in halves)
    told = folder.told()
    assert [record.reason for record in told if record.action is Action.AUTH_DENIED] == [Reason.ROLE_MISSING] * 2
    assert [record.actor.issuer[:5] for record in told if record.action is Action.KEY_REWRAP] == ["local"] * 2


@pytest.mark.usefixtures("cheap")
def test_older_halves_are_protected_by_the_ceremony(tmp_path: Path) -> None:
    """A pair that was rotated before people enrolled leaves no half in clear."""
    desk, folder = Desk(tmp_path), Folder(tmp_path)
    folder.seal(1)
    folder.run("keys", "rotate", "vault")
    desk.init()

    halves = sorted(folder.state.keys.glob("vault*.private.pem"))
    assert [is_protected(half.read_bytes()) for half in halves] == [True] * 3


class Deployment:
    """Keys of two tenants where settings say, and people of a folder: cat, key admin, and dan, privacy officer."""

    def __init__(self, path: Path) -> None:
        self.desk, self.folder, self.config = Desk(path), path / "etc", path / "phistream.toml"
        state, folder = EmbeddedState(self.desk.state), self.folder
        state.prepare()
        create_key_pair(state.keys, "clinic", passphrase_of(PARTS))
        self.config.write_text(
            f"""
            [tenants.clinic-a]
            kek_uri = "local:{state.keys}/clinic.public.pem"
            [tenants.clinic-b]
            [vault]
            kek_uri = "local:{state.keys}/vault.public.pem"
            key_store = "{folder}/keys.db"
            ledger = "{folder}/audit/erasures.jsonl"
            audit_log = "{folder}/audit"
            audit_keys = "{folder}/audit-log.json"
            """
        )
        folder.mkdir(parents=True)
        store = SqliteKeyStore(folder / "keys.db")
        for tenant, name in (("clinic-a", "clinic"), ("clinic-b", "vault")):
            kek = open_kek(f"local:{state.keys}/{name}.public.pem")
            SealingVault(tenant, kek, store, SystemClock()).seal("ev-1", [secret(1)], SystemClock().now_ms())
        store.close()

    def enrol(self) -> None:
        """Enrol ada and ben, who hold roles in the folder's own tenant, and let them give cat and dan theirs."""
        desk = self.desk
        people = [desk.person("ada"), desk.person("ben")]
        desk.run("init", "--credentials", desk.file({"people": people, "passphrase": PARTS}))
        for name in ("cat", "dan"):
            desk.run("person", "add", "--new", desk.file(desk.person(name)), *desk.as_("ada"))
        self.give("cat", "key_admin", "operator")
        self.give("dan", "privacy_officer", "clinic-a")

    def give(self, name: str, role: str, tenant: str) -> None:
        """Give a role at the word of ada and ben."""
        made = self.desk.run("role", "propose", name, role, "--tenant", tenant, *self.desk.as_("ben"))
        self.desk.run("role", "confirm", made.stdout.strip(), *self.desk.as_("ada"))

    def run(self, *words: str, as_: str | None = None) -> str:
        """Run a command, as somebody of the folder or as the account of the host; errors of ours are raised."""
        signed: list[str] = []
        if as_ is not None:
            signed = ["--state", str(self.desk.state), *self.desk.as_(as_)]
            path = Path(signed[-1])
            path.write_text(json.dumps(json.loads(path.read_text()) | {"passphrase": PARTS}))
        with self.desk.at_its_time():
            result = CliRunner().invoke(app, [*words, "--config", str(self.config), *signed])
        if isinstance(result.exception, PhistreamError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.stdout

    def told(self) -> list[AuditRecord]:
        """Return what the deployment's audit log holds of keys and erasures."""
        with open_audit_log(self.folder / "audit", self.folder / "audit-log.json", self.desk.now_ms) as log:
            size = log.log.size
        return [record for _, record in read_records(self.folder / "audit", 0, size)]


def deployment_in(folder: Path) -> Deployment:
    """Return a deployment with a key admin and a privacy officer."""
    with pytest.MonkeyPatch.context() as patch:
        cheapen(patch)
        made = Deployment(folder)
        made.enrol()
    return made


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """Return a deployment of which no test destroys anything."""
    return deployment_in(tmp_path_factory.mktemp("deployment"))


@pytest.mark.usefixtures("cheap")
def test_keys_of_a_deployment_are_its_key_admins(deployment: Deployment) -> None:
    """Over a settings file somebody signs in and is on record by name; a tenant's own KEK is its own."""
    before = len(deployment.told())
    for words in (("keys", "rotate", "vault"), ("keys", "rewrap"), ("keys", "retire", "x"), ("keys", "drill")):
        with pytest.raises(ConfigError, match="keys of a deployment are its people's"):
            deployment.run(*words)
        with pytest.raises(AccessDenied, match="role is missing"):
            deployment.run(*words, as_="ada")
    deployment.run("keys", "rotate", "vault", as_="cat")
    assert "1 DEKs re-wrapped." in deployment.run("keys", "rewrap", as_="cat")
    uses = [json.loads(line) for line in deployment.run("keys", "list", "--json").splitlines()]
    assert sorted((Path(str(use["uri"])).name, use["deks"]) for use in uses) == [
        ("clinic.public.pem", 1), ("vault.public.pem", 0), ("vault.public.pem", 1)
    ]  # fmt: skip
    deployment.run("keys", "rotate", "vault", "--tenant", "clinic-a", as_="cat")
    assert "1 DEKs re-wrapped." in deployment.run("keys", "rewrap", as_="cat")

    told = [record for record in deployment.told()[before:] if record.action.value.startswith("key.")]
    assert {record.actor.type for record in told} == {ActorType.USER}
    assert all(record.actor.issuer.startswith("local:") and Role.KEY_ADMIN in record.actor.roles for record in told)
    refused = [record for record in deployment.told()[before:] if record.reason is Reason.ROLE_MISSING]
    assert all(Role.PRIVACY_OFFICER in record.actor.roles for record in refused)


@pytest.mark.usefixtures("cheap")
def test_an_erasure_of_a_deployment_is_its_privacy_officers(tmp_path: Path) -> None:
    """Whoever erases signed in and is privacy officer of that very tenant; the ledger and the log name them."""
    deployment = deployment_in(tmp_path)
    for tenant, who in (("clinic-a", "cat"), ("clinic-b", "dan"), ("clinic-a", "ada")):
        with pytest.raises(AccessDenied, match="role is missing"):
            deployment.run("erase", "tenant", tenant, "--ticket", "END-1", as_=who)
    with pytest.raises(ConfigError, match="keys of a deployment are its people's"):
        deployment.run("erase", "tenant", "clinic-a", "--ticket", "END-1")
    deployment.run("erase", "tenant", "clinic-a", "--ticket", "END-1", as_="dan")

    told = [record for record in deployment.told() if record.action is Action.ERASE_EXECUTE]
    assert {record.actor.type for record in told} == {ActorType.USER}
    assert [json.loads(line)["tenant"] for line in deployment.run("erase", "status", "--json", as_="dan").splitlines()]
    assert deployment.run("erase", "status", "--json", as_="ada") == ""
    lines = (deployment.folder / "audit" / "erasures.jsonl").read_text().splitlines()
    assert {json.loads(line)["by"] for line in lines} == {f"{told[0].actor.issuer}|{told[0].actor.subject}"}


@pytest.mark.usefixtures("cheap")
def test_who_may_ask_tries_what_an_emergency_takes(deployment: Deployment) -> None:
    """Account, passphrase and keys of a requester are tried without provider and log; of somebody else they are not."""
    before = len(deployment.told())
    assert "DEKs open" in deployment.run("keys", "drill", "--emergency", as_="ben")
    for who in ("cat", "dan"):
        with pytest.raises(AccessDenied, match="role is missing"):
            deployment.run("keys", "drill", "--emergency", as_=who)

    told = [record for record in deployment.told()[before:] if record.action is Action.KEY_DRILL]
    assert [Role.REQUESTER in record.actor.roles for record in told] == [True, True]


@pytest.mark.usefixtures("cheap")
def test_an_accounting_is_of_one_tenant(deployment: Deployment) -> None:
    """In a folder that nothing was ever redacted into a tenant's privacy officer asks for that tenant, and no other."""
    desk = deployment.desk
    for tenant, allowed in (("clinic-a", True), ("clinic-b", False), (None, False)):
        named = [] if tenant is None else ["--tenant", tenant]
        for words in (["disclosures", "--json"], ["breakglass", "honeytoken", "plant"]):
            with desk.at_its_time():
                result = CliRunner().invoke(app, [*words, *named, "--state", str(desk.state), *desk.as_("dan")])
            assert (result.exception is None) is allowed, result.output
            assert allowed or isinstance(result.exception, AccessDenied)


@pytest.mark.usefixtures("cheap")
def test_the_account_of_the_host_looks_and_copies(deployment: Deployment) -> None:
    """What opens and changes nothing runs unattended, on record as a service: it is nobody's word."""
    deployment.run("keys", "backup", str(deployment.folder / "daily.backup"))

    last = deployment.told()[-1]
    host = f"host-{getpass.getuser()}"
    assert (last.action, last.actor.subject, last.actor.type) == (Action.KEY_BACKUP, host, ActorType.SERVICE)


@pytest.mark.usefixtures("cheap")
def test_a_folder_without_people_has_no_key_admin(tmp_path: Path) -> None:
    """Over a deployment a folder in which nobody enrolled lets nobody act."""
    made = Deployment(tmp_path)
    result = CliRunner().invoke(app, ["keys", "rewrap", "--config", str(made.config), "--state", str(made.desk.state)])

    assert isinstance(result.exception, ConfigError)
    assert "enrols two persons" in str(result.exception)


def test_a_setting_that_is_missing_is_named(tmp_path: Path) -> None:
    """Without a place for ledger and audit log nothing is done to keys, and neither with two sources of settings."""
    config = tmp_path / "phistream.toml"
    config.write_text(f'[vault]\nkek_uri = "local:/x"\nkey_store = "{tmp_path}/keys.db"\n')
    for words in (["--config", str(config)], [], ["--config", str(config), "--state", str(tmp_path)]):
        result = CliRunner().invoke(app, ["keys", "rewrap", *words])
        assert isinstance(result.exception, ConfigError)
    assert not (tmp_path / "keys.db").exists()
