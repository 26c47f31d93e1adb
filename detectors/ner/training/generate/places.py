"""Places below the state: streets, cities, counties, ZIP codes, and addresses made of them."""

import random
from collections.abc import Callable, Mapping

from detectors.ner.training.generate import names
from detectors.ner.training.generate.lexicon import lexicon
from detectors.ner.training.generate.lists import City, Lists
from detectors.ner.training.generate.pieces import Piece, Pieces, marked, plain

INVENTED = 0.12  # Share of towns that are in no list.
DIRECTIONS = ("N", "S", "E", "W", "N.", "S.", "NW", "SE", "North", "South", "West", "East", "SW", "NE")
UNITS = ("Apt", "Apt.", "apt", "Unit", "#", "Ste", "Suite", "Lot", "Rm", "Bldg", "Trlr", "Fl", "Apartment", "Space")
NUMBERS = "one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty".split()


def city(rng: random.Random, lists: Lists) -> City:
    """Return a US city, now and then an invented one."""
    place = rng.choice(lists.cities)
    if rng.random() > INVENTED:
        return place
    words = lexicon()
    base = rng.choice((names.family(rng, lists, "census", ""), rng.choice(words["street.word"]), place.name)).split(
        "-"
    )[0]
    form = rng.choice((*words["town.form"], base + rng.choice(words["town.end"])))
    return City(form.replace("*", base), place.county, place.state, place.code)


def street_name(rng: random.Random, lists: Lists) -> str:
    """Return the name of a street with its type."""
    roll = rng.random()
    words = lexicon()
    if roll < 0.45:
        name = f"{rng.choice(words['street.word'])} {rng.choice(words['street.type'])}"
    elif roll < 0.65:
        name = f"{names.family(rng, lists, 'mixed', 'eu')} {rng.choice(words['street.type'])}"
    elif roll < 0.9:
        name = rng.choice(lists.streets)
    else:
        route = rng.choice(("Highway", "Hwy", "County Road", "CR", "Route", "State Route", "FM", "US", "SR", "RR"))
        name = f"{route} {rng.randint(2, 999)}"
    if rng.random() < 0.2:
        name = f"{rng.choice(DIRECTIONS)} {name}"
    return name


def unit(rng: random.Random) -> str:
    """Return a unit within a house, such as "Apt 4B"."""
    code = rng.choice(
        (str(rng.randint(1, 40)), str(rng.randint(100, 2400)), f"{rng.randint(1, 30)}{rng.choice('ABCD')}")
    )
    code = rng.choice((code, code, code, rng.choice("ABCDEFGH")))
    kind = rng.choice(UNITS)
    return f"{kind}{'' if kind == '#' else ' '}{code}"


def street(rng: random.Random, lists: Lists) -> Pieces:
    """Return a street line: number, street, and now and then a unit."""
    roll = rng.random()
    if roll < 0.05:
        return pobox(rng, lists)
    number = str(
        rng.choice((rng.randint(1, 99), rng.randint(100, 9999), rng.randint(100, 9999), rng.randint(10000, 29999)))
    )
    if roll < 0.09:
        number = rng.choice((f"{number}-{rng.randint(10, 99)}", f"N{rng.randint(10, 99)}W{number}", f"{number} 1/2"))
    elif roll < 0.11:
        number = " ".join(rng.sample(NUMBERS, rng.randint(1, 3)))
    line = f"{number} {street_name(rng, lists)}"
    if rng.random() < 0.3:
        line += rng.choice((" ", ", ", ", ")) + unit(rng)
    return marked(line, "GEO")


def pobox(rng: random.Random, _: Lists) -> Pieces:
    """Return a post office box or a rural route."""
    number = rng.randint(2, 9999)
    box = rng.choice(
        (
            "PO Box",
            "P.O. Box",
            "P. O. Box",
            "POB",
            "Post Office Box",
            f"RR {rng.randint(1, 9)} Box",
            f"HC {number % 90} Box",
        )
    )
    return marked(f"{box} {number}", "GEO")


def zip_code(rng: random.Random, lists: Lists) -> Pieces:
    """Return a ZIP code, five or nine digits."""
    code = rng.choice(lists.zips)
    return marked(f"{code}-{rng.randint(0, 9999):04}" if rng.random() < 0.12 else code, "GEO")


def city_state(rng: random.Random, lists: Lists) -> Pieces:
    """Return a city and its state; the state is left."""
    place = city(rng, lists)
    state = rng.choice((f", {place.code}", f", {place.code}", f", {place.state}", f" {place.code}", f" {place.state}"))
    return (Piece(place.name, "GEO"), Piece(state))


def address(rng: random.Random, lists: Lists, joint: str = ", ") -> Pieces:
    """Return a whole address: street, city and ZIP are spans of their own, the state between them is left."""
    place = city(rng, lists)
    state = place.code if rng.random() < 0.8 else place.state
    comma = rng.choice((", ", ", ", " "))
    return (
        *street(rng, lists),
        Piece(joint),
        Piece(place.name, "GEO"),
        Piece(f"{comma}{state}{rng.choice((' ', ' ', '  ', ', '))}"),
        *zip_code(rng, lists),
    )


def county(rng: random.Random, lists: Lists) -> Pieces:
    """Return a county, parish or borough by its full name."""
    place = city(rng, lists)
    kind = {"LA": "Parish", "AK": "Borough"}.get(place.code, "County")
    roll = rng.random()
    if roll < 0.1:
        return marked(f"County of {place.county}", "GEO")
    return marked(f"{place.county} {kind if roll < 0.85 else rng.choice(('county', 'Co.', 'Cty'))}", "GEO")


def gps(rng: random.Random, _: Lists) -> Pieces:
    """Return a pair of coordinates."""
    north, west, places = rng.uniform(25, 48), rng.uniform(70, 123), rng.choice((4, 5, 6))
    roll = rng.random()
    if roll < 0.6:
        return marked(f"{north:.{places}f}, -{west:.{places}f}", "GEO")
    if roll < 0.8:
        return marked(f"{north:.4f}° N, {west:.4f}° W", "GEO")
    north_text, west_text = (f"{int(angle)}°{rng.randint(0, 59)}'{rng.randint(0, 59)}\"" for angle in (north, west))
    return marked(f"{north_text}N {west_text}W", "GEO")


def highway(rng: random.Random, _: Lists) -> Pieces:
    """Return a highway or a mile marker."""
    number = rng.choice((5, 10, 15, 20, 25, 35, 40, 57, 65, 70, 75, 80, 85, 90, 94, 95, 281, 405, 610))
    road = rng.choice(
        (
            f"I-{number}",
            f"I-{number}",
            f"Interstate {number}",
            f"Hwy {number}",
            f"US-{number}",
            f"Route {number}",
            f"Highway {number}",
        )
    )
    if rng.random() < 0.3:
        road += rng.choice((" mile marker ", " MM ", " exit ", " near mile ")) + str(rng.randint(2, 390))
    return marked(road, "GEO")


def _foreign(rng: random.Random, _: Lists) -> Pieces:
    if rng.random() < 0.2:
        return marked(names.invented(rng, list(lexicon()["place.end"])), "GEO")
    return marked(rng.choice(lexicon()["foreign.city"]), "GEO")


def _any(rng: random.Random, lists: Lists) -> Pieces:
    """Return a place of any size below the state."""
    return rng.choice((_city, _city, _city, _foreign, county, _hood, city_state))(rng, lists)


def _city(rng: random.Random, lists: Lists) -> Pieces:
    return marked(city(rng, lists).name, "GEO")


def _hood(rng: random.Random, _: Lists) -> Pieces:
    name = rng.choice(lexicon()["hood"])
    if name.startswith("the "):
        return (Piece("the "), Piece(name[4:], "GEO"))
    return marked(name, "GEO")


def _calle(rng: random.Random, _: Lists) -> Pieces:
    kind = rng.choice(("calle", "Calle", "Av.", "avenida", "Carretera", "Callejón", "Blvd.", "Calz."))
    name = rng.choice(lexicon()["calle"])
    number = rng.choice((f" {rng.randint(1, 2400)}", f" #{rng.randint(1, 2400)}", f" No. {rng.randint(1, 900)}", ""))
    inner = rng.choice(("", "", *(f"{kind} {rng.randint(1, 20)}" for kind in (" int.", ", apto.", " depto"))))
    return marked(f"{kind} {name}{number}{inner}", "GEO")


def _hl7(rng: random.Random, lists: Lists) -> Pieces:
    place = city(rng, lists)
    line = street(rng, lists)[0].text.upper()
    return (
        Piece(line, "GEO"),
        Piece("^^"),
        Piece(place.name.upper(), "GEO"),
        Piece(f"^{place.code}^"),
        *zip_code(rng, lists),
    )


FILLERS: Mapping[str, Callable[[random.Random, Lists], Pieces]] = {
    "street": street,
    "street.name": lambda rng, lists: marked(street_name(rng, lists), "GEO"),
    "unit": lambda rng, _: marked(unit(rng), "GEO"),
    "pobox": pobox,
    "zip": zip_code,
    "zip3": lambda rng, lists: plain(rng.choice(lists.zips)[:3] + rng.choice(("**", "XX", "xx", ""))),
    "city": _city,
    "citystate": city_state,
    "county": county,
    "hood": _hood,
    "foreign": _foreign,
    "place": _any,
    "reservation": lambda rng, _: marked(rng.choice(lexicon()["reservation"]), "GEO"),
    "street.es": _calle,
    "cityword": lambda rng, _: marked(rng.choice(lexicon()["city.word"]), "GEO"),
    "colonia": lambda rng, _: marked(rng.choice(lexicon()["colonia"]), "GEO"),
    "address": address,
    "address.lines": lambda rng, lists: address(rng, lists, "\n"),
    "address.hl7": _hl7,
    "gps": gps,
    "highway": highway,
    "state": lambda rng, lists: plain(city(rng, lists).state),
    "st": lambda rng, lists: plain(city(rng, lists).code),
    "country": lambda rng, _: plain(rng.choice(lexicon()["country"])),
}
