"""Names in other scripts, and words beside honorifics and captions that are none."""

import pytest

from detectors.gazetteers.scripts import ScriptRecognizer
from detectors.recognizer import Passage


def _found(text: str) -> set[str]:
    return {text[span.start : span.end] for span in ScriptRecognizer().recognize(Passage(text))}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("王小明 先生今日就诊", "王小明"),
        ("患者:李秀英,女", "李秀英"),
        ("田中さんは頭痛を訴えた", "田中"),
        ("氏名：佐藤 花子", "佐藤 花子"),
        ("환자 김민수 씨가 두통을 호소", "김민수"),
        ("Пациент Орлов Сергей Иванович жалуется", "Орлов Сергей Иванович"),
        ("Врач Иванов назначил препарат", "Иванов"),
        ("المريضة فاطمة الزهراني تشكو من صداع", "فاطمة الزهراني"),
        ("श्री रमेश कुमार को बुखार", "रमेश कुमार"),
        ("นายสมชาย ใจดี มาตรวจ", "สมชาย ใจดี"),
        ("κυρία Παπαδοπούλου", "Παπαδοπούλου"),
    ],
)
def test_names_beside_honorifics_and_captions_are_found(text: str, name: str) -> None:
    """An honorific, a caption or a patronymic makes a name in any script."""
    assert _found(text) == {name}


@pytest.mark.parametrize(
    "text",
    [
        "患者主诉头痛三天",
        "患者さんは来院した",
        "Больной жалуется на боль",
        "المريض يشكو من ألم",
        "그 환자는 두통",
        "no such letters",
    ],
)
def test_captions_alone_are_no_names(text: str) -> None:
    """A patient without a name stays."""
    assert _found(text) == set()
