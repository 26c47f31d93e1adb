"""The files of a model and their digests: nothing is loaded that is not as it was written."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from detectors.gazetteers.lookup import WordClass
from detectors.ner.features import COUNT
from detectors.ner.labels import KINDS
from schemas.errors import ModelUnavailable

FORMAT = 1
NAME = "manifest.json"
NO_DOUBT = (1.0, 1.0)  # Of a model without a second stage.
MODEL = Path(__file__).parent / "model"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a model folder holds; `digest` stands for all of it.

    A word's answer depends on words up to `reach` away, and never on what stands beyond `apart` masked words. Where the
    probability of a name or place lies between the two of `doubt`, the second stage is asked too.
    """

    folder: Path
    version: str
    reach: int
    apart: int
    width: int
    thresholds: Mapping[str, float]
    doubt: tuple[float, float]
    digest: str
    sha256: Mapping[str, str] = field(repr=False)

    def read(self, name: str) -> bytes:
        """Return the content of a file; raises ModelUnavailable where it is missing or altered."""
        try:
            content = (self.folder / name).read_bytes()
        except OSError as error:
            raise ModelUnavailable(
                "A file of the tagger cannot be read.", file=name, reason=type(error).__name__
            ) from None
        if hashlib.sha256(content).hexdigest() != self.sha256.get(name):
            raise ModelUnavailable("A file of the tagger has been altered.", file=name)
        return content


def load(folder: Path) -> Manifest:
    """Read the manifest; raises ModelUnavailable where it is missing or the features of this version differ from it."""
    try:
        content = (folder / NAME).read_bytes()
        fields = json.loads(content)
        if fields["format"] != FORMAT or fields["features"] != signature():
            raise ModelUnavailable("The tagger was trained for another version.", format=str(fields["format"]))
        return Manifest(
            folder=folder,
            version=str(fields["version"]),
            reach=int(fields["reach"]),
            apart=int(fields["apart"]),
            width=int(fields["width"]),
            thresholds={str(name): float(value) for name, value in fields["thresholds"].items()},
            doubt=(float(fields.get("doubt", NO_DOUBT)[0]), float(fields.get("doubt", NO_DOUBT)[1])),
            digest=hashlib.sha256(content).hexdigest(),
            sha256=dict(fields["sha256"]),
        )
    except (OSError, KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise ModelUnavailable("The tagger's manifest cannot be read.", reason=type(error).__name__) from None


def write(folder: Path, names: Iterable[str], fields: Mapping[str, object]) -> None:
    """Write the manifest of the files *names* with further *fields*."""
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    content = {"format": FORMAT, "features": signature(), **fields, "sha256": digests}
    (folder / NAME).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def signature() -> str:
    """Return a digest of what the features mean: columns, gazetteer classes, kinds."""
    meaning = [str(COUNT), *(member.name or "" for member in WordClass), *KINDS]
    return hashlib.sha256("\n".join(meaning).encode()).hexdigest()[:16]
