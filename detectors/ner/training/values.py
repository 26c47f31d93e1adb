"""Invented values for the slots of carrier texts: people, places, facilities, employers, dates, ids."""

import random
import string
from dataclasses import dataclass, field

from detectors.ner.training.generate import names, people
from detectors.ner.training.generate.lists import Lists

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
HEADS = tuple(
    "Hospital;General Hospital;Memorial Hospital;Medical Center;Regional Medical Center;Community Hospital;"
    "Clinic;Family Clinic;Family Medicine;Family Practice;Health Center;Urgent Care;Pediatrics;Internal Medicine;"
    "Cardiology Associates;Orthopedics;Dialysis Center;Imaging;Imaging Center;Surgery Center;Cancer Center;"
    "Nursing Home;Care Center;Rehab;Rehabilitation Center;Hospice;Assisted Living;Manor;Dental;Eye Associates;"
    "Women's Health;Behavioral Health;Physical Therapy;Wellness Center;VA Medical Center;Children's Hospital;"
    "High School;Elementary;Middle School;Academy;Community College;University;Church;Baptist Church;"
    "Lutheran Church;Islamic Center;Synagogue;Shelter;Homeless Shelter;Daycare;Senior Center;Fire Station".split(";")
)
GROUNDS = (
    "Oak Maple Cedar Pine Willow Birch River Lake Ridge Valley Sunrise Sunset Harbor Meadow Mountain Prairie Northside "
    "Southside Eastside Westside Riverside Lakeside Hillside Highland Evergreen Golden Silver Blue Grace Hope Mercy "
    "Providence Trinity Sacred Holy Unity Harmony Heritage Liberty Pioneer Summit Crescent Beacon Bridge Stone Copper"
).split()
SAINTS = (
    "Mary Joseph Luke John Vincent Francis Anthony Elizabeth Jude Thomas Agnes Rita Clare Anne Michael Peter".split()
)
TRADES = (
    "Construction;Trucking;Logistics;Plumbing;Electric;Landscaping;Farms;Dairy;Orchards;Foods;Bakery;Auto Body;"
    "Machine Works;Steel;Textiles;Roofing;Insurance Agency;Realty;Law Group;Consulting;Software;Industries;"
    "Manufacturing;Lumber;Freight;Diner;Cafe;Brewing Company;Salon;Daycare;Catering;Security;Cleaning Services".split(
        ";"
    )
)
FORMS = ("", "", "", " Inc.", " LLC", " Co.", " Corp", " & Sons", " Brothers", " Group", ", Inc.")
PLACE_ENDS = "ville ton burg field dale wood port mont ford ham bury stead haven brook view crest".split()
PLACE_TAILS = (
    "",
    "",
    "",
    "",
    " Springs",
    " Heights",
    " Falls",
    " Creek",
    " Beach",
    " Park",
    " Hills",
    " City",
    " Lake",
)


@dataclass(slots=True)
class Values:
    """Draws one value after another; the cast of a text is drawn by the caller and kept."""

    lists: Lists = field(repr=False)
    rng: random.Random

    def person(self) -> people.Person:
        """Return a new person."""
        return people.draw(self.rng, self.lists)

    def city(self) -> str:
        """Return a town of the lists, or one that is not on any map."""
        rng = self.rng
        if rng.random() < 0.75:
            return rng.choice(self.lists.cities).name
        if rng.random() < 0.5:
            return names.invented(rng, PLACE_ENDS) + rng.choice(PLACE_TAILS)
        return rng.choice(self.lists.rare_surnames).capitalize() + rng.choice((*PLACE_ENDS, *PLACE_TAILS))

    def county(self) -> str:
        """Return a county with its word."""
        return f"{self.rng.choice(self.lists.cities).county} {self.rng.choice(('County', 'county', 'Parish'))}"

    def street(self) -> str:
        """Return a street line, sometimes with a unit."""
        rng = self.rng
        name = rng.choice((rng.choice(GROUNDS), rng.choice(self.lists.rare_surnames).capitalize(), self._ordinal()))
        kind = rng.choice("St Street Ave Avenue Rd Road Dr Drive Ln Lane Blvd Ct Court Way Pl Terrace Circle".split())
        lead = rng.choice(("", "", "", "N ", "S. ", "East ", "W "))
        dot = rng.choice(("", "", "."))
        unit = rng.choice(
            ("", "", "", f" Apt {rng.randint(1, 400)}", f" #{rng.randint(1, 99)}", f", Unit {rng.randint(1, 40)}")
        )
        return f"{rng.randint(1, 19999)} {lead}{name} {kind}{dot if len(kind) < 5 else ''}{unit}"

    def _ordinal(self) -> str:
        number = self.rng.randint(1, 99)
        tail = "th" if 10 < number < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        return f"{number}{tail}"

    def zip_code(self) -> str:
        """Return a ZIP code, sometimes of nine digits."""
        rng = self.rng
        return rng.choice(self.lists.zips) + (f"-{rng.randint(0, 9999):04}" if rng.random() < 0.2 else "")

    def facility(self) -> str:
        """Return a facility: listed, invented, in a short form or as letters."""
        rng, roll = self.rng, self.rng.random()
        if roll < 0.25:
            name = rng.choice(self.lists.hospitals)
            return name.title() if name.isupper() else name
        stem = rng.choice((self.city, self._ground, self._saint, self._surname))()
        if roll < 0.75:
            return f"{stem} {rng.choice(HEADS)}"
        if roll < 0.85:
            return self._saint()
        full = f"{stem} {rng.choice(HEADS)}"
        letters = "".join(word[0] for word in full.replace("'", "").replace("-", " ").split() if word[0].isupper())
        return letters if len(letters) > 2 else full

    def _ground(self) -> str:
        rng = self.rng
        return rng.choice(GROUNDS) + (f" {rng.choice(GROUNDS)}" if rng.random() < 0.3 else "")

    def _saint(self) -> str:
        return (
            f"{self.rng.choice(('St.', 'St', 'Saint'))} {self.rng.choice(SAINTS)}{self.rng.choice(('', chr(39) + 's'))}"
        )

    def _surname(self) -> str:
        return self.person().family

    def employer(self) -> str:
        """Return a firm that somebody may work for."""
        rng = self.rng
        if rng.random() < 0.15:
            body = rng.choice(("Fire Department", "School District", "Police Department", "Public Schools", "Transit"))
            return f"{self.city()} {body}"
        stem = rng.choice((self._surname, self._ground, self.city, self._coined))()
        return f"{stem} {rng.choice(TRADES)}{rng.choice(FORMS)}" if rng.random() < 0.8 else stem + rng.choice(FORMS[3:])

    def _coined(self) -> str:
        return names.invented(self.rng, ["tec", "ix", "ora", "ex", "sys", "mart", "co", "line", "corp", "ware"])

    def date(self) -> str:
        """Return a date finer than a year, in one of its usual forms."""
        rng = self.rng
        year, month, day = rng.randint(1925, 2026), rng.randint(1, 12), rng.randint(1, 28)
        word = MONTHS[month - 1]
        short = word[:3] + rng.choice(("", "", "."))
        return rng.choice((
            f"{month}/{day}/{year}", f"{month:02}/{day:02}/{year}", f"{month}/{day}/{year % 100:02}",
            f"{year}-{month:02}-{day:02}", f"{word} {day}, {year}", f"{short} {day}, {year}", f"{day} {word} {year}",
            f"{word} {day}", f"{short} {day}", f"{month}/{day}", f"{word} {year}", f"{month}-{day}-{year}",
            f"{day}-{word[:3].upper()}-{year}", f"{word} {day}{rng.choice(('st', 'th'))}", f"the {day}th of {word}",
            f"{month:02}.{day:02}.{year}", f"{year}{month:02}{day:02}", f"{word}",
        ))  # fmt: skip

    def identifier(self) -> str:
        """Return a record, account or case number."""
        rng = self.rng
        digits = "".join(rng.choices(string.digits, k=rng.randint(5, 10)))
        upper = "".join(rng.choices(string.ascii_uppercase, k=rng.randint(1, 3)))
        return rng.choice((digits, digits, upper + digits, f"{upper}-{digits}", f"{digits[:3]}-{digits[3:]}"))

    def phone(self) -> str:
        """Return a phone number of the range kept for fiction."""
        rng = self.rng
        area, line = rng.randint(201, 989), f"01{rng.randint(0, 99):02}"
        return rng.choice(
            (f"({area}) 555-{line}", f"{area}-555-{line}", f"{area}.555.{line}", f"555-{line}", f"{area}555{line}")
        )
