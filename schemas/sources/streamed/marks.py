"""What every record that holds pieces of streams has somewhere in it, so that most records are not walked for them."""

import re

#: Words are searched one by one: that is many times faster than one pattern of them all.
_WORDS = tuple(
    """
    delta .chunk content_block contentBlock message_st messageSt metrics candidates text_completion outputBodyJson
    equenceNumber "response. is_finished generated_text thread.message thread.run message-start message-end
    content-start content-end tool-call-start tool-call-end citation-start citation-end on_chat_model_ on_llm_
    on_parser_ on_chain_ on_tool_
    """.split()
)
_EVENTS = "data:"
_ENDED = tuple(re.compile(rf'{word}\\*"\s*:\s*[tf]') for word in ("done", "stop"))
_WORDS_IN_BYTES = tuple(word.encode() for word in (*_WORDS, _EVENTS))
_ENDED_IN_BYTES = tuple(re.compile(pattern.pattern.encode()) for pattern in _ENDED)


def stand_in(value: bytes) -> bool:
    """Tell whether a record is worth walking for pieces.

    >>> stand_in(b'{"done": false}'), stand_in(b'{"finish_reason": "stop"}')
    (True, False)
    """
    return any(word in value for word in _WORDS_IN_BYTES) or any(each.search(value) for each in _ENDED_IN_BYTES)


def stand_in_text(text: str, *, events: bool = True) -> bool:
    """Tell it of a string; without *events* the mark of an event alone tells nothing."""
    return (events and _EVENTS in text) or any(word in text for word in _WORDS) or any(e.search(text) for e in _ENDED)
