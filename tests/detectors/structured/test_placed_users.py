"""Names of users at their places, and the values of inserted rows."""

import pytest

from detectors.gazetteers.lookup import Gazetteers
from detectors.recognizer import Passage, Recognizer
from detectors.structured.placed_users import PlacedUserRecognizer
from detectors.structured.sql import SqlRecognizer

USERS, ROWS = PlacedUserRecognizer(Gazetteers.load()), SqlRecognizer(Gazetteers.load())


def _found(recognizer: Recognizer, text: str) -> list[str]:
    return [text[span.start : span.end] for span in recognizer.recognize(Passage(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('::ffff:192.0.2.9 - hr-kmoss [09/Nov/2026:17:02:44 -0500] "GET', ["hr-kmoss"]),
        ("vpn: jcastellanos/192.0.2.7:51144 up\njcastellanos AUTH_FAILED", ["jcastellanos", "jcastellanos"]),
        ("sudo:   kpatel : TTY=pts/0 ; USER=root", ["kpatel"]),
        ('File "/home/kpham/x.py"', ["kpham"]),
        ("C:\\Users\\kpham\\Desktop\\a.txt", ["kpham"]),
        ("run by CRED\\svc.halvorsen", ["CRED\\svc.halvorsen"]),
        ("TERM T417   USR KMB\nGUAR", ["KMB"]),
        ("Latoya Grimsrud (lgrimsr) and Alan Turing (turinga)", ["lgrimsr", "turinga"]),
        ('"/portal/patients/hortensia-valdovinos/labs"', ["/portal/patients/hortensia-valdovinos/labs"]),
        ("192.0.2.9 - jenkins [09/Nov/2026:17:02:44 -0500]", []),
        ("pod/192.0.2.7:53, /home/ubuntu/x, /Users/Shared/y, /home/project/z", []),
        ("A\\alpha, HKLM\\software, NT AUTHORITY\\system, FS\\docs\\file", []),
        ("Sarah Connor (retired), Wells Fargo (bank), USR NO\n", []),
        ("BUILTIN\\jmoss and HKLM\\jmoss", []),
        ("/charts/bar-line /patients/billing-help", []),
    ],
)
def test_users_are_told_by_their_place(text: str, expected: list[str]) -> None:
    """Where logs, paths and screens have a user, whatever stands there is one, but for machines and plain words."""
    assert _found(USERS, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("INSERT INTO c (mrn, grp) VALUES ('QMC0082217', 'A88-0012')", ["QMC0082217", "A88-0012"]),
        ("insert into p (last_name, note) values ('Ortega', 'ok'), ('Ruiz', 'f(1)')", ["Ortega", "Ruiz"]),
        ("INSERT INTO drugs (id, name) VALUES (1, 'metoprolol')", []),
        ("INSERT INTO c SELECT mrn FROM p", []),
    ],
)
def test_rows_are_read_by_their_columns(text: str, expected: list[str]) -> None:
    """A value of an inserted row is what its column's name says."""
    assert _found(ROWS, text) == expected


def test_a_user_is_found_again_beside_marks_and_not_inside_words() -> None:
    """A user name ends at a point or a plus; within a longer name it is another's."""
    log = "192.0.2.7 - qzmoss [09/Nov/2026:17:02:44 -0500]\nqzmoss. qzmoss.txt qzmossy a@qzmoss x-qzmoss qzmoss+x"

    assert ["qzmoss"] * 4 == _found(USERS, log)
