"""`phistream search`: redacted events by word, token and field, from either index."""

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import orjson
import typer
from rich.console import Console

from schemas.errors import ConfigError
from schemas.identifiers import IdentifierType
from streams.commands.options import ConfigFile, StateFolder
from streams.commands.signing_in import CredentialsSource

if TYPE_CHECKING:
    from streams.siem.ports import Page, Query, Sink


def search(
    words: Annotated[list[str] | None, typer.Argument(help="Words or tokens, all of them; quote a phrase.")] = None,
    *,
    state: StateFolder = None,
    config: ConfigFile = None,
    credentials: CredentialsSource = None,
    since: Annotated[str | None, typer.Option(help="From this time on: RFC 3339, a date, or an age: 30m, 7d.")] = None,
    until: Annotated[str | None, typer.Option(help="Before this time, written the same way.")] = None,
    tenant: Annotated[str | None, typer.Option(help="Only this tenant.")] = None,
    model: Annotated[str | None, typer.Option(help="Only this model.")] = None,
    application: Annotated[str | None, typer.Option(help="Only this application.")] = None,
    conversation: Annotated[str | None, typer.Option(help="Only this conversation.")] = None,
    type_: Annotated[
        IdentifierType | None, typer.Option("--type", help="Only events that held this identifier.", show_choices=True)
    ] = None,
    kind: Annotated[str | None, typer.Option(help="redacted_event, withheld or alert.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Hits a page.")] = 20,
    page: Annotated[int, typer.Option(min=1, help="Which page, from 1.")] = 1,
    after: Annotated[str | None, typer.Option(help="Go on after this hit, as the last page said.")] = None,
    newest_first: Annotated[bool, typer.Option("--newest-first", help="Newest first instead of oldest.")] = False,
    json: Annotated[
        bool, typer.Option("--json", help="One JSON object a hit; `record` is the redacted record.")
    ] = False,
) -> None:
    """Search redacted events by word, token, time and field, in order of time.

    A token is a word: search for it to follow one value through a conversation. Accents and case do not matter. With
    --config and --state somebody of that break-glass folder signs in, and searches a tenant whose analyst they are.
    """
    from streams.siem.ports import Query
    from streams.siem.searching import read_cursor, read_time

    now_ms = time.time_ns() // 1_000_000
    query = Query(
        words=tuple(words or ()),
        since_ms=read_time(since, now_ms, "--since"),
        until_ms=read_time(until, now_ms, "--until"),
        tenant=tenant,
        model=model,
        application=application,
        conversation=conversation,
        identifier=None if type_ is None else type_.value,
        kind=kind,
        newest_first=newest_first,
        limit=limit,
        after=read_cursor(after),
    )
    found = _page(state, config, credentials, (query, page))
    if json:
        for hit in found.hits:
            typer.echo(orjson.dumps({name: value for name, value in hit.items() if name != "text"}).decode())
        return
    _print(found, query)


def _page(state: StateFolder, config: ConfigFile, source: str | None, wanted: "tuple[Query, int]") -> "Page":
    from streams.commands.options import service_settings
    from streams.siem.searching import open_index

    query, number = wanted
    if state is None and config is None:
        raise ConfigError("name a state folder (--state) or a settings file (--config)")
    if config is None:
        return _pages(open_index(state, None), query, number)
    from streams.clock import SystemClock
    from streams.commands.analysts import as_analyst
    from streams.siem.search_trail import SearchTrail

    settings = service_settings(config)
    trail = SearchTrail.of_index(settings, SystemClock())
    if state is not None:
        actor, query = as_analyst(state, source, query)
        trail = trail.by(actor, query.tenant or settings.operator_tenant)
    with trail.search(query) as shown:
        found = _pages(open_index(None, settings), query, number)
        shown.events = len(found.hits)
    return found


def _pages(index: "Sink", query: "Query", number: int) -> "Page":
    """Return one page, by way of those before it."""
    from streams.siem.ports import Page
    from streams.siem.searching import ask

    found = ask(index, query)
    for _ in range(number - 1):
        if found.more is None:
            return Page((), None, found.total)
        found = ask(index, replace(query, after=found.more))
    return found


def _print(found: "Page", query: "Query") -> None:
    from streams.siem.searching import write_cursor
    from streams.siem.showing import shown

    console = Console(highlight=False, soft_wrap=True)
    for hit in found.hits:
        console.print(shown(hit, query.words))
    hits = f"{found.total} hit{'' if found.total == 1 else 's'}"
    if found.more is not None:
        hits += f", {len(found.hits)} shown; more: --after {write_cursor(found.more)}"
    console.print(hits, style="dim")
