"""Names of users in sentences and logs."""

import pytest

from detectors.gazetteers.lookup import Gazetteers
from detectors.recognizer import Passage
from detectors.structured.users import UserRecognizer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("user rmcallister, a clerk", ["rmcallister"]),
        ("opened by user ext-pdraper at 02:19", ["ext-pdraper"]),
        ("connected as ro_jmoss", ["ro_jmoss"]),
        ('{"u":"kwambui","act":"view"}', ["kwambui"]),
        ("i go by @fern.hours.", ["@fern.hours"]),
        ("Account (ro_jmoss) locked", ["ro_jmoss"]),
        ("login: ro_jmoss; Logon ro_jmoss", ["ro_jmoss", "ro_jmoss"]),
        ("logged in as ro_jmoss", ["ro_jmoss"]),
        ("signed in as ro_jmoss, runas ro_jmoss", ["ro_jmoss", "ro_jmoss"]),
        ("Uploader: ro_jmoss, assignee=ro_jmoss", ["ro_jmoss", "ro_jmoss"]),
        ("submitter ro_jmoss, reporter ro_jmoss", ["ro_jmoss", "ro_jmoss"]),
        ("Printed by ro_jmoss", ["ro_jmoss"]),
        ('{"edited_by" : "ro_jmoss"}', ["ro_jmoss"]),
        ("Failed password for jmoss from 192.0.2.7", ["jmoss"]),
        ("Login OK: [jmoss]", ["jmoss"]),
        ("user interface, user accounts", []),
        ("connected as read-only replica", []),
        ("@dataclass and @pytest.fixture", []),
        ('{"u":"mg","by":"mouth"}', []),
        ("user get_user(id)", []),
    ],
)
def test_users_and_handles(text: str, expected: list[str]) -> None:
    """A user name is told by what stands before it and by its make; ordinary words stay."""
    spans = UserRecognizer(Gazetteers.load()).recognize(Passage(text))

    assert [text[span.start : span.end] for span in spans] == expected
