"""Test tables inside a text."""

import pytest

from detectors.gazetteers.lookup import Gazetteers
from detectors.recognizer import Passage
from detectors.structured.tables import TableRecognizer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "| Pt | MRN | Bed | DOB |\n|:---|---|---|---|\n| Okafor, J | 88 | 4 | 1/2/50 |\n| n/a | | 1 | 1950 |\nBye",
            ["Okafor, J", "88", "1/2/50"],
        ),
        (
            'name,dob,phone,dx\n"Okonkwo, Adaeze",1980-01-02,555-0102,HTN\nbogdan kowalczyk,1970,555 0103,DM\n',
            ["Okonkwo, Adaeze", "1980-01-02", "555-0102", "bogdan kowalczyk", "555 0103"],
        ),
        ("Patient\tAge\tProvider\nAda Onuoha\t94\tDr. Bo Tran\n", ["Ada Onuoha", "94", "Bo Tran"]),
        ("Name;City;State\nNgozi Obi;Gunnison;CO", ["Ngozi Obi", "Gunnison"]),
        ("The patient, her mother, and the nurse, came.\nShe was, in fact, fine.", []),
        ("| Test | Result | Ref |\n|---|---|---|\n| Na | 138 | 135-145 |", []),
        ("Patient, mother, nurse\nA line of prose that goes on and on without cells.", []),
        ("| Drug name | Dose |\n|---|---|\n| Allegra | 5 |", []),
    ],
)
def test_headings_say_what_cells_hold(gazetteers: Gazetteers, text: str, expected: list[str]) -> None:
    """Cells under a known heading go; other columns, prose with commas and tables of results stay."""
    spans = TableRecognizer(gazetteers).recognize(Passage(text))

    assert expected == [text[span.start : span.end] for span in spans]


def test_name_cut_by_its_comma(gazetteers: Gazetteers) -> None:
    """A row with one cell too many has its name in two of them."""
    text = "name,dob,room\nLund, Ada,3/3/1950,204A"
    spans = TableRecognizer(gazetteers).recognize(Passage(text))

    assert "Lund, Ada" in [text[span.start : span.end] for span in spans]


def test_pairs_go_on_below(gazetteers: Gazetteers) -> None:
    """A row of two cells with an empty first one goes on with the row above."""
    text = "| ph | 585 |\n| | 555 |\n| | 0142 |"
    spans = TableRecognizer(gazetteers).recognize(Passage(text))

    assert [text[span.start : span.end] for span in spans] == ["585", "555", "0142"]
