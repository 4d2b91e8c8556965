"""Plain text pasted from a web page -> Document.

A paste has lost all marks, so this file reads what is left: the blank lines around a line, its
shape, and what follows it. The rules come from posts pasted from Wix, WordPress and Squarespace.
A line that could be a heading or prose stays prose; only known boilerplate, the byline and a
table of contents that repeats the headings are dropped.

Second-level headings are "##", numbered ones below them "###". A date without a year is kept as it
is stated ("Jun 9"), since the year of pasting is not known.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.article import Document, Kind, Piece, plain_text, render, same
from ingest.extract.prose import boilerplate
from ingest.extract.prose.asides import without_asides
from ingest.extract.prose.byline import read_byline
from ingest.extract.text.front_matter import split_front_matter
from ingest.extract.text.headings import find_headings, is_caption
from ingest.extract.text.lines import Line, read_lines
from ingest.extract.text.markdown import from_markdown, with_fields
from ingest.extract.text.pasted_head import read_head

_ATX = re.compile(r"^(#{1,6})[ \t]+\S", re.M)
_FENCE = re.compile(r"^(?:```|~~~)", re.M)
_SIGN = re.compile(r"^([ \t]*)[•●▪‣∙·⁃][ \t\xa0]*(?=\S)", re.M)
_NUMBERING = re.compile(r"^\d+(?:\.\d+)*[.)]?\s+")


def from_pasted(source: str) -> Document:
    """Read pasted text. Raises SourceError if it is Markdown with damaged front matter."""
    text = plain_text(source)
    if is_markdown(text):
        return from_markdown(_SIGN.sub(r"\1- ", text))
    fields, rest = split_front_matter(text.lstrip("\n"))
    if fields:  # `Title: …` lines above a paste
        return with_fields(from_pasted(rest), fields)
    lines = [line for line in read_lines(text) if line.mark or not boilerplate.is_noise(line.text)]
    lines = lines[: boilerplate.tail([line.text if line.is_text else f"- {line.text}" for line in lines])]
    head = read_head(lines)
    body, tags = _without_foot(head.rest, head.author)
    body, contents = _without_contents(body)
    body = [line for line in body if not (line.is_text and boilerplate.is_noise(line.text))]
    pieces = _pieces(body, contents)
    title = head.title
    if not pieces and title:  # one line is all there is: better quoted than only named
        pieces, title = [Piece("paragraph", title)], ""
    return Document(
        title, render(without_asides(pieces)), None, head.author, head.published, head.tags or tags
    )


def is_markdown(text: str) -> bool:
    """Whether a plain text file is written in Markdown: it has headings with "#", or front matter."""
    start = text.lstrip("\n ")
    if start.startswith(("---\n", "+++\n", ";;;\n", "{")) and split_front_matter(start)[0]:
        return True
    marks = [len(m[1]) for m in _ATX.finditer(text)]
    if _FENCE.search(text):
        return bool(marks)
    # A single "#" may begin a line of prose or code; at the top, or more than once, it is a heading.
    return any(mark > 1 for mark in marks) or len(marks) > 1 or (bool(marks) and start.startswith("# "))


def _without_foot(lines: Sequence[Line], author: str | None) -> tuple[list[Line], tuple[str, ...]]:
    """Drop share buttons, counts and the like below the last of the text; keep its tags."""
    end = len(lines)
    tags: tuple[str, ...] = ()
    while end:
        line = lines[end - 1]
        byline = (
            read_byline(line.text) if line.is_text and line.text.lower().startswith(_TAG_LABELS) else None
        )
        signed = author is not None and same(line.text, author)
        if not (boilerplate.is_edge(line.text) or signed or byline is not None):
            break
        tags = byline.tags if byline and byline.tags else tags
        end -= 1
    return list(lines[:end]), tags


_TAG_LABELS = ("tags:", "tag:", "categories:", "category:", "filed under", "posted in", "tagged:", "topics:")


def _without_contents(lines: Sequence[Line]) -> tuple[list[Line], dict[str, int]]:
    """Drop a table of contents; what it named are headings, with their levels.

    Its entries are the lines below its label that come again later; the first that does not ends it.
    """
    last = {_key(line.text): i for i, line in enumerate(lines)}
    kept: list[Line] = []
    levels: dict[str, int] = {}
    i = 0
    while i < len(lines):
        line = lines[i]
        i += 1
        if not (line.is_text and boilerplate.is_contents(line.text)):
            kept.append(line)
            continue
        entries: list[Line] = []
        while i + len(entries) < len(lines) and last[_key(lines[i + len(entries)].text)] > i + len(entries):
            entries.append(lines[i + len(entries)])
        if len(entries) < 2 and "table" not in line.text.lower():
            kept.append(line)
            continue
        outer = min((entry.indent for entry in entries), default=0)
        levels |= {_key(entry.text): 2 if entry.indent <= outer + 1 else 3 for entry in entries}
        i += len(entries)
        if i < len(lines):  # the gap above the label is the gap above what now follows
            kept.append(replace(lines[i], before=max(lines[i].before, line.before)))
            i += 1
    return kept, levels


def _key(text: str) -> str:
    return _NUMBERING.sub("", text).casefold().rstrip(" .:")


def _pieces(lines: Sequence[Line], contents: dict[str, int]) -> list[Piece]:
    named = {i: contents[key] for i, line in enumerate(lines) if (key := _key(line.text)) in contents}
    levels = find_headings(lines, named)
    pieces: list[Piece] = []
    indents: list[tuple[int, bool]] = []  # of the lists that are open, outermost first
    for i, line in enumerate(lines):
        if i in levels:
            pieces.append(Piece("heading", line.shown, levels[i]))
        elif line.mark:
            kind: Kind = "number" if line.mark == "1" else "bullet"
            pieces.append(Piece(kind, line.text, _depth(indents, line), line.number))
            continue
        elif is_caption(lines, i):
            pieces.append(Piece("caption", line.text))
        else:
            pieces.append(Piece("paragraph", line.text))
        indents.clear()
    return pieces


def _depth(indents: list[tuple[int, bool]], line: Line) -> int:
    """Nesting depth of an item: by its indent, or else by its bullet."""
    while indents and (line.indent, line.hollow) < (indents[-1][0] - 1, False):
        indents.pop()
    while indents and indents[-1][1] and not line.hollow and line.indent <= indents[-1][0] + 1:
        indents.pop()
    if not indents or line.indent > indents[-1][0] + 1 or (line.hollow and not indents[-1][1]):
        indents.append((line.indent, line.hollow))
    return min(len(indents) - 1, 6)
