"""Which recognizers run, layer by layer: explicit tuples, in order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from detectors.gazetteers.hurried import HurriedRecognizer
from detectors.gazetteers.listed import ListRecognizer
from detectors.gazetteers.lookup import Gazetteers
from detectors.gazetteers.lower_places import LowerPlaceRecognizer
from detectors.gazetteers.safe import SafeList
from detectors.memory import Rememberer
from detectors.ner import cascade
from detectors.ner.recognizer import NerRecognizer
from detectors.patterns.all import pattern_recognizers
from detectors.profile import Profile
from detectors.recognizer import Passage, Recognizer
from detectors.roster import SealedList
from detectors.scripts import ScriptRecognizer
from detectors.second_net import SecondNet
from detectors.spelled import SpelledRecognizer
from detectors.structured.aligned import AlignedRecognizer
from detectors.structured.fhir import FhirRecognizer
from detectors.structured.forms import FormRecognizer
from detectors.structured.hl7 import Hl7Recognizer
from detectors.structured.json_text import JsonTextRecognizer
from detectors.structured.markup import MarkupRecognizer
from detectors.structured.placed_users import PlacedUserRecognizer
from detectors.structured.signoff import SignOffRecognizer
from detectors.structured.sql import SqlRecognizer
from detectors.structured.tables import TableRecognizer
from detectors.structured.users import UserRecognizer
from schemas.spans import Span


class BatchRecognizer(Protocol):
    """A recognizer that reads many passages at once, because that is cheaper."""

    @property
    def name(self) -> str:
        """The stable name that spans carry, lower-case."""
        ...

    def recognize_many(self, passages: Sequence[Passage]) -> Sequence[Sequence[Span]]:
        """Return the spans of each passage, as `recognize` would."""
        ...


class Veto(Protocol):
    """Tells which spans of the gazetteers and the tagger are no identifiers."""

    def vetoes_all(self, asked: Sequence[tuple[Passage, Span]]) -> Sequence[bool]:
        """Tell of each span whether it is to be dropped."""
        ...


@dataclass(frozen=True, slots=True)
class Layers:
    """Every recognizer, in the order of the layers.

    `structured` reads whole texts, all others read parts; `veto` judges `gazetteers` and `taggers` alone, and so does
    `safe`, the customer's own safe list; `lists` are the customer's deny list and roster; `sealed` are all lists of the
    customer's, whose files may change while the process lives.
    """

    structured: tuple[Recognizer, ...] = ()
    patterns: tuple[Recognizer, ...] = ()
    gazetteers: tuple[BatchRecognizer, ...] = ()
    taggers: tuple[BatchRecognizer, ...] = ()
    lists: tuple[Recognizer, ...] = ()
    net: SecondNet = field(default_factory=SecondNet)
    veto: Veto | None = None
    safe: Veto | None = None
    memory: Rememberer | None = None
    sealed: tuple[SealedList, ...] = ()
    digests: tuple[str, ...] = field(default=(), repr=False)


def default_layers(profile: Profile = Profile.ACCURATE) -> Layers:
    """Return every layer that is shipped, the tagger as *profile* says.

    Raises ModelUnavailable where a file of one is missing or altered.
    """
    gazetteers = Gazetteers.load()
    tagger = NerRecognizer(cascade.load(profile, gazetteers=gazetteers))
    return Layers(
        structured=(
            Hl7Recognizer(),
            FhirRecognizer(),
            JsonTextRecognizer(gazetteers),
            MarkupRecognizer(gazetteers),
            TableRecognizer(gazetteers),
            AlignedRecognizer(gazetteers),
            FormRecognizer(gazetteers),
            SignOffRecognizer(gazetteers),
            UserRecognizer(gazetteers),
            PlacedUserRecognizer(gazetteers),
            SqlRecognizer(gazetteers),
        ),
        patterns=(*pattern_recognizers(), ScriptRecognizer(), SpelledRecognizer()),
        gazetteers=(
            ListRecognizer(gazetteers, others=(HurriedRecognizer(gazetteers), LowerPlaceRecognizer(gazetteers))),
        ),
        taggers=(tagger,),
        net=SecondNet(gazetteers),
        veto=SafeList(gazetteers),
        memory=Rememberer(gazetteers),
        digests=(gazetteers.digest, tagger.digest),
    )
