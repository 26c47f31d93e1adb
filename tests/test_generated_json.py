"""Ten thousand generated records of valid JSON: none is quarantined, and all come back as they were."""

import json

from schemas.errors import Malformed
from schemas.events import LLMEvent
from schemas.raw import decode_raw, encode_raw
from schemas.sources.all import recognise
from schemas.sources.pieces import holds_piece
from streams.walk import Walker
from tests.generated import generated_records

COUNT = 10_000
SEED = 7


def test_no_valid_record_is_held_back() -> None:
    """0 of 10,000 valid records within the bounds are quarantined; walking and rebuilding changes nothing."""
    held: list[tuple[int, str]] = []
    changed: list[int] = []
    for number, source in enumerate(generated_records(SEED, COUNT)):
        json.loads(source)  # The generator itself writes nothing but JSON.
        try:
            document = decode_raw(source)
            assert not holds_piece(document)
            walker = Walker(recognise(document), lambda _: False, lambda _: "digest")
            event = LLMEvent("e", "t", "generic", document)
            rebuilt = walker.rebuild(event, [text.text for text in walker.texts(event)]).document
        except Malformed as error:
            held.append((number, error.reason.value))
            continue
        if encode_raw(rebuilt) != encode_raw(document):
            changed.append(number)

    assert [] == held
    assert [] == changed
