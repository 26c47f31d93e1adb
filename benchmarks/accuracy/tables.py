"""Write the figures of the committed results into the README and the page of identifiers.

`python -m benchmarks.accuracy.tables`; a test compares the pages with the results.
"""

import json
from pathlib import Path
from typing import Any

from schemas.identifiers import RULES, IdentifierType

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results"
ACCURACY = RESULTS / "accuracy.json"

_FOUND: dict[IdentifierType, str] = {
    IdentifierType.NAME: "tagger; listed names in context; forms, tables, HL7, FHIR; key hints; memory in the event",
    IdentifierType.GEO: "street and ZIP patterns; listed places and facilities; tagger; key hints",
    IdentifierType.DATE: "patterns in figures and words, English and Spanish; holidays that date; tagger as second net",
    IdentifierType.AGE: "wording around a number over 89, in figures or words; birth years that imply it; key hints",
    IdentifierType.PHONE: "patterns by form and caption; spoken digits; hotlines left",
    IdentifierType.FAX: "phone patterns under a fax caption",
    IdentifierType.EMAIL: "pattern; spoken and disguised forms",
    IdentifierType.SSN: "pattern with area, group and serial rules; captions; last four digits",
    IdentifierType.MRN: "captions in English and Spanish; HL7 and FHIR fields; key hints",
    IdentifierType.HEALTH_PLAN: "captions; the Medicare number's own format; HL7, X12",
    IdentifierType.ACCOUNT: "captions; cards by Luhn, IBAN by its check; last four digits",
    IdentifierType.LICENSE: "captions; NPI and DEA by their checks",
    IdentifierType.VEHICLE: "VIN by its check; plates, placards and registrations by caption",
    IdentifierType.DEVICE: "captions; UDI and GTIN, IMEI by their checks; MAC addresses",
    IdentifierType.URL: "pattern, less terminologies, public pages and provider endpoints",
    IdentifierType.IP: "IPv4 and IPv6 by their grammar, less versions and OIDs",
    IdentifierType.BIOMETRIC: "captions of prints, templates and profiles",
    IdentifierType.PHOTO: "file names, paths and links of pictures beside words for a face",
    IdentifierType.OTHER_ID: "captions of claims, cases, orders, visits …; user names; UUIDs; tagger as second net",
}


def accuracy() -> dict[str, Any]:
    """Return the committed figures of the development exam."""
    figures: dict[str, Any] = json.loads(ACCURACY.read_text(encoding="utf-8"))
    return figures


def identifiers_table() -> str:
    """Return the table of identifiers: letter, how found, what is left, development recall."""
    labels = accuracy()["by_label"]
    rows = ["| | identifier | how it is found | what may stay | development recall |", "|---|---|---|---|---|"]
    for type_, found in _FOUND.items():
        rule = RULES[type_]
        figure = labels.get(rule.label)
        recall = f"{figure['recall']:.2f} ({figure['spans']})" if figure else "not measured"
        rows.append(f"| {rule.letter} | {rule.rule} | {found} | {rule.remains} | {recall} |")
    return "\n".join(rows)


def looks_table() -> str:
    """Return the table of the blind exams: what each said of the detector of its day, before anybody had read it."""
    rows = ["| exam | texts | leak recall | clean texts touched | overreach |", "|---|---|---|---|---|"]
    for look in json.loads((RESULTS / "first_looks.json").read_text(encoding="utf-8")):
        low, high = look["interval95"]
        recall = f"{look['leak_recall']:.3f} ({low:.3f} to {high:.3f}) of {look['spans']}"
        touched = f"{look['over_redaction']:.1%} of {look['unmarked_texts']}"
        rows.append(f"| {look['exam']} | {look['texts']} | {recall} | {touched} | {look['overreach']:.1%} |")
    return "\n".join(rows)


def results_table() -> str:
    """Return the README's table of results, from every committed result."""
    figures = accuracy()
    all_of_it = figures["leak_recall"]
    low, high = all_of_it["interval95"]
    exam = f"leak recall, development exam: {all_of_it['spans']} spans, all 18 identifiers, hard texts"
    recall = f"{all_of_it['recall']:.3f} (95 %: {low:.3f} to {high:.3f})"
    touched = f"{figures['over_redaction']:.0%} of {figures['unmarked_texts']}"
    rows = ["| what | figure | command |", "|---|---|---|"]
    for what, figure in (
        (exam, recall),
        ("texts without an identifier in which something was redacted", touched),
        ("overreach: redacted letters and digits that were no identifier", f"{figures['overreach']:.1%}"),
    ):
        rows.append(f"| {what} | {figure} | `make accuracy` |")
    rows += _speed_rows()
    rows += [row for path in sorted(RESULTS.glob("*.json")) for row in _rows_of(path)]
    return "\n".join(rows)


def _speed_rows() -> list[str]:
    """Return the rows of the detector's speed beside Presidio's."""
    rows = []
    for name, what in (("corpora", "prose"), ("exams", "text dense with identifiers")):
        path = RESULTS / f"detector_{name}.json"
        if path.exists():
            tree = json.loads(path.read_text(encoding="utf-8"))
            command = "python -m benchmarks.throughput.detector"
            for profile, ours, key in (
                ("accurate", "phistream", "times_as_fast_as"),
                ("fast", "phistream, fast", "fast_times_as_fast_as"),
            ):
                speed = tree["speed"][ours]["kb_per_cpu_second"]["total"]
                cnn = tree[key]["presidio, spaCy CNN"]["total"]
                figure = f"{speed:.0f}; {cnn:.1f} times Presidio with a spaCy CNN"
                rows.append(f"| detector `{profile}`, KB a CPU second on one core, {what} | {figure} | `{command}` |")
    return rows


def _rows_of(path: Path) -> list[str]:
    """Return the rows that a result file brings itself, under "readme"."""
    tree = json.loads(path.read_text(encoding="utf-8"))
    rows = tree.get("readme", []) if isinstance(tree, dict) else []
    return [f"| {row['what']} | {row['figure']} | `{row['command']}` |" for row in rows]


def filled(page: str, marker: str, table: str) -> str:
    """Return *page* with *table* between the markers `<!-- name -->` and `<!-- /name -->`."""
    begin, end = f"<!-- {marker} -->", f"<!-- /{marker} -->"
    head, _, rest = page.partition(begin)
    tail = rest.partition(end)[2] if end in rest else rest
    return f"{head}{begin}\n{table}\n{end}{tail}"


PAGES = (
    (ROOT / "README.md", "results", results_table),
    (ROOT / "detectors" / "IDENTIFIERS.md", "recall", identifiers_table),
    (ROOT / "detectors" / "IDENTIFIERS.md", "looks", looks_table),
)


if __name__ == "__main__":
    for place, name, table_of in PAGES:
        place.write_text(filled(place.read_text(encoding="utf-8"), name, table_of()), encoding="utf-8")
