"""Any spaCy pipeline as one more layer of guesses, beside the tagger."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from detectors.ner.pipeline import LABELS, SpacyRecognizer, load_pipeline
from detectors.recognizer import Passage
from schemas.errors import ConfigError
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_CHUNK = 1 << 20


class SpacyLayer:
    """Finds what the entity labels of a pipeline stand for; *source* is a package's name or a folder.

    Raises ModelUnavailable where it cannot be loaded, ConfigError where no label of it is mapped.
    """

    name = "spacy"

    def __init__(self, source: str, labels: Mapping[str, IdentifierType] | None = None) -> None:
        pipeline = load_pipeline(source)
        mapped = dict(labels or LABELS)
        known = {label for of_pipe in pipeline.pipe_labels.values() for label in of_pipe}
        unknown = sorted(set(mapped) - known)
        if len(unknown) == len(mapped) or (labels and unknown):
            raise ConfigError(
                "the spaCy pipeline has no such label", setting="detector.spacy_labels", labels=len(unknown)
            )
        self._recognizer = SpacyRecognizer(pipeline, mapped, self.name)
        facts = (pipeline.meta, sorted((label, type_.value) for label, type_ in mapped.items()))
        self.digest = hashlib.sha256(repr(facts).encode() + _content(pipeline.path)).hexdigest()

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return what is found in one passage."""
        return self._recognizer.recognize(passage)

    def recognize_many(self, passages: Sequence[Passage]) -> list[list[Span]]:
        """Return what is found in each passage."""
        return self._recognizer.recognize_many(passages)


def _content(folder: Path | None) -> bytes:
    """Return the digest over every file of a pipeline's folder."""
    state = hashlib.sha256()
    for path in sorted(folder.rglob("*")) if folder is not None else ():
        if path.is_file():
            state.update(f"{path.relative_to(folder or path).as_posix()} {path.stat().st_size}\n".encode())
            with path.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    state.update(chunk)
    return state.digest()
