"""`phistream lists`: rosters, deny lists and safe lists, sealed."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from schemas.errors import ConfigError

lists_app = typer.Typer(help="Rosters, deny lists and safe lists of your own, sealed.", no_args_is_help=True)

KeyFile = Annotated[Path, typer.Option("--key", help="The key file of the lists (0600); keep it apart from them.")]


@lists_app.command()
def seal(
    plain: Annotated[
        str, typer.Argument(metavar="FILE|-", help="One entry a line, # begins a comment; - reads standard input.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The sealed list; replaced in one step.", dir_okay=False)],
    key: KeyFile,
    *,
    names: Annotated[
        bool, typer.Option("--names", help="Entries are names: find them with the surname first, too.")
    ] = False,
) -> None:
    """Seal a plain list: only keyed digests of its entries are kept, which name nobody without the key.

    The key file is made if missing. Running workers take up a changed list by themselves.
    """
    from streams.detection.lists import ensure_lists_key, seal_list

    try:
        content = sys.stdin.buffer.read() if plain == "-" else Path(plain).read_bytes()
    except OSError as error:
        raise ConfigError("a plain list cannot be read", path=plain, reason=error.strerror) from None
    count = seal_list(content, out, ensure_lists_key(key), names=names)
    typer.echo(f"{count} entries sealed in {out}; the plain list is no longer needed.")


@lists_app.command()
def check(
    sealed: Annotated[Path, typer.Argument(metavar="SEALED", help="A sealed list.")],
    key: KeyFile,
) -> None:
    """Tell whether a sealed list is whole and of this key, and how many digests of entries it has."""
    from detectors.roster import SealedList
    from schemas.identifiers import IdentifierType
    from streams.detection.lists import read_lists_key

    entries = SealedList("list", sealed, read_lists_key(key), IdentifierType.OTHER_ID)
    typer.echo(f"{len(entries)} digests, whole and of this key.")
