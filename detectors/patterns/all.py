"""The recognizers of the pattern layer, in order."""

from detectors.patterns.account import AccountRecognizer
from detectors.patterns.address import AddressRecognizer
from detectors.patterns.ages import AgeRecognizer
from detectors.patterns.biometric import BiometricRecognizer
from detectors.patterns.called import CalledRecognizer
from detectors.patterns.credentials import CredentialRecognizer
from detectors.patterns.date_words import DateWordRecognizer
from detectors.patterns.dates import DateRecognizer
from detectors.patterns.device import DeviceRecognizer
from detectors.patterns.dictated import DictatedRecognizer
from detectors.patterns.hints import KeyHintRecognizer
from detectors.patterns.ip import IpRecognizer
from detectors.patterns.keyvalue import KeyValueRecognizer
from detectors.patterns.labelled import LabelledRecognizer
from detectors.patterns.landmarks import LandmarkRecognizer
from detectors.patterns.license import LicenseRecognizer
from detectors.patterns.lookalike import LookalikeRecognizer
from detectors.patterns.mail import MailRecognizer
from detectors.patterns.other import OtherIdRecognizer
from detectors.patterns.phone import PhoneRecognizer
from detectors.patterns.photo import PhotoRecognizer
from detectors.patterns.record import RecordRecognizer
from detectors.patterns.spanish_told import SpanishToldRecognizer
from detectors.patterns.spoken import SpokenNumberRecognizer
from detectors.patterns.ssn import SsnRecognizer
from detectors.patterns.told_codes import ToldCodeRecognizer
from detectors.patterns.told_ids import ToldIdRecognizer
from detectors.patterns.urls import UrlRecognizer
from detectors.patterns.vehicle import VehicleRecognizer
from detectors.patterns.whereabouts import WhereaboutsRecognizer
from detectors.patterns.x12 import X12Recognizer
from detectors.recognizer import Recognizer


def pattern_recognizers() -> tuple[Recognizer, ...]:
    """Make every recognizer of the pattern layer."""
    return (
        LookalikeRecognizer(),
        KeyHintRecognizer(),
        KeyValueRecognizer(),
        X12Recognizer(),
        CredentialRecognizer(),
        MailRecognizer(),
        UrlRecognizer(),
        IpRecognizer(),
        AddressRecognizer(),
        AgeRecognizer(),
        DateRecognizer(),
        DateWordRecognizer(),
        SsnRecognizer(),
        PhoneRecognizer(),
        RecordRecognizer(),
        AccountRecognizer(),
        LicenseRecognizer(),
        VehicleRecognizer(),
        DeviceRecognizer(),
        BiometricRecognizer(),
        PhotoRecognizer(),
        OtherIdRecognizer(),
        ToldIdRecognizer(),
        ToldCodeRecognizer(),
        SpanishToldRecognizer(),
        SpokenNumberRecognizer(),
        DictatedRecognizer(),
        WhereaboutsRecognizer(),
        LandmarkRecognizer(),
        LabelledRecognizer(),
        CalledRecognizer(),
    )
