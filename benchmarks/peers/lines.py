"""A peer as a program: `{"id", "text"}` lines in, `{"id", "spans": [{"start", "end", "type"}]}` lines out.

Run by the interpreter of an environment of the peer's own, so this file needs nothing but the standard library:
`python benchmarks/peers/lines.py scrubadub < texts.jsonl > spans.jsonl`
"""

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

Found = Iterator[tuple[int, int, str]]


def scrubadub() -> Callable[[str], Found]:
    """Return scrubadub with the detectors that it switches on by itself."""
    scrubber = importlib.import_module("scrubadub").Scrubber()

    def find(text: str) -> Found:
        for filth in scrubber.iter_filth(text):
            yield filth.beg, filth.end, str(filth.type)

    return find


def datafog() -> Callable[[str], Found]:
    """Return DataFog with its default engine, patterns; the others download models at run time."""
    module: Any = importlib.import_module("datafog")

    def find(text: str) -> Found:
        for entity in module.scan(text).entities:
            yield entity.start, entity.end, str(entity.type)

    return find


PEERS: dict[str, Callable[[], Callable[[str], Found]]] = {"scrubadub": scrubadub, "datafog": datafog}


def main() -> None:
    """Answer line by line."""
    find = PEERS[sys.argv[1]]()
    for line in sys.stdin:
        asked = json.loads(line)
        spans = [{"start": start, "end": end, "type": type_} for start, end, type_ in find(asked["text"])]
        print(json.dumps({"id": asked["id"], "spans": spans}), flush=True)


if __name__ == "__main__":
    main()
