"""The demo's two invented people: one asks for clear values and is refused; the other approves, and they are shown."""

import logging
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import structlog
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from schemas.access import Grant, GrantMode, GrantRequest, GrantTerms, Identity, Purpose, Scope, View
from schemas.audit_terms import Action
from schemas.errors import AccessDenied
from streams.breakglass.cleaning import clean
from streams.breakglass.desk import HOME, Desk, desk_over
from streams.breakglass.identity.accounts import Accounts, NewAccount
from streams.breakglass.identity.ceremony import Ceremony
from streams.breakglass.identity.halves import passphrase_of, protect_halves
from streams.breakglass.identity.totp import TotpSecret
from streams.breakglass.outbox import Ungranted
from streams.breakglass.policy import GrantEvent
from streams.breakglass.revealing import Revealer, RevealRequest, RevealResult
from streams.breakglass.scoping import Asked
from streams.clock import SystemClock
from streams.commands.signing_in import open_accounts, open_audit
from streams.demo.show import user_text
from streams.embedded.state import KEY_PAIRS, EmbeddedState

_STEP_SECONDS = 30
_REASON = "The patient asked for a call back; the ward has no number."


@dataclass(frozen=True, slots=True)
class _Invented:
    """A person of the demo, with credentials that nobody is told."""

    name: str
    password: str = field(repr=False)
    totp: TotpSecret = field(repr=False)

    @classmethod
    def make(cls, name: str) -> Self:
        return cls(name, secrets.token_urlsafe(24), TotpSecret.generate())

    def account(self, now: float) -> NewAccount:
        return NewAccount(self.name, self.password, self.totp, self.totp.code_at(now))


def show_reveal(console: Console, folder: Path, event: Mapping[str, Any]) -> None:
    """Enrol two people over a state folder, and reveal one event: refused first, then approved."""
    state, clock = EmbeddedState(folder), SystemClock()
    passphrase = passphrase_of((secrets.token_urlsafe(24),))
    console.print("\nTwo people enrol: ada may ask, ben may approve, and the keys get a passphrase.", style="bold")
    with open_audit(state) as audit:
        ada, ben = _enrolled(open_accounts(state, audit), state, passphrase, clock.now_ms() / 1000)
        told: list[Action] = []

        def tell(_connection: object, _about: Grant | Ungranted, action: Action, _now: float) -> None:
            told.append(action)

        desk = desk_over(state, clock, audit, clean, tell)
        with _without_log_lines(), desk.revealer(passphrase) as revealer:
            _ask_and_reveal(console, desk, revealer, (ada, ben), event)
    if Action.ALERT_RAISE in told:
        console.print(
            "As any reveal outside working hours, this one is unusual: an alert is on record, people are told."
        )


@contextmanager
def _without_log_lines() -> Iterator[None]:
    """Leave what a log would say to the sentences of the demo, but for errors."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    try:
        yield
    finally:
        structlog.configure(**before)


def _ask_and_reveal(
    console: Console, desk: Desk, revealer: Revealer, people: tuple[Identity, Identity], event: Mapping[str, Any]
) -> None:
    ada, ben = people
    scope = Scope(events=frozenset({event["event_id"]}))
    terms = GrantTerms(HOME, GrantMode.NORMAL, Purpose.TREATMENT, scope, View.FULL, 3600)
    grant = desk.granting.request(ada, GrantRequest(terms, _REASON))
    request = RevealRequest(grant.id, View.FULL, Purpose.TREATMENT, Asked(events=(event["event_id"],)))
    try:
        revealer.reveal(ada, request)
    except AccessDenied as error:
        console.print(f"ada asks for an event and wants to see it: {error}. Nobody else has approved.", style="red")
    desk.granting.word(ben, grant.id, GrantEvent.APPROVE)
    desk.granting.word(ada, grant.id, GrantEvent.ACTIVATE)
    _show(console, revealer.reveal(ada, request))
    said = RevealRequest(grant.id, View.FULL, Purpose.TREATMENT, Asked(text=user_text(event["record"])))
    restored = revealer.reveal(ada, said).text or ""
    console.print(Panel(Text(restored), title="restored, for ada alone", border_style="red"))


def _show(console: Console, result: RevealResult) -> None:
    table = Table("token", "status", "value", "in whose text")
    table.columns[0].no_wrap = True
    for item in result.items:
        table.add_row(item.token, item.status, Text(item.value or ""), item.side)
    console.print("ben approves, ada activates, and each token is in the audit log before it is opened:")
    console.print(table)


def _enrolled(accounts: Accounts, state: EmbeddedState, passphrase: bytes, now: float) -> tuple[Identity, Identity]:
    people = [_Invented.make(name) for name in ("ada", "ben")]
    first, second = (each.account(now) for each in people)
    ceremony = Ceremony(accounts, lambda: protect_halves(state.keys, KEY_PAIRS, passphrase), split=False)
    ceremony.hold((first, second), now)
    # Each code serves once: they sign in with the next one, which clocks that differ a little allow for.
    later = now + _STEP_SECONDS
    ada, ben = (accounts.sign_in(each.name, each.password, each.totp.code_at(later), now) for each in people)
    return ada, ben
