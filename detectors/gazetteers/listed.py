"""Names and places from the lists at one reading of many passages, which is how the analyzer runs them."""

from collections.abc import Sequence

from detectors.gazetteers.initials import InitialsRecognizer
from detectors.gazetteers.lookup import Gazetteers
from detectors.gazetteers.names import NameRecognizer
from detectors.gazetteers.places import PlaceRecognizer
from detectors.gazetteers.scripts import ScriptRecognizer
from detectors.gazetteers.words import Words, scan, scan_many
from detectors.recognizer import Passage, Recognizer
from schemas.spans import Span


class ListRecognizer:
    """Finds what the recognizers of names, places, other scripts and initials find; spans keep their names."""

    name = "gazetteer"

    def __init__(
        self, gazetteers: Gazetteers, others: Sequence[Recognizer] = (ScriptRecognizer(), InitialsRecognizer())
    ) -> None:
        self._gazetteers = gazetteers
        self._names, self._places = NameRecognizer(gazetteers), PlaceRecognizer(gazetteers)
        self._others = tuple(others)

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return the names and places in a passage."""
        return self._find(passage, scan(passage, self._gazetteers))

    def recognize_many(self, passages: Sequence[Passage]) -> Sequence[Sequence[Span]]:
        """Return the names and places in each passage, as `recognize` would, several times faster for short ones."""
        read = zip(passages, scan_many(passages, self._gazetteers), strict=True)
        return [self._find(passage, words) for passage, words in read]

    def _find(self, passage: Passage, words: Words) -> list[Span]:
        found = [*self._names.find(words), *self._places.find(words)]
        return found + [span for recognizer in self._others for span in recognizer.recognize(passage)]
