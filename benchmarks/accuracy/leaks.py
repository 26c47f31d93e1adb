"""The measure: which identifiers leak, and what is redacted that was none.

An identifier counts as found when every letter and digit of it is covered, but for words that the rule lets stand. The
predicted types are ignored: a claim number that is found as an account number is found.
"""

import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.accuracy.marked import MarkedSpan, MarkedText

WORD = re.compile(r"\w+")
YEAR = re.compile(r"(?:19|20)\d\d")
RESAMPLES, SEED = 1000, 1
NEUTRAL = "NEUTRAL"
STATES = frozenset(
    """
    al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny nc nd oh ok or pa ri
    sc sd tn tx ut vt va wa wv wi wy dc us usa alabama alaska arizona arkansas california colorado connecticut delaware
    florida georgia hawaii idaho illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan
    minnesota mississippi missouri montana nebraska nevada ohio oklahoma oregon pennsylvania tennessee texas utah
    vermont virginia washington wisconsin wyoming
    """.split()
)
STANDING = {
    "C_DATE": frozenset("the of on at st nd rd th".split()),
    "B_GEO": STATES | frozenset("the of in at and near".split()),
    "A_NAME": frozenset("dr mr mrs ms miss md do rn np pa phd prof jr sr the of patient s".split()),
    "C_AGE": frozenset(
        """
        a about age aged ages almost an and at de edad el f female gentleman her his in is la lady los m male man nearly
        o of old over s the tiene turned turns woman y year years yo yoa yr yrs año anos años
        """.split()
    ),
}


@dataclass(frozen=True, slots=True)
class Predicted:
    """A predicted range and its type."""

    start: int
    end: int
    type: str


@dataclass(slots=True)
class Judged:
    """What one text adds: hits and spans by label, letters covered, and false spans."""

    id: str
    tags: tuple[str, ...]
    spans: Counter[str] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)
    covered: int = 0
    beyond: int = 0
    predicted: int = 0
    touching: int = 0
    unmarked: bool = False
    words: int = 0
    leaks: list[tuple[str, int, int]] = field(default_factory=list)
    false: list[Predicted] = field(default_factory=list)


def judge(gold: MarkedText, predicted: Sequence[Predicted]) -> Judged:
    """Compare what was predicted of one text with what is marked in it."""
    text = gold.text
    covered, zone = _mask(predicted, len(text)), _mask(gold.spans, len(text))
    judged = Judged(
        gold.id, gold.tags, unmarked=not gold.spans, words=len(WORD.findall(text)), predicted=len(predicted)
    )
    for guess in predicted:
        if any(zone[guess.start : guess.end]):
            judged.touching += 1
        else:
            judged.false.append(guess)
    letters = [at for at, char in enumerate(text) if covered[at] and char.isalnum()]
    judged.covered, judged.beyond = len(letters), sum(not zone[at] for at in letters)
    for span in gold.spans:
        if span.label == NEUTRAL:
            continue
        judged.spans[span.label] += 1
        if is_covered(text, span.label, span.start, span.end, covered):
            judged.hits[span.label] += 1
        else:
            judged.leaks.append((span.label, span.start, span.end))
    return judged


def is_covered(text: str, label: str, start: int, end: int, covered: bytes | bytearray) -> bool:
    """Tell whether nothing of an identifier is left that has to go."""
    if label == "A_NAME" and not any(covered[start:end]):
        return False
    left = [word[0].lower() for word in WORD.finditer(text, start, end) if not all(covered[word.start() : word.end()])]
    return all(_may_stand(word, label) for word in left)


def interval(pairs: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of hits over spans, resampled by text."""
    rng = random.Random(SEED)
    values = sorted(_share(rng.choices(pairs, k=len(pairs))) for _ in range(RESAMPLES))
    return round(values[RESAMPLES * 25 // 1000], 4), round(values[RESAMPLES * 975 // 1000 - 1], 4)


def recall(pairs: Iterable[tuple[int, int]]) -> dict[str, object]:
    """Return leak recall with its interval; a pair is the hits and the spans of one text."""
    counted = [pair for pair in pairs if pair[1]]
    hits, spans = sum(pair[0] for pair in counted), sum(pair[1] for pair in counted)
    share = round(hits / spans, 4) if spans else None
    return {"spans": spans, "hits": hits, "recall": share, "interval95": interval(counted) if counted else None}


def summarise(texts: Sequence[Judged]) -> dict[str, object]:
    """Return every figure of a set of texts."""
    labels = sorted({label for text in texts for label in text.spans})
    tags = sorted({tag for text in texts for tag in text.tags})
    unmarked = [text for text in texts if text.unmarked]
    marked = [text for text in texts if text.spans]
    words = sum(text.words for text in unmarked)
    false = sum(text.predicted for text in unmarked)
    return {
        "texts": len(texts),
        "leak_recall": recall((text.hits.total(), text.spans.total()) for text in texts),
        "precision": _ratio(sum(text.touching for text in texts), sum(text.predicted for text in texts)),
        "overreach": _ratio(sum(text.beyond for text in marked), sum(text.covered for text in marked)),
        "overreach_all": _ratio(sum(text.beyond for text in texts), sum(text.covered for text in texts)),
        "unmarked_texts": len(unmarked),
        "over_redaction": _ratio(sum(text.predicted > 0 for text in unmarked), len(unmarked)),
        "false_per_1k_words": round(1000 * false / words, 2) if words else None,
        "by_label": {label: recall((text.hits[label], text.spans[label]) for text in texts) for label in labels},
        "by_tag": {tag: _of_tag([text for text in texts if tag in text.tags]) for tag in tags},
    }


def _of_tag(texts: Sequence[Judged]) -> dict[str, object]:
    unmarked = [text for text in texts if text.unmarked]
    found = recall((text.hits.total(), text.spans.total()) for text in texts)
    return {**found, "over_redaction": _ratio(sum(text.predicted > 0 for text in unmarked), len(unmarked))}


def _may_stand(word: str, label: str) -> bool:
    return word in STANDING.get(label, ()) or (label == "C_DATE" and YEAR.fullmatch(word) is not None)


def _mask(ranges: Iterable[Predicted | MarkedSpan], length: int) -> bytearray:
    mask = bytearray(length)
    for at in ranges:
        mask[at.start : at.end] = b"\1" * (at.end - at.start)
    return mask


def _share(pairs: Sequence[tuple[int, int]]) -> float:
    return sum(pair[0] for pair in pairs) / sum(pair[1] for pair in pairs)


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
