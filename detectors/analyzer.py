"""From the texts of one event to disjoint spans: what the rest of the system asks of detection."""

import functools
import hashlib
from collections.abc import Sequence
from dataclasses import replace

from detectors.decode import EncodedRecognizer
from detectors.layers import Layers, default_layers
from detectors.memo import Memo
from detectors.memory import Memory
from detectors.normalize import normalize
from detectors.reading import Clock, read, read_lists, read_text
from detectors.recognizer import Passage
from detectors.resolve import resolve
from detectors.segments import Part, parts
from detectors.selftest import check
from detectors.version import code_digest
from schemas.spans import Span


class Analyzer:
    """All layers over a text; the same text gives the same spans, whatever was read before."""

    def __init__(self, layers: Layers, memo: Memo | None = None) -> None:
        encoded = EncodedRecognizer(functools.partial(read_text, layers))
        self._given = layers
        self._layers = replace(layers, structured=(*layers.structured, encoded))
        self._memo = memo if memo is not None else Memo()
        self.fingerprint = hashlib.sha256("\n".join((code_digest(), *layers.digests)).encode()).hexdigest()[:32]

    @classmethod
    def default(cls) -> "Analyzer":
        """Return the analyzer over every shipped layer, loaded once; raises ModelUnavailable as loading does."""
        return _default()

    def analyze(self, text: str, hint: str = "") -> tuple[Span, ...]:
        """Return the spans of one text that stands under the key *hint*."""
        return self.analyze_all([(text, hint)])[0]

    def analyze_all(
        self, texts: Sequence[tuple[str, str]], *, deadline: float | None = None, scope: str = ""
    ) -> tuple[tuple[Span, ...], ...]:
        """Return the spans of each (text, hint) of one event: a name found in one of them is found in all.

        Raises DetectionError where a recognizer fails, RecognizerTimeout past *deadline* (monotonic seconds). *scope*
        (tenant and policy) keeps what is remembered apart.
        """
        clock = Clock(deadline)
        plain = [normalize(text) for text, _ in texts]
        passages = [Passage(normal.text, hint) for normal, (_, hint) in zip(plain, texts, strict=True)]
        found = [resolve(p.text, spans) for p, spans in zip(passages, self._read(passages, clock, scope), strict=True)]
        memory = self._layers.memory.remember(passages, found) if self._layers.memory else Memory()
        resolved = []
        for (text, _), normal, passage, spans in zip(texts, plain, passages, found, strict=True):
            more = [*memory.recognize(passage), *read_lists(self._layers, passage, clock)]
            final = resolve(passage.text, [*spans, *more]) if more else spans
            resolved.append(normal.restored(text, final))
        return tuple(resolved)

    def self_test(self) -> None:
        """Raise DetectionError where the layers, read afresh, miss what every detector finds."""
        check(Analyzer(self._given).analyze)

    def _read(self, passages: Sequence[Passage], clock: Clock, scope: str) -> list[list[Span]]:
        """Run every remembered layer, each distinct part once."""
        cut = [[(self._digest(part, scope), part) for part in parts(passage)] for passage in passages]
        known = {digest: self._memo.get(digest) for pieces in cut for digest, _ in pieces}
        unread = {digest: part for pieces in cut for digest, part in pieces if known[digest] is None}
        for digest, spans in zip(unread, read(self._layers, list(unread.values()), clock), strict=True):
            known[digest] = spans
            self._memo.put(digest, spans)
        return [[span for digest, part in pieces for span in part.placed(known[digest] or ())] for pieces in cut]

    def _digest(self, part: Part, scope: str) -> bytes:
        core = f"{part.reach.value} {part.core_start} {part.core_end}"
        return self._memo.digest(scope, self.fingerprint, part.passage.hint, core, part.passage.text)


@functools.cache
def _default() -> Analyzer:
    return Analyzer(default_layers())
