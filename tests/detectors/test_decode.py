"""Test the reading of encoded text."""

import base64
import codecs
import re
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.decode import EncodedRecognizer
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

SECRET = "Adaeze Okonkwo"


def analyze(text: str) -> list[Span]:
    """Find the one name that these tests know."""
    return [
        Span(found.start(), found.end(), IdentifierType.NAME, 0.9, "test")
        for found in re.finditer("adaeze okonkwo", text.lower())
    ]


def encode(text: str) -> str:
    """Return *text* in Base64."""
    return base64.b64encode(text.encode()).decode()


def covered(text: str) -> list[str]:
    """Return what is found in *text*."""
    spans = EncodedRecognizer(analyze).recognize(Passage(text))
    return [text[span.start : span.end] for span in spans]


@pytest.mark.parametrize(
    "blob",
    [
        encode(f"patient {SECRET}, seen today"),
        base64.urlsafe_b64encode(f"?? {SECRET} ~~~".encode()).decode().rstrip("="),
        f"patient {SECRET}".encode().hex(),
        f"patient {SECRET}".encode().hex(" "),
        "0x" + f"patient {SECRET}".encode().hex(),
        encode(encode(f"patient {SECRET}")),
        encode(f"patient {SECRET}".encode().hex()),
        encode("\n".join([SECRET] * 12)),
    ],
)
def test_a_blob_that_holds_an_identifier_is_one_span(blob: str) -> None:
    """The whole blob goes, whatever stands in it beside the identifier."""
    assert covered(f"note: {blob} end") == [blob]


def test_wrapped_base64_is_one_blob() -> None:
    """Base64 in lines is read as one."""
    wrapped = base64.encodebytes(f"{'x' * 70} {SECRET} {'y' * 70}".encode()).decode().strip()

    assert covered(f"body:\n{wrapped}\n.") == [wrapped]


def test_clean_and_unreadable_blobs_are_left() -> None:
    """Nothing found, or nothing readable: nothing covered."""
    picture = base64.b64encode(bytes(range(256))).decode()

    assert covered(f"{encode('nothing to see here')} {picture} {'ab' * 20} Antihistamines internationalization") == []


def test_a_blob_below_the_depth_is_covered_unread() -> None:
    """What is nested too deep to be read is not passed on."""
    blob = "harmless, really"
    for _ in range(4):
        blob = encode(blob)

    assert covered(blob) == [blob]


def test_url_escapes_are_read_in_place() -> None:
    """Behind URL escapes only the identifier is covered."""
    assert covered(f"GET /q?name={quote(SECRET)}&age=40 ok") == [quote(SECRET)]
    assert covered(f"name={SECRET.replace(' ', '+')}&lang=%65n") == [SECRET.replace(" ", "+")]


@pytest.mark.parametrize("turned", [codecs.encode(SECRET, "rot13"), SECRET[::-1]])
def test_ciphers_are_read_where_the_text_names_them(turned: str) -> None:
    """ROT13 and reversed text are tried near words that say so, and only there."""
    assert set(covered(f'rot13 or reversed text: "{turned}"')) == {turned}
    assert covered(f'my cat typed "{turned}"') == []


@given(st.text(max_size=80))
def test_any_text_survives_being_looked_at(text: str) -> None:
    """No text makes decoding fail, and spans lie inside it."""
    spans = EncodedRecognizer(lambda decoded: [Span(0, len(decoded), IdentifierType.NAME, 0.9, "test")]).recognize(
        Passage(text)
    )

    assert all(span.end <= len(text) for span in spans)


@given(st.binary(min_size=1, max_size=60))
def test_any_bytes_in_base64_or_hex_survive(content: bytes) -> None:
    """Bytes that are no text are left."""
    text = f"{base64.b64encode(content).decode()} {content.hex()}"

    assert all(span.end <= len(text) for span in EncodedRecognizer(analyze).recognize(Passage(text)))
