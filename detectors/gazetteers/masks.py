"""Sets of classes that the recognizers ask for, as plain integers: an IntFlag operation costs a microsecond."""

from detectors.gazetteers.lookup import PhraseClass, WordClass

FIRST = int(WordClass.FIRST)
FIRST_COMMON = int(WordClass.FIRST_COMMON)
NAME = int(WordClass.FIRST | WordClass.SURNAME)
COMMON_NAME = int(WordClass.FIRST_COMMON | WordClass.SURNAME_COMMON)
TITLE, CREDENTIAL, KIN = int(WordClass.TITLE), int(WordClass.CREDENTIAL), int(WordClass.KIN)
PARTICLE, STREET, HEAD = int(WordClass.PARTICLE), int(WordClass.STREET), int(WordClass.FACILITY_HEAD)
EPONYM, CLINICAL = int(WordClass.EPONYM), int(WordClass.CLINICAL)
ABBREVIATION, CALENDAR = int(WordClass.ABBREVIATION), int(WordClass.CALENDAR)

FREQUENT = int(WordClass.ENGLISH_COMMON)
ORDINARY = int(WordClass.ENGLISH | WordClass.ENGLISH_COMMON)
SAFE = ORDINARY | CLINICAL | int(WordClass.DRUG | WordClass.DISEASE)
MEDICAL = CLINICAL | ABBREVIATION | int(WordClass.DRUG | WordClass.DISEASE)

STATE, STATE_CODE, COUNTRY = int(WordClass.STATE), int(WordClass.STATE_CODE), int(WordClass.COUNTRY)
CITY, LARGE_CITY, FOREIGN_CITY = int(WordClass.CITY), int(WordClass.CITY_LARGE), int(WordClass.FOREIGN_CITY)
COUNTY, CITY_PART, FACILITY_PART = int(WordClass.COUNTY), int(WordClass.CITY_PART), int(WordClass.FACILITY_PART)
TOWN = CITY | LARGE_CITY | FOREIGN_CITY
ORGANISATION, PEOPLE = int(WordClass.ORGANISATION), int(WordClass.PEOPLE)
#: What is left as it is: larger places, firms, peoples, months.
LEFT = STATE | COUNTRY | ORGANISATION | PEOPLE | CALENDAR

ORGANISATION_PHRASE = int(PhraseClass.ORGANISATION)
