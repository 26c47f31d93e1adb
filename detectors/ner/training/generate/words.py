"""Unlabelled fillers: symptoms, drugs, eponyms, codes, and the many words that look like names and are none."""

import random
from collections.abc import Callable, Mapping

from detectors.ner.training.generate import ids, names
from detectors.ner.training.generate.lexicon import lexicon
from detectors.ner.training.generate.lists import Lists
from detectors.ner.training.generate.pieces import Pieces, plain

Filler = Callable[[random.Random, Lists], Pieces]
SECTIONS = (
    *("region", "brand", "lab", "vitals", "sx", "dept", "room", "insurer", "chain", "icd", "cpt", "proc"),
    *("code.misc", "dur", "rel", "season", "cred", "role", "kin", "job", "lang", "people", "score", "device", "money"),
    *("filler", "ack", "org", "model", "wordname", "sx.lay", "sx.es", "cond.es", "kin.es", "dept.es"),
    *("frase.es", "titulo.es", "trato.es", "palabra.es", "comun.es"),
    *("heading", "product", "system", "tech", "marker", "scale", "plainword", "request"),
    *("wordsent", "bookprose", "publicbody", "techthing", "shopthing", "askhealth", "cosa.es"),
    *("acronym.none", "credential", "bank", "street.drug", "colour", "car", "app.hl7", "craft", "outcome"),
)
SYLLABLES = (
    "cef",
    "zol",
    "mab",
    "nib",
    "tin",
    "pril",
    "sartan",
    "ol",
    "ine",
    "va",
    "ri",
    "tra",
    "xi",
    "lu",
    "do",
    "pam",
    "fen",
    "qua",
    "my",
    "cin",
)

COINED = "lu mo ve ra no kes tri zen quo bri ast cla omni nu ki vo per aer tel syn al va ri so bel ver flo gra".split()


def _section(name: str) -> Filler:
    return lambda rng, _: plain(rng.choice(lexicon()[name]))


def _drug(rng: random.Random, lists: Lists) -> Pieces:
    roll = rng.random()
    if roll < 0.7:
        return plain(rng.choice(lexicon()["drug"]))
    if roll < 0.85:
        return plain(rng.choice(lexicon()["brand"]))
    return plain(rng.choice(lists.drugs))


def _brand(rng: random.Random, _: Lists) -> Pieces:
    """Return a brand, at times one that does not exist."""
    if rng.random() < 0.85:
        return plain(rng.choice(lexicon()["brand"]))
    return plain("".join(rng.choice(SYLLABLES) for _ in range(rng.choice((2, 3)))).capitalize())


def _maker(rng: random.Random, lists: Lists) -> Pieces:
    """Return what a device or a program is called, at times a family name or nothing that exists."""
    roll = rng.random()
    if roll < 0.55:
        return plain(rng.choice(lexicon()["maker" if roll < 0.4 else "product"]))
    if roll < 0.8:
        return plain("".join(rng.choice(SYLLABLES) for _ in range(rng.choice((2, 2, 3)))).capitalize())
    return plain(names.family(rng, lists, rng.choice(("census", "rare")), ""))


def _coined(rng: random.Random, _: Lists) -> Pieces:
    """Return a word that a firm made up for what it sells."""
    return plain(coined(rng))


def coined(rng: random.Random) -> str:
    """Return a word that nobody has used before, as brands and firms are called."""
    word = "".join(rng.choice(COINED) for _ in range(rng.choice((2, 2, 3)))).capitalize()
    return word + rng.choice(("", "", "", "ly", "io", "x", "ity", " One", " Plus", "Hub"))


def _model(rng: random.Random, _: Lists) -> Pieces:
    """Return a model's number: letters, digits, neither long nor anybody's."""
    letters = "".join(rng.choices("ABCDEFGHKLMNPRSTVXZ", k=rng.randint(1, 3)))
    number = str(rng.randint(1, 9999))
    return plain(
        rng.choice((f"{letters}{number}", f"{letters}-{number}", f"{number}{letters}", number, f"{letters} {number}"))
    )


def _score(rng: random.Random, _: Lists) -> Pieces:
    """Return a part of a whole, as scores are written; not a date."""
    whole = rng.choice((3, 4, 5, 6, 8, 9, 10, 12, 15, 28, 30, 100))
    part = rng.randint(0, whole)
    return plain(rng.choice((f"{part}/{whole}", f"{part}/{whole}", f"{part} of {whole}", f"{part} out of {whole}")))


def _span(rng: random.Random, _: Lists) -> Pieces:
    """Return a range of numbers, as beside a value of a laboratory."""
    low = rng.choice((rng.randint(0, 20), rng.randint(20, 200), rng.randint(200, 9000)))
    high = low + rng.randint(1, 60)
    dash = rng.choice("-–")
    return plain(rng.choice((f"{low}{dash}{high}", f"{low}.{rng.randint(0, 9)}{dash}{high}.{rng.randint(0, 9)}")))


def _zone(rng: random.Random, _: Lists) -> Pieces:
    """Return a time with seconds and zone, as heads of mails have them."""
    clock = f"{rng.randrange(24):02}:{rng.randrange(60):02}:{rng.randrange(60):02}"
    return plain(f"{clock} {rng.choice(('-0500', '-0600', '-0700', '-0800', '+0000', '-0400', 'EST', 'GMT'))}")


def _coded(rng: random.Random, _: Lists) -> Pieces:
    """Return a code, a measure or a place in a text, with the word that says what it is."""
    return plain(ids.shaped(rng, rng.choice(lexicon()["coded"])))


def _cond(rng: random.Random, lists: Lists) -> Pieces:
    roll = rng.random()
    if roll < 0.6:
        return plain(rng.choice(lexicon()["cond"]))
    if roll < 0.8:
        return _eponym(rng, lists)
    return plain(rng.choice(lists.conditions))


def bare_eponym(rng: random.Random, lists: Lists) -> str:
    """Return a family name as it stands in an eponym, known or not."""
    roll = rng.random()
    if roll < 0.5:
        return rng.choice(lexicon()["eponym.l"])
    if roll < 0.75:
        return rng.choice(lists.eponyms)
    name = names.family(rng, lists, rng.choice(("census", "origin", "rare")), rng.choice(names.ORIGINS))
    return name if rng.random() < 0.7 else f"{name}-{names.family(rng, lists, 'mixed', 'eu')}"


def _eponym(rng: random.Random, lists: Lists) -> Pieces:
    """Return a known eponym, or a new one, so that the pattern is learnt and not the list."""
    if rng.random() < 0.65:
        return plain(rng.choice(lexicon()["eponym"]))
    ending = rng.choice(("'s", "", "", ""))
    return plain(f"{bare_eponym(rng, lists)}{ending} {rng.choice(lexicon()['eponym.noun'])}")


def _dose(rng: random.Random, _: Lists) -> Pieces:
    number = str(rng.choice((2.5, 5, 7.5, 10, 12.5, 20, 30, 37.5, 60, 125, 300, 400, 750, 1200)))
    return plain(rng.choice(lexicon()["dose"]).replace("{n}", number))


FILLERS: Mapping[str, Filler] = {
    **{name: _section(name) for name in SECTIONS},
    "eponym": _eponym,
    "epo.known": lambda rng, _: plain(rng.choice(lexicon()["eponym.l"])),
    "epo": lambda rng, lists: plain(bare_eponym(rng, lists)),
    "drug": _drug,
    "brand": _brand,
    "cond": _cond,
    "dose": _dose,
    "maker": _maker,
    "coded": _coded,
    "coined": _coined,
    "modelno": _model,
    "fraction": _score,
    "refrange": _span,
    "zoned": _zone,
    "abbr": lambda rng, lists: plain(rng.choice(lists.abbreviations)),
    "rareword": lambda rng, lists: plain(rng.choice(lists.rare_words)),
    "rare.cond": lambda rng, lists: plain(rng.choice(lists.conditions)),
    "rare.drug": lambda rng, lists: plain(rng.choice(lists.drugs)),
    "num": lambda rng, _: plain(str(rng.randint(2, 99))),
    "bignum": lambda rng, _: plain(str(rng.randint(100, 9999))),
    "pct": lambda rng, _: plain(f"{rng.randint(1, 99)}%"),
    "n90": lambda rng, _: plain(str(rng.randint(90, 180))),
}
