"""Compiling the lists: deterministic, complete, and readable again."""

from pathlib import Path

from detectors.gazetteers.frequency import Frequencies, count_words
from detectors.gazetteers.hashing import hash_phrase, hash_word
from detectors.gazetteers.lookup import DATA
from detectors.gazetteers.sources import facility_words, table, words_in


def test_entries_are_cut_like_texts() -> None:
    """A listed name is cut into the words that a text is cut into."""
    assert words_in("St. Mary's Hospital & Clinic") == ("st", "mary", "hospital", "clinic")
    assert facility_words("The Mercy Hospital (Tulsa), LLC") == ("mercy", "hospital")


def test_tables_have_no_repetition() -> None:
    """Each table of facts lists a thing once."""
    for path in sorted((DATA.parent / "tables").glob("*.txt")):
        entries = table(path.stem)

        assert len(entries) == len(set(entries)), path.stem


def test_ordinary_words_are_counted_by_case(tmp_path: Path) -> None:
    """A word is ordinary where several corpora write it in lower case; a labelled name does not count."""
    for corpus in ("one", "two", "three", "four"):
        (tmp_path / corpus).mkdir()
        lines = ['{"text": "the graft Harold"}'] * 6
        lines += ['{"text": "mark it Mark", "spans": [{"start": 8, "end": 12, "label": "NAME"}]}']
        (tmp_path / corpus / "text.jsonl").write_text("\n".join(lines))
    frequencies = count_words(tmp_path)

    assert frequencies.ordinary("graft", listed_name=False)
    assert frequencies.ordinary("mark", listed_name=True)
    assert not frequencies.ordinary("harold", listed_name=True)
    assert frequencies.frequent("graft")
    assert not Frequencies().ordinary("graft", listed_name=False)


def test_hashes_of_the_format_do_not_change() -> None:
    """The files that are shipped hold these hashes; another function needs another format number."""
    assert hash_word("Whitfield") == 0x271709DD7F6BFA6C
    assert hash_phrase(["Cedar", "Rapids"]) == 0x6D686E34F889BEA


def test_licences_name_every_source() -> None:
    """Each list stands in the notices with its licence."""
    notices = (DATA / "LICENSES.md").read_text("utf-8")

    assert "SOURCE" not in notices
    for word in ("BSD 3-Clause", "Apache License", "CC BY 4.0", "MIT License", "census1990_dist_all_last.txt"):
        assert word in notices
