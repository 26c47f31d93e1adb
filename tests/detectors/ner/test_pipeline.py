"""Our tagger as a spaCy pipeline, and other pipelines in its place."""

from pathlib import Path

import pytest
import spacy
from spacy.pipeline import EntityRuler

from detectors.ner import cascade
from detectors.ner.component import SPANS_KEY
from detectors.ner.pipeline import SpacyRecognizer, load_pipeline
from detectors.ner.recognizer import NerRecognizer
from detectors.recognizer import Passage
from schemas.errors import ModelUnavailable
from schemas.identifiers import IdentifierType

TEXT = "Anneliese Korhonen of Waukesha was seen by Dr. Mbeki-Stone at Larkspur Family Clinic."


def test_the_pipeline_finds_what_the_recognizer_finds() -> None:
    """The component sets spans with scores, and entities, for the same runs."""
    doc = load_pipeline()(TEXT)
    spans = NerRecognizer(cascade.load()).recognize(Passage(TEXT))
    group = doc.spans[SPANS_KEY]

    assert [(span.start, span.end) for span in spans] == [(span.start_char, span.end_char) for span in group]
    assert [span.score for span in spans] == group.attrs["scores"]
    assert [span.text for span in group] == [ent.text for ent in doc.ents]


def test_a_saved_pipeline_loads_with_its_model(tmp_path: Path) -> None:
    """The pipeline is a spaCy model directory like any other."""
    load_pipeline().to_disk(tmp_path / "saved")
    loaded = load_pipeline(tmp_path / "saved")

    assert [ent.text for ent in load_pipeline()(TEXT).ents] == [ent.text for ent in loaded(TEXT).ents]


def test_another_pipeline_can_take_its_place(tmp_path: Path) -> None:
    """Entities of any pipeline become spans by a table of labels."""
    other = spacy.blank("en")
    ruler = other.add_pipe("entity_ruler")
    assert isinstance(ruler, EntityRuler)
    ruler.add_patterns([{"label": "PERSON", "pattern": "Korhonen"}, {"label": "MONEY", "pattern": "Family"}])
    other.to_disk(tmp_path / "other")
    recognizer = SpacyRecognizer(load_pipeline(tmp_path / "other"))
    found = [(TEXT[span.start : span.end], span.type) for span in recognizer.recognize(Passage(TEXT))]

    assert [("Korhonen", IdentifierType.NAME)] == found


def test_a_folder_without_a_pipeline_is_refused(tmp_path: Path) -> None:
    """What cannot be loaded stops the start."""
    with pytest.raises(ModelUnavailable):
        load_pipeline(tmp_path)
