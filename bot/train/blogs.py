"""Blogs of several posts that resemble each other, with questions whose answer is in one of them, or in none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bot.retrieve import embed_plain
from bot.train.sentence_net import (
    Example,
    TrainingQuestion,
    article_of_lines,
    correct_question,
    example_in,
    memory_corpus,
)
from ingest.article import Article
from ingest.embedder import Floats, SentenceTransformerEmbedder

BLOGS = Path("data/train/blogs")
Span = tuple[str, int, int]  # article id, start, end


def read_blog(path: Path) -> tuple[list[Article], list[tuple[str, frozenset[Span]]]]:
    """The posts of a blog, and its questions with the spans that answer each.

    The file has {"posts": [{"title", "date", "lines"}], "questions": [{"q", "any", "all"}]}, where any and all
    have pairs of a post and a line, from 0. A question without them is answered nowhere on the blog.
    """
    blog = json.loads(path.read_text(encoding="utf-8"))
    articles, spans = [], []
    for number, post in enumerate(blog["posts"]):
        article, own = article_of_lines(f"{path.stem}-{number:02}", post["title"], post["lines"])
        articles.append(replace(article, published=post.get("date") or None))
        spans.append([(article.id, *span) for span in own])
    return articles, [
        (q["q"], frozenset(spans[post][line] for post, line in [*q["any"], *q["all"]]))
        for q in blog["questions"]
    ]


def blog_examples(folder: Path, embedder: SentenceTransformerEmbedder) -> Iterator[Example]:
    """Every question of the blogs in a folder; those whose answer was not retrieved are left out."""
    for path in sorted(folder.glob("*.json")):
        articles, asked = read_blog(path)
        corpus = memory_corpus(articles, embedder)
        shared: dict[str, Floats] = {}  # every question of a blog looks at the same token vectors
        queries = [correct_question(question, corpus.keywords, embedder) for question, _ in asked]
        for (written, gold), question in zip(asked, embed_plain(queries, embedder), strict=True):
            if made := example_in(corpus, TrainingQuestion(path.stem, written, ()), question, gold, shared):
                yield made
