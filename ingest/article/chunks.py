"""Articles to chunks with exact offsets: `article.text[c.start:c.end] == c.text` for every chunk.

A chunk never crosses a section. A section that fits is one chunk, its heading included. A larger
one is packed from whole paragraphs and whole lists; a list stays with the line that introduces it
and is only cut, between items, beyond twice the size. A paragraph that is too long is
cut between sentences, and a "sentence" that is too long (a page without full stops) where
LangChain's recursive splitter finds the best place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ingest.article.article import Article, Chunk, Section
from ingest.article.structure import Block, blocks, sections, sentences

Span = tuple[int, int]
Count = Callable[[str], int]
_CAPTION_LINE = re.compile(r"^!\[.*\][ \t]*$", re.MULTILINE)
_LIST_SLACK = 2  # how many times max_tokens a list may be long and still stay whole


def chunk(article: Article, *, max_tokens: int, overlap: int, count: Count) -> list[Chunk]:
    """Cut an article into chunks of at most about `max_tokens` (as `count` counts), in order.

    Captions and headings alone make no chunk.

    Args:
        max_tokens: only lists may be longer (see the top of this module).
        overlap: how many tokens of whole paragraphs or sentences a chunk repeats of the one before
            it in the same section; 0 for none.
        count: the number of tokens of a text for the embedding model.
    """
    found: list[Chunk] = []
    for section in sections(article.text):
        for start, end in _spans(article.text, section, max_tokens, overlap, count):
            found.append(Chunk(article.id, len(found), section.path, article.text[start:end], start, end))
    return found


def embedding_text(title: str, piece: Chunk) -> tuple[str, int]:
    """What is embedded for a chunk, and the shift from its offsets to the article's.

    The text is title and headings, then the chunk without its heading line and with captions
    blanked out. A token at offset o of it is at o + shift in the article; a token before
    -shift + start of the body belongs to title or headings (o + shift < chunk.start).
    """
    trail = [title, *(name for name in piece.path if name != title)]
    head = ". ".join(name.rstrip(" .") for name in trail if name) + "\n"
    body_at = _after_heading(piece)
    body = _CAPTION_LINE.sub(lambda m: " " * len(m[0]), piece.text)[body_at:]
    return head + body, piece.start + body_at - len(head)


def _after_heading(piece: Chunk) -> int:
    """Length of the heading line (and the space under it) that a section's first chunk begins with."""
    first = next(blocks(piece.text), None)
    if first is None or first.kind != "heading":
        return 0
    rest = piece.text[first.end :]
    return first.end + len(rest) - len(rest.lstrip())


def _spans(text: str, section: Section, max_tokens: int, overlap: int, count: Count) -> Iterator[Span]:
    content = list(blocks(text, section.start, section.end))
    body = [b for b in content if b.kind not in ("heading", "caption")]
    if not body:
        return
    end = body[-1].end
    start = section.start if content[0].kind == "heading" else body[0].line
    if count(text[start:end]) <= max_tokens:
        yield start, end
        return
    units = [u for group in _groups(text, body) for u in _units(text, group, max_tokens, count)]
    units[0] = (start, units[0][1])
    yield from _pack(text, units, max_tokens, overlap, count)


def _groups(text: str, body: list[Block]) -> list[list[Block]]:
    """Blocks that belong together: a list (or table) with the paragraph that introduces it."""
    groups: list[list[Block]] = []
    for block in body:
        last: Block | None = groups[-1][-1] if groups else None
        listed = block.is_item or block.kind == "row"
        if last is not None and last.kind == block.kind == "row" and "\n\n" in text[last.end : block.line]:
            last = None  # another table: its rows belong to another header
        introduced = (
            last is not None and last.kind == "paragraph" and text[last.start : last.end].endswith(":")
        )
        if (
            last is not None
            and listed
            and (last.kind == block.kind or (last.is_item and block.is_item) or introduced)
        ):
            groups[-1].append(block)
        else:
            groups.append([block])
    return groups


def _units(text: str, group: list[Block], max_tokens: int, count: Count) -> Iterator[Span]:
    """The spans of a group that packing may not cut."""
    start, end = group[0].line, group[-1].end
    limit = max_tokens * _LIST_SLACK if len(group) > 1 else max_tokens
    if count(text[start:end]) <= limit:
        yield start, end
        return
    for block in group:
        if count(text[block.line : block.end]) <= max_tokens:
            yield block.line, block.end
            continue
        first = True
        for s, e in sentences(text, block.start, block.end):
            begin = block.line if first else s
            first = False
            if count(text[begin:e]) <= max_tokens:
                yield begin, e
            else:
                yield from _forced(text, begin, e, max_tokens, count)


def _forced(text: str, start: int, end: int, max_tokens: int, count: Count) -> Iterator[Span]:
    """Cut a span that has no sentence boundary where it hurts least."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        separators=["\n", "; ", ", ", " ", ""],
        keep_separator="end",
        chunk_size=max_tokens,
        chunk_overlap=0,
        # Never 0: it carries pieces of no length (a space has no token) over into the next one, too.
        length_function=lambda piece: max(count(piece), len(piece[:1])),
        strip_whitespace=False,
    )
    at = start
    for piece in splitter.split_text(text[start:end]):
        # Its own start index searches the text again and can find an earlier copy; the pieces are
        # consecutive and unaltered, so their lengths give their places.
        lead = len(piece) - len(piece.lstrip())
        if piece.strip():
            yield at + lead, at + len(piece.rstrip())
        at += len(piece)


def _pack(text: str, units: list[Span], max_tokens: int, overlap: int, count: Count) -> Iterator[Span]:
    """Join neighbouring units while they fit; begin the next chunk `overlap` tokens earlier."""
    at = 0
    while at < len(units):
        stop = at + 1
        while stop < len(units) and count(text[units[at][0] : units[stop][1]]) <= max_tokens:
            stop += 1
        yield units[at][0], units[stop - 1][1]
        if stop == len(units):
            return
        back = stop
        while (
            overlap
            and back - 1 > at
            and count(text[units[back - 1][0] : units[stop - 1][1]]) <= overlap
            and count(text[units[back - 1][0] : units[stop][1]]) <= max_tokens
        ):
            back -= 1
        at = back
