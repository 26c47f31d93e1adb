"""Compile the raw lists into the committed files.

`python -m detectors.gazetteers.compile FOLDER [--texts DIR] [--out DIR]`: FOLDER holds the lists, DIR of `--texts`
subfolders of JSON lines whose words are counted. The same input gives the same bytes.
"""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np

from detectors.gazetteers.classify import Lists
from detectors.gazetteers.frequency import Frequencies, count_words
from detectors.gazetteers.hashing import hash_phrase, hash_word
from detectors.gazetteers.licenses import render
from detectors.gazetteers.lookup import DATA, FORMAT, MAX_PHRASE_WORDS, ZIP3S, ZIP5S, PhraseClass, WordClass
from detectors.gazetteers.sources import zip_populations

VERSION = "1.0.0"


def compile_lists(folder: Path, texts: Path | None, out: Path) -> None:
    """Write the tables, their manifest and the licence notices into *out*."""
    lists = Lists.read(folder, count_words(texts) if texts else Frequencies())
    out.mkdir(parents=True, exist_ok=True)
    files = {
        "words.bin": _table_bytes({hash_word(word): mask for word, mask in lists.words.items()}),
        "phrases.bin": _table_bytes(_with_prefixes(lists.phrases)),
        "zips.bin": _zip_bytes(folder),
    }
    for name, content in files.items():
        _write(out / name, content)
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
        "words": {flag.name: sum(1 for mask in lists.words.values() if mask & flag) for flag in WordClass},
        "phrases": {flag.name: sum(1 for mask in lists.phrases.values() if mask & flag) for flag in PhraseClass},
        "sources": lists.entries,
    }
    _write(out / "manifest.json", (json.dumps(manifest, indent=1) + "\n").encode())
    _write(out / "LICENSES.md", render(folder, lists.entries).encode())


def _with_prefixes(phrases: dict[tuple[str, ...], int]) -> dict[int, int]:
    hashed: dict[int, int] = {}
    for words, mask in phrases.items():
        kept = words[:MAX_PHRASE_WORDS]
        if len(kept) == len(words):
            hashed[hash_phrase(kept)] = hashed.get(hash_phrase(kept), 0) | mask
        for length in range(2, len(kept)):
            prefix = hash_phrase(kept[:length])
            hashed[prefix] = hashed.get(prefix, 0) | PhraseClass.PREFIX
    return hashed


def _table_bytes(masks: dict[int, int]) -> bytes:
    hashes = np.array(sorted(masks), dtype="<u8")
    values = np.array([int(masks[value]) for value in hashes.tolist()], dtype="<u4")
    return len(hashes).to_bytes(8, "little") + hashes.tobytes() + values.tobytes()


def _zip_bytes(folder: Path) -> bytes:
    """Return one bit for each ZIP code that exists, then one for each ZIP3 that is restricted."""
    exists, restricted = bytearray(ZIP5S // 8), bytearray(ZIP3S // 8)
    populations = zip_populations(folder / "raw/phileas_zip-code-population.csv")
    for code in map(int, populations):
        exists[code >> 3] |= 1 << (code & 7)
    known = {code[:3] for code in populations}
    union = set(json.loads((folder / "zip3_restricted.json").read_bytes())["union_conservative"])
    for number in range(ZIP3S):
        if f"{number:03}" in union or f"{number:03}" not in known:
            restricted[number >> 3] |= 1 << (number & 7)
    return bytes(exists) + bytes(restricted)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the folder of raw lists")
    parser.add_argument("--texts", type=Path, help="a folder of corpora whose words are counted")
    parser.add_argument("--out", type=Path, default=DATA)
    arguments = parser.parse_args()
    compile_lists(arguments.folder, arguments.texts, arguments.out)


def _write(path: Path, content: bytes) -> None:
    """Put a file in place whole: a process that has the old one mapped keeps it."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_bytes(content)
    fresh.replace(path)


if __name__ == "__main__":
    main()
