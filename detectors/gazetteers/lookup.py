"""The lists themselves: which classes a word, a sequence of words or a ZIP code belongs to."""

import hashlib
import json
import mmap
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntFlag
from pathlib import Path
from typing import Self, cast

import numpy as np
import numpy.typing as npt

from detectors.gazetteers.hashing import Hashes, extend_one, extend_phrase, hash_word, hash_words
from schemas.errors import ModelUnavailable

DATA = Path(__file__).parent / "data"
FORMAT = 1
MAX_PHRASE_WORDS = 12
ZIP5S = 100_000
ZIP3S = 1_000

Masks = npt.NDArray[np.uint32]


class WordClass(IntFlag):
    """What a single word is listed as; the NER model is trained on these bits, so their meaning never changes."""

    FIRST = 1 << 0  # A first name in any list.
    FIRST_COMMON = 1 << 1  # Held by many people in the US.
    SURNAME = 1 << 2  # A surname in any list.
    SURNAME_COMMON = 1 << 3  # Held by many people in the US.
    FOREIGN_NAME = 1 << 4  # In a list of another nationality.
    NAME_WORD = 1 << 5  # A name that is also an ordinary English word.
    CITY = 1 << 6  # A US city of one word.
    CITY_LARGE = 1 << 7  # One with a hospital or a large population.
    CITY_PART = 1 << 8  # A word of a US city of several words.
    COUNTY = 1 << 9  # A US county, without the word "county".
    STATE = 1 << 10  # A US state, or a word of one ("Carolina").
    STATE_CODE = 1 << 11  # Its postal code or older abbreviation ("TX", "Tex"), in any case.
    COUNTRY = 1 << 12  # A country, foreign state or region, or a word of one.
    FOREIGN_CITY = 1 << 13  # A large city outside the US, or a word of one.
    FACILITY_PART = 1 << 14  # A distinctive word of a listed hospital's name.
    FACILITY_HEAD = 1 << 15  # What facilities are called ("hospital", "clinic", "church").
    DRUG = 1 << 16  # A generic or brand drug name.
    DISEASE = 1 << 17  # A distinctive word of a disease's name.
    EPONYM = 1 << 18  # A person after whom a disease, sign, device or operation is called.
    ABBREVIATION = 1 << 19  # A medical abbreviation, in any case.
    CLINICAL = 1 << 20  # A clinical safe word, proven no name in clinical notes.
    ENGLISH = 1 << 21  # A word that texts write in lower case.
    ENGLISH_COMMON = 1 << 22  # A frequent one.
    TLD = 1 << 23  # A top-level domain.
    TITLE = 1 << 24  # Stands before a name ("dr", "mrs").
    CREDENTIAL = 1 << 25  # Stands after a name ("md", "rn", "jr").
    KIN = 1 << 26  # A relative or a role in care ("mother", "nurse").
    ORGANISATION = 1 << 27  # A word of an insurer, national chain or manufacturer: no identifier.
    CALENDAR = 1 << 28  # A month, weekday or holiday.
    PEOPLE = 1 << 29  # A people, language or religion.
    PARTICLE = 1 << 30  # Inside a name ("de", "van", "al").
    STREET = 1 << 31  # A street suffix or its abbreviation.


class PhraseClass(IntFlag):
    """What a sequence of two or more words is listed as."""

    CITY = 1 << 0
    CITY_LARGE = 1 << 1
    COUNTY = 1 << 2
    STATE = 1 << 3
    COUNTRY = 1 << 4
    FOREIGN_CITY = 1 << 5
    FACILITY = 1 << 6
    DRUG = 1 << 7
    DISEASE = 1 << 8
    EPONYM = 1 << 9
    ABBREVIATION = 1 << 10
    ORGANISATION = 1 << 11
    CALENDAR = 1 << 12
    PREFIX = 1 << 31  # A longer phrase begins like this.


_FEW = 1_000  # Up to so many, a binary search beats the index over leading bits.
_PREFIX = int(PhraseClass.PREFIX)
_LISTED = _PREFIX - 1


@dataclass(frozen=True, slots=True)
class Phrase:
    """A listed sequence of words: `[start, end)` counts words."""

    start: int
    end: int
    classes: PhraseClass


class HashTable:
    """Sorted hashes beside their masks, with an index over the leading bits."""

    def __init__(self, hashes: Hashes, masks: Masks) -> None:
        self._hashes = hashes
        self._masks = masks
        bits = max(8, len(hashes).bit_length())
        self._shift = np.uint64(64 - bits)
        counts = np.bincount((hashes >> self._shift).astype(np.int64), minlength=1 << bits)
        self._first = np.zeros((1 << bits) + 1, dtype=np.uint32)
        np.cumsum(counts, out=self._first[1:])
        self._deepest = int(counts.max(initial=0))
        # The same memory again: indexing a memoryview is several times faster than indexing an array.
        self._one_shift = int(self._shift)
        self._one_hash: Sequence[int] = cast("Sequence[int]", hashes.data)
        self._one_mask: Sequence[int] = cast("Sequence[int]", masks.data)
        self._one_first: Sequence[int] = cast("Sequence[int]", self._first.data)

    def __len__(self) -> int:
        return len(self._hashes)

    def find(self, hashes: Hashes) -> Masks:
        """Return the mask of each hash, 0 where it is not listed."""
        if len(hashes) < _FEW:
            nearest = np.searchsorted(self._hashes[:-1], hashes)
            return np.where(self._hashes[nearest] == hashes, self._masks[nearest], np.uint32(0))
        masks = np.zeros(len(hashes), dtype=np.uint32)
        bucket = (hashes >> self._shift).astype(np.int64)
        at, end = self._first[bucket], self._first[bucket + 1]
        open_at = np.flatnonzero(at < end)
        for _ in range(self._deepest):
            if not len(open_at):
                break
            hit = self._hashes[at[open_at]] == hashes[open_at]
            found = open_at[hit]
            masks[found] = self._masks[at[found]]
            open_at = open_at[~hit]
            at[open_at] += 1
            open_at = open_at[at[open_at] < end[open_at]]
        return masks

    def find_one(self, value: int) -> int:
        """Return the mask of one hash."""
        bucket = value >> self._one_shift
        for at in range(self._one_first[bucket], self._one_first[bucket + 1]):
            if self._one_hash[at] == value:
                return self._one_mask[at]
        return 0


class Gazetteers:
    """Every list, compiled; shared between processes by the operating system's page cache.

    >>> gazetteers = Gazetteers.load()
    >>> bool(gazetteers.classes("Whitfield") & WordClass.SURNAME)
    True
    """

    def __init__(self, words: HashTable, phrases: HashTable, zips: bytes, digest: str) -> None:
        self.words = words
        self.phrase_prefixes = phrases
        self._zips = zips
        self.digest = digest

    @classmethod
    def load(cls, folder: Path = DATA) -> Self:
        """Map the compiled lists; raises ModelUnavailable where one is missing, of another format or altered."""
        try:
            manifest = json.loads((folder / "manifest.json").read_bytes())
            if manifest["format"] != FORMAT:
                raise ModelUnavailable("The gazetteers have another format.", format=str(manifest["format"]))
            files = {name: _mapped(folder / name, manifest["sha256"][name]) for name in ("words.bin", "phrases.bin")}
            zips = bytes(_mapped(folder / "zips.bin", manifest["sha256"]["zips.bin"]))
            digest = hashlib.sha256("".join(manifest["sha256"][name] for name in sorted(manifest["sha256"])).encode())
            return cls(_table(files["words.bin"]), _table(files["phrases.bin"]), zips, digest.hexdigest())
        except (OSError, KeyError, ValueError, TypeError) as error:
            raise ModelUnavailable("The gazetteers cannot be read.", reason=type(error).__name__) from None

    def classes(self, word: str) -> WordClass:
        """Return what a word is listed as; case and accents do not count."""
        return WordClass(self.mask(word))

    def mask(self, word: str) -> int:
        """Return the same as a plain integer, which is several times faster."""
        return self.words.find_one(hash_word(word)) or self._of_parts(word)

    def classes_of(self, words: Sequence[str]) -> Masks:
        """Return `classes` of each word, all at once.

        A word that is not listed has the classes of what stands before its `'s`, or of its parts between hyphens.
        """
        masks = self.words.find(hash_words(words))
        for index in np.flatnonzero(masks == 0).tolist():
            word = words[index]
            if "-" in word or "'" in word or "’" in word:
                masks[index] = self._of_parts(word)
        return masks

    def phrases(self, words: Sequence[str]) -> list[Phrase]:
        """Return the longest listed phrase that begins at each word, in order; they may overlap."""
        ends, masks = self.match(hash_words(words))
        return [
            Phrase(start, int(ends[start]), PhraseClass(int(masks[start]))) for start in np.flatnonzero(masks).tolist()
        ]

    def match(self, hashes: Hashes) -> tuple[npt.NDArray[np.int64], Masks]:
        """Return the end and the classes of the longest phrase that begins at each word, 0 and 0 for none."""
        ends = np.zeros(len(hashes), dtype=np.int64)
        masks = np.zeros(len(hashes), dtype=np.uint32)
        start, prefix = np.arange(len(hashes)), hashes
        for length in range(1, MAX_PHRASE_WORDS):
            inside = start + length < len(hashes)
            start, prefix = start[inside], prefix[inside]
            if not len(start):
                break
            prefix = extend_phrase(prefix, hashes[start + length])
            found = self.phrase_prefixes.find(prefix)
            listed = (found & _LISTED) != 0
            ends[start[listed]] = start[listed] + length + 1
            masks[start[listed]] = found[listed] & _LISTED
            longer = (found & _PREFIX) != 0
            start, prefix = start[longer], prefix[longer]
        return ends, masks

    def match_at(self, hashes: Sequence[int], start: int) -> tuple[int, int]:
        """Return the end and the classes of the longest phrase that begins at one word, (0, 0) for none."""
        prefix, best = hashes[start], (0, 0)
        for end in range(start + 2, min(len(hashes), start + MAX_PHRASE_WORDS) + 1):
            prefix = extend_one(prefix, hashes[end - 1])
            found = self.phrase_prefixes.find_one(prefix)
            listed = found & _LISTED
            if listed:
                best = (end, listed)
            if not found & _PREFIX:
                break
        return best

    def zip_exists(self, zip5: str) -> bool:
        """Tell whether people live in this five-digit ZIP code."""
        return len(zip5) == 5 and zip5.isascii() and zip5.isdigit() and self._bit(0, int(zip5))  # noqa: PLR2004

    def zip3_restricted(self, zip3: str) -> bool:
        """Tell whether the area of these three digits holds 20,000 people or fewer, or is not known."""
        if len(zip3) != 3 or not (zip3.isascii() and zip3.isdigit()):  # noqa: PLR2004
            return True
        return self._bit(ZIP5S // 8, int(zip3))

    def _bit(self, base: int, number: int) -> bool:
        return bool(self._zips[base + (number >> 3)] >> (number & 7) & 1)

    def _of_parts(self, word: str) -> int:
        if "-" not in word and "'" not in word and "’" not in word:
            return 0
        plain = word.replace("’", "'")
        stem = plain[:-2] if plain.endswith(("'s", "'S")) else plain.removesuffix("'")
        listed = self.words.find_one(hash_word(stem)) if stem != word else 0
        if listed or "-" not in stem:
            return listed
        for part in stem.split("-"):
            listed |= self.words.find_one(hash_word(part))
        return listed


def _mapped(path: Path, sha256: str) -> memoryview:
    with path.open("rb") as file:
        content = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ModelUnavailable("A gazetteer has been altered.", file=path.name)
    return content


def _table(content: memoryview) -> HashTable:
    """Read `count` as eight bytes, then the sorted hashes, then the masks."""
    count = int.from_bytes(content[:8], "little")
    hashes = np.frombuffer(content, dtype="<u8", count=count, offset=8)
    masks = np.frombuffer(content, dtype="<u4", count=count, offset=8 + 8 * count)
    return HashTable(hashes, masks)
