"""Retrieval benchmarks in the BEIR layout (Thakur et al. 2021): corpus.jsonl, queries.jsonl, qrels.tsv.

A query may have fields beyond BEIR's, all optional: `answerable` or `answerability`, `answers` and the document they
were taken from (`source_doc` or `doc`), `gold_sentences`, `history` (turns with `role` and `text` or `content`),
`rewrite`. Queries without any judgement are not asked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.eval.sets.case import Case, QuestionSet, Span
from bot.types import Turn
from ingest.article import Article
from ingest.errors import SourceError

_MOST_PLACES = 50  # of one short answer in one document
_YES, _NO = ("true", "yes", "1", "answerable"), ("false", "no", "0", "unanswerable")


def read_benchmark(path: Path) -> QuestionSet:
    """Read a folder. Raises SourceError for files that are missing or cannot be read."""
    articles = tuple(_articles(jsonl(path / "corpus.jsonl")))
    texts = {article.id: article.text for article in articles}
    if not (path / "queries.jsonl").is_file():
        raise SourceError(f"{path}: queries.jsonl is missing.")
    judged, dangling = _relevant(path, texts)
    cases, seen, unknown = [], set(), 0
    for row in jsonl(path / "queries.jsonl"):
        case = _case(row, texts, tuple(judged.get(_id(row), ())))
        if case is None:
            unknown += 1
        elif case.id not in seen:
            seen.add(case.id)
            cases.append(case)
    notes = []
    if dangling:
        notes.append(f"{dangling} relevant documents are not in the corpus and count for nothing.")
    if unknown:
        notes.append(f"{unknown} queries without text, or of which nothing is known, were not asked.")
    return QuestionSet(path.resolve().name, articles, tuple(cases), tuple(notes))


def _articles(rows: Iterable[Mapping[str, Any]]) -> Iterator[Article]:
    """Each document once, by its id; those without any text are left out."""
    seen: set[str] = set()
    for row in rows:
        key, text = _id(row), flat(_text(row.get("text")))
        if key and key not in seen and text.strip():
            seen.add(key)
            url = _text(row.get("url"))
            yield Article(key, _text(row.get("title")), text, url if url.startswith("http") else None)


def _relevant(path: Path, texts: Mapping[str, str]) -> tuple[dict[str, list[str]], int]:
    """Query id -> its relevant documents; and how many are named that the corpus does not have."""
    places = [path / "qrels.tsv", *sorted((path / "qrels").glob("*.tsv"))]
    found: dict[str, list[str]] = {}
    dangling = 0
    for file in (place for place in places if place.is_file()):
        for line in _read(file).split("\n"):
            parts = [part.strip() for part in line.rstrip("\r").split("\t")]
            # Either query, document, score or, as TREC has it, query, 0, document, score.
            if len(parts) < 3 or (score := _number(parts[-1])) is None or score <= 0:
                continue
            query, document = parts[0], parts[-2]
            if document not in texts:
                dangling += 1
            elif document not in found.setdefault(query, []):
                found[query].append(document)
    return found, dangling


def _case(row: Mapping[str, Any], texts: Mapping[str, str], documents: tuple[str, ...]) -> Case | None:
    question = " ".join(_text(row.get("text")).split())
    answerable, kind = _answerable(row, documents)
    if not question or not _id(row) or answerable is None:
        return None
    source = _text(row.get("source_doc") or row.get("doc"))
    marked = tuple(_sentences(row, [source] if source in texts else documents, texts)) if answerable else ()
    gold = marked or (tuple(_answers(row, source, texts)) if answerable else ())
    return Case(
        _id(row),
        question,
        any=gold,
        documents=documents if answerable else (),
        answerable=answerable,
        marked=marked,
        history=tuple(turns(row.get("history"))),
        rewrite=" ".join(_text(row.get("rewrite")).split()),
        kind=kind,
    )


def _answerable(row: Mapping[str, Any], documents: Sequence[str]) -> tuple[bool | None, str]:
    """Whether the corpus answers it (None: unknown), and the label if that is neither yes nor no."""
    label = str(row.get("answerability") or "").strip().casefold()
    if label and label not in (*_YES, *_NO, "none"):
        return bool(documents), label
    for given in (label, str(row.get("answerable")).strip().casefold()):
        if given in _YES or given in _NO:
            return given in _YES, ""
    known = bool(documents) or bool(row.get("gold_sentences"))
    return (True, "") if known else (None, "")


def _sentences(row: Mapping[str, Any], where: Sequence[str], texts: Mapping[str, str]) -> Iterator[Span]:
    for sentence in dict.fromkeys(flat(s).strip() for s in _strings(row.get("gold_sentences"))):
        for document in where:
            at = texts[document].find(sentence) if sentence else -1
            if at >= 0:
                yield document, at, at + len(sentence)
                break


def _answers(row: Mapping[str, Any], source: str, texts: Mapping[str, str]) -> Iterator[Span]:
    """Every place of an answer in the document that it was taken from.

    Only if that document is named: a free answer ("Yes.") may appear anywhere by chance.
    """
    for answer in dict.fromkeys(flat(s).strip() for s in _strings(row.get("answers"))):
        if source in texts and answer:
            places = re.finditer(rf"(?<!\w){re.escape(answer)}(?!\w)", texts[source])
            yield from [(source, m.start(), m.end()) for m in places][:_MOST_PLACES]


def turns(history: object) -> Iterator[Turn]:
    """A conversation as data sets write it; what is no turn is skipped."""
    for turn in history if isinstance(history, list) else ():
        if isinstance(turn, str):
            yield Turn("user", turn)
        elif isinstance(turn, Mapping):
            content = _text(turn.get("content") or turn.get("text"))
            role = str(turn.get("role") or turn.get("speaker") or "user").casefold()
            if content.strip():
                yield Turn("user" if role in ("user", "human") else "assistant", content)


def _strings(value: object) -> Iterator[str]:
    """All strings of a list that may hold lists."""
    if isinstance(value, str):
        yield _text(value)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)


def _id(row: Mapping[str, Any]) -> str:
    return _text(row.get("_id", row.get("id"))).strip()


def _text(value: object) -> str:
    """A field as text that can be stored: half a character of a pair becomes a question mark."""
    return "" if value is None else str(value).encode(errors="replace").decode()


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def flat(text: str) -> str:
    """A document as an article's text: runs of spaces become one."""
    return re.sub(r"[ \t\xa0]+", " ", text).strip() + "\n"


def jsonl(path: Path) -> list[dict[str, Any]]:
    """The objects of a file of JSON lines. Raises SourceError."""
    rows = []
    # Not splitlines(): JSON strings may hold U+2028 and the like unescaped.
    for number, line in enumerate(_read(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise SourceError(f"{path}: line {number} is no JSON ({error}).") from error
        if not isinstance(row, dict):
            raise SourceError(f"{path}: line {number} is no JSON object.")
        rows.append(row)
    return rows


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path} cannot be read ({type(error).__name__}).") from error
