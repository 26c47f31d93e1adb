"""What is a machine's is left, and what stands in the same place and is somebody's is not."""

import pytest

from detectors.analyzer import Analyzer
from detectors.gazetteers.lookup import Gazetteers
from detectors.of_machines import is_of_machine
from detectors.second_net import SecondNet
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_NAME, _DATE, _ID, _AGE = IdentifierType.NAME, IdentifierType.DATE, IdentifierType.OTHER_ID, IdentifierType.AGE
_GEO, _MRN, _PLAN, _SECRET = (
    IdentifierType.GEO,
    IdentifierType.MRN,
    IdentifierType.HEALTH_PLAN,
    IdentifierType.CREDENTIAL,
)

_IS_PERSONS = SecondNet(Gazetteers.load()).is_persons


def _left(marked: str, kind: IdentifierType, recognizer: str = "forms") -> bool:
    start, end = marked.index("⟨"), marked.index("⟩") - 1
    text = marked.replace("⟨", "").replace("⟩", "")
    return is_of_machine(text, Span(start, end, kind, 0.6, recognizer), _IS_PERSONS)


@pytest.mark.parametrize(
    ("none", "some", "kind"),
    [
        ("password = ⟨var.db_password⟩\n", "password = ⟨var-db_Pass9⟩\n", _SECRET),
        ("address=⟨Address(line1=⟩", "address=⟨12(rear) Oak St⟩", _GEO),
        ("| zip3 | ⟨char(3)⟩ |", "| zip | ⟨char 3⟩ |", _ID),
        ("where zip3 = ⟨$2⟩;", "paid ⟨$2⟩;", _GEO),
        ("Filter: (zip3 = '⟨606'::bpchar⟩)", "Filter: (zip = '⟨60614'::bpchar⟩)", _GEO),
        ("eGFR CKD-EPI,⟨mL/min/1.73m2⟩,60", "EPI ⟨U/123456⟩", _MRN),
        ('File "⟨/opt/etl/ucum/parser.py⟩", line 9', "file ⟨/7719/0442⟩", _ID),
        ("/home/tpham/claims/⟨post837.py⟩", "claims ⟨post837.py⟩", _ID),
        ("COPY conf/⟨log4j2.properties⟩ conf/", "conf ⟨7719-properties⟩", _ID),
        ("to file /⟨var/cache/0000004417⟩", "to file /⟨var/charts/0000004417⟩", _ID),
        ("keep.max_attempts_to_keep_patient = ⟨1000⟩", "keep.max_patient_id = ⟨1000⟩", _ID),
        ("ARG UID=⟨10001⟩\n", "?uid=⟨10001⟩&x", _ID),
        ("uid=⟨10001⟩(mirth) gid=10001(mirth)", "ext ⟨10001⟩(cell)", _ID),
        ('"band":"⟨65-74⟩"', '"chart":"⟨65-74⟩"', _MRN),
        ("ATT&CK ⟨T1190⟩, block it", "locker ⟨T1190⟩, second row", _ID),
        ("schematron ⟨CONF-1198-7495⟩: SHALL contain", "CONF ⟨1198-7495⟩ for the hotel", _ID),
        ("NCPDP SCRIPT ⟨2017071⟩ NewRx", "SCRIPT ⟨2017071⟩ refilled", _ID),
        ("Loop 2010BA segment ⟨NM102 1065⟩ Entity", "plan of the family ⟨NM402 1065⟩", _PLAN),
        ("Insurance segment: ⟨302-C2⟩ Cardholder ID X(20)", "Insurance: ⟨302-C2⟩", _PLAN),
        (r"MRN_RE = (MR#⟨)\s*([A-Z]{0,3}\d{5⟩", "MRN ⟨A3)5⟩", _MRN),
        ("user=⟨svc_warehouse⟩ reason", "user=⟨svc_mreyes⟩ reason", _ID),
        ("User=⟨mirth⟩\n", "User=⟨mirtha⟩\n", _ID),
        ("uid=⟨10001(mirth)⟩", "uid=⟨10001(jmoss)⟩", _ID),
        ("-- pod adt-archiver-⟨28711440⟩-zq9tf 0/1", "file adt-⟨28711440⟩ opened", _ID),
        ("#1 ⟨eid⟩=E880214", "after ⟨Eid⟩ she fasts", _DATE),
        ('<templateId root="2.16" extension="⟨2015-08-01⟩"/>', '<id root="2.16" extension="⟨2015-08-01⟩"/>', _DATE),
        ("anthropic-version: ⟨2023-06-01⟩", "visit: ⟨2023-06-01⟩", _DATE),
        ("Null date is ⟨1900-01-01⟩ or later", "Birth date is ⟨1900-01-01⟩ or later", _DATE),
        ('parametrize("raw", ["⟨2023-02-30⟩"]) # rejects', 'parametrize("raw", ["⟨2023-02-03⟩"]) # rejects', _DATE),
        ("ruff==⟨2024.7.4⟩\n", "dob==⟨1964.7.4⟩\n", _DATE),
        ("⟨MAR⟩ shows the dose given", "⟨MAR⟩ 12 she fell", _DATE),
        ("Not valid above age ⟨90⟩ or so", "She is above age ⟨94⟩ now", _AGE),
        ("Ages over ⟨110⟩ are rejected.", "Her age, ⟨94⟩, was flagged.", _AGE),
        ("notBefore=⟨Jun 1⟩ 00:00:00 2026 GMT", "born=⟨Jun 1⟩", _DATE),
        ("test_dates.py::test_leap[⟨2100-02-29⟩]", "leap of [⟨2100-02-29⟩]", _DATE),
        ('"index":"lab-⟨2026.04⟩"', '"seen":"lab-⟨2026.04⟩"', _DATE),
        ("NDC 11 digits (⟨5-4-2⟩)", "born (⟨5-4-2⟩)", _DATE),
        ("*⟨YYMMDD⟩*HHMM*", "*⟨SHYAMA⟩*HHMM*", _ID),
        ("see ⟨KB0017714⟩.", "badge ⟨KB0017714⟩.", IdentifierType.LICENSE),
        ("listen on ⟨127.0.0.1⟩:80", "listen on ⟨192.0.2.7⟩:80", IdentifierType.IP),
        ("⟨github.com/acme/uuid⟩ v1.6.0", "⟨example.org/p/ada⟩ visited", IdentifierType.URL),
        ("SHA256 Fingerprint=⟨3F:9A:07:E1:55:20:BD⟩", "Fingerprint=⟨3F:9A:07:E1:55:20:BD⟩", IdentifierType.BIOMETRIC),
        ("pub enum Sex { ⟨F, M, O, U⟩ }", "spelled { ⟨F, M, O, U⟩ }", _NAME),
        ("no ⟨S, L, O, I, B, Z⟩ |", "last name: ⟨S, M, I, T, H⟩", _NAME),
        ("From: ⟨Cron Daemon⟩ <root@x>", "From: ⟨Cron Haldane⟩ <c@x>", _NAME),
        ("SELECT ⟨MIN⟩(admitted_at)", "saw ⟨MIN⟩ (her aunt)", _NAME),
        ("05 ⟨FILLER⟩ PIC X(12).", "saw ⟨FILLER⟩ PICKED UP", _NAME),
        ("replace ⟨Jaro-Winkler⟩ with", "replace ⟨Jaro-Winter⟩ with", _NAME),
    ],
)
def test_a_machines_value_is_left_and_its_lookalike_is_not(none: str, some: str, kind: IdentifierType) -> None:
    """Of two spans of one kind only the machine's is left."""
    assert _left(none, kind)
    assert not _left(some, kind)


@pytest.mark.parametrize(
    ("none", "some"),
    [
        ("⟨4d 53 48⟩ 7c", "room ⟨4d 53 48⟩"),
        ("call ⟨G.711⟩ codec", "badge ⟨B.711⟩"),
        ("dotted('⟨W5922XA⟩')", "badge ⟨W59221⟩"),
        ('code,description\n⟨E1165⟩,"Type 2"', "ICD was wrong, badge ⟨E1165⟩ of the guard"),
        ("x.tsx 200 12 /order-sign ⟨504 5⟩,000 ms", "NHS ⟨504 5⟩ and more"),
        ("⟨ORA-06512⟩: at", "⟨ARO-06512⟩: at"),
        ("<< ⟨363698007⟩ |Finding site|", "no ⟨363698007⟩ |Finding site|"),
        ("via ⟨vlan300⟩\n", "via ⟨vlad300⟩\n"),
        ("FT1|1|||2025||CG|⟨81003⟩||UA", "box ⟨81003⟩"),
    ],
)
def test_what_the_tagger_alone_takes_for_a_number_is_doubted(none: str, some: str) -> None:
    """A code is left where the tagger alone found it; a lookalike, and what a caption announces, is not."""
    dump = "00000000  0b " if none.startswith("⟨4d") else ""

    assert _left(dump + none, _ID, "ner")
    assert not _left(dump + none, _ID, "other_id")
    assert not _left(some, _ID, "ner")
    assert not _left(some, _ID, "other_id")


@pytest.mark.parametrize(
    ("none", "some"),
    [
        ("containers:\n  - name: ⟨hapi⟩\n    image: hapi:7", "contacts:\n  - name: ⟨Chase⟩\n    email: c@example.org"),
        ('[project]\nname = "⟨fhirlite⟩"\n', '[contact]\nname = "⟨Marguerite⟩"\n'),
        ("- name: ⟨Drain⟩ channels\n  ansible.builtin.command: x", "- name: ⟨Drew Haldane⟩\n  phone: 555-0113"),
        ("channel:\n  name: LAB_⟨ORU⟩_IN\n  source: {}", "nurse:\n  name: ⟨ORU⟩\n  shift: nights"),
        ('{"name":"⟨labxcore⟩","version":"2.4.1"}', '{"name":"⟨ambrose⟩","dob":"1948-02-19","version":3}'),
        ('"software":{"name":"⟨Smile⟩","version":"1"}', '{"name":"⟨Smile⟩","type":"patient","version":"1"}'),
        ("    container_name: ⟨keycloak⟩", "    container_name: ⟨Ada Keycloak⟩"),
        ("- name: ⟨fct_uptakes⟩\n  columns: [a]", "- name: ⟨Dimitra⟩\n  columns: [a]"),
    ],
)
def test_the_name_of_a_thing_is_left(none: str, some: str) -> None:
    """A name beside keys of things is left; a whole name, one beside keys of people, or inside a sentence is not."""
    assert _left(none, _NAME)
    assert not _left(some, _NAME)


@pytest.mark.parametrize("kind", [IdentifierType.PHOTO, IdentifierType.BIOMETRIC, IdentifierType.SSN])
def test_pictures_and_prints_keep_their_paths(kind: IdentifierType) -> None:
    """A path, a tag or a field's number is no reason to leave a picture, a print or a social security number."""
    assert not _left("open('⟨/srv/photos/tremblay.json⟩')", kind)
    assert not _left(" template=⟨302-C2⟩ PCN", kind, "ner")


def test_the_analyzer_leaves_them() -> None:
    """No layer's span of a machine's value comes through, and one of somebody's beside it does."""
    text = "ARG UID=10001\nDB_NAME=mpi\n# ask Rosalind Pelkey, mrn 5520913, ATT&CK T1190"
    found = {text[span.start : span.end] for span in Analyzer.default().analyze(text)}

    assert found == {"Rosalind Pelkey", "5520913"}


def test_a_clusters_columns_are_nobodys_and_a_numbered_row_keeps_its_columns() -> None:
    """Pods have names and ages too; the number before a row has no heading and shifts none."""
    pods = "NAME      READY   STATUS    RESTARTS   AGE\nmirth-0   1/1     Running   2          112d\n"
    ward = "      mrn             name   age        unit\n12  70081-A  Cordelia Umber    91  Ward Seven\n"
    found = {ward[span.start : span.end] for span in Analyzer.default().analyze(ward)}

    assert not Analyzer.default().analyze(pods)
    assert {"70081-A", "Cordelia Umber", "91"} <= found
    assert "12" not in found


@pytest.mark.parametrize(
    "somebody",
    [
        '{"name":"⟨garcia⟩","type":"inpatient","source":"ed"}',
        '{"name":"⟨ambrose⟩","version":"2.4.1"}',
        "name: ⟨rosa⟩\ntype: walk-in",
        "name: ⟨quillfeather⟩\nport: R chest, accessed",
        "- name: ⟨okafor⟩\n  source: portal\n  file: a1",
        "chart: ⟨hernandez⟩",
        "repository: ⟨smith⟩",
        "- name: ⟨Grant⟩ read\n  file: {owner: x}",
    ],
)
def test_what_is_called_like_a_person_is_redacted_as_one(somebody: str) -> None:
    """A thing that bears a person's name costs less where it is redacted than a person who passes for a thing."""
    assert not _left(somebody, _NAME)
    assert not _left("file: ⟨smith_john_1961.yaml⟩", _ID)


@pytest.mark.parametrize(
    "user", ["user ⟨MERCY\\s44712⟩ logged in", "login: ⟨CORP\\d4471⟩", "acct ⟨HOSP\\b2207⟩ opened"]
)
def test_a_user_of_a_domain_is_no_pattern(user: str) -> None:
    r"""`CORP\d4471` has the begin of a class of figures in it, and is somebody's."""
    assert not _left(user, _ID)
    assert _left(r"match ⟨\d{3}-\d{4}⟩", _ID)
