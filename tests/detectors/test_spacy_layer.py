"""Test any spaCy pipeline as one more layer."""

from pathlib import Path

import pytest
import spacy
from spacy.pipeline import EntityRuler

from detectors.explain import explain
from detectors.recognizer import Passage
from detectors.spacy_layer import SpacyLayer
from schemas.errors import ConfigError, ModelUnavailable
from schemas.identifiers import IdentifierType
from streams.detection.analyzers import build_analyzer
from streams.detection.settings import DetectorSettings
from tests.contracts import recognizer as contract


def saved(folder: Path, **patterns: str) -> str:
    """Save a pipeline that finds a word a label, and return its folder."""
    pipeline = spacy.blank("en")
    ruler = pipeline.add_pipe("entity_ruler")
    assert isinstance(ruler, EntityRuler)
    ruler.add_patterns([{"label": label, "pattern": word} for label, word in patterns.items()])
    pipeline.to_disk(folder)
    return str(folder)


def test_labels_become_identifiers(tmp_path: Path) -> None:
    """The usual ones without a word, any by a table."""
    source = saved(tmp_path / "p", PERSON="Zorblat", SHIP="Bluefin")
    text = "Zorblat sails the Bluefin"
    usual, named = SpacyLayer(source), SpacyLayer(source, {"SHIP": IdentifierType.VEHICLE})

    assert [(0, 7, IdentifierType.NAME)] == [(s.start, s.end, s.type) for s in usual.recognize(Passage(text))]
    assert [(18, 25, IdentifierType.VEHICLE)] == [(s.start, s.end, s.type) for s in named.recognize(Passage(text))]
    assert usual.digest != named.digest


def test_a_label_that_the_pipeline_does_not_know_is_refused(tmp_path: Path) -> None:
    """It would find nothing, and nobody would know."""
    source = saved(tmp_path / "p", SHIP="Bluefin")
    for labels in ({"SHIP": IdentifierType.VEHICLE, "SHOP": IdentifierType.GEO}, None):
        with pytest.raises(ConfigError) as caught:
            SpacyLayer(source, labels)
        assert "detector.spacy_labels" == caught.value.facts["setting"]


def test_a_pipeline_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """By folder and by package."""
    for source in (str(tmp_path), "no_such_package"):
        with pytest.raises(ModelUnavailable):
            SpacyLayer(source)


def test_the_digest_is_that_of_the_files(tmp_path: Path) -> None:
    """Another pipeline is another detector, whatever it calls itself."""
    first, same, other = (saved(tmp_path / name, PERSON=name[0] + "orblat") for name in ("za", "zb", "ya"))

    assert SpacyLayer(first).digest == SpacyLayer(same).digest != SpacyLayer(other).digest


def test_a_spacy_pipeline_keeps_the_contract(tmp_path: Path) -> None:
    """It is a recognizer like all others."""
    layer = SpacyLayer(saved(tmp_path / "p", PERSON="Okonkwo", GPE="Gunnison"))
    for sample in contract.SAMPLES:
        contract.check_spans_inside(layer, Passage(sample))
        contract.check_same_twice(layer, Passage(sample))
    contract.check_any_text(layer)


def test_a_spacy_pipeline_is_read_from_the_settings(tmp_path: Path) -> None:
    """It guesses beside the tagger, is explained, and counts in the fingerprint."""
    source = saved(tmp_path / "p", CALLSIGN="skywards")
    settings = DetectorSettings.model_validate({"spacy": source, "spacy_labels": {"CALLSIGN": "NAME"}})
    analyzer = build_analyzer(settings)
    text = "ask skywards for a bed"
    explanation = explain(analyzer, text)
    told = [item for each in explanation.spans for item in each.made_of] + list(explanation.dropped)

    assert [("taggers", "spacy")] == [
        (item.layer, item.span.recognizer) for item in told if item.span.recognizer == "spacy"
    ]
    assert build_analyzer(DetectorSettings()).fingerprint != analyzer.fingerprint
