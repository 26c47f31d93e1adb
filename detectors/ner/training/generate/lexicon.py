"""The word lists shipped beside the generators: `lexicon/*.txt`, a section per list."""

import functools
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).with_name("lexicon")


@functools.cache
def lexicon() -> Mapping[str, tuple[str, ...]]:
    """Return every section of every file: `## name`, then values separated by semicolons or line ends."""
    sections: dict[str, tuple[str, ...]] = {}
    for path in sorted(FOLDER.glob("*.txt")):
        name = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("## "):
                name = line[3:].strip()
                if name in sections:
                    raise ValueError(f"{path.name}: section {name} stands twice")
                sections[name] = ()
            elif line.strip() and not line.startswith("# "):
                values = (value.strip() for value in line.split(" ; " if " ; " in line else ";"))
                sections[name] += tuple(value.replace("\\n", "\n") for value in values if value)
    return sections
