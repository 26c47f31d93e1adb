"""The notices that the lists' licences ask for, as one Markdown page."""

import re
from collections.abc import Mapping
from pathlib import Path

_GROUPS = (
    ("census1990_", "US Census Bureau 1990 name files, packaged by treyhunner/names", "public domain; packaging MIT"),
    ("smashew_", "smashew/NameDatabases", "Unlicense"),
    ("fte_", "FiveThirtyEight data (unisex names, most common name)", "CC BY 4.0"),
    ("phileas_", "philterd/phileas; ZIP populations from the 2020 Census", "Apache-2.0; Census data public domain"),
    ("kelvins_", "kelvins/US-Cities-Database", "MIT"),
    ("cms_", "Centers for Medicare & Medicaid Services, Hospital General Information", "US government work"),
    ("philter_", "BCHSI/philter-ucsf", "BSD-3-Clause"),
    ("abbr_", "imantsm/medical_abbreviations", "MIT"),
    ("drug_", "derived from MedQuAD (Ben Abacha and Demner-Fushman, NIH sources)", "CC BY 4.0"),
    ("disease_", "derived from MedQuAD (Ben Abacha and Demner-Fushman, NIH sources)", "CC BY 4.0"),
    ("eponym_", "derived from MedQuAD (Ben Abacha and Demner-Fushman, NIH sources)", "CC BY 4.0"),
    ("hospital_", "names out of CMS Hospital General Information", "US government work"),
)
_INTRODUCTION = """# Licences of the compiled lists

`words.bin`, `phrases.bin` and `zips.bin` hold 64-bit hashes of the entries below and bits that say which kind of list
an entry stands in; entries were lower-cased, stripped of accents and split into words. Which words are ordinary English
was decided by counting words in openly licensed texts (MedQuAD, MTS-Dialog, ACI-Bench, Broad Twitter Corpus, WNUT 17:
CC BY 4.0; SEC filings: CC BY 3.0; MTSamples, C-CDA examples: CC0; HH-RLHF, CrossNER, Synthea, HL7 samples: MIT; Gretel,
AmbientMeta, OpenMed: Apache-2.0); none of their text is in the files. The tables of facts in
`detectors/gazetteers/tables` are part of this project.

CC BY 4.0: https://creativecommons.org/licenses/by/4.0/. CC BY 3.0: https://creativecommons.org/licenses/by/3.0/.
"""


def render(folder: Path, entries: Mapping[str, int]) -> str:
    """Return the page: sources with commits, counts of entries, and every licence text that the folder holds."""
    facts = (folder / "SOURCE.txt").read_text("utf-8")
    repositories = re.findall(r"^repo: (\S+)\s+commit (\w+) \(([\d-]+)\)", facts, re.MULTILINE)
    page = [_INTRODUCTION, "## Repositories\n"]
    page += [f"- {url} at {commit} ({day})" for url, commit, day in repositories]
    page += ["\n## Lists\n", "| list | entries | source | licence |", "|---|---|---|---|"]
    page += [f"| {name} | {count:,} | {_source(name)} |" for name, count in sorted(entries.items())]
    page.append("\n## Licence texts\n")
    for path in sorted((folder / "raw").glob("*_LICENSE")):
        text = path.read_text("utf-8").strip("\n")
        page += [f"### {path.name.removesuffix('_LICENSE')}\n", "```text", text, "```\n"]
    return "\n".join(page).rstrip("\n") + "\n"


def _source(name: str) -> str:
    return next(f"{source} | {licence}" for prefix, source, licence in _GROUPS if name.startswith(prefix))
