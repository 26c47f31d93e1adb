"""The generators of training texts: exact spans, one text per seed, every template sound."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from detectors.ner.training.generate import augment, corpus, fillers, grammar, lists, pieces, templates
from detectors.ner.training.generate.disguise import disguise
from detectors.ner.training.generate.lexicon import lexicon

FEMALE = "ADA 0.5 0.5 1\nMAYA 0.4 0.9 2\nHOPE 0.1 1.0 3\n"
MALE = "OTTO 0.5 0.5 1\nWILL 0.4 0.9 2\n"
FAMILY = "MCNEIL 0.5 0.5 1\nGRANT 0.4 0.9 2\nOKAFOR 0.1 1.0 3\n"
HOSPITALS = "Facility Name,Address,City\nLAKE COUNTY HOSPITAL,12 MAIN STREET,X\nMERCY GENERAL,9 ELM GROVE ROAD,Y\n"
CITIES = "ID,STATE_CODE,STATE_NAME,CITY,COUNTY\n1,OH,Ohio,Lima,Allen\n2,LA,Louisiana,Gray,Terrebonne\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of very short lists in the form of the real ones."""
    root = tmp_path_factory.mktemp("lists")
    raw = root / "raw"
    raw.mkdir()
    files = {
        "census1990_dist_female_first.txt": FEMALE,
        "census1990_dist_male_first.txt": MALE,
        "census1990_dist_all_last.txt": FAMILY,
        "phileas_first-names.txt": "anselm\nbertilda\n",
        "smashew_first_names_all.txt": "Ñuño\nZoë\n",
        "smashew_first_names_us.txt": "Wendell\n",
        "smashew_surnames_all.txt": "Quispe\nde Groot\n",
        "kelvins_us_cities.csv": CITIES,
        "phileas_zip-code-population.csv": "# head\n45801,100\n70359,200\n",
        "cms_hospital_general_information.csv": HOSPITALS,
        "phileas_hospitals.txt": "Example Clinic\n",
        "abbr_A.csv": "Abbreviation,Meaning\nAKA,above-knee amputation\nBKA,below-knee amputation\n",
        "philter_whitelist_plus_fps_091718_nonames.json": '{"tibial": 1, "serous": 1}',
        **{f"smashew_surnames_{origin}.txt": "Abcde\nFghij\n" for origin in lists.ORIGINS},
    }
    for name, text in files.items():
        (raw / name).write_text(text, encoding="utf-8")
    (root / "disease_names_medquad_dev.txt").write_text("Example disease\n", encoding="utf-8")
    (root / "eponym_candidates_dev.tsv").write_text("Exampler\t3\n", encoding="utf-8")
    (root / "drug_names_medquad_dev.txt").write_text("Examplimab\n", encoding="utf-8")
    return root


def sound(example: pieces.Example) -> bool:
    """Tell whether every span lies inside, holds something, is trimmed, and overlaps no other."""
    before = 0
    for start, end, label in example.spans:
        text = example.text[start:end]
        if not before <= start < end <= len(example.text) or text != text.strip() or label not in pieces.LABELS:
            return False
        before = end
    return True


def every_template(folder: Path, rates: augment.Rates) -> Iterator[tuple[templates.Template, pieces.Example]]:
    """Render each template a few times."""
    sources = lists.load(folder)
    for number, template in enumerate(templates.load()):
        for round_ in range(3):
            yield template, corpus.one(random.Random(number * 10 + round_), [template], sources, rates)  # noqa: S311


def test_spans_are_exact_under_every_augmentation(folder: Path) -> None:
    """A span lies inside the text, is not empty, is trimmed, carries a known label and overlaps no other."""
    often = augment.Rates(**dict.fromkeys(augment.Rates.__slots__, 0.5))

    unsound = [example.kind for _, example in every_template(folder, often) if not sound(example)]

    assert unsound == []


def test_spans_hold_what_the_slot_gave(folder: Path) -> None:
    """Without augmentation the spans are the labelled pieces, letter by letter."""
    sources = lists.load(folder)
    for number, template in enumerate(templates.load()):
        filled = grammar.render(template.nodes, random.Random(number), fillers.Filler(random.Random(7), sources).fill)  # noqa: S311
        example = pieces.Draft.of(filled).example(template.kind)

        given = "".join(piece.text for piece in filled if piece.label and any(map(str.isalnum, piece.text)))

        assert given.split() == "".join(example.text[a:b] + "\n" for a, b, _ in example.spans).split() or (
            "".join(given.split()) == "".join("".join(example.text[a:b].split()) for a, b, _ in example.spans)
        )


def test_negatives_have_no_spans(folder: Path) -> None:
    """A template of a `_clean` file never yields an identifier, and every other can."""
    sources = [example for template, example in every_template(folder, augment.NONE) if template.clean]

    assert [example.kind for example in sources if example.spans] == []


def test_the_same_seed_gives_the_same_texts(folder: Path) -> None:
    """Texts depend on the seed and their number alone."""
    first = list(corpus.generate(3, 40, folder))

    assert list(corpus.generate(3, 40, folder)) == first
    assert list(corpus.generate(3, 10, folder)) == first[:10]
    assert list(corpus.generate(4, 40, folder)) != first


def test_a_third_of_the_texts_hold_no_identifier(folder: Path) -> None:
    """At least 30 % of the examples are negatives."""
    examples = list(corpus.generate(1, 1000, folder))

    assert sum(not example.spans for example in examples) >= 300


def test_every_slot_exists() -> None:
    """No template names a slot or a modifier that nothing fills."""
    unknown = {
        (template.kind, match.group())
        for template in templates.load()
        for match in grammar.SLOT.finditer(template.source)
        if not fillers.known(match[1], tuple(match[2].split(":")[1:]))
    }

    assert unknown == set()


def test_templates_are_distinct() -> None:
    """No template stands twice."""
    sources = [template.source for template in templates.load()]

    assert len(set(sources)) == len(sources)


def test_word_lists_are_not_empty() -> None:
    """Every section of the word lists has values."""
    assert [name for name, values in lexicon().items() if not values] == []


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ("a (b|c) d", {"a b d", "a c d"}),
        ("a (b) d", {"a (b) d"}),
        ("(a (b|c)|)", {"a b", "a c", ""}),
        ('{"a": 1} | b (x', {'{"a": 1} | b (x'}),
        (r"a\|b\(c|d\)\n", {"a|b(c|d)\n"}),
        ("a <b> c", {"a <b> c"}),
    ],
)
def test_grammar(source: str, texts: set[str]) -> None:
    """Alternatives nest, parentheses without a bar are text, and JSON needs no escapes."""

    def fill(name: str, modifiers: tuple[str, ...]) -> pieces.Pieces:
        raise AssertionError(name, modifiers)

    rendered = {
        "".join(piece.text for piece in grammar.render(grammar.parse(source), random.Random(seed), fill))  # noqa: S311
        for seed in range(30)
    }

    assert rendered == texts


def test_marks_make_one_span() -> None:
    """Everything inside a mark is one span, whatever its slots say of themselves."""
    nodes = grammar.parse("at <<EMPLOYER:{x} farm>> now")

    rendered = grammar.render(nodes, random.Random(1), lambda _name, _modifiers: pieces.marked("Ott", "NAME"))  # noqa: S311

    assert pieces.Draft.of(rendered).example("x").spans == ((3, 11, "EMPLOYER"),)


def test_an_open_mark_is_an_error() -> None:
    """A mark that never closes does not pass silently."""
    with pytest.raises(grammar.TemplateError, match="open mark"):
        grammar.parse("at <<EMPLOYER:x")


def test_a_missing_list_is_named(tmp_path: Path) -> None:
    """A folder without the lists says which file it lacks."""
    with pytest.raises(FileNotFoundError, match="raw/"):
        next(corpus.generate(1, 1, tmp_path))


def test_a_line_break_cuts_a_span() -> None:
    """A name over two lines is two spans, and neither holds the break."""
    draft = pieces.Draft.of(pieces.marked("Ada\nOtt", "NAME"))

    assert draft.example("x").spans == ((0, 3, "NAME"), (4, 7, "NAME"))


def test_an_employer_without_its_kind_is_a_span(folder: Path) -> None:
    """A family name or a made-up word that stands for an employer is marked; one for a brand is not."""
    sources = lists.load(folder)
    firms = [fillers.Filler(random.Random(seed), sources).fill("emp.bare", ()) for seed in range(40)]  # noqa: S311
    brands = [fillers.Filler(random.Random(seed), sources).fill("coined", ()) for seed in range(40)]  # noqa: S311

    assert {piece.label for firm in firms for piece in firm} == {"EMPLOYER"}
    assert {piece.label for brand in brands for piece in brand} == {None}


def test_one_letter_stands_for_a_person(folder: Path) -> None:
    """A letter alone is marked as the name that it stands for."""
    filler = fillers.Filler(random.Random(3), lists.load(folder))  # noqa: S311

    (whole,) = filler.fill("p.first", ())
    (letter,) = filler.fill("p.one", ())

    assert (letter.text, letter.label) == (whole.text[0].upper(), "NAME")


def test_slot_names_are_unique() -> None:
    """No two tables of fillers share a slot, or one would hide the other."""
    names = [name for table in fillers.TABLES for name in table]

    assert sorted(names) == sorted(set(names))


def test_given_and_family_name_in_one_run_are_one_span() -> None:
    """Two name slots with a blank between them make one span; a comma or a word between them does not."""
    first, last = pieces.Piece("Ada", "NAME"), pieces.Piece("Ott", "NAME")

    run = pieces.joined([first, pieces.Piece(" "), last, pieces.Piece(" and "), last])

    assert [piece.text for piece in run] == ["Ada Ott", " and ", "Ott"]


@pytest.mark.parametrize("seed", range(30))
def test_a_disguised_name_stays_one_span(seed: int) -> None:
    """However the letters of a name are written, the span begins and ends with it."""
    draft = pieces.Draft.of([pieces.Piece("<"), pieces.Piece("Zoë Ott", "NAME"), pieces.Piece(">")])

    disguise(random.Random(seed), draft)  # noqa: S311
    example = draft.example("x")

    assert example.spans[0][0] == 1
    assert example.spans[-1][1] == len(example.text) - 1


def test_lower_case_keeps_the_spans() -> None:
    """A letter whose lower case is longer than itself does not shift the spans behind it."""
    draft = pieces.Draft.of([pieces.Piece("İ "), pieces.Piece("İpek", "NAME")])

    augment.recase(draft, str.lower)
    example = draft.example("x")

    assert [example.text[start:end] for start, end, _ in example.spans] == ["İpek".lower()]


def test_people_stay_the_same_in_a_text(folder: Path) -> None:
    """The patient of a text has one name in all of its slots."""
    filler = fillers.Filler(random.Random(1), lists.load(folder))  # noqa: S311

    assert filler.fill("p.last", ()) == filler.fill("p.last", ())
    assert filler.fill("f.full", ()) == filler.fill("f.full", ())


def test_a_title_and_a_suffix_stand_outside_the_name(folder: Path) -> None:
    """A numeral belongs to the span of a name, "Jr." does not."""
    texts = {
        piece.text
        for seed in range(400)
        for piece in fillers.Filler(random.Random(seed), lists.load(folder)).fill("p.full", ())  # noqa: S311
        if piece.label
    }

    assert not [text for text in texts if text.endswith(("Jr", "Jr.", "Sr", "Sr."))]
    assert [text for text in texts if text.endswith((" II", " III", " IV"))]
