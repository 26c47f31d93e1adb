"""How the layers are run over parts of texts: a recognizer that fails is an error, never less spans."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from detectors.beside import beside
from detectors.doubt import Doubted, guesses, settled
from detectors.known_codes import is_known_code
from detectors.layers import BatchRecognizer, Layers, Veto
from detectors.of_machines import is_of_machine
from detectors.recognizer import Passage, Recognizer
from detectors.resolve import resolve
from detectors.segments import Part, Reach, parts
from detectors.whole import whole
from schemas.errors import DetectionError, PhistreamError, RecognizerTimeout
from schemas.spans import Span

_BATCH_CHARS = 64 * 1024


@dataclass(frozen=True, slots=True)
class Clock:
    """When an analysis has to be done, in seconds of the monotonic clock; None for never."""

    deadline: float | None = None

    def check(self) -> None:
        """Raise RecognizerTimeout where the time is over."""
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise RecognizerTimeout("detection ran past its deadline")


def read(layers: Layers, pieces: Sequence[Part], clock: Clock) -> list[tuple[Span, ...]]:
    """Return the spans of each part, from every layer that depends on its text alone."""
    found = [list[Span]() for _ in pieces]
    documents = [index for index, part in enumerate(pieces) if Reach.DOCUMENT in part.reach]
    segments = [index for index, part in enumerate(pieces) if Reach.SEGMENT in part.reach]
    for recognizers, indices in ((layers.structured, documents), (layers.patterns, segments)):
        passages = [pieces[index].passage for index in indices]
        for rule in recognizers:  # Text by text the processor's caches would hold no recognizer for the next text.
            for place, spans in _each(rule, passages, clock):
                found[indices[place]] += spans
    batches = _batches(segments, pieces)
    for recognizer in (*layers.gazetteers, *layers.taggers):
        for batch in batches:
            clock.check()
            passages = [pieces[index].passage for index in batch]
            read = _read_many(recognizer, passages)
            if recognizer in layers.taggers:
                read = [_counting(layers, passage, spans) for passage, spans in zip(passages, read, strict=True)]
            else:
                read = [guesses(passage.text, spans) for passage, spans in zip(passages, read, strict=True)]
            for veto in (layers.veto, layers.safe):
                read = _allowed(veto, passages, read)
            for index, spans in zip(batch, read, strict=True):
                found[index] += spans
    return [
        part.own(tuple(_completed(layers, part.passage.text, spans))) for part, spans in zip(pieces, found, strict=True)
    ]


def read_text(layers: Layers, text: str) -> tuple[Span, ...]:
    """Return the resolved spans of one plain text, from the same layers and the customer's lists."""
    passage = Passage(text)
    pieces = list(parts(passage))
    found = read(layers, pieces, Clock())
    placed = [span for piece, spans in zip(pieces, found, strict=True) for span in piece.placed(spans)]
    return settled([resolve(text, [*placed, *read_lists(layers, passage, Clock())])])[0]


def read_lists(layers: Layers, passage: Passage, clock: Clock) -> list[Span]:
    """Return what the deny list and the roster hold of a passage."""
    return [span for recognizer in layers.lists for _, spans in _each(recognizer, [passage], clock) for span in spans]


def _completed(layers: Layers, text: str, spans: Sequence[Span]) -> list[Span]:
    """Return the spans stretched over what they cut in two, and what they show beside them."""
    counted = [span for span in spans if span.recognizer.startswith("custom.") or not _is_nobodys(layers, text, span)]
    stretched = whole(text, counted)
    return [*stretched, *beside(text, [span for span in stretched if not isinstance(span, Doubted)])]


def _is_nobodys(layers: Layers, text: str, span: Span) -> bool:
    return is_known_code(text, span) or is_of_machine(text, span, layers.net.is_persons)


def _counting(layers: Layers, passage: Passage, spans: Sequence[Span]) -> list[Span]:
    return [counted for span in spans if (counted := layers.net.counted(passage.text, span)) is not None]


def _allowed(veto: Veto | None, passages: Sequence[Passage], found: list[Sequence[Span]]) -> list[Sequence[Span]]:
    if veto is None:
        return found
    asked = [(passage, span) for passage, spans in zip(passages, found, strict=True) for span in spans]
    vetoed = iter(veto.vetoes_all(asked))
    return [[span for span in spans if not next(vetoed)] for spans in found]


def _batches(indices: Sequence[int], pieces: Sequence[Part]) -> list[list[int]]:
    """Group parts so that a deadline is looked at often enough and short texts share a run."""
    batches: list[list[int]] = []
    room = 0
    for index in indices:
        length = len(pieces[index].passage.text)
        if not batches or length > room:
            batches.append([])
            room = _BATCH_CHARS
        batches[-1].append(index)
        room -= length
    return batches


def _each(recognizer: Recognizer, passages: Sequence[Passage], clock: Clock) -> list[tuple[int, Sequence[Span]]]:
    """Return the places of the passages in which a recognizer finds something, and what it finds."""
    found = list[tuple[int, Sequence[Span]]]()
    try:
        for place, passage in enumerate(passages):
            if clock.deadline is not None:
                clock.check()
            if spans := recognizer.recognize(passage):
                found.append((place, _inside(recognizer.name, passage, spans)))
    except PhistreamError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a recognizer raises may hold text and must not pass for "clean".
        raise _failed(recognizer.name, error) from None
    return found


def _read_many(recognizer: BatchRecognizer, passages: Sequence[Passage]) -> list[Sequence[Span]]:
    try:
        read = recognizer.recognize_many(passages)
        return [_inside(recognizer.name, *one) if one[1] else one[1] for one in zip(passages, read, strict=True)]
    except PhistreamError:
        raise
    except Exception as error:  # noqa: BLE001 - as above.
        raise _failed(recognizer.name, error) from None


def _inside(name: str, passage: Passage, spans: Sequence[Span]) -> Sequence[Span]:
    if max(span.end for span in spans) > len(passage.text):
        raise DetectionError("a span lies outside its text", recognizer=name)
    return spans


def _failed(name: str, error: Exception) -> DetectionError:
    return DetectionError("a recognizer failed", recognizer=name, error=type(error).__name__)
