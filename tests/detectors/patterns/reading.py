"""Run one recognizer over a text and return what it covered."""

from detectors.recognizer import Passage, Recognizer


def read(recognizer: Recognizer, text: str, hint: str = "") -> list[str]:
    """Return the covered pieces in order of their place; a piece inside another one is left out."""
    pieces: list[tuple[int, int]] = []
    for span in sorted(recognizer.recognize(Passage(text, hint)), key=lambda span: (span.start, -span.end)):
        if not pieces or span.end > pieces[-1][1]:
            pieces.append((span.start, span.end))
    return [text[start:end] for start, end in pieces]
