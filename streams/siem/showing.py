"""How one event of the index looks on a terminal: a line of facts, and the place in its text that was asked for."""

import re
from collections.abc import Sequence

from rich.text import Text

from schemas.siem import WITHHELD, Source
from schemas.vault import TOKEN_PATTERN
from streams.siem.words import snippet, terms_of, words_of

_TOKEN_STYLE = "bold cyan"  # noqa: S105 - a colour; no secret.
#: Control characters, escape sequences among them, and those that turn the direction of writing.
_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_WORD_STYLE = "bold yellow"


def shown(hit: Source, query: Sequence[str] = ()) -> Text:
    """Return two lines for a hit; nothing in it is read as markup."""
    line = Text(hit["time_dt"], style="green")
    for name in ("tenant", "model", "application", "conversation"):
        value = hit.get(name)
        if value is not None:
            line.append(f"  {_printable(_joined(value))}", style="bold" if name == "model" else "")
    line.append(f"  {_printable(hit['event_id'])}", style="dim")
    return line.append("\n  ").append_text(_body(hit, query))


def _body(hit: Source, query: Sequence[str]) -> Text:
    if hit["kind"] == WITHHELD:
        return Text(_printable(f"withheld: {hit['reason']}"), style="yellow")
    if hit["kind"] == "alert":
        counts = f"{hit['value']:.0%} of {hit['events']} events of {hit['source']}"
        text = f"alert {hit['rule']}: {counts}, {hit['window_start']} to {hit['window_end']}"
        return Text(_printable(text), style="red")
    body = Text(_printable(snippet(hit.get("text", ""), query)))
    wanted = {word for term in terms_of(query) for word in term}
    body.highlight_regex(TOKEN_PATTERN, _TOKEN_STYLE)
    for place in body.plain.split():
        if wanted.intersection(words_of(place)):
            body.highlight_words([place], _WORD_STYLE)
    return body


def _joined(value: str | list[str]) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _printable(text: str) -> str:
    """Return a text without what would steer a terminal: an event may hold any character."""
    return _STEERING.sub("\ufffd", text)
