"""`phistream tail`: redacted events as they come."""

import contextlib
from typing import TYPE_CHECKING, Annotated

import orjson
import typer
from rich.console import Console

from schemas.errors import ConfigError, LogUnavailable
from schemas.identifiers import IdentifierType
from schemas.topics import ALERTS, REDACTED
from streams.commands.options import ConfigFile, StateFolder
from streams.commands.signing_in import CredentialsSource

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemas.siem import Source
    from streams.log.follow import Follower
    from streams.log.ports import Record
    from streams.siem.ports import Query

_POLL_SECONDS = 1.0


def tail(
    words: Annotated[list[str] | None, typer.Argument(help="Only events that hold these words or tokens.")] = None,
    *,
    state: StateFolder = None,
    config: ConfigFile = None,
    credentials: CredentialsSource = None,
    last: Annotated[int, typer.Option("--last", "-n", min=0, help="Begin with that many of the last events.")] = 10,
    follow: Annotated[bool, typer.Option(help="Wait for more, until Ctrl-C.")] = True,
    tenant: Annotated[str | None, typer.Option(help="Only this tenant.")] = None,
    model: Annotated[str | None, typer.Option(help="Only this model.")] = None,
    application: Annotated[str | None, typer.Option(help="Only this application.")] = None,
    conversation: Annotated[str | None, typer.Option(help="Only this conversation.")] = None,
    type_: Annotated[
        IdentifierType | None, typer.Option("--type", help="Only events that held this identifier.")
    ] = None,
    kind: Annotated[str | None, typer.Option(help="redacted_event, withheld or alert.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object an event.")] = False,
) -> None:
    """Show redacted events as they come, from a state folder or from Kafka.

    Words and filters mean what they mean in `search`. Nothing is committed: any number may follow. With --config
    and --state somebody of that break-glass folder signs in, and follows a tenant whose analyst they are.
    """
    from streams.siem.ports import Query

    query = Query(
        words=tuple(words or ()),
        tenant=tenant,
        model=model,
        application=application,
        conversation=conversation,
        identifier=None if type_ is None else type_.value,
        kind=kind,
    )
    follower, query = _follower(state, config, credentials, query)
    try:
        _show(_matching(follower.history(last), query)[-last:] if last else [], query, json=json)
        while follow:
            with contextlib.suppress(LogUnavailable):
                _show(_matching(follower.read(_POLL_SECONDS), query), query, json=json)
    except KeyboardInterrupt:
        typer.echo(err=True)
    finally:
        follower.close()


def _follower(state: StateFolder, config: ConfigFile, source: str | None, query: "Query") -> "tuple[Follower, Query]":
    if config is None:
        if state is None:
            raise ConfigError("name a state folder (--state) or a settings file (--config)")
        from streams.log.follow import SqliteFollower
        from streams.siem.searching import open_state

        return SqliteFollower(open_state(state), [REDACTED, ALERTS]), query
    from streams.clock import SystemClock
    from streams.commands.analysts import as_analyst
    from streams.commands.options import service_settings
    from streams.log.kafka_follow import KafkaFollower
    from streams.siem.search_trail import SearchTrail

    settings = service_settings(config)
    trail = SearchTrail.of_kafka(settings, SystemClock())
    if state is not None:
        actor, query = as_analyst(state, source, query)
        trail = trail.by(actor, query.tenant or settings.operator_tenant)
    trail.tail(query)
    return KafkaFollower(settings, [REDACTED, ALERTS]), query


def _matching(records: "Iterable[Record]", query: "Query") -> "list[Source]":
    """Return what answers the query, in order of time."""
    from streams.siem.indexer import documents_of
    from streams.siem.matching import matches
    from streams.siem.ports import cursor_of

    sources = [document.source for document in documents_of(records)]
    return sorted((source for source in sources if matches(source, query)), key=cursor_of)


def _show(hits: "Iterable[Source]", query: "Query", *, json: bool) -> None:
    from streams.siem.showing import shown

    console = Console(highlight=False, soft_wrap=True)
    for hit in hits:
        if json:
            typer.echo(orjson.dumps({name: value for name, value in hit.items() if name != "text"}).decode())
        else:
            console.print(shown(hit, query.words))
