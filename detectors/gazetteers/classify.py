"""From the raw lists to the classes of each word and phrase; the only place that knows which file feeds which class."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from detectors.gazetteers import sources
from detectors.gazetteers.frequency import Frequencies
from detectors.gazetteers.hashing import fold
from detectors.gazetteers.lookup import PhraseClass, WordClass
from detectors.gazetteers.sources import Entry, words_in

Words = tuple[str, ...]

_COMMON_FIRST = 0.005  # Percent of the people in the census of 1990.
_COMMON_SURNAME = 0.003
_COMMON_UNISEX = 5_000  # People.
_LARGE_CITY = 25_000  # People in the ZIP codes of its hospitals.
_DESCRIPTOR = 5  # A word of that many drug names is "oral" or "injection".
_LONGEST_DISEASE = 7
_FOREIGN = ("cn", "cz", "de", "es", "eus", "fr", "gk", "hi", "ie", "il", "it", "kr", "ne", "pl", "pt", "ru", "uk")
_PAIRS = {
    WordClass.CITY: (WordClass.CITY_PART, PhraseClass.CITY),
    WordClass.COUNTY: (WordClass(0), PhraseClass.COUNTY),
    WordClass.STATE: (WordClass.STATE, PhraseClass.STATE),
    WordClass.COUNTRY: (WordClass.COUNTRY, PhraseClass.COUNTRY),
    WordClass.FOREIGN_CITY: (WordClass.FOREIGN_CITY, PhraseClass.FOREIGN_CITY),
    WordClass.ORGANISATION: (WordClass(0), PhraseClass.ORGANISATION),
    WordClass.CALENDAR: (WordClass(0), PhraseClass.CALENDAR),
    WordClass.PEOPLE: (WordClass(0), PhraseClass(0)),
    WordClass.EPONYM: (WordClass.EPONYM, PhraseClass.EPONYM),
    WordClass.ABBREVIATION: (WordClass(0), PhraseClass.ABBREVIATION),
}
"""Class of an entry of one word: the class of the words, and of the whole, of an entry of several."""


@dataclass(slots=True)
class Lists:
    """All words and phrases with their classes, and how many entries each file gave."""

    frequencies: Frequencies
    words: dict[str, int] = field(default_factory=dict)
    phrases: dict[Words, int] = field(default_factory=dict)
    entries: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path, frequencies: Frequencies) -> Self:
        """Read every list of the folder and every table of facts."""
        lists = cls(frequencies)
        lists._read_names(folder / "raw")
        lists._read_places(folder / "raw")
        lists._read_medicine(folder)
        lists._read_tables()
        lists._read_facilities(folder)
        lists._mark_ordinary()
        lists.words = dict(sorted(lists.words.items()))
        lists.phrases = {words: mask for words, mask in sorted(lists.phrases.items()) if mask}
        return lists

    def _load(self, path: Path, reader: Callable[[Path], Iterable[Entry]]) -> list[Entry]:
        entries = sources.unique(reader(path))
        self.entries[path.name] = len(entries)
        return entries

    def _word(self, word: str, classes: int) -> None:
        if classes and word:
            self.words[word] = self.words.get(word, 0) | classes

    def _entry(self, words: Words, single: WordClass, extra: int = 0) -> None:
        """Give an entry of one word the class, the words and the whole of a longer one what `_PAIRS` says."""
        part, phrase = _PAIRS[single]
        if len(words) == 1:
            self._word(words[0], single | extra)
            return
        self.phrases[words] = self.phrases.get(words, 0) | phrase
        for word in words:
            if len(word) > 1 and not self.frequencies.frequent(word):
                self._word(word, part)

    def _names(self, entries: Iterable[Entry], classes: int, common: tuple[float, int] = (float("inf"), 0)) -> None:
        least, grade = common
        for entry in entries:
            name = fold(entry.text).strip()
            if len(name) > 1 and " " not in name and any(map(str.isalpha, name)):
                self._word(name, classes | (grade if entry.weight >= least else 0))

    def _read_names(self, raw: Path) -> None:
        first, surname = WordClass.FIRST, WordClass.SURNAME
        for sex in ("female", "male"):
            entries = self._load(raw / f"census1990_dist_{sex}_first.txt", sources.census)
            self._names(entries, first, (_COMMON_FIRST, WordClass.FIRST_COMMON))
        entries = self._load(raw / "census1990_dist_all_last.txt", sources.census)
        self._names(entries, surname, (_COMMON_SURNAME, WordClass.SURNAME_COMMON))
        tops = {"fte_new-top-firstNames.csv": first | WordClass.FIRST_COMMON}
        tops["fte_new-top-surnames.csv"] = surname | WordClass.SURNAME_COMMON
        for name, classes in tops.items():
            self._names(self._load(raw / name, sources.column("name")), classes)
        unisex = self._load(raw / "fte_unisex_names_table.csv", sources.column("name", weight="total"))
        self._names(unisex, first, (_COMMON_UNISEX, WordClass.FIRST_COMMON))
        combinations = raw / "fte_adjusted-name-combinations-list.csv"
        self._names(sources.column("FirstName")(combinations), first)
        self._names(self._load(combinations, sources.column("Surname")), surname)
        american = set(self.words)
        for name in ("philter_firstnames_minus_fps.json", "philter_lastnames_minus_fps.json"):
            self._names(self._load(raw / name, sources.keys), first if "first" in name else surname)
        for name in ("phileas_first-names.txt", "smashew_first_names_all.txt", "smashew_first_names_us.txt"):
            self._names(self._load(raw / name, sources.lines), first)
        for name in ("phileas_test_surnames.txt", "smashew_surnames_all.txt", "smashew_surnames_us.txt"):
            self._names(self._load(raw / name, sources.lines), surname)
        foreign = [(f"smashew_surnames_{code}.txt", surname) for code in _FOREIGN]
        for name, classes in [*foreign, ("smashew_first_names_es.txt", first)]:
            listed = self._load(raw / name, sources.lines)
            self._names(listed, classes)
            self._names((entry for entry in listed if fold(entry.text) not in american), WordClass.FOREIGN_NAME)

    def _read_places(self, raw: Path) -> None:
        sizes = sources.hospital_cities(
            raw / "cms_hospital_general_information.csv", raw / "phileas_zip-code-population.csv"
        )
        kelvins = raw / "kelvins_us_cities.csv"
        for path, reader in ((kelvins, sources.column("CITY")), (raw / "phileas_cities.txt", sources.lines)):
            for entry in self._load(path, reader):
                words = words_in(entry.text)
                large = sizes.get(words, 0) >= _LARGE_CITY
                self._entry(words, WordClass.CITY, WordClass.CITY_LARGE if large else 0)
                if large and len(words) > 1:
                    self.phrases[words] |= PhraseClass.CITY_LARGE
        for words in sizes:
            self._entry(words, WordClass.CITY, WordClass.CITY_LARGE if sizes[words] >= _LARGE_CITY else 0)
        for entry in sources.unique(sources.column("COUNTY")(kelvins)):
            self._entry(words_in(entry.text), WordClass.COUNTY)
        for entry in self._load(raw / "phileas_counties.txt", sources.lines):
            self._entry(words_in(entry.text), WordClass.COUNTY)
        for entry in self._load(raw / "phileas_states.txt", sources.lines):
            self._entry(words_in(entry.text), WordClass.STATE)
        for entry in self._load(raw / "phileas_tlds-alpha-by-domain.txt", sources.lines):
            self._word(entry.text.lower(), WordClass.TLD)
        self.entries["phileas_zip-code-population.csv"] = len(
            sources.zip_populations(raw / "phileas_zip-code-population.csv")
        )

    def _read_medicine(self, folder: Path) -> None:
        raw = folder / "raw"
        for entry in self._load(raw / "philter_whitelist_plus_fps_091718_nonames.json", sources.keys):
            self._word(fold(entry.text), WordClass.CLINICAL)
        for path in sorted(raw.glob("abbr_*.csv")):
            for entry in self._load(path, sources.column("Abbreviation/Shorthand")):
                self._word(fold(entry.text).strip(), WordClass.ABBREVIATION)
                self._entry(words_in(entry.text) or ("",), WordClass.ABBREVIATION)
        for entry in self._load(folder / "eponym_candidates_dev.tsv", sources.eponyms):
            self._entry(words_in(entry.text), WordClass.EPONYM)
        self._read_drugs(self._load(folder / "drug_names_medquad_dev.txt", sources.lines))
        diseases = self._load(folder / "disease_names_medquad_dev.txt", sources.lines)
        for words in map(words_in, (entry.text for entry in diseases)):
            if 1 < len(words) <= _LONGEST_DISEASE:
                self.phrases[words] = self.phrases.get(words, 0) | PhraseClass.DISEASE
            for word in words:
                if self._distinctive(word) and not self.words.get(word, 0) & WordClass.EPONYM:
                    self._word(word, WordClass.DISEASE)

    def _distinctive(self, word: str) -> bool:
        return len(word) > 2 and not word.isdigit() and not self.frequencies.frequent(word)  # noqa: PLR2004

    def _read_drugs(self, entries: list[Entry]) -> None:
        drugs = [words_in(entry.text) for entry in entries]
        drugs += [words_in(name) for name in (*sources.table("drug_brands"), *sources.table("drug_generics"))]
        counts = Counter(word for words in drugs for word in set(words))
        for words in drugs:
            if len(words) > 1:
                self.phrases[words] = self.phrases.get(words, 0) | PhraseClass.DRUG
            for word in words:
                if len(words) == 1 or (counts[word] < _DESCRIPTOR and self._distinctive(word)):
                    self._word(word, WordClass.DRUG)

    def _read_tables(self) -> None:
        words = {"titles": WordClass.TITLE, "credentials": WordClass.CREDENTIAL, "kin": WordClass.KIN}
        words |= {"particles": WordClass.PARTICLE, "streets": WordClass.STREET}
        words |= {"facility_heads": WordClass.FACILITY_HEAD}
        for name, single in words.items():
            for word in _single(sources.table(name)):
                self._word(word, single)
        entries = {"countries": WordClass.COUNTRY, "foreign_cities": WordClass.FOREIGN_CITY}
        entries |= {"organisations": WordClass.ORGANISATION, "peoples": WordClass.PEOPLE}
        entries |= {"calendar": WordClass.CALENDAR, "eponyms": WordClass.EPONYM}
        for name, single in entries.items():
            for line in sources.table(name):
                self._entry(words_in(line), single)
        for pair in map(words_in, sources.table("eponym_pairs")):
            self.phrases[pair] = self.phrases.get(pair, 0) | PhraseClass.EPONYM
        self._read_tables_of_places()

    def _read_tables_of_places(self) -> None:
        for line in sources.table("us_places"):
            place = words_in(line)
            self._entry(place, WordClass.CITY, WordClass.CITY_LARGE)
            if len(place) > 1:
                self.phrases[place] |= PhraseClass.CITY_LARGE
        for line in sources.table("regions"):
            self._entry(words_in(line), WordClass.COUNTRY)
        for line in sources.table("states"):
            name, *codes = line.split(",")
            self._entry(words_in(name), WordClass.STATE)
            for code in codes:
                self._word(code.lower(), WordClass.STATE_CODE)

    def _read_facilities(self, folder: Path) -> None:
        raw = folder / "raw"
        names = self._load(folder / "hospital_names.txt", sources.lines)
        names += self._load(raw / "phileas_hospitals.txt", sources.lines)
        names += self._load(raw / "cms_hospital_general_information.csv", sources.column("Facility Name"))
        for words in map(sources.facility_words, (entry.text for entry in names)):
            if len(words) > 1:
                self.phrases[words] = self.phrases.get(words, 0) | PhraseClass.FACILITY
            for word in words:
                if self._distinctive(word) and not self.words.get(word, 0) & WordClass.FACILITY_HEAD:
                    self._word(word, WordClass.FACILITY_PART)

    def _mark_ordinary(self) -> None:
        name_words = set(sources.table("name_words"))
        for word in {*self.words, *self.frequencies.lower, *name_words}:
            listed_name = bool(self.words.get(word, 0) & (WordClass.FIRST | WordClass.SURNAME))
            if word in name_words or self.frequencies.ordinary(word, listed_name=listed_name):
                self._word(word, WordClass.ENGLISH | (WordClass.NAME_WORD if listed_name else 0))
            if self.frequencies.frequent(word):
                self._word(word, WordClass.ENGLISH_COMMON)


def _single(entries: Iterable[str]) -> Iterator[str]:
    return (fold(entry) for entry in entries if " " not in entry)
