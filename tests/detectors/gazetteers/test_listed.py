"""All list recognizers at one reading."""

from hypothesis import given
from hypothesis import strategies as st

from detectors.gazetteers.listed import ListRecognizer
from detectors.gazetteers.lookup import Gazetteers
from detectors.gazetteers.names import NameRecognizer
from detectors.gazetteers.places import PlaceRecognizer
from detectors.recognizer import Passage

_GAZETTEERS = Gazetteers.load()
_PIECES = [
    "Dr. Okafor saw",
    "Harold",
    "Whitfield,",
    "MD",
    "lives in",
    "Tulsa,",
    "OK",
    "her son",
    "Ridgeway",
    "Hospital",
    "disease",
    "\n",
    "陈丽华 女士",
    "patient:",
    "works at",
]
_TEXT = st.lists(st.sampled_from(_PIECES), max_size=10).map(" ".join)


@given(st.lists(_TEXT, max_size=5))
def test_many_passages_give_what_each_gives(texts: list[str]) -> None:
    """Reading together changes nothing, and nothing is left out."""
    recognizer = ListRecognizer(_GAZETTEERS)
    passages = [Passage(text) for text in texts]
    single = [list(recognizer.recognize(passage)) for passage in passages]

    assert [list(spans) for spans in recognizer.recognize_many(passages)] == single
    for passage, spans in zip(passages, single, strict=True):
        for part in (NameRecognizer(_GAZETTEERS), PlaceRecognizer(_GAZETTEERS)):
            assert set(part.recognize(passage)) <= set(spans)


@given(st.text(max_size=120))
def test_spans_lie_inside_any_text(text: str) -> None:
    """No text makes a recognizer fail or leave its text."""
    spans = ListRecognizer(_GAZETTEERS).recognize(Passage(text))

    assert all(0 <= span.start < span.end <= len(text) for span in spans)
