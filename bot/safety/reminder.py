"""Put the reminder of a red flag before an answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.types import Event, Token


def remind(line: str, events: Iterator[Event]) -> Iterator[Event]:
    """The events of an answer with a line before its text; small talk stays as it is.

    Args:
        line: One sentence.
        events: Tokens, then the Answer.

    Yields:
        The same events; the tokens joined are still the text of the Answer.
    """
    first = next(events, None)
    second = next(events, None) if isinstance(first, Token) else None
    start = [event for event in (first, second) if event is not None]
    chat = any(not isinstance(event, Token) and event.status == "chat" for event in start)
    if chat or not line:
        yield from start
        yield from events
        return
    lead = f"{line}\n\n"
    yield Token(lead)
    for event in (*start, *events):
        yield event if isinstance(event, Token) else replace(event, text=lead + event.text)
