"""What every recognizer keeps, whatever it looks for; one suite, run over all of them by test_recognizers.py."""

import sys
from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detectors.recognizer import Passage, Recognizer
from schemas.spans import Span

#: Text in which every family finds something, beside what breaks careless patterns.
SAMPLES: tuple[str, ...] = (
    "",
    " ",
    "\n\n",
    "Patient: Adaeze Okonkwo  DOB: 03/14/1958  MRN: 00482917\nAddress: 1190 Juniper St, Gunnison, CO 81230",
    "MSH|^~\\&|APP|TWIN FORKS|LAB||20260217083409||ADT^A04|1|P|2.5.1\rPID|1||4819^^^TF^MR||OKONKWO^ADAEZE||19580314",
    '{"resourceType":"Patient","id":"p-1","name":[{"family":"Okonkwo","given":["Adaeze"]}],"birthDate":"1958-03-14"}',
    "| Patient | MRN |\n|---|---|\n| Okonkwo, A | 482917 |\n",
    "<patient><name><given>Adaeze</given><family>Okonkwo</family></name><birthTime value='19580314'/></patient>",
    "call (212) 555-0147 or fax 212-555-0148, adaeze@example.org, https://example.org/u/adaeze, 192.0.2.17",
    "SSN 219-09-9998, plate 7XKR221, VIN 1M8GDM9AXKP042788, card ending 4417, NPI 1234567893, serial SN-0048291",
    "94 yo, seen the 4th of March, photo face_okonkwo.jpg, fingerprint id FP-2291, claim CLM-26-0448193",
    "password=hunter2 token=abcdefghijklmnopqrstuvwxyz0123456789",
    "e\u0301\u200b\u202e\ufeff\U0001f600\U000e0041 \ud7ff ﬁ ５５５ ４ \x00\x1a\x7f\x85",
    "(" * 500 + ")" * 500,
    '"' * 500 + ":" * 500,
    "<" * 500 + "a" * 500 + ">" * 500,
    "|" * 500 + "^" * 500 + "\n" * 500,
    "1" * 1000,
    "a" * 1000,
    "A. " * 300,
    "1-" * 500,
    "a@" * 400,
    "%4" * 400,
    "=" * 500,
    "9 " * 500,
)
HINTS = ("", "patient_name", "dob", "mrn", "notes", "\u202e")
_SHORT, _LONG = 4_000, 40_000
_MOST_GROWTH = 14  # Ten times the text takes ten times the steps, and never a hundred times.
_FLOOR = 2_000


def check_spans_inside(recognizer: Recognizer, passage: Passage) -> None:
    """Spans lie inside the text, carry the recognizer's kind of name, and no one's text."""
    for span in recognizer.recognize(passage):
        assert 0 <= span.start < span.end <= len(passage.text)
        assert span.recognizer
        assert span.recognizer == span.recognizer.lower()


def check_same_twice(recognizer: Recognizer, passage: Passage) -> None:
    """Check that the same passage gives the same spans, whatever was read between."""
    first = _sorted(recognizer.recognize(passage))
    recognizer.recognize(Passage("Something else by Bogdan Kowalczyk, 555-0199.", "name"))

    assert first == _sorted(recognizer.recognize(Passage(passage.text, passage.hint)))


def check_long_texts(recognizer: Recognizer, sample: str) -> None:
    """Check that a text ten times as long takes about ten times the steps."""
    short = Passage((sample * (_SHORT // len(sample) + 1))[:_SHORT])
    long = Passage((sample * (_LONG // len(sample) + 1))[:_LONG])

    assert _steps(recognizer, long) <= _MOST_GROWTH * max(_steps(recognizer, short), _FLOOR)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def check_any_text(recognizer: Recognizer, data: st.DataObject) -> None:
    """No text makes a recognizer fail."""
    pieces = st.one_of(st.text(max_size=30), st.sampled_from(SAMPLES), st.sampled_from(("\n", ": ", "|", ", ", " ")))
    text = "".join(data.draw(st.lists(pieces, max_size=5)))
    check_spans_inside(recognizer, Passage(text, data.draw(st.sampled_from(HINTS))))


def _sorted(spans: Sequence[Span]) -> list[tuple[int, int, str, float]]:
    return sorted((span.start, span.end, span.type.value, span.score) for span in spans)


def _steps(recognizer: Recognizer, passage: Passage) -> int:
    """Count the calls of functions, ours and built-in ones; what a pattern does inside one call shows as a hang."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        recognizer.recognize(passage)
    finally:
        sys.setprofile(before)
    return calls
