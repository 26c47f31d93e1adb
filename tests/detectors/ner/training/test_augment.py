"""What happens to examples keeps their spans exact."""

import dataclasses
import itertools
import random
import re
from typing import Any

import pytest

from detectors.ner.training.augment import CHANGES, EVERY, Change, augment, draft_of, with_other_values
from detectors.ner.training.generate.lists import Lists, Weighted
from detectors.ner.training.generate.pieces import Example
from detectors.ner.training.values import Values

TEXT = "Seen: Tova Lindqvist, 61, of Ashby. Tova takes 5 mg. See also Ashby Clinic (Dr. Rao)."
MARKED = (("Tova Lindqvist", "NAME"), ("Ashby", "GEO"), ("Ashby Clinic", "FACILITY"), ("Rao", "NAME"))


def example() -> Example:
    """Return a text with four spans."""
    starts = [TEXT.index("Tova"), TEXT.index("Ashby"), TEXT.index("Ashby Clinic"), TEXT.index("Rao")]
    spans = tuple((start, start + len(value), label) for start, (value, label) in zip(starts, MARKED, strict=True))
    return Example(TEXT, spans, "note")


def values(seed: int) -> Values:
    """Values from lists of a few invented entries."""

    def weighted(*names: str) -> Weighted:
        return Weighted(names, tuple(itertools.accumulate([1.0] * len(names))))

    filled: dict[str, Any] = {
        "female": weighted("Ilse", "Noor"),
        "male": weighted("Bram", "Tomas"),
        "surnames": weighted("Quist", "Adair"),
        "rare_given": ("Zephyrine",),
        "rare_surnames": ("Undset",),
        "by_origin": {"kr": ("Baik",), "pl": ("Lis",)},
    }
    lists = Lists(**{each.name: filled.get(each.name, ()) for each in dataclasses.fields(Lists)})
    return Values(lists, random.Random(seed))  # noqa: S311


@pytest.mark.parametrize("change", [change for change, _ in CHANGES], ids=lambda change: change.__name__)
@pytest.mark.parametrize("seed", range(5))
def test_every_change_keeps_each_span_on_its_letters(change: Change, seed: int) -> None:
    """After a change the spans still hold, label by label, what they held, give or take the change itself."""
    draft = draft_of(example())
    change(draft, random.Random(seed))  # noqa: S311
    changed = draft.example("note")

    assert [label for _, label in MARKED] == [label for _, _, label in changed.spans]
    for (start, end, _), (value, _) in zip(changed.spans, MARKED, strict=True):
        kept = changed.text[start:end].lower()
        assert kept[0].isalnum()
        assert abs(len(kept) - len(value)) <= len(value) // 2


def test_a_name_gets_the_same_new_name_everywhere() -> None:
    """Places stay; names change alike, and spans follow."""
    changed = with_other_values(example(), values(3))
    held = [(changed.text[start:end], label) for start, end, label in changed.spans]

    assert ("Ashby", "GEO") in held
    assert "Lindqvist" not in changed.text
    assert [label for _, label in MARKED] == [label for _, label in held]


def test_other_ids_keep_their_form_and_user_names_stay() -> None:
    """A number teaches its form, not its digits; a user name is a word and stays one."""
    text = "chart 4471-B, login ninaquist7"
    spans = ((6, 12, "ID"), (20, 30, "ID"))

    changed = with_other_values(Example(text, spans, "note"), values(3), EVERY)

    first, second = (changed.text[start:end] for start, end, _ in changed.spans)
    assert re.fullmatch(r"\d{4}-[A-Z]", first)
    assert first != "4471-B"
    assert second == "ninaquist7"


def test_the_same_seed_gives_the_same_text() -> None:
    """Training is reproducible."""
    first = [augment(example(), values(seed)) for seed in range(20)]

    assert first == [augment(example(), values(seed)) for seed in range(20)]
    assert len({changed.text for changed in first}) > 3
