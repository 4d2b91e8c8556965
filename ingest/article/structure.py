"""Read the normal form back: blocks, sections and sentences of an article's text, with offsets.

Pure functions over a str.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ingest.article.article import Section

Kind = Literal["heading", "paragraph", "bullet", "number", "row", "caption"]


@dataclass(frozen=True, slots=True)
class Block:
    """One block. start, end: offsets of its content, without `## `, `- `, `1. ` or `![ ]`.

    line: offset of the beginning of its line. level: 2 to 6 for a heading, nesting depth from 0
    for an item, else 0.
    """

    kind: Kind
    start: int
    end: int
    line: int
    level: int = 0

    @property
    def is_item(self) -> bool:
        return self.kind in ("bullet", "number")


_HEADING = re.compile(r"(#{1,6})[ \t]+(?=\S)")
_BULLET = re.compile(r"([ ]*)[-*][ \t]+(?=\S)")
_NUMBER = re.compile(r"([ ]*)\d{1,3}[.)][ \t]+(?=\S)")
_CAPTION = re.compile(r"!\[(?=[^\]])(.*)\]\s*$")
_ROW = re.compile(r"\|.*\|\s*$")


def blocks(text: str, start: int = 0, end: int | None = None) -> Iterator[Block]:
    """The blocks of text[start:end], in order. Neighbouring plain lines make one paragraph."""
    end = len(text) if end is None else end
    open_paragraph: tuple[int, int] | None = None
    at = start
    while at < end:
        newline = text.find("\n", at, end)
        stop = end if newline < 0 else newline
        block = _line_block(text, at, stop)
        if block is not None and block.kind == "paragraph" and open_paragraph:
            open_paragraph = (open_paragraph[0], block.end)
        else:
            if open_paragraph:
                yield Block("paragraph", *open_paragraph, line=open_paragraph[0])
                open_paragraph = None
            if block is not None and block.kind == "paragraph":
                open_paragraph = (block.start, block.end)
            elif block is not None:
                yield block
        at = stop + 1
    if open_paragraph:
        yield Block("paragraph", *open_paragraph, line=open_paragraph[0])


def _line_block(text: str, at: int, stop: int) -> Block | None:
    """The block of one line, or None if the line is blank."""
    line = text[at:stop]
    stripped_end = at + len(line.rstrip())
    if stripped_end <= at or not line.strip():
        return None
    if m := _HEADING.match(line):
        return Block("heading", at + m.end(), stripped_end, at, len(m[1]))
    if m := _BULLET.match(line):
        return Block("bullet", at + m.end(), stripped_end, at, len(m[1]) // 2)
    if m := _NUMBER.match(line):
        return Block("number", at + m.end(), stripped_end, at, len(m[1]) // 2)
    if m := _CAPTION.match(line):
        return Block("caption", at + m.start(1), at + m.end(1), at)
    if _ROW.match(line):
        return Block("row", at, stripped_end, at)
    lead = len(line) - len(line.lstrip())
    return Block("paragraph", at + lead, stripped_end, at)


def sections(text: str) -> list[Section]:
    """The sections of a text: a partition of it, in order; `path` is the trail of headings."""
    found: list[Section] = []
    trail: list[tuple[int, str]] = []
    begin = 0
    for block in blocks(text):
        if block.kind != "heading":
            continue
        if text[begin : block.line].strip():
            found.append(Section(tuple(name for _, name in trail), begin, block.line))
            begin = block.line
        trail = [(level, name) for level, name in trail if level < block.level]
        trail.append((block.level, text[block.start : block.end]))
    if text[begin:].strip():
        found.append(Section(tuple(name for _, name in trail), begin, len(text)))
    return found


_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[\"'“‘])(?:[A-Z]|Dr|Mr|Mrs|Ms|Prof|St|No|vs|etc|e\.g|i\.e|approx|fig|min|sec|max|cf|al"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Inc|Ltd|Jr|Sr|ca|Mt|U\.S|a\.m|p\.m)\.$"
)
_LONGEST_ABBREVIATION = 16  # longer than any of them with the character before it
_SENTENCE_END = re.compile(r"(?<![.!?…])[.!?…]+[\"'”’)\]]*(?=\s)|[。！？]+[”’」』）]*|\n")
_VISIBLE = re.compile(r"\S")


def sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Offsets of the sentences of text[start:end] (one paragraph), without the space around them.

    A full stop ends a sentence when white space and something that can begin a sentence follow,
    and the word before it is no known abbreviation or initial. In doubt two sentences stay together.
    """
    spans: list[tuple[int, int]] = []
    begin = start
    for m in _SENTENCE_END.finditer(text, start, end):
        stop = m.end()
        if m[0] != "\n" and m[0][0] in ".!?…":
            following = _VISIBLE.search(text, stop, end)
            if following and not _can_begin(following[0]):
                continue
            near = max(begin, m.start() - _LONGEST_ABBREVIATION)
            if m[0].startswith(".") and stop < end and _ABBREVIATION.search(text[near : m.start() + 1]):
                continue
        _add(spans, text, begin, stop)
        begin = stop
    _add(spans, text, begin, end)
    return spans


def _can_begin(char: str) -> bool:
    return not char.islower() and char not in ",;:.!?"


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    lead = len(piece) - len(piece.lstrip())
    tail = len(piece) - len(piece.rstrip())
    if start + lead < end - tail:
        spans.append((start + lead, end - tail))
