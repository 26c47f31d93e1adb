"""The customer's lists, from the settings to what a worker redacts."""

import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from detectors.analyzer import Analyzer
from detectors.explain import explain
from detectors.layers import Layers
from detectors.recognizer import Passage
from detectors.roster import SealedList
from schemas.errors import ConfigError
from schemas.identifiers import IdentifierType
from schemas.topics import BATCHES, REDACTED
from streams.cli import app
from streams.config import load_settings
from streams.detection.analyzers import ListWatch, build_analyzer
from streams.detection.explaining import as_lines, as_row
from streams.detection.lists import ensure_lists_key, seal_list
from streams.detection.settings import DetectorSettings
from streams.telemetry.metrics import Metrics
from tests.streams.embedded_rig import EmbeddedRig, rig_at

ROSTER = b"# staff and patients\n\nzorblat quuxley\nNx Vrbik\n"


def lists(*arguments: str) -> Result:
    """Run `phistream lists` as a user does."""
    return CliRunner().invoke(app, ["lists", *arguments])


def configured(folder: Path, **plain: bytes) -> DetectorSettings:
    """Seal plain lists and return the settings that name them."""
    key_file = folder / "lists.key"
    key = ensure_lists_key(key_file)
    paths = {name: folder / f"{name}.sealed" for name in plain}
    for name, content in plain.items():
        seal_list(content, paths[name], key)
    return DetectorSettings.model_validate({**paths, "lists_key_file": key_file})


def found(analyzer: Analyzer, text: str) -> list[tuple[str, str]]:
    """Return what is found, and by whom."""
    return [(text[span.start : span.end], span.recognizer) for span in analyzer.analyze(text)]


@pytest.fixture
def rig(tmp_path: Path) -> EmbeddedRig:
    """Return a rig whose detector has a roster, and few recognizers beside it."""
    rig = rig_at(tmp_path / "state")
    layers = build_analyzer(configured(tmp_path, roster=ROSTER)).layers
    rig.analyzer.layers = replace(rig.analyzer.layers, lists=layers.lists, sealed=layers.sealed)
    return rig


def test_a_list_is_sealed_and_checked(tmp_path: Path) -> None:
    """The key is made, private; the sealed file names nobody; the check counts without telling."""
    plain, out, key = tmp_path / "plain", tmp_path / "sealed", tmp_path / "key"
    plain.write_bytes(ROSTER)
    sealed = lists("seal", str(plain), "-o", str(out), "--key", str(key))
    checked = lists("check", str(out), "--key", str(key))

    assert (0, 0) == (sealed.exit_code, checked.exit_code)
    assert (0o600, True) == (key.stat().st_mode & 0o777, "2 digests" in checked.output)
    assert "zorblat" not in out.read_text(encoding="ascii") + sealed.output + checked.output


def test_names_are_found_in_either_order(tmp_path: Path) -> None:
    """With `--names` a list in one order finds texts in the other; without, entries are found as they are."""
    plain, key = tmp_path / "plain", tmp_path / "key"
    plain.write_bytes(b"Ana Maria Zorblat\nDe la Quuxley, Beto\nMadonna\n")
    texts = ("Zorblat, Ana Maria", "Ana Maria Zorblat", "Beto de la Quuxley", "de la Quuxley, Beto", "MADONNA")
    for more, expected in (((), 3), (("--names",), 5)):
        sealed = lists("seal", str(plain), "-o", str(tmp_path / "sealed"), "--key", str(key), *more)
        entries = SealedList("roster", tmp_path / "sealed", ensure_lists_key(key), IdentifierType.NAME)

        assert "3 entries" in sealed.output
        assert expected == sum(len(entries.recognize(Passage(text))) for text in texts)


def test_a_list_of_another_key_is_refused(tmp_path: Path) -> None:
    """It would find nothing, and nobody would know."""
    settings = configured(tmp_path, roster=ROSTER)
    (tmp_path / "lists.key").unlink()
    ensure_lists_key(tmp_path / "lists.key")

    with pytest.raises(ConfigError, match="another key"):
        build_analyzer(settings)


def test_a_bad_entry_is_named_by_its_line(tmp_path: Path) -> None:
    """The line in the plain file, comments counted; never the entry."""
    with pytest.raises(ConfigError) as caught:
        seal_list(b"# names\n\nZorblat\nx\n", tmp_path / "sealed", b"k" * 32)

    assert {"line": 4} == caught.value.facts
    assert not (tmp_path / "sealed").exists()


def test_lists_need_their_key(tmp_path: Path) -> None:
    """The setting that is missing is named."""
    with pytest.raises(ConfigError) as caught:
        build_analyzer(DetectorSettings(roster=tmp_path / "roster"))

    assert "detector.lists_key_file" == caught.value.facts["setting"]


def test_lists_are_read_from_the_settings(tmp_path: Path) -> None:
    """Roster and deny list find what nothing else does; the safe list vetoes guesses alone."""
    settings = configured(
        tmp_path, roster=ROSTER, deny_list=b"project bluefin\n", safe_list=b"Adaeze Okonkwo\nHagridson\n00482917\n"
    )
    analyzer = build_analyzer(settings)

    assert [("zorblat quuxley", "roster")] == found(analyzer, "ask zorblat quuxley about it")
    assert [("Project Bluefin", "deny_list")] == found(analyzer, "It is for Project Bluefin.")
    assert [] == found(analyzer, "Dr. Hagridson will see her.")
    assert [("00482917", "record")] == found(analyzer, "MRN: 00482917")
    assert [("Adaeze Okonkwo", "forms")] == found(analyzer, "Patient: Adaeze Okonkwo")


def test_encoded_text_is_read_with_the_lists(tmp_path: Path) -> None:
    """What is on a list is found in Base64 too, and the blob goes whole."""
    analyzer = build_analyzer(configured(tmp_path, deny_list=b"warm water\n"))
    text = f"payload {base64.b64encode(b'drink warm water with the tablets').decode()} end"

    assert ["encoded"] == [recognizer for _, recognizer in found(analyzer, text)]
    assert "encoded" not in [recognizer for _, recognizer in found(build_analyzer(DetectorSettings()), text)]


def test_what_is_safe_to_guess_is_still_found_by_memory_and_roster(tmp_path: Path) -> None:
    """The safe list stands below everything that knows."""
    names = b"Hagridson\n"
    analyzer = build_analyzer(configured(tmp_path, roster=names, safe_list=names))

    assert [("Hagridson", "roster")] == found(analyzer, "Dr. Hagridson will see her.")
    remembering = build_analyzer(configured(tmp_path, safe_list=names))
    assert "Hagridson" in [value for value, _ in found(remembering, "Patient: Ann Hagridson. Dr. Hagridson said so.")]


def test_the_fingerprint_changes_with_a_list(tmp_path: Path) -> None:
    """What was remembered under the old list counts no more, and events say which list they saw."""
    safe = b"Nobody At All\n"
    analyzer = build_analyzer(configured(tmp_path, safe_list=safe))
    text, before = "Dr. Hagridson will see her.", analyzer.fingerprint
    assert [("Hagridson", "gazetteer.names")] == found(analyzer, text)

    configured(tmp_path, safe_list=b"Hagridson\n")
    assert ListWatch(analyzer, Metrics()).take_up()

    assert [] == found(analyzer, text)
    assert before != analyzer.fingerprint
    assert build_analyzer(DetectorSettings()).fingerprint not in (before, analyzer.fingerprint)


def test_a_worker_takes_a_changed_list_up(rig: EmbeddedRig, tmp_path: Path) -> None:
    """Between readings, without a restart; event and batch carry the fingerprint of the list they saw."""
    worker = rig.worker()
    with worker.log:
        rig.feed(b'{"a": "zorblat quuxley and merkel vonk"}')
        worker.run(until_drained=True)
        first = rig.analyzer.fingerprint
        configured(tmp_path, roster=b"merkel vonk\n")
        rig.feed(b'{"a": "zorblat quuxley and merkel vonk"}')
        worker.run(until_drained=True)
    old, new = rig.trees(REDACTED)

    assert ("merkel vonk" in old["record"]["a"], "zorblat" in old["record"]["a"]) == (True, False)
    assert ("merkel vonk" in new["record"]["a"], "zorblat" in new["record"]["a"]) == (False, True)
    assert [first, rig.analyzer.fingerprint] == [tree["detector"] for tree in (old, new)]
    assert [first, rig.analyzer.fingerprint] == [tree["detector"] for tree in rig.trees(BATCHES)]


def test_a_broken_list_is_told_and_changes_nothing(rig: EmbeddedRig, tmp_path: Path) -> None:
    """The worker goes on with the old list; a metric and a log line without content say so."""
    worker = rig.worker()
    with worker.log, structlog.testing.capture_logs() as lines:
        (tmp_path / "roster.sealed").write_text("zorblat quuxley\n", encoding="ascii")
        rig.feed(b'{"a": "zorblat quuxley"}')
        worker.run(until_drained=True)
    counted = worker.metrics.registry.get_sample_value(
        "phistream_detector_list_reloads_total", {"list": "roster", "outcome": "refused"}
    )

    assert "zorblat" not in rig.trees(REDACTED)[0]["record"]["a"]
    assert 1.0 == counted
    assert [("roster", 2)] == [(line["kind"], line["count"]) for line in lines if line["log_level"] == "error"]
    assert "zorblat" not in json.dumps(lines)


def test_an_explanation_names_the_list_and_nothing_of_it(tmp_path: Path) -> None:
    """Beyond `roster` nothing is said: no entry, no digest, no words."""
    text = "ask zorblat quuxley or Dr. Hagridson"
    explanation = explain(build_analyzer(configured(tmp_path, roster=ROSTER)), text)
    told = json.dumps(as_row(explanation)) + "\n".join(as_lines(text, explanation))

    assert "roster" in told
    assert "zorblat" not in told
    assert "quuxley" not in told
    assert "'Hagridson'" in told


def test_a_self_test_leaves_the_customers_will_alone(tmp_path: Path) -> None:
    """A deny list may hold a drug, a safe list a name of the self-test: both were meant."""
    build_analyzer(configured(tmp_path, deny_list=b"metformin\n", safe_list=b"Bogdan Kowalczyk\n")).self_test()


def test_detect_takes_the_settings(tmp_path: Path) -> None:
    """`detect --config` finds what the worker would."""
    settings = configured(tmp_path, roster=ROSTER)
    file = tmp_path / "phistream.toml"
    file.write_text(
        f'[detector]\nroster = "{settings.roster}"\nlists_key_file = "{settings.lists_key_file}"\n', encoding="utf-8"
    )
    assert settings == load_settings(file).detector
    line = b'{"id": 1, "text": "ask zorblat quuxley"}\n'
    result = CliRunner().invoke(app, ["detect", "--config", str(file)], input=line)

    assert [("roster", 4, 19)] == [
        (span["recognizer"], span["start"], span["end"]) for span in json.loads(result.stdout)["spans"]
    ]


def test_no_list_costs_nothing() -> None:
    """Without lists no layer is added."""
    layers = build_analyzer(DetectorSettings()).layers

    assert ((), (), None) == (layers.lists, layers.sealed, layers.safe)
    assert () == Layers().sealed
