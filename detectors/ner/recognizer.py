"""The recognizer of names and places, by the tagger or by any spaCy pipeline."""

import re
from collections.abc import Sequence

from detectors.doubt import Doubted, sure_from
from detectors.ner.cascade import Cascade
from detectors.ner.decode import Run, Thresholds, runs
from detectors.ner.labels import IDENTIFIERS
from detectors.ner.tagger import Tagger
from detectors.recognizer import Passage
from schemas.errors import DetectionError
from schemas.spans import Span

NAME = "ner"
LETTER = re.compile(r"[^\W\d_]")  # A text without any is left to the rules.


class NerRecognizer:
    """Finds names, places, facilities and employers, and as a second net dates and ids."""

    def __init__(self, tagger: Tagger | Cascade, thresholds: Thresholds | None = None) -> None:
        self._tagger = tagger
        self._thresholds = thresholds or Thresholds.of(tagger.manifest.thresholds)

    @property
    def name(self) -> str:
        """The stable name that spans carry."""
        return NAME

    @property
    def digest(self) -> str:
        """What the answers depend on beside the text."""
        return self._tagger.digest

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return the identifiers of one passage."""
        return self.recognize_many([passage])[0]

    def recognize_many(self, passages: Sequence[Passage]) -> list[list[Span]]:
        """Return the identifiers of each passage; faster than one by one, with the same result."""
        texts = [passage.text if LETTER.search(passage.text) else "" for passage in passages]
        try:
            tagged = self._tagger.tag(texts)
            found = runs(texts, tagged, self._thresholds)
        except Exception as error:  # noqa: BLE001  # Foreign errors may hold text.
            raise DetectionError("The tagger could not finish.", recognizer=NAME, reason=type(error).__name__) from None
        return [_spans(of_text, len(words)) for of_text, words in zip(found, tagged.words, strict=True)]


def _spans(found: Sequence[Run], words: int) -> list[Span]:
    """Return the runs of a text of so many words as spans, the less likely ones doubted."""
    sure = sure_from(words) if found else 0.0
    return [
        (Span if run.score >= sure else Doubted)(run.start, run.end, IDENTIFIERS[run.kind], run.score, NAME)
        for run in found
    ]
