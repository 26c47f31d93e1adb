"""From the texts of one event to disjoint spans: what the rest of the system asks of detection."""

import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from detectors.decode import EncodedRecognizer
from detectors.doubt import settled
from detectors.layers import Layers, default_layers
from detectors.memo import Memo
from detectors.memory import Memory
from detectors.normalize import Normalized, normalize
from detectors.profile import Profile
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
        self.given = layers
        self.layers = replace(layers, structured=(*layers.structured, encoded))
        self.memo = memo if memo is not None else Memo()
        self._versions: tuple[str, ...] = ()
        self._fingerprint = self._digest_of(())

    @classmethod
    def default(cls, profile: Profile = Profile.ACCURATE) -> "Analyzer":
        """Return the analyzer over every shipped layer, loaded once for each profile.

        Raises ModelUnavailable as loading does.
        """
        return _default(profile)

    @property
    def fingerprint(self) -> str:
        """What spans depend on beside the text: code, models, settings, and the customer's lists as they stand now."""
        versions = tuple(entries.version for entries in self.layers.sealed)
        if versions != self._versions:
            self._versions, self._fingerprint = versions, self._digest_of(versions)
        return self._fingerprint

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
        return self._analyze([texts], Clock(deadline), scope)[0]

    def analyze_events(
        self, events: Sequence[Sequence[tuple[str, str]]], *, scope: str = ""
    ) -> list[tuple[tuple[Span, ...], ...]]:
        """Return `analyze_all` of each event; to read many short ones together is twice as fast.

        Raises DetectionError for all where a recognizer fails on one.
        """
        return self._analyze(events, Clock(), scope)

    def self_test(self) -> None:
        """Raise DetectionError where the layers, read afresh, miss what every detector finds.

        The customer's lists are left out: what they hold is the customer's will, whatever it is.
        """
        check(Analyzer(replace(self.given, lists=(), safe=None)).analyze)

    def _digest_of(self, versions: tuple[str, ...]) -> str:
        facts = (code_digest(), *self.layers.digests, *versions)
        return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:32]

    def _analyze(
        self, events: Sequence[Sequence[tuple[str, str]]], clock: Clock, scope: str
    ) -> list[tuple[tuple[Span, ...], ...]]:
        read = [[_Text.of(text, hint) for text, hint in texts] for texts in events]
        spans = iter(self._read([text.passage for texts in read for text in texts], clock, scope))
        found = [settled([resolve(text.passage.text, next(spans)) for text in texts]) for texts in read]
        return [self._remembered(texts, of_event, clock) for texts, of_event in zip(read, found, strict=True)]

    def _remembered(
        self, texts: Sequence["_Text"], found: Sequence[tuple[Span, ...]], clock: Clock
    ) -> tuple[tuple[Span, ...], ...]:
        """Return what was found in the texts of one event, and what it tells of one another."""
        rememberer = self.layers.memory
        memory = rememberer.remember([text.passage for text in texts], found) if rememberer else Memory()
        resolved = []
        for text, spans in zip(texts, found, strict=True):
            more = [*memory.recognize(text.passage), *read_lists(self.layers, text.passage, clock)]
            final = resolve(text.passage.text, [*spans, *more]) if more else spans
            resolved.append(text.normal.restored(text.original, final))
        return tuple(resolved)

    def _read(self, passages: Sequence[Passage], clock: Clock, scope: str) -> list[list[Span]]:
        """Run every remembered layer, each distinct part once."""
        cut = [[(self._digest(part, scope), part) for part in parts(passage)] for passage in passages]
        known = {digest: self.memo.get(digest) for pieces in cut for digest, _ in pieces}
        unread = {digest: part for pieces in cut for digest, part in pieces if known[digest] is None}
        for digest, spans in zip(unread, read(self.layers, list(unread.values()), clock), strict=True):
            known[digest] = spans
            self.memo.put(digest, spans)
        return [[span for digest, part in pieces for span in part.placed(known[digest] or ())] for pieces in cut]

    def _digest(self, part: Part, scope: str) -> bytes:
        core = f"{part.reach.value} {part.core_start} {part.core_end}"
        return self.memo.digest(scope, self.fingerprint, part.passage.hint, core, part.passage.text)


@dataclass(frozen=True, slots=True)
class _Text:
    """One text as it was given, in plain form, and as recognizers read it."""

    original: str = field(repr=False)
    normal: Normalized = field(repr=False)
    passage: Passage = field(repr=False)

    @classmethod
    def of(cls, text: str, hint: str) -> "_Text":
        normal = normalize(text)
        return cls(text, normal, Passage(normal.text, hint))


@functools.cache
def _default(profile: Profile) -> Analyzer:
    return Analyzer(default_layers(profile))
