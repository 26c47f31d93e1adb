"""Both indexes agree on what a word is: Lucene's analyzer and ours, letter by letter."""

import json
import uuid
from collections.abc import Iterator

import pytest

from streams.config import SiemSettings
from streams.siem.opensearch import connect, index_template
from streams.siem.words import words_of
from tests.contracts.siem_samples import DATE_TOKEN, NAME_TOKEN
from tests.stack.requests import request
from tests.stack.required import required_stack

pytestmark = pytest.mark.integration

#: Latin letters with every accent, punctuation, signs, arrows, ligatures, full-width forms and faces.
BLOCKS = (
    (0x20, 0x370),
    (0x1E00, 0x1F00),
    (0x2000, 0x2BFF),
    (0x2C60, 0x2C80),
    (0xFB00, 0xFB05),
    (0xFF00, 0xFF5F),
    (0x1F300, 0x1F650),
)
TEXTS = (
    f'{NAME_TOKEN}\'s [{DATE_TOKEN} 2024] "{NAME_TOKEN}" “{NAME_TOKEN}” ({NAME_TOKEN}), {NAME_TOKEN}; x={NAME_TOKEN}',
    "O'Brien’s A1c 7.2 % at 12:30, v3.5.1; 1,000 mg/day ±5 (≥ 90 °F) — e-mail: a.b@example.org ☎ 555-0100",
    "naïve façade, Ångström, Straße, İstanbul, ısı, Łódź, œuvre, ﬁve, ①②, x² + y³, №5, 5ª, 3º, 10 µg, ½ tab",
    "Name: ______ Date: ____ **bold** __under__ `code` #tag @user $HOME ~/x C:\\dir\\n <b>html</b> &amp; %20",
    "cafe\u0301 soft\u00adhyphen zero\u200bwidth non\u00a0breaking \u202dleft\u202c ❤️ 👩‍⚕️ ✓ done",
)


@pytest.fixture(scope="module")
def port() -> int:
    """Return the port of the running index."""
    return required_stack().opensearch_port


@pytest.fixture(scope="module")
def index(port: int) -> Iterator[str]:
    """Return an index with our analyzer."""
    client = connect(SiemSettings(url=f"http://127.0.0.1:{port}"))
    name = f"phistream-test-{uuid.uuid4().hex[:12]}"
    client.indices.create(index=name, body=index_template()["template"])
    yield name
    client.indices.delete(index=name)
    client.close()


def analyzed(port: int, index: str, text: str) -> list[str]:
    """Return the words that Lucene finds in a text."""
    body = {"analyzer": "phistream_words", "text": text}
    status, answer = request(port, "POST", f"/{index}/_analyze", body)
    assert status == 200
    return [str(token["token"]) for token in json.loads(answer)["tokens"]]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: f"{block[0]:x}")
def test_letters(port: int, index: str, block: tuple[int, int]) -> None:
    """Inside a word, and alone, every character is taken for the same."""
    lines = [f"a{chr(number)}b {chr(number)} next" for number in range(*block)]

    for start in range(0, len(lines), 100):
        text = "\n".join(lines[start : start + 100])
        assert analyzed(port, index, text) == words_of(text)


@pytest.mark.parametrize("text", TEXTS)
def test_texts(port: int, index: str, text: str) -> None:
    """Texts as people write them have the same words."""
    assert analyzed(port, index, text) == words_of(text)
