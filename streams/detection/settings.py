"""The `[detector]` section: how texts are analysed, and what a customer adds to it."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from detectors.memo import DEFAULT_BYTES
from detectors.profile import Profile
from detectors.scoring import POSSIBLE, PROBABLE
from schemas.identifiers import IdentifierType
from streams.section import Section

#: What spans call a recognizer, behind `custom.` or `presidio.`.
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
#: The check digits that a recognizer may ask for.
Validator = Literal["npi", "luhn", "gtin", "vin", "dea", "iban", "mod97"]

#: A word or phrase beside a value; it begins and ends with a letter or digit.
Word = Annotated[str, Field(pattern=r"^[^\W_](?:.*[^\W_])?$")]


class RecognizerSettings(Section):
    """One recognizer of the customer's: a pattern in RE2's syntax, words beside it, a check digit, and vectors.

    At start every example has to be found, and no near miss.
    """

    name: Name
    identifier: IdentifierType
    pattern: Annotated[str, Field(min_length=1)]
    context: tuple[Word, ...] = ()
    validator: Validator | None = None
    score: Annotated[float, Field(gt=0, le=1)] = PROBABLE
    ignore_case: bool = True
    whole: bool = True
    examples: Annotated[tuple[str, ...], Field(min_length=1)]
    near_misses: tuple[str, ...] = ()


class PresidioSettings(Section):
    """One of Presidio's recognizers: the path of its class, its arguments, and what its entities are here.

    `guesses` lets the safe lists and the second net judge its spans, as they do the tagger's.
    """

    name: Name
    recognizer: Annotated[str, Field(pattern=r"^[A-Za-z_][\w.]*\.[A-Za-z_]\w*$")]
    options: dict[str, Any] = Field(default_factory=dict)
    entities: Annotated[dict[str, IdentifierType], Field(min_length=1)]
    least_score: Annotated[float, Field(gt=0, le=1)] = POSSIBLE
    guesses: bool = False
    examples: Annotated[tuple[str, ...], Field(min_length=1)]
    near_misses: tuple[str, ...] = ()


class Additions(Section):
    """What a customer adds to the shipped layers.

    Sealed lists are written by `phistream lists seal`, all under the key in `lists_key_file`.
    """

    profile: Profile = Profile.ACCURATE
    memo_bytes: Annotated[int, Field(ge=0)] = DEFAULT_BYTES
    roster: Path | None = None
    deny_list: Path | None = None
    safe_list: Path | None = None
    lists_key_file: Path | None = None
    recognizers: tuple[RecognizerSettings, ...] = ()
    presidio: tuple[PresidioSettings, ...] = ()
    spacy: str | None = None
    spacy_labels: dict[str, IdentifierType] = Field(default_factory=dict)


class ShadowSettings(Additions):
    """A second detector, the shipped layers with additions of its own, whose differences are counted.

    It is ended where one event takes it longer than `seconds`.
    """

    seconds: Annotated[float, Field(gt=0, le=600)] = 20.0


class DetectorSettings(Additions):
    """How texts are analysed."""

    shadow: ShadowSettings | None = None
