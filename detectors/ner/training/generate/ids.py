"""Numbers and codes that identify: every kind, in every shape, most of them without a valid check digit."""

import random
import string
from collections.abc import Callable, Mapping

from detectors.ner.training.generate.dates import TEENS
from detectors.ner.training.generate.lexicon import lexicon
from detectors.ner.training.generate.pieces import Piece, Pieces, marked

Filler = Callable[[random.Random], str]
LETTERS = string.ascii_uppercase
VIN = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
HEX = "0123456789abcdef"
HOSTS = (
    "example.org",
    "example.com",
    "example.net",
    "gmail.com",
    "yahoo.com",
    "hotmail.com",
    "outlook.com",
    "icloud.com",
    "aol.com",
)


def shaped(rng: random.Random, shape: str) -> str:
    """Fill a shape: 9 is a digit, @ a capital, ~ a small letter, % hex, ^ as in a VIN, & a digit or capital."""
    table = {
        "9": string.digits,
        "@": LETTERS,
        "~": string.ascii_lowercase,
        "%": HEX,
        "^": VIN,
        "&": string.digits + LETTERS,
    }
    return "".join(rng.choice(table[char]) if char in table else char for char in shape)


def of(*shapes: str) -> Filler:
    """Make a filler that picks one of *shapes*."""
    return lambda rng: shaped(rng, rng.choice(shapes))


def phone(rng: random.Random) -> str:
    """Return a telephone number, mostly American."""
    area = str(rng.randint(201, 989))
    line = f"01{rng.randint(0, 99):02}" if rng.random() < 0.5 else f"{rng.randint(0, 9999):04}"
    middle = "555" if line.startswith("01") else str(rng.randint(200, 999))
    roll = rng.random()
    if roll < 0.82:
        form = rng.choice(
            (
                "({a}) {m}-{l}",
                "{a}-{m}-{l}",
                "{a}-{m}-{l}",
                "{a}.{m}.{l}",
                "{a} {m} {l}",
                "({a}){m}-{l}",
                "{a}{m}{l}",
                "+1 {a} {m} {l}",
                "1-{a}-{m}-{l}",
                "+1-{a}-{m}-{l}",
                "{m}-{l}",
                "{a}/{m}-{l}",
                "+1{a}{m}{l}",
                "{m} {l}",
            )
        )
        return str(form.format(a=area, m=middle, l=line))
    if roll < 0.92:
        return shaped(
            rng,
            rng.choice(
                (
                    "+52 99 9999 9999",
                    "+44 20 9999 9999",
                    "011 52 999 999 9999",
                    "+63 999 999 9999",
                    "+49 99 99999999",
                    "800-555-0199",
                )
            ),
        )
    return spoken(rng, area + middle + line)


def spoken(rng: random.Random, digits: str) -> str:
    """Digits said aloud."""
    zero = rng.choice(("zero", "oh"))
    words = [zero if digit == "0" else TEENS[int(digit)] for digit in digits]
    if len(words) > 6 and rng.random() < 0.5:
        return ", ".join((" ".join(words[:3]), " ".join(words[3:6]), " ".join(words[6:])))
    return " ".join(words)


def email(rng: random.Random) -> str:
    """Return an e-mail address, now and then spoken or obscured."""
    words = lexicon()
    user = rng.choice(
        (
            rng.choice(words["nicknames"]).lower().replace(" ", "") + shaped(rng, rng.choice(("99", "9999", "9"))),
            rng.choice(words["word.l"]).lower() + rng.choice("._") + shaped(rng, "~"),
            shaped(rng, "~") + rng.choice(words["es.l"]).split()[0].lower(),
            rng.choice(words["mailbox"]),
        )
    )
    host = (
        rng.choice(HOSTS)
        if rng.random() < 0.7
        else rng.choice(words["fac.nature"]).lower().replace(" ", "")
        + rng.choice((".org", ".com", "health.org", ".edu", ".net"))
    )
    roll = rng.random()
    if roll < 0.88:
        return f"{user}@{host}"
    if roll < 0.94:
        return f"{user} at {host.replace('.', ' dot ')}"
    return f"{user}[at]{host.replace('.', '[dot]')}"


def url(rng: random.Random) -> str:
    """Return a page or profile of somebody."""
    person = rng.choice(lexicon()["word.l"]).lower() + shaped(rng, rng.choice(("99", "", "~")))
    host = rng.choice(lexicon()["urlhost"])
    scheme = rng.choice(("https://", "https://www.", "", "www.", "http://"))
    return f"{scheme}{host}/{person}" + (shaped(rng, "/999999") if rng.random() < 0.2 else "")


def address(rng: random.Random) -> str:
    """Return an IP address."""
    roll = rng.random()
    if roll < 0.8:
        return ".".join(str(rng.randint(1, 254)) for _ in range(4))
    return shaped(
        rng, rng.choice(("2001:db8:%%%%::%%%%", "fe80::%%%%:%%%%:%%%%:%%%%", "2001:db8:85a3:%%%%:%%%%:8a2e:%%%%:%%%%"))
    )


def user(rng: random.Random) -> str:
    """Return a user name or handle."""
    words = lexicon()
    base = rng.choice(
        (
            rng.choice(words["word.l"]),
            rng.choice(words["nicknames"]).replace(" ", ""),
            rng.choice(words["fac.nature"]).replace(" ", ""),
        )
    ).lower()
    name = rng.choice(
        (
            shaped(rng, "~") + base,
            base + shaped(rng, "99"),
            base + "_" + shaped(rng, "9999"),
            shaped(rng, "~~9999"),
            f"{base}.{shaped(rng, '~~~~')}",
        )
    )
    return rng.choice(("", "", "@")) + name


def photo(rng: random.Random) -> str:
    """Return the file of a picture that shows a face."""
    number = shaped(rng, rng.choice(("9999", "99999999", "~~~~99")))
    name = f"{rng.choice(lexicon()['photo.base'])}_{number}{rng.choice(lexicon()['photo.end'])}"
    return rng.choice(("", "", *lexicon()["photo.folder"])) + name


MADE: Mapping[str, Filler] = {
    "phone": phone,
    "fax": phone,
    "email": email,
    "url": url,
    "ip": address,
    "user": user,
    "photo": photo,
}


def _shapes() -> Mapping[str, Filler]:
    """One filler per section `id.*` of the word lists."""
    return {name[3:]: of(*shapes) for name, shapes in lexicon().items() if name.startswith("id.")}


def filler(make: Filler) -> Callable[[random.Random], Pieces]:
    """Make a filler of spans; a caption or a mask in front of the value stays outside."""

    def fill(rng: random.Random) -> Pieces:
        text = make(rng)
        for caption in (
            "RX ",
            "Rx# ",
            "SN ",
            "S/N ",
            "XXX-XX-",
            "***-**-",
            "CSN ",
            "FIN ",
            "DocID ",
            "DIN ",
            "HAR ",
            "DOC ",
            "TDCJ ",
            "#",
        ):
            if text.startswith(caption):
                return (Piece(caption), Piece(text[len(caption) :], "ID"))
        return marked(text, "ID")

    return fill


FILLERS: Mapping[str, Callable[[random.Random], Pieces]] = {
    name: filler(make) for name, make in {**MADE, **_shapes()}.items()
}
ANY: Mapping[str, Callable[[random.Random], Pieces]] = {
    "id": lambda rng: FILLERS[
        rng.choice(("mrn", "acct", "claim", "case", "order", "accession", "visit", "code", "auth"))
    ](rng),
    "spokenid": lambda rng: marked(spoken(rng, shaped(rng, rng.choice(("9999999", "999999", "99999999")))), "ID"),
    "spokenssn4": lambda rng: marked(spoken(rng, shaped(rng, "9999")), "ID"),
    "spokenphone": lambda rng: marked(spoken(rng, f"{rng.randint(201, 989)}555{rng.randint(100, 199):04}"), "ID"),
}
