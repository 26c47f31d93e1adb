"""Codes of payers, laboratories, pharmacies and rosters are left; a number of somebody in the same place is not."""

import pytest

from detectors.of_machines import is_of_machine
from detectors.trade_rules import in_list_of_codes
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_ID, _PLAN, _NAME, _GEO = (
    IdentifierType.OTHER_ID,
    IdentifierType.HEALTH_PLAN,
    IdentifierType.NAME,
    IdentifierType.GEO,
)


def _span(marked: str, kind: IdentifierType, recognizer: str) -> tuple[str, Span]:
    start, end = marked.index("⟨"), marked.index("⟩") - 1
    return marked.replace("⟨", "").replace("⟩", ""), Span(start, end, kind, 0.6, recognizer)


def _left(marked: str, kind: IdentifierType, recognizer: str = "other_id") -> bool:
    return is_of_machine(*_span(marked, kind, recognizer), lambda _: False)


@pytest.mark.parametrize(
    ("none", "some", "kind"),
    [
        ('"claim":"⟨837D 005010X224A2⟩"', '"claim":"⟨837D 004417X224A2⟩"', _ID),
        ('"edi":{"era":"⟨835⟩"}', '"gate":{"era":"⟨835⟩"}', _ID),
        ("The payer ID for electronic claims is ⟨62308⟩.", "The claim at the payer is ⟨62308⟩.", _ID),
        ("payer ID (Delta): ⟨07030⟩", "payer ID 62308, claim ⟨44178⟩", _ID),
        ("Dragon Medical ⟨One 2024.2⟩.", "case ⟨Wc 2024.2.118-4⟩", _PLAN),
        ("gateway ⟨v4.11.0.3⟩ up", "auth ⟨4.11.0.3⟩", _ID),
        ("group ⟨PG 1 0F 4⟩", "group ⟨PG 1044⟩", _PLAN),
        ("Plan: ⟨5150⟩ hold", "Plan: ⟨5150⟩-01", _PLAN),
        ("\n| ⟨1⟩ | Ada", "\n| ⟨118⟩ | Ada", _ID),
        ("reads Hb ⟨S, C, Lepore⟩: see", "signed ⟨S, C, Lepore⟩: see", _NAME),
        ("Rh / ⟨Kell⟩ / Duffy", "Rhea / ⟨Kell⟩ / Dana", _NAME),
        ("⟨Kell⟩, Duffy and Kidd antigen negative", "⟨Kell⟩, Duffy and Kidd signed", _NAME),
        ("A: ⟨Right, J⟩84.10. She", "A: ⟨Moss, J⟩84.10. She", _NAME),
        ("MEDICO: ⟨OK⟩. Su", "MEDICO: ⟨Oke⟩. Su", _NAME),
        ("moves to ⟨Tier⟩ 3 in May", "moves to ⟨Tier⟩, 300 Oak St", _GEO),
    ],
)
def test_codes_of_a_trade_are_left(none: str, some: str, kind: IdentifierType) -> None:
    """Of two spans of one kind only the code is left, whoever found it."""
    assert _left(none, kind)
    assert not _left(some, kind)


@pytest.mark.parametrize(
    ("none", "some"),
    [
        ("| Shift | RN |\n| ⟨D 0645-1515⟩ | 4 |", "| Shift | RN |\n| ⟨D 0644-1519⟩ | 4 |"),
        ("| RN |\n| ⟨N 2300⟩-0730 | 4 |", "| RN |\n| ⟨N 2300⟩-0730-11 | 4 |"),
        ("| RN |\n| N 2300-⟨0730⟩ | 4 |", "| RN |\n| N 44-2300-⟨0730⟩ | 4 |"),
        ("float RN ⟨1100-2330⟩.", "the kit ⟨1100-2330⟩."),
        ("ORDER CODE 1554 IS RETIRED, ⟨USE 5512⟩.", "ORDER 1554 IS RETIRED, ⟨USE 5512⟩."),
        ("[ ] unable: missing digit(s) ⟨1 2 3 4 5⟩  R / L", "[ ] gate code ⟨1 2 3 4 5⟩"),
        ("TTY users dial ⟨711⟩.", "TTY users dial ext ⟨711⟩."),
        ("TTY users dial ⟨711⟩.", "TTY users dial ⟨714⟩."),
    ],
)
def test_what_the_tagger_alone_takes_for_a_number_is_doubted(none: str, some: str) -> None:
    """Hours, choices and short numbers to dial are left where the tagger alone found them."""
    assert _left(none, _ID, "ner")
    assert not _left(none, _ID)
    assert not _left(some, _ID, "ner")


@pytest.mark.parametrize(
    ("marked", "listed"),
    [
        ('"prior_auth":["⟨J9271⟩","70551"]', True),
        ('"prior_auth":["J9271","⟨70551⟩"]', True),
        ('"cpt_codes": ["⟨99214⟩", "93000"]', True),
        ('"prior_auth":["⟨70551⟩","70552"]', False),
        ('"prior_auth":["⟨J9271⟩","A44718820"]', False),
        ('"prior_auth_ids":["⟨J9271⟩","L8690"]', False),
        ('"claims":["⟨J9271⟩","L8690"]', False),
        ('"prior_auth":"⟨J9271⟩"', False),
    ],
)
def test_a_list_of_codes_holds_nothing_else(marked: str, listed: bool) -> None:
    """Only a list whose key and whose every item are those of procedures is one of codes."""
    assert in_list_of_codes(*_span(marked, _ID, "other_id")) is listed
