"""Forms, letter heads and key-value lines: a caption, a colon or an equals sign, and the value behind or below it."""

import re
from collections.abc import Iterator

from detectors.gazetteers.lookup import Gazetteers
from detectors.recognizer import Passage
from detectors.structured.headings import Heading, heading_of, may_head
from detectors.structured.values import Values
from schemas.spans import Span

# A colon, an equals sign or a leader that is no part of a time, a URL or a ratio.
_MARK = re.compile(r"[:=._](?:(?<=[:=])(?![:=/\\])|(?<=\.)\.{2,}|(?<=_)_{2,})")  # Its first sign is found fast.
_TAIL = re.compile(r"[^\W\d_][\w.'/#-]*(?:\([^()\n]{1,20}\))?\Z|#\Z|\([^()\n]{1,20}\)\Z")
#: The caption of the next field of an empty form: "Firma ______ Fecha ___/___".
_NEXT_FIELD = re.compile(r"[^\W\d_]+(?: [^\W\d_]+){0,2}:? ?[_/]{2}")
_REACH, _MOST_WORDS = 80, 4
_BOUNDARY = re.compile(r"(?:\A|[\n\r\t|;,.(\[{*>•·\"'&?–-]|[ \t]{2,}|[:=]|\d\)?|\))[ \t*>#\"'-]*\Z")
_END = re.compile(r"[\n\r\t|;\"<>{}\[\]]|[ ]{3,}| [/–-] |(?<=[a-z]{3})\. (?=[A-Z])|&(?=\w+=)")
_BLANK = re.compile(r"[ \t*_\"'>]*")
_NEXT_LINE = re.compile(r"[ \t*_]*\r?\n[ \t>*-]*")
#: A turn of a conversation: who speaks, and what is said.
_TURN = re.compile(
    r"^[ \t>*_-]*(?:\[[^\]\n]{1,12}\] ?)?(?:caller|patient|pt|agent|nurse|rn|doctor|dr|rep|md|np|pa|provider|clinician|"
    r"therapist|pharmacist|tech|mom|dad|mother|father|daughter|son|wife|husband|interpreter|operator|dispatcher|"
    r"physician|nurse reviewer|reviewer|adjuster|"
    r"m[eé]dic[oa]|enfermero|madre|padre|teacher|student|coach|tutor|paramedic|emt|counselor|resident|attending|client|member|assistant|bot|paciente|enfermera|doctora?|asistente)"
    r"[^:\n]{0,20}(:)[*_ \t]*([^\n]*)",
    re.IGNORECASE | re.MULTILINE,
)
_ASKED = re.compile(
    r"(?:Can|Could|Will|Would|Should|Shall|May|Might|Must|Do|Does|Did|Is|Are|Am|Was|Were|Have|Has|Had|What|When|Where|"
    r"Why|How|If|So|But|And) (?:I|we|you|he|she|they|it|that|this|there)\b"
)
_FEWEST_TURNS, _FEWEST_SPOKEN, _SPOKEN_WORDS = 3, 2, 6
_LONGEST_VALUE = 120
_LOOK_BACK = 6
# Too common in other senses to count inside a sentence.
_OWN_LINE = frozenset(
    {
        Heading.PERSON,
        Heading.ADDRESSEE,
        Heading.FACILITY,
        Heading.EMPLOYER,
        Heading.PLACE,
        Heading.ADDRESS,
        Heading.USER,
    }
)
_BELOW = frozenset({Heading.PERSON, Heading.FACILITY, Heading.EMPLOYER, Heading.ADDRESS})
# The captions of numbers are the pattern layer's.
_READ = _OWN_LINE | {Heading.ZIP, Heading.DATE, Heading.AGE}


class FormRecognizer:
    """Finds the values of captions that say what they hold."""

    name = "forms"

    def __init__(self, gazetteers: Gazetteers) -> None:
        self._values = Values(gazetteers)

    def recognize(self, passage: Passage) -> list[Span]:
        """Return the identifying values of every caption."""
        text = passage.text
        spans = list[Span]()
        captioned = list(_captioned(text))
        spoken = _spoken(text) if any(heading is Heading.PERSON for _, _, heading in captioned) else frozenset()
        for start, end, heading in captioned:
            if heading is Heading.PERSON and any(turn in spoken for turn in range(max(0, start - _LOOK_BACK), start)):
                said = self._values.read(text, start, end, Heading.ADDRESSEE, self.name)
                spans += [span for span in said if text[span.start].isupper() and not _ASKED.match(text, span.start)]
            else:
                spans += self._values.read(text, start, end, heading, self.name)
        return spans


def _spoken(text: str) -> frozenset[int]:
    """Return where the colons behind speakers stand in a conversation: what follows is said, and no form's value."""
    if text.count(":") < _FEWEST_TURNS:
        return frozenset()
    turns = list(_TURN.finditer(text))
    long = sum(len(turn[2].split()) >= _SPOKEN_WORDS for turn in turns)
    if len(turns) < _FEWEST_TURNS or long < _FEWEST_SPOKEN:
        return frozenset()
    return frozenset(turn.start(1) for turn in turns)


def _captioned(text: str) -> Iterator[tuple[int, int, Heading]]:
    """Yield the range of each value and what its caption says."""
    captions = [caption for mark in _MARK.finditer(text) if (caption := _caption(text, mark)) is not None]
    nexts = [*[start for _, start, _ in captions[1:]], len(text)]
    for (heading, _, mark_end), following in zip(captions, nexts, strict=False):
        if heading is None or heading not in _READ:
            continue
        start = _skip(text, mark_end)
        end = _value_end(text, start, following)
        below = _NEXT_LINE.match(text, mark_end) if start == end and heading in _BELOW else None
        if below is not None:
            start = below.end()
            end = _value_end(text, start, following)
        if start < end and not (heading in _OWN_LINE and _NEXT_FIELD.match(text, start)):
            yield start, end, heading


def _caption(text: str, mark: re.Match[str]) -> tuple[Heading | None, int, int] | None:
    """Return what the words before a mark say, where the caption begins and the mark ends; None where no word is."""
    begin = mark.start() - (mark.start() > 0 and text[mark.start() - 1] in " \t")
    starts = _words_before(text, begin)
    if not starts:
        return None
    for start in starts:
        heading = heading_of(text[start:begin])
        if heading is not None:
            if heading in _OWN_LINE and _BOUNDARY.search(text[max(0, start - _LOOK_BACK) : start]) is None:
                heading = None
            return heading, start, mark.end()
    return None, starts[-1], mark.end()


def _words_before(text: str, end: int) -> list[int]:
    """Return where the words of a caption begin, first to last: the last word, and those that may stand before it."""
    starts = list[int]()
    while len(starts) < _MOST_WORDS:
        least = max(0, end - _REACH)
        low = max(text.rfind(" ", least, end) + 1, text.rfind("\n", least, end) + 1, least)
        tail = _TAIL.search(text, low, end)
        if tail is None or (starts and not may_head(tail[0])):
            break
        starts.append(tail.start())
        if tail.start() > low or not low or text[low - 1] != " ":
            break
        end = low - 1
    return starts[::-1]


def _skip(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    return blank.end() if blank is not None else at


def _value_end(text: str, start: int, following: int) -> int:
    limit = max(start, min(following, start + _LONGEST_VALUE))
    end = _END.search(text, start, limit)
    return end.start() if end is not None else limit
