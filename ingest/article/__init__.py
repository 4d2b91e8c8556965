"""Articles and what they are made of: normal form, blocks, sections, sentences, chunks.

In go the pieces that a reader of documents found; out come the article's text in normal form and
offsets into it. Nothing here does I/O or knows where an article comes from.
"""

from ingest.article.article import Article, Chunk, LoadFailure, Section
from ingest.article.chunks import chunk, embedding_text
from ingest.article.items import Inventory, Item, LeftOut, Seen
from ingest.article.normal_form import (
    Document,
    Piece,
    ends_sentence,
    join_lines,
    plain_text,
    render,
    row,
    same,
    take_title,
    tidy,
    tidy_code,
    typed_lists,
    without_towers,
)
from ingest.article.structure import Block, Kind, blocks, sections, sentences

__all__ = [
    "Article",
    "Block",
    "Chunk",
    "Document",
    "Inventory",
    "Item",
    "Kind",
    "LeftOut",
    "LoadFailure",
    "Piece",
    "Section",
    "Seen",
    "blocks",
    "chunk",
    "embedding_text",
    "ends_sentence",
    "join_lines",
    "plain_text",
    "render",
    "row",
    "same",
    "sections",
    "sentences",
    "take_title",
    "tidy",
    "tidy_code",
    "typed_lists",
    "without_towers",
]
