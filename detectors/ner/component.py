"""The tagger as a registered spaCy component: `nlp.add_pipe("phistream_tagger")`."""

import shutil
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Self

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from detectors.ner import cascade, manifest
from detectors.ner.decode import Run, Thresholds, runs
from detectors.profile import Profile

FACTORY = "phistream_tagger"
SPANS_KEY = "phi"


class TaggerComponent:
    """Sets `doc.ents`, and `doc.spans["phi"]` with the scores in its `attrs["scores"]`; labels as in `labels.Kind`."""

    def __init__(self, name: str, folder: Path, profile: Profile = Profile.ACCURATE) -> None:
        self.name = name
        self._profile = profile
        self._load(folder)

    def __call__(self, doc: Doc) -> Doc:
        """Tag one document."""
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], batch_size: int = 64) -> Iterator[Doc]:
        """Tag documents in batches, with the same result as one by one."""
        remaining = iter(stream)
        while docs := list(islice(remaining, batch_size)):
            texts = [doc.text for doc in docs]
            for doc, found in zip(docs, runs(texts, self._tagger.tag(texts), self._thresholds), strict=True):
                _annotate(doc, found)
                yield doc

    def to_disk(self, path: Path, *, exclude: Iterable[str] = ()) -> None:  # noqa: ARG002
        """Copy the model's files; spaCy calls it from `nlp.to_disk`."""
        path.mkdir(parents=True, exist_ok=True)
        for name in (manifest.NAME, *self._tagger.manifest.sha256):
            shutil.copyfile(self._tagger.manifest.folder / name, path / name)

    def from_disk(self, path: Path, *, exclude: Iterable[str] = ()) -> Self:  # noqa: ARG002
        """Load the files that `to_disk` wrote."""
        self._load(path)
        return self

    def _load(self, folder: Path) -> None:
        self._tagger = cascade.load(self._profile, folder)
        self._thresholds = Thresholds.of(self._tagger.manifest.thresholds)


@Language.factory(FACTORY, default_config={"folder": None, "profile": "accurate"}, assigns=["doc.ents", "doc.spans"])
def make_tagger(nlp: Language, name: str, folder: str | None, profile: str) -> TaggerComponent:  # noqa: ARG001
    """Make the component from the shipped model, or from the one in *folder*; *profile* is accurate or fast."""
    return TaggerComponent(name, Path(folder) if folder else manifest.MODEL, Profile(profile))


def _annotate(doc: Doc, found: list[Run]) -> None:
    pairs: list[tuple[Span, float]] = []
    for run in found:
        span = doc.char_span(run.start, run.end, label=str(run.kind), alignment_mode="expand")
        if span is not None:
            pairs.append((span, run.score))
    doc.spans[SPANS_KEY] = [span for span, _ in pairs]
    doc.spans[SPANS_KEY].attrs["scores"] = [score for _, score in pairs]
    doc.set_ents(filter_spans([span for span, _ in pairs]))
