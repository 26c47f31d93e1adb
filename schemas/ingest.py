"""How far a file was taken in: what makes an interrupted `phistream ingest` go on without duplicates."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FilePosition:
    """Version 1: `position` records of the file with this SHA-256, in hex, stand in the topic; `complete` if all do.

    Written in the transaction that writes the records. The file's name is not kept: it may be anybody's.
    """

    v: int
    digest: str
    topic: str
    position: int
    complete: bool
