"""spaCy pipelines: ours, and any other that is configured in its place."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from detectors.ner.component import FACTORY
from detectors.ner.labels import IDENTIFIERS
from detectors.recognizer import Passage
from schemas.errors import DetectionError, ModelUnavailable
from schemas.identifiers import IdentifierType
from schemas.spans import Span

# What the entities of usual pipelines are; an organisation may be a facility or an employer.
LABELS: Mapping[str, IdentifierType] = {
    **{str(kind): identifier for kind, identifier in IDENTIFIERS.items()},
    "PERSON": IdentifierType.NAME,
    "PER": IdentifierType.NAME,
    "GPE": IdentifierType.GEO,
    "LOC": IdentifierType.GEO,
    "FAC": IdentifierType.GEO,
    "ORG": IdentifierType.NAME,
}
UNSCORED = 0.85  # What spaCy's own components find carries no score.


def load_pipeline(path: Path | str | None = None) -> Language:
    """Load the spaCy pipeline of a folder or a package, or ours; raises ModelUnavailable where it cannot be loaded."""
    if path is None:
        pipeline = spacy.blank("en")
        pipeline.add_pipe(FACTORY)
        return pipeline
    try:
        return spacy.load(path)
    except (OSError, ValueError, ImportError) as error:
        raise ModelUnavailable("The spaCy pipeline cannot be loaded.", reason=type(error).__name__) from None


class SpacyRecognizer:
    """Finds names and places by a spaCy pipeline of the user's; its entity labels are mapped to identifiers."""

    def __init__(self, pipeline: Language, labels: Mapping[str, IdentifierType] = LABELS, name: str = "ner") -> None:
        self.name = name
        self._pipeline = pipeline
        self._labels = labels

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return the identifiers of one passage."""
        return self.recognize_many([passage])[0]

    def recognize_many(self, passages: Sequence[Passage]) -> list[list[Span]]:
        """Return the identifiers of each passage."""
        try:
            with self._pipeline.memory_zone():  # What it learns of words would stay, and grow, for good.
                return [self._spans(doc) for doc in self._pipeline.pipe([passage.text for passage in passages])]
        except Exception as error:  # noqa: BLE001  # Foreign errors may hold text.
            raise DetectionError("The spaCy pipeline could not finish.", reason=type(error).__name__) from None

    def _spans(self, doc: Doc) -> list[Span]:
        return [
            Span(ent.start_char, ent.end_char, self._labels[ent.label_], UNSCORED, self.name)
            for ent in doc.ents
            if ent.label_ in self._labels and ent.end_char > ent.start_char
        ]
