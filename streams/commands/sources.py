"""`phistream sources`: the log formats that are recognised by their shape."""

from typing import Annotated

import orjson
import typer

from schemas.sources.all import SOURCES


def sources(*, json: Annotated[bool, typer.Option("--json", help="One JSON object a format.")] = False) -> None:
    """List the log formats that are recognised by their shape, in the order in which they are tried.

    Only the fields that describe the call itself are not analysed, at exact paths and in closed shapes; everything else
    is text.
    """
    width = max(len(source.name) for source in SOURCES)
    for source in SOURCES:
        row = {"name": source.name, "about": source.about}
        typer.echo(orjson.dumps(row).decode() if json else f"{source.name:{width}}  {source.about}")
