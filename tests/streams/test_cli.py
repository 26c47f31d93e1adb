"""What a command ends with: by the status a script tells whether to wait, to ask somebody or to mend."""

import sys

import pytest
import typer

from schemas.errors import (
    AccessDenied,
    AuditAltered,
    AuditRefused,
    AuditUnavailable,
    ConfigError,
    IncorrectKey,
    KmsUnavailable,
    LogRefused,
    LogUnavailable,
    ModelUnavailable,
    PhistreamError,
    Pushback,
    Shredded,
    SinkRefused,
    UnknownVersion,
    VaultError,
)
from streams import cli

_STATUSES = {
    65: (VaultError, IncorrectKey, Shredded, AuditAltered),
    69: (LogUnavailable, KmsUnavailable, AuditUnavailable),
    76: (UnknownVersion,),
    77: (AccessDenied,),
    78: (ConfigError, LogRefused, SinkRefused, ModelUnavailable, AuditRefused),
}
_ERRORS = [(kind("no text"), status) for status, kinds in _STATUSES.items() for kind in kinds]


@pytest.mark.parametrize(("error", "status"), [*_ERRORS, (Pushback(1.0), 69)], ids=lambda each: type(each).__name__)
def test_a_status_says_what_kind_of_error_it_was(
    error: PhistreamError, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not allowed, not reachable, not as it was left and wrongly set up are four things."""
    app = typer.Typer()

    @app.command()
    def fail() -> None:
        raise error

    monkeypatch.setattr(cli, "app", app)
    monkeypatch.setattr(cli, "hide_messages", lambda: None)
    monkeypatch.setattr(cli, "configure", lambda: None)
    monkeypatch.setattr(sys, "argv", ["phistream"])
    with pytest.raises(SystemExit) as ended:
        cli.main()

    assert ended.value.code == status
