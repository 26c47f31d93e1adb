"""Test captioned numbers: records, plans, accounts, licences, vehicles, devices, biometrics and the rest."""

import pytest

from detectors.patterns.account import AccountRecognizer
from detectors.patterns.biometric import BiometricRecognizer
from detectors.patterns.device import DeviceRecognizer
from detectors.patterns.license import LicenseRecognizer
from detectors.patterns.other import OtherIdRecognizer
from detectors.patterns.record import RecordRecognizer
from detectors.patterns.ssn import SsnRecognizer
from detectors.patterns.vehicle import VehicleRecognizer
from detectors.patterns.x12 import X12Recognizer
from detectors.recognizer import Recognizer
from tests.detectors.patterns.reading import read

FOUND: list[tuple[Recognizer, str, list[str]]] = [
    (SsnRecognizer(), "SSN 123 45 6789 / XXX-XX-4321", ["123 45 6789", "4321"]),
    (SsnRecognizer(), "last four of her social: 9016", ["9016"]),
    (SsnRecognizer(), "social security number 123456789", ["123456789"]),
    (RecordRecognizer(), "MRNs 440012, 440013 and 440999", ["440012", "440013", "440999"]),
    (RecordRecognizer(), "mrn 7720418 merge with 7702418", ["7720418", "7702418"]),
    (RecordRecognizer(), "see MRN-448812 today", ["MRN-448812"]),
    (RecordRecognizer(), "chart no. 5582; member id ABC 1234 567", ["5582", "ABC 1234 567"]),
    (RecordRecognizer(), "card says 1EG4-TE5-MK73", ["1EG4-TE5-MK73"]),
    (RecordRecognizer(), "MRN four four oh one two", ["four four oh one two"]),
    (AccountRecognizer(), "paid with 4111 1111 1111 1111", ["4111 1111 1111 1111"]),
    (AccountRecognizer(), "visa ending in 4188, acct # 88-204", ["4188", "88-204"]),
    (AccountRecognizer(), "to GB82 WEST 1234 5698 7654 32 now", ["GB82 WEST 1234 5698 7654 32"]),
    (LicenseRecognizer(), "NPI 1234567893, DEA AB1234563", ["1234567893", "AB1234563"]),
    (LicenseRecognizer(), "RN license no. 77-204", ["77-204"]),
    (VehicleRecognizer(), "vin 1M8GDM9AXKP042788, plate KRB 447", ["1M8GDM9AXKP042788", "KRB 447"]),
    (DeviceRecognizer(), "S/N PX-1182, MAC 00:1B:63:84:45:E6", ["PX-1182", "00:1B:63:84:45:E6"]),
    (DeviceRecognizer(), "UDI (01)00884838301177(17)270930(21)SH44", ["(01)00884838301177(17)270930(21)SH44"]),
    (BiometricRecognizer(), "fingerprint template FP-20447 enrolled", ["FP-20447"]),
    (OtherIdRecognizer(), "claim # 44-7190, passport C71940288", ["44-7190", "C71940288"]),
    (OtherIdRecognizer(), "user: ann_lee7 opened it", ["ann_lee7"]),
    (OtherIdRecognizer(), "person 4a2f1c5e-88d1-4f0e-9b6a-1c2d3e4f5a6b", ["4a2f1c5e-88d1-4f0e-9b6a-1c2d3e4f5a6b"]),
    (X12Recognizer(), "REF*SY*123456789~", ["123456789"]),
    (X12Recognizer(), "PER*IC*TOBY QUILL*TE*4065550131*FX*4065550132~", ["TOBY QUILL", "4065550131", "4065550132"]),
    (X12Recognizer(), "NM1*QC*1*QUILL*TOBY~N3*1 ELM ST*APT 4~", ["QUILL", "TOBY", "1 ELM ST", "APT 4"]),
]
LEFT: list[tuple[Recognizer, str]] = [
    (SsnRecognizer(), "SSN: not on file; last four A1c values 7.1, 7.4; REF 450-11-2034"),
    (RecordRecognizer(), "chart review took 40 minutes; group 2 hypertension; policy 4.2; MRN: pending"),
    (AccountRecognizer(), "on account of nausea, check K 4.1, balance $412.50, SNOMED 10629791000119110"),
    (LicenseRecognizer(), "NPI score 36/144, DEA schedule II, class B license, ACLS done"),
    (VehicleRecognizer(), "VIN 3 on biopsy, growth plate open, skin tag 3 mm, N95 mask"),
    (DeviceRecognizer(), "serial troponins 14 -> 38, LOT 2041741, REF 1550300-18, model W2DR01"),
    (BiometricRecognizer(), "finger-stick 188, palm oil, voice hoarse, face scale 6/10"),
    (OtherIdRecognizer(), "case 3 of 4, order set v7, request id 4a2f1c5e-88d1-4f0e-9b6a-1c2d3e4f5a6b, NCT03036124"),
]


@pytest.mark.parametrize(("recognizer", "text", "expected"), FOUND)
def test_numbers_are_covered(recognizer: Recognizer, text: str, expected: list[str]) -> None:
    """The value alone is covered, in groups, lists and speech, its own prefix included."""
    assert expected == read(recognizer, text)


@pytest.mark.parametrize(("recognizer", "text"), LEFT)
def test_lookalikes_stay(recognizer: Recognizer, text: str) -> None:
    """The words in another sense, measures, codes and lots stay."""
    assert [] == read(recognizer, text)
