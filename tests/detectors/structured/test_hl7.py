"""Test HL7 version 2 segments."""

import pytest

from detectors.recognizer import Passage
from detectors.structured.hl7 import Hl7Recognizer

MESSAGE = (
    "MSH|^~\\&|EPICADT|TWIN FORKS MED CTR|LAB|TFMC|20260217083409-0700||ADT^A04|MSG0009174|P|2.5.1\r"
    "EVN|A04|20260217083409\r"
    "PID|1||481937^^^TF^MR~219099998^^^SSA^SS||OKONKWO^ADAEZE^N^^DR||19580604|F|||9 Elm St^Apt 4^Gunnison^CO^81230|"
    '|""||M\r'
    "PV1|1|O|ORTHO^12^B^TWIN FORKS||||1487209936^ABERG^NILS^^^DR\r"
    "OBX|1|DT|8302-2^LOINC||20260101||||||F|||20260217\r"
    "DG1|1||E11.9^Diabetes^I10|||W"
)


def found(text: str) -> list[str]:
    """Return what stands in the identifying fields of *text*."""
    return [text[span.start : span.end] for span in Hl7Recognizer().recognize(Passage(text))]


def test_a_message_is_read_field_by_field() -> None:
    """Names, dates, numbers, addresses and facilities go; codes, states, departments and control numbers stay."""
    expected = [
        "TWIN FORKS MED CTR",
        "TFMC",
        "20260217083409-0700",
        "20260217083409",
        "481937",
        "219099998",
        "OKONKWO",
        "ADAEZE",
        "N",
        "19580604",
        "9 Elm St",
        "Apt 4",
        "Gunnison",
        "81230",
        "TWIN FORKS",
        "1487209936",
        "ABERG",
        "NILS",
        "20260217",
        "20260101",
    ]

    assert sorted(expected) == sorted(found(MESSAGE))


@pytest.mark.parametrize("separator", ["\r", "\n", "\r\n", " ", "\n> "])
def test_segments_are_found_whatever_parts_them(separator: str) -> None:
    """Pasting changes line ends; the fields stay where they are."""
    expected = sorted(value.strip() for value in found(MESSAGE))

    assert expected == sorted(value.strip() for value in found(MESSAGE.replace("\r", separator)))


def test_own_separators_are_read_from_the_header() -> None:
    """A message may part its components otherwise."""
    assert found("MSH|$%\\#|A\nPID|1||||OKONKWO$ADAEZE%OBI$NGOZI") == ["OKONKWO", "ADAEZE", "OBI", "NGOZI"]


@pytest.mark.parametrize(
    "text",
    [
        "the PID| controller",
        "Use PV1|3 for the bed.",
        "a | b | c",
        "PID|1||||||1961|F",
        "| PID | NK1 |\n|---|---|\n| 1 | 2 |",
    ],
)
def test_what_is_no_segment_stays(text: str) -> None:
    """Talk about segments, tables and bare years are left."""
    assert found(text) == []


def test_a_receiving_system_is_no_facility() -> None:
    """What a message goes to may be a system; a facility, also in short, is covered."""
    header = "MSH|^~\\&|PAS|CALDER FORK REGIONAL|IFE|{}|20250312081544||ADT^A04|Q1|P|2.5.1"

    assert "EHR" not in found(header.format("EHR"))
    assert "GFH" in found(header.format("GFH"))
