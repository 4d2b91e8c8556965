"""An answer's text with a Markdown link in place of each marker, made while the text is streamed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.types import Answer, Citation

_MARKER = re.compile(r"(?<!\\)\[(\d{1,3})\]")
_BEGUN = re.compile(r"(?:\\|(?<!\\)\[\d{0,3})$")  # what may become a marker, or the end of an escape
_UNSAFE = {ord(char): f"%{ord(char):02X}" for char in '()<>\\" \t\r\n'}


@dataclass(frozen=True, slots=True)
class Link:
    """Where in the text a citation is linked: text[start:end], in characters."""

    citation: Citation
    url: str
    start: int
    end: int


@dataclass(slots=True)
class LinkedText:
    """The text so far. A marker whose citation is not known yet is held back, with all that follows it.

    Attributes:
        links: Of the text that was given out.
        length: Of the text that was given out, in characters.
    """

    links: list[Link] = field(default_factory=list)
    length: int = 0
    _known: dict[int, Citation] = field(default_factory=dict)
    _held: str = ""

    def add(self, text: str, citations: Iterable[Citation] = ()) -> str:
        """The next piece to give out, "" for none."""
        self._learn(citations)
        self._held += text
        return self._take()

    def finish(self, answer: Answer) -> str:
        """The rest."""
        self._learn(answer.citations)
        return self._take(last=True)

    def _learn(self, citations: Iterable[Citation]) -> None:
        self._known.update((citation.number, citation) for citation in citations)

    def _take(self, *, last: bool = False) -> str:
        given = ""
        while found := _MARKER.search(self._held):
            citation = self._known.get(int(found[1]))
            if citation is None and not last:
                break
            given += self._give(self._held[: found.start()])
            given += self._give(found[0]) if citation is None else self._link(found[0], citation)
            self._held = self._held[found.end() :]
        begun = found or (None if last else _BEGUN.search(self._held))
        ready = len(self._held) if begun is None else begun.start()
        given += self._give(self._held[:ready])
        self._held = self._held[ready:]
        return given

    def _link(self, marker: str, citation: Citation) -> str:
        address = citation.link or citation.passage.url
        if not address:
            return self._give(marker)
        url, start = address.translate(_UNSAFE), self.length
        text = self._give(f"[{marker}]({url})")
        self.links.append(Link(citation, url, start, self.length))
        return text

    def _give(self, text: str) -> str:
        self.length += len(text)
        return text


def linked(answer: Answer) -> tuple[str, list[Link]]:
    """A whole answer's text with its links."""
    text = LinkedText()
    whole = text.add(answer.text, answer.citations) + text.finish(answer)
    return whole, text.links
