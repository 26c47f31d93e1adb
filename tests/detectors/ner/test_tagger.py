"""The shipped model at run time."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from detectors.ner import manifest
from detectors.ner.tagger import WINDOW, Tagger
from schemas.errors import ModelUnavailable

TEXTS = [
    "Mrs. Thandiwe Okonkwo-Reyes was seen at Larkspur Family Clinic in Dunmore on March 3, 2021.",
    "",
    "metformin 500 mg BID, A1c 8.2",
    "   \n\t ",
    "hi dr bellweather its kofi from maple grove",
]


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    """Load the shipped tagger."""
    return Tagger.load()


def chances(tagger: Tagger, texts: list[str]) -> list[list[list[float]]]:
    """Return the probabilities of each text's words."""
    tagged = tagger.tag(texts)
    pairs = zip(tagged.firsts, tagged.words, strict=True)
    return [tagged.chances[first : first + len(words)].tolist() for first, words in pairs]


def test_a_text_gets_the_same_answer_alone_and_among_others(tagger: Tagger) -> None:
    """What stands in a batch does not change a text's result."""
    together = chances(tagger, TEXTS)

    assert [chances(tagger, [text])[0] for text in TEXTS] == together


def test_a_fresh_tagger_gives_the_same_answer(tagger: Tagger) -> None:
    """What was seen before does not change a text's result."""
    chances(tagger, ["Some other words, remembered: Larkspur Okonkwo"])

    assert chances(Tagger.load(), TEXTS) == chances(tagger, TEXTS)


def test_long_texts_are_cut_without_a_trace(tagger: Tagger) -> None:
    """A word in the middle of a long text is tagged as with its neighbours alone."""
    middle = "patient Ilse Vandermolen lives in Tarrant with her son"
    filler = "the wound is clean and dry "
    long = filler * (WINDOW // 6) + middle + " " + filler * (WINDOW // 3)
    near = filler * 20 + middle + " " + filler * 20
    reach = tagger.manifest.reach
    in_long = chances(tagger, [long])[0][6 * (WINDOW // 6) :][: 9 + reach]

    assert np.allclose(chances(tagger, [near])[0][6 * 20 :][: 9 + reach], in_long, atol=1e-6)


def test_no_word_is_remembered_as_text(tagger: Tagger) -> None:
    """The memory of word vectors holds numbers only."""
    tagger.tag(["Wilhelmina Featherstonehaugh"])

    assert all(isinstance(key, int) for key in tagger._rows)
    assert "Featherstonehaugh" not in repr(vars(tagger))


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Copy the shipped model."""
    return Path(shutil.copytree(manifest.MODEL, tmp_path / "model"))


@pytest.mark.parametrize("name", ["words.onnx", "context.onnx", "vocabulary.txt"])
def test_an_altered_file_is_refused(copied: Path, name: str) -> None:
    """One changed byte is enough."""
    content = bytearray((copied / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copied / name).write_bytes(content)

    with pytest.raises(ModelUnavailable):
        Tagger.load(copied)


@pytest.mark.parametrize("name", ["words.onnx", "context.onnx", "vocabulary.txt", "manifest.json"])
def test_a_missing_file_is_refused(copied: Path, name: str) -> None:
    """Nothing is left out silently."""
    (copied / name).unlink()

    with pytest.raises(ModelUnavailable):
        Tagger.load(copied)


@pytest.mark.parametrize("change", [{"format": 99}, {"features": "0"}, {"thresholds": None}, {"reach": "far"}])
def test_a_manifest_of_another_version_is_refused(copied: Path, change: dict[str, object]) -> None:
    """A model trained on other features is not run."""
    path = copied / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **change}), encoding="utf-8")

    with pytest.raises(ModelUnavailable):
        Tagger.load(copied)


def test_memory_is_bounded_by_the_window(tagger: Tagger, monkeypatch: pytest.MonkeyPatch) -> None:
    """More distinct words than are remembered change no result."""
    text = " ".join(f"word{number} of Okonkwo" for number in range(3000))
    expected = chances(tagger, [text])
    monkeypatch.setattr("detectors.ner.tagger.CAPACITY", WINDOW * 2)
    fresh = Tagger.load()

    assert expected == chances(fresh, [text])
    assert len(fresh._rows) <= WINDOW * 2


def test_the_runtime_writes_no_usage_events(tmp_path: Path) -> None:
    """Loading and running the tagger leaves nothing in the user's cache: the library's own telemetry is off."""
    code = "from detectors.ner.tagger import Tagger; Tagger.load().tag(['Ann Lee'])"
    places = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ORT_")} | places
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)

    assert [] == [path for path in tmp_path.rglob("*") if path.is_file()]
