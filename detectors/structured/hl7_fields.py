"""Which fields of which HL7 version 2 segments identify somebody, and how they are written."""

from enum import Enum, auto


class Kind(Enum):
    """How a field is written."""

    NAME = auto()  # Family, given, middle.
    PERSON = auto()  # A clinician: number, family, given, middle.
    ADDRESS = auto()  # Street, other, city, state, ZIP.
    PLACE = auto()  # A facility or county, first component.
    LOCATION = auto()  # Point of care, room, bed, facility.
    PHONE = auto()  # A number, an address of mail, or both in parts.
    DATE = auto()
    EMPLOYER = auto()
    ID = auto()  # A patient's number, with the code of its kind.
    NUMBER = auto()
    ACCOUNT = auto()
    PLAN = auto()
    SSN = auto()
    LICENSE = auto()
    DEVICE = auto()  # What measured: a model, and its own number among the components.
    USER = auto()  # Who measured, where a system writes an account.


_TABLE = """
MSH 4,6:PLACE 7:DATE
EVN 2,3,6:DATE 5:PERSON 7:PLACE
PID 2,3,4,21:ID 5,6,9:NAME 7,29,33:DATE 11:ADDRESS 12,23:PLACE 13,14,40:PHONE 18:ACCOUNT 19:SSN 20:LICENSE
PD1 3:PLACE 4:PERSON
MRG 1,2,4,5,6:ID 3:ACCOUNT 7:NAME
NK1 2,26,30:NAME 4,32:ADDRESS 5,6,31,40,41:PHONE 8,9,16:DATE 12,33:NUMBER 13:EMPLOYER 37:SSN
PV1 3,6,11,42:LOCATION 5,19,50:NUMBER 7,8,9,17,52:PERSON 25,44,45:DATE
PV2 8,9,14,17,26,28,33:DATE 13:PERSON 23:PLACE
GT1 2:ACCOUNT 3,4,42:NAME 5,17:ADDRESS 6,7,18,45:PHONE 8,13,14:DATE 12:SSN 16,21,51:EMPLOYER 19:NUMBER
IN1 5,19,44:ADDRESS 6,16:NAME 7:PHONE 8,9,10,36,49:PLAN 11:EMPLOYER 12,13,18,24,29:DATE 14,51:NUMBER
IN2 1:NUMBER 2:SSN 3,9:EMPLOYER 6,8,10,25,26,61,62:PLAN 7,22,40,49,52:NAME 63,64:PHONE
ACC 1:DATE 2:PLACE 7:PERSON
AL1 6:DATE
DG1 5,19:DATE 16:PERSON
PR1 5:DATE 8,11,12:PERSON
ORC 2,3,4,8:NUMBER 7,9,15,27:DATE 10,11,12,19:PERSON 13:LOCATION 14,23:PHONE 18,21:PLACE 22,24:ADDRESS
OBR 2,3:NUMBER 6,7,8,14,22,36:DATE 10,16,28,32,33,34,35:PERSON 17:PHONE 27:DATE
OBX 14,19:DATE 15:USER 16,25:PERSON 17,18:DEVICE 23:PLACE 24:ADDRESS
SPM 2,3:NUMBER 17,18:DATE
TXA 4,6,7,8:DATE 5,9,10,11,22:PERSON 12,13,14,15:NUMBER
SCH 1,2,26,27:NUMBER 11:DATE 12,16,20:PERSON 13,17,21:PHONE 14,18,22:ADDRESS 15,19:LOCATION
AIS 4:DATE
AIG 8:DATE
AIL 3:LOCATION 6:DATE
AIP 3:PERSON 6:DATE
RXA 3,4,16,22:DATE 10:PERSON 11:LOCATION
RXD 3:DATE 7:NUMBER 10:PERSON
RXE 13,14:PERSON 15:NUMBER 18,19:DATE
RXO 14,15:PERSON
FT1 2:NUMBER 4,5:DATE 16:LOCATION 20,21,24:PERSON 23:NUMBER
ROL 4:PERSON 5,6:DATE 11:ADDRESS 12:PHONE
PRT 5:PERSON 8:PLACE 10:NUMBER 11,12:DATE 14:ADDRESS 15:PHONE
CTD 2:NAME 3:ADDRESS 4:LOCATION 5:PHONE 7:NUMBER
STF 2:NUMBER 3:NAME 6,12,13:DATE 10:PHONE 11:ADDRESS 15:PHONE
PRA 1:NUMBER 6:LICENSE
TQ1 7,8:DATE
ARQ 1,2:NUMBER 11:DATE 15,19:PERSON 16,20:PHONE 17,21:ADDRESS
FHS 4,6:PLACE 7:DATE
BHS 4,6:PLACE 7:DATE
QRD 1:DATE 4:NUMBER 8:PERSON
"""


def _read() -> dict[str, dict[int, Kind]]:
    table: dict[str, dict[int, Kind]] = {}
    for line in _TABLE.split("\n"):
        segment, *rules = line.split() or [""]
        for rule in rules:
            numbers, kind = rule.split(":")
            table.setdefault(segment, {}).update((int(number), Kind[kind]) for number in numbers.split(","))
    return table


FIELDS: dict[str, dict[int, Kind]] = _read()
