"""Question sets: from files to cases with gold spans.

Three kinds of folder: our own (`set.json`, `questions.jsonl`), retrieval benchmarks in the BEIR
layout (`corpus.jsonl`, `queries.jsonl`, `qrels.tsv`), and an owner's `.csv` with the columns
`question` and `expected` (words that the answer must quote; empty: it must abstain).

What this file does not know: how well anything was answered (metrics.py).
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.article import Article, LoadFailure
from ingest.errors import SourceError
from ingest.load import load

Span = tuple[str, int, int]  # article id, start, end
_ITEM = re.compile(r"^\s*(?:[•·*\-–]\s*)+")


@dataclass(frozen=True, slots=True)
class Case:
    """A question and what answers it. any: each of these alone does; all: only all together do.

    says: text the answer must contain (for answers from metadata). documents: ids of relevant
    articles, where only those are known.
    """

    id: str
    question: str
    any: tuple[Span, ...] = ()
    all: tuple[Span, ...] = ()
    says: str = ""
    documents: tuple[str, ...] = ()
    answerable: bool = True


@dataclass(frozen=True, slots=True)
class Set:
    name: str
    articles: tuple[Article, ...]
    cases: tuple[Case, ...]


class SetSkipped(SourceError):
    """The set's material is not on this machine; the message says what is missing."""


def read_set(path: Path) -> Set:
    """Read a folder or a CSV file. Raises SetSkipped, or SourceError for what cannot be read."""
    if path.suffix.lower() == ".csv":
        raise SourceError(f"{path.name} is a CSV: it is asked of the index, see `footnote eval --index`.")
    if not path.is_dir():
        raise SetSkipped(f"{path}: there is no such folder here.")
    if (path / "set.json").is_file():
        return _own(path)
    if (path / "corpus.jsonl").is_file():
        return _benchmark(path)
    raise SourceError(f"{path}: a question set holds set.json or corpus.jsonl.")


def read_csv(path: Path, articles: Iterable[Article]) -> Set:
    """An owner's questions about the articles of her index."""
    kept = tuple(articles)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SourceError(f"{path.name} cannot be read: save it as “CSV UTF-8”.") from error
    if not rows or "question" not in rows[0]:
        raise SourceError(f"{path.name}: the first line must name the columns question and expected.")
    cases = []
    for number, row in enumerate(rows, 1):
        question, expected = ((row.get(name) or "").strip() for name in ("question", "expected"))
        if not question:
            continue
        spans = tuple(
            (a.id, at, at + len(expected)) for a in kept if expected and (at := a.text.find(expected)) >= 0
        )
        cases.append(
            Case(
                str(number),
                question,
                any=spans,
                says="" if spans else expected,
                answerable=bool(expected),
            )
        )
    return Set(path.stem, kept, tuple(cases))


def _own(path: Path) -> Set:
    about = json.loads((path / "set.json").read_text(encoding="utf-8"))
    articles = tuple(_articles(about["sources"], path.name))
    if "sha256" in about:
        source = Path(about["sources"][0])
        if hashlib.sha256(source.read_bytes()).hexdigest() != about["sha256"]:
            raise SetSkipped(f"{path.name}: {source.name} is not the version that the gold ids count in.")
        places = numbered_sentences(source.read_text(encoding="utf-8"), articles[0])
    else:
        places = {}
    rows = _jsonl(path / "questions.jsonl")
    return Set(path.name, articles, tuple(_own_case(row, articles, places) for row in rows))


def _articles(sources: Sequence[str], name: str) -> Iterable[Article]:
    for source in sources:
        if not Path(source).exists():
            raise SetSkipped(f"{name}: {source} is not on this machine.")
        for item in load(source):
            if isinstance(item, LoadFailure):
                raise SourceError(f"{name}: {item.name}: {item.reason}")
            if isinstance(item, Article):
                yield item


def _own_case(row: Mapping[str, Any], articles: Sequence[Article], places: Mapping[str, Span]) -> Case:
    def spans(gold: Iterable[Any]) -> tuple[Span, ...]:
        # A gold id may count a line that is no part of the article's text, its title for one.
        ids = [g for g in gold if not isinstance(g, str) or g in places]
        return tuple(places[g] if isinstance(g, str) else _quoted(g, articles) for g in ids)

    answers = bool(row["any"] or row["all"] or row.get("says"))
    return Case(
        row["id"], row["question"], spans(row["any"]), spans(row["all"]), row.get("says", ""), (), answers
    )


def _quoted(gold: Mapping[str, str], articles: Sequence[Article]) -> Span:
    for article in articles:
        if article.origin.endswith(gold["article"]) and (at := article.text.find(gold["quote"])) >= 0:
            return article.id, at, at + len(gold["quote"])
    raise SourceError(f"Gold is not in {gold['article']}: {gold['quote']!r}.")


def numbered_sentences(source: str, article: Article) -> dict[str, Span]:
    """`line.sentence` of a pasted page -> its span in the article that was made of it.

    Sentences are looked for from where the one before ended: the same words may stand twice.
    Lines that the article does not have (navigation) are left out.
    """
    places: dict[str, Span] = {}
    at = 0
    for number, line in enumerate(source.replace("\xa0", " ").split("\n"), 1):
        bare = _ITEM.sub("", line).strip()
        parts = [bare] if re.match(r"\d+\. ", bare) else re.split(r"(?<=[.!?])\s+", bare)
        for k, part in enumerate(parts, 1):
            found = article.text.find(part, at) if part else -1
            if found >= 0:
                places[f"{number}.{k}"] = (article.id, found, found + len(part))
                at = found + len(part)
    return places


def _benchmark(path: Path) -> Set:
    articles = tuple(
        Article(row["_id"], row.get("title") or row["_id"], _flat(row["text"]), url=None)
        for row in _jsonl(path / "corpus.jsonl")
    )
    texts = {a.id: a.text for a in articles}
    relevant: dict[str, list[str]] = {}
    with (path / "qrels.tsv").open(encoding="utf-8") as file:
        for query, document, score in list(csv.reader(file, delimiter="\t"))[1:]:
            if int(score) > 0:
                relevant.setdefault(query, []).append(document)
    cases = []
    for row in _jsonl(path / "queries.jsonl"):
        gold = _gold(row, texts)
        documents = tuple(relevant.get(row["_id"], ()))
        cases.append(
            Case(
                row["_id"],
                row["text"],
                any=gold,
                documents=documents,
                answerable=bool(row.get("answerable", True)),
            )
        )
    return Set(path.name, articles, tuple(cases))


def _gold(row: Mapping[str, Any], texts: Mapping[str, str]) -> tuple[Span, ...]:
    document = str(row.get("source_doc"))
    if not row.get("answerable") or document not in texts:
        return ()
    wanted = [s for one in row.get("gold_sentences", []) for s in one] or row.get("answers", [])
    found = []
    for sentence in dict.fromkeys(_flat(s).strip() for s in wanted):
        at = texts[document].find(sentence)
        if at >= 0:
            found.append((document, at, at + len(sentence)))
    return tuple(found)


def _flat(text: str) -> str:
    return re.sub(r"[ \t\xa0]+", " ", text).strip() + "\n"


def _jsonl(path: Path) -> list[dict[str, Any]]:
    # Not splitlines(): U+2028 and its like stand in JSON strings as they are.
    lines = path.read_text(encoding="utf-8").split("\n")
    try:
        return [json.loads(line) for line in lines if line.strip()]
    except json.JSONDecodeError as error:
        raise SourceError(f"{path}: a line is no JSON ({error}).") from error
