"""A blog whose every title, address, author and text is an attack, in every form that is ingested.

The files go through the real reading, cleaning, chunking and index, with the tests' stand-in model;
`Quoter` answers from that index by quoting everything in it, batch by batch, with the real footnotes.
What this file does not know: browsers (attack_watch.py), and what the strings are (attack_strings.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape as html_escape
from pathlib import Path
from types import SimpleNamespace
from typing import Literal
from urllib.parse import quote as percent_encode

from attack_strings import clean
from conftest import FakeEmbedder

from bot.answer import phrases as notes
from bot.answer.citations import Evidence, Line, footnote, verify
from bot.answer.draft import pieces_of
from bot.config import BotConfig
from bot.types import Answer, Event, Passage, Token, Turn
from ingest.article import Article, Chunk, blocks
from ingest.config import DEFAULT_EMBEDDER
from ingest.index import Index, finish
from ingest.sync import SyncReport, sync

FORMS = ("md", "html", "shown", "pasted", "export")  # "shown": a page that means the string to be read


class Model(FakeEmbedder):
    """Passes for the model that the reader was trained on."""

    name = DEFAULT_EMBEDDER
    dimension = 384


Kind = Literal["label", "bullet", "prose"]


class InProcess:
    """Finishes an index without a process of its own."""

    def __call__(self, directory: Path) -> None:
        finish(directory)

    def stop(self) -> None:
        pass


def write_blog(folder: Path, texts: Sequence[str]) -> None:
    """One article a string and form; strings stand in the title, the text, the author and the address."""
    for number, text in enumerate(clean(text) for text in texts):
        for form in FORMS[:-1]:
            place = folder / form
            place.mkdir(parents=True, exist_ok=True)
            suffix = {"md": "md", "pasted": "txt"}.get(form, "html")
            (place / f"{number:05}.{suffix}").write_bytes(_written(form, text, number).encode())
    items = "".join(_item(clean(text), number) for number, text in enumerate(texts))
    export = _EXPORT.format(items=items)
    (folder / "export.xml").write_bytes(_XML_REFUSES.sub("", export).encode())


def _address(text: str, number: int, form: str) -> str:
    """The string as an address by itself, and in one as it is and encoded."""
    post = f"https://blog.example/{form}/{number}"
    return (text, f"{post}/{text}", f"{post}?q={percent_encode(text)}")[number % 3]


def _written(form: str, text: str, number: int) -> str:
    said = f"Before {number}, {text} and behind."
    url = _address(text, number, form)
    if form == "md":
        front = {"title": f"{number} {text}", "author": text, "url": url, "tags": [text]}
        # JSON is YAML, but for the characters that YAML does not take unescaped
        lines = "\n".join(f"{key}: {json.dumps(value)}" for key, value in front.items())
        return f"---\n{lines}\n---\n\n## Part {text}\n\n{said}\n\n- {text}\n- second\n\n{text}\n"
    if form == "pasted":
        return f"Title {number} {text}\n\nWritten by {text}\n\nA heading {text}\n\n{said}\n\n• {text}\n• second\n"
    body = text if form == "html" else html_escape(text)
    head = html_escape(text)
    return (
        f"<!doctype html><html><head><title>{number} {head}</title><meta name=author content='{head}'>"
        f"<link rel=canonical href='{html_escape(url)}'></head><body><article><h1>{number} {body}</h1>"
        f"<p>Once upon a time there was a page {number} that had enough to say for a whole article.</p>"
        f"<h2>Part {body}</h2><p>Before, {body} and behind.</p><ul><li>{body}</li><li>second</li></ul>"
        f"<p><img src='x.png' alt='{head}'> A last paragraph.</p></article></body></html>"
    )


_XML_REFUSES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_EXPORT = (
    '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>Attacks</title>'
    "<link>https://blog.example</link><wp:wxr_version>1.2</wp:wxr_version>{items}</channel></rss>"
)


def _item(text: str, number: int) -> str:
    body = f"<h2>Part {text}</h2><p>Before {number}, {text} and behind.</p><p>{html_escape(text)}</p>"
    return (
        f"<item><title>{number} {html_escape(html_escape(text))}</title>"
        f"<link>{html_escape(_address(text, number, 'export'))}</link><guid>post {number}</guid>"
        f"<dc:creator>{html_escape(text)}</dc:creator>"
        f"<content:encoded><![CDATA[{body.replace(']]>', ']] >')}]]></content:encoded>"
        f"<wp:post_id>{number}</wp:post_id><wp:status>publish</wp:status><wp:post_type>post</wp:post_type></item>"
    )


def ingested(folder: Path, where: Path) -> tuple[Index, SyncReport]:
    """The index of a folder of posts, made by the real sync."""
    config = BotConfig(index=where)
    index = Index(where, config.index_config, start_finisher=InProcess)
    model = Model()
    return index, sync([str(folder)], index=index, embedder=lambda: model)


@dataclass
class Quoter:
    """A bot that quotes whole articles. Asked "show N", it answers with the Nth batch; else it abstains,
    and offers as suggestions what it was asked."""

    index: Index
    batch: int = 25
    config: BotConfig = field(default_factory=lambda: BotConfig(max_question=100_000))
    shown: dict[str, Answer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with self.index.reading() as store:
            self.articles = {article.id: article for article in store.articles()}
            chunks = store.chunks()
        self.chunks: dict[str, list[Chunk]] = {}  # none for an article of nothing but headings
        for chunk in chunks:
            self.chunks.setdefault(chunk.article_id, []).append(chunk)

    @property
    def batches(self) -> int:
        return -(-len(self.chunks) // self.batch)

    def stream(self, question: str, history: Sequence[Turn] = (), *, page: str = "") -> Iterator[Event]:
        if not (asked := re.fullmatch(r"show (\d+)", question)):
            offered = tuple(line for line in question.split("\n") if line.strip())[:40]
            yield Token("The blog does not say.")
            answer = Answer(question, question, "The blog does not say.", (), "abstained", 0.1, offered)
        else:
            first = int(asked[1]) * self.batch
            chosen = [self.articles[key] for key in self.chunks][first : first + self.batch]
            lines, citations = footnote(self._draft(chosen), self.articles)
            text = "".join(pieces_of(lines))
            assert verify(text, citations, self.articles)
            yield from map(Token, pieces_of(lines))
            answer = Answer(question, question, text, citations, "answered", 0.9, ())
        self.shown[question] = answer
        yield answer

    def language(self) -> str:
        return "en"

    def _draft(self, articles: Sequence[Article]) -> Iterator[Line]:
        for article in articles:
            yield Line("note", (), text=notes.source(article))
            for chunk in self.chunks[article.id]:
                passage = Passage(chunk, article.title, article.url, 1.0)
                for block in blocks(article.text, chunk.start, chunk.end):
                    kind: Kind = (
                        "label" if block.kind == "heading" else "bullet" if block.is_item else "prose"
                    )
                    yield Line(kind, (Evidence(passage, block.start, block.end),))
            said = notes.all_by(article.author or "nobody")
            yield Line("about", (Evidence(passage, 0, 0),), text=said)

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        *_, answer = self.stream(question, history)
        assert isinstance(answer, Answer)
        return answer

    def article(self, article_id: str) -> Article:
        with self.index.reading() as store:
            return store.article(article_id)

    def generation(self) -> str:
        return "gen-1"

    def examples(self, n: int = 3, page: str = "") -> tuple[str, ...]:
        return tuple(article.title for article in self.articles.values())[:n]

    def health(self) -> SimpleNamespace:
        return SimpleNamespace(articles=len(self.articles), chunks=0, index="gen-1")

    def warm(self, *, suggestions: bool = False) -> None:
        pass
