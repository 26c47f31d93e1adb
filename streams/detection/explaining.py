"""Explanations of what was detected, as JSON without any text, and as lines that quote the text."""

from collections.abc import Iterator
from typing import Any

from detectors.deciding import Range
from detectors.explain import Candidate, Explained, Explanation, Fate
from schemas.spans import Span

LISTS = "lists"  # The layer of roster and deny list: of their entries nothing is told but the list's name.


def span_row(span: Span) -> dict[str, Any]:
    """Return a span as `phistream detect` writes it."""
    return {
        "start": span.start,
        "end": span.end,
        "type": span.type.value,
        "score": round(span.score, 4),
        "recognizer": span.recognizer,
    }


def as_row(explanation: Explanation) -> dict[str, Any]:
    """Return an explanation as JSON; words are ranges of the text."""
    return {
        "spans": [_explained_row(one) for one in explanation.spans],
        "dropped": [_candidate_row(one) for one in explanation.dropped],
    }


def as_lines(text: str, explanation: Explanation) -> Iterator[str]:
    """Yield an explanation line by line, with what was found as it is written, but for what a list holds."""
    eyes = _Eyes(text, explanation)
    for one in explanation.spans:
        found = f"{_place(one.span)}  {one.span.type.value} {one.span.score:.2f}  {eyes.shown(_range(one.span))}"
        yield f"  {found}  by {one.layer}/{one.span.recognizer}{eyes.reasons(one)}"
        for fate in (Fate.AGREED, Fate.OUTRANKED):
            others = [_other(candidate) for candidate in one.made_of if candidate.fate is fate]
            if others:
                yield f"      {fate.value}: {', '.join(dict.fromkeys(others))}"
    for candidate in explanation.dropped:
        span = candidate.span
        found = f"{_place(span)}  {span.type.value} {span.score:.2f}  {eyes.shown(_range(span))}"
        judged = f" by {candidate.by}" if candidate.by else ""
        yield f"  {found}  dropped: {candidate.layer}/{span.recognizer} was {candidate.fate.value}{judged}"


class _Eyes:
    """Quotes a text, but nothing that a list of the customer's holds."""

    def __init__(self, text: str, explanation: Explanation) -> None:
        self._text = text
        made_of = [candidate for one in explanation.spans for candidate in one.made_of]
        self._hidden = [_range(candidate.span) for candidate in made_of if candidate.layer == LISTS]

    def shown(self, place: Range) -> str:
        """Return a range of the text, quoted or hidden."""
        start, end = place
        hidden = any(start < other_end and other_start < end for other_start, other_end in self._hidden)
        return "(not shown)" if hidden else repr(self._text[start:end])

    def reasons(self, one: Explained) -> str:
        """Return what decided, as a part of the line."""
        reasons = [f"{name} check" for name in (one.validator,) if name]
        reasons += [f"word {self.shown(word)}" for word in one.words]
        reasons += [f"told at {start}..{end}" for start, end in one.remembered_from]
        return f", because of {' and '.join(reasons)}" if reasons else ""


def _explained_row(one: Explained) -> dict[str, Any]:
    return {
        **span_row(one.span),
        "layer": one.layer,
        "validator": one.validator,
        "words": [{"start": start, "end": end} for start, end in one.words],
        "remembered_from": [{"start": start, "end": end} for start, end in one.remembered_from],
        "made_of": [_candidate_row(candidate) for candidate in one.made_of],
    }


def _candidate_row(candidate: Candidate) -> dict[str, Any]:
    return {
        **span_row(candidate.span),
        "layer": candidate.layer,
        "fate": candidate.fate.value,
        "by": candidate.by,
        "why": candidate.why,
    }


def _other(candidate: Candidate) -> str:
    """Write a candidate that is not the span itself."""
    span = candidate.span
    why = f" ({candidate.why.replace('_', ' ')})" if candidate.why else ""
    type_ = "" if candidate.fate is Fate.AGREED else f" {span.type.value}"
    return f"{span.recognizer}{type_} {span.score:.2f}{why}"


def _place(span: Span) -> str:
    return f"{span.start}..{span.end}"


def _range(span: Span) -> Range:
    return span.start, span.end
