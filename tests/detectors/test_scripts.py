"""Test names in other scripts."""

import pytest

from detectors.recognizer import Passage
from detectors.scripts import ScriptRecognizer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("陈丽华 女士,主诉头痛三天,无发热。", {"陈丽华"}),
        ("患者:张伟,男,45岁", {"张伟"}),
        ("田中さんは昨日来ました", {"田中"}),
        ("의사결정 대리인은 딸 노은지입니다.", {"노은지"}),
        ("Пациентка Ковальчук Оксана Петровна, жалобы на одышку", {"Ковальчук Оксана Петровна"}),
        ("المريض يوسف الحمداني يشكو من ألم", {"يوسف الحمداني"}),
        ("my name is ольга савченко, in english olha", {"ольга савченко"}),
        ("Seen with Мария today for the visit", {"Мария"}),
        ("the β-hCG and μ opioid, ΔΔCt, Ω3 fatty acid", set()),
        ("Пациент жалуется на боль в груди.", set()),
        ("主诉头痛三天,无发热。", set()),
        ("plain text", set()),
    ],
)
def test_names_show_by_what_stands_beside_them(text: str, expected: set[str]) -> None:
    """Words of address, capitals and guests in a Latin text are names; letters of science and prose are not."""
    found = {text[span.start : span.end] for span in ScriptRecognizer().recognize(Passage(text))}

    assert expected == found
