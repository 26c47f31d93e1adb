"""Names of every origin: from the census, from lists by origin, ordinary words, and invented by syllables."""

import random

from detectors.ner.training.generate.lexicon import lexicon
from detectors.ner.training.generate.lists import Lists, Weighted

# How often each source gives a name; the census lists are the largest part, but not the half.
SOURCES = ("census", "origin", "rare", "word", "invented", "mixed")
SHARES = (34, 30, 12, 8, 8, 8)
ORIGINS = (
    *("vi", "zh", "ko", "ja", "ng", "af", "et", "ar", "in", "es", "es", "es", "ph", "ru", "hm", "pa", "ht", "eu", "aa"),
    "he",
)
ONSETS = (
    "b bl br c ch cl cr d dr f fl fr g gl gr h j k kh kl kr l m n p ph pl pr q r s sh sk sl st t th tr v w y z zh"
).split()
VOWELS = "a a a e e i i o o u ai au ea ee ei ia ie io oa oo ou ua ue y".split()
CODAS = " - - - - n n n r l s m t d k nd rt ck ng sh th x lt st".replace("-", "").split(" ")
GIVEN_ENDS = (
    "a ah ia ie elle ette ina ya lyn lynn issa ara enna is on an en el er us io iel iah ton son den ick ard win"
).split()
FAMILY_ENDS = (
    "son sen berg stein man mann er ez es ini elli etti oni ano ski sky wicz ov ova enko uk ian yan oglu zadeh pour "
    "ton ham ley ford worth wood well field land shaw ard eau ier ard aud sson stad rud holm gaard "
    "asan ari awa moto mura eda ong uong ukwu oye ade ullah uddin akis opoulos idis escu iu aitis enen la ola"
).split()


def invented(rng: random.Random, ends: list[str]) -> str:
    """Return a name that nobody need bear, built of syllables."""
    syllables = range(rng.choice((1, 1, 2)))
    parts = [rng.choice([*ONSETS, "", ""]) + rng.choice(VOWELS) + rng.choice(CODAS) for _ in syllables]
    word = "".join(parts) + rng.choice(ends)
    name = word.capitalize()
    if rng.random() < 0.05:
        name = rng.choice(("Mc", "O'", "De", "Le", "Van", "D'", "Al-", "St. ")) + name
    return name


def _pick(rng: random.Random, weighted: Weighted) -> str:
    return rng.choices(weighted.values, cum_weights=weighted.cumulative)[0]


def given(rng: random.Random, lists: Lists, sex: str, source: str, origin: str) -> str:
    """Return a first name; *sex* is "f" or "m"."""
    if source == "mixed":
        source = rng.choice(SOURCES[:5])
    if source == "origin":
        values = lexicon().get(f"{origin}.{sex}")
        if values:
            return rng.choice(values)
        source = "census"
    if source == "rare":
        return rng.choice(lists.rare_given)
    if source == "word":
        return rng.choice(lexicon()[f"word.{sex}"])
    if source == "invented":
        return invented(rng, GIVEN_ENDS)
    return _pick(rng, lists.female if sex == "f" else lists.male)


def family(rng: random.Random, lists: Lists, source: str, origin: str) -> str:
    """Return a family name, double where the origin has it or now and then with a hyphen."""
    name = _single(rng, lists, source, origin)
    if origin == "es" and source == "origin" and rng.random() < 0.45:
        return name + rng.choice((" ", " ", " ", "-")) + _single(rng, lists, source, origin)
    if rng.random() < 0.04:
        return f"{name}-{_single(rng, lists, 'mixed', origin)}"
    return name


def _single(rng: random.Random, lists: Lists, source: str, origin: str) -> str:
    if source == "mixed":
        source = rng.choice(SOURCES[:5])
    if source == "origin":
        if origin == "ko":
            return rng.choice(lists.by_origin["kr"])
        values = lexicon().get(f"{origin}.l")
        if values and rng.random() < 0.7:
            return rng.choice(values)
        return rng.choice(lists.by_origin[rng.choice(tuple(lists.by_origin))])
    return {
        "rare": lambda: rng.choice(lists.rare_surnames),
        "word": lambda: rng.choice(lexicon()["word.l" if rng.random() < 0.8 else "eponym.l"]),
        "invented": lambda: invented(rng, FAMILY_ENDS),
        "census": lambda: _pick(rng, lists.surnames),
    }[source]()
