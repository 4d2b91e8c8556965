"""Find and read the folder of a question set: this project's own layout, or BEIR's."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.config import in_clone
from bot.eval.sets.beir import jsonl, read_benchmark, turns
from bot.eval.sets.case import Case, QuestionSet, SetSkipped, Span
from ingest.article import Article, LoadFailure
from ingest.errors import SourceError
from ingest.sources import load

_OWN = Path("data/eval")
_PUBLIC = Path("../shared/eval")  # public benchmarks, beside a developer's clone if at all
FOREIGN = ("recipes", "diary", "clinic")  # names of sets on blogs of other kinds than this project's
VERDICTS = "verdicts.jsonl"  # in a set's folder, or in a folder by its name if the set is elsewhere
_BENCHMARKS = ("squad2-dev", "clapnq-dev", "medquad-msk", "mtrag")
GATE_SETS = tuple(
    _OWN / name
    for name in (
        "article",
        "article-heldout",
        "article-third",
        "sample",
        "triage",
        "triage-heldout",
    )
)
_DEVELOPMENT = (*FOREIGN, "conversations")  # without floors
OUR_SETS = (*GATE_SETS, *(_OWN / name for name in _DEVELOPMENT))
_NO_SETS = (
    "The installed package holds no question sets. Name your own .csv with the columns question and expected, such as "
    "`footnote eval questions.csv`, or a folder; or run this in the folder of a clone of Footnote's repository."
)
_ITEM = re.compile(r"^\s*(?:[•·*\-–]\s*)+")


def own_sets() -> tuple[Path, ...]:
    """This project's own sets. Raises SourceError outside a clone, where there are none."""
    if not in_clone():
        raise SourceError(_NO_SETS)
    return OUR_SETS


def default_sets() -> list[Path]:
    """This project's own sets, and the public benchmarks that are beside the clone. Raises as own_sets()."""
    return [*own_sets(), *(path for name in _BENCHMARKS if (path := _PUBLIC / name).is_dir())]


def find_set(given: Path) -> Path:
    """The path of a set that is given by its path or by its name."""
    known = (given, _OWN / given, _PUBLIC / given)
    return given if len(given.parts) > 1 else next((path for path in known if _holds_more(path)), given)


def find_sets(given: Sequence[Path]) -> list[Path]:
    """The paths of sets. Raises SourceError for one that does not exist, and names those that do."""
    chosen = [find_set(path) for path in given]
    if missing := next((path for path in chosen if not path.exists()), None):
        known = f", or one of {', '.join(one.name for one in default_sets())}" if in_clone() else ""
        raise SourceError(f"There is no question set “{missing}”: name a folder or a .csv{known}.")
    return chosen


def is_question_set(path: Path) -> bool:
    """Is it a spreadsheet, or a folder of articles and questions about them?"""
    if path.suffix.lower() == ".csv":
        return True
    own = (path / "set.json").is_file() and (path / "questions.jsonl").is_file()
    return own or ((path / "corpus.jsonl").is_file() and (path / "queries.jsonl").is_file())


def own_folder(name: str) -> Path:
    """Where this project keeps what is its own of a set, wherever the set is."""
    return _OWN / name


def _holds_more(path: Path) -> bool:
    """Does it exist, and is it more than a folder of verdicts on a set that is elsewhere?"""
    return path.exists() and not (path.is_dir() and {one.name for one in path.iterdir()} == {VERDICTS})


def read_set(path: Path) -> QuestionSet:
    """Read a folder. Raises SetSkipped, or SourceError for what cannot be read."""
    if path.suffix.lower() == ".csv":
        raise SourceError(f"{path.name} is a CSV: it is asked of the index, see `footnote eval --index`.")
    if not path.is_dir():
        raise SetSkipped(f"{path}: there is no such folder here.")
    if (path / "set.json").is_file():
        return _read_own(path)
    if (path / "corpus.jsonl").is_file():
        return read_benchmark(path)
    raise SourceError(f"{path}: a question set holds set.json or corpus.jsonl.")


def _read_own(path: Path) -> QuestionSet:
    about = json.loads((path / "set.json").read_text(encoding="utf-8"))
    articles = tuple(articles_of(about["sources"], path.name))
    if "sha256" in about:
        source = Path(about["sources"][0])
        if hashlib.sha256(source.read_bytes()).hexdigest() != about["sha256"]:
            raise SetSkipped(f"{path.name}: {source.name} is not the version that the gold ids count in.")
        places = numbered_sentences(source.read_text(encoding="utf-8"), articles[0])
    else:
        places = {}
    rows = jsonl(path / "questions.jsonl")
    return QuestionSet(
        path.name, articles, tuple(_own_case(row, articles, places, path.name) for row in rows)
    )


def articles_of(sources: Sequence[str], name: str) -> Iterable[Article]:
    """The articles of a set's sources. Raises SetSkipped, or SourceError for what cannot be read."""
    for source in sources:
        if not Path(source).exists():
            raise SetSkipped(f"{name}: {source} is not on this machine.")
        for item in load(source):
            if isinstance(item, LoadFailure):
                raise SourceError(f"{name}: {item.name}: {item.reason}")
            if isinstance(item, Article):
                yield item


def _own_case(
    row: Mapping[str, Any], articles: Sequence[Article], places: Mapping[str, Span], name: str
) -> Case:
    def span(gold: Any) -> Span:
        if isinstance(gold, str):
            return places[gold]
        return _quoted(gold, articles) if "quote" in gold else _hashed(gold, articles, name)

    def spans(gold: Iterable[Any]) -> tuple[Span, ...]:
        # A gold id may count a line that is no part of the article's text, its title for one.
        return tuple(span(g) for g in gold if not isinstance(g, str) or g in places)

    answers = bool(row["any"] or row["all"] or row.get("says"))
    return Case(
        row["id"],
        row["question"],
        spans(row["any"]),
        spans(row["all"]),
        row.get("says", ""),
        answerable=answers,
        history=tuple(turns(row.get("history"))),
    )


def _hashed(gold: Mapping[str, Any], articles: Sequence[Article], name: str) -> Span:
    """The span at the offsets of an article whose text may not be copied here.

    Raises SetSkipped where the article is missing, or its text is not the one that the offsets count in.
    """
    file, start, end = gold["article"], gold["start"], gold["end"]
    for article in articles:
        # The whole file name: "pasta.md" is not "baked-pasta.md".
        if f"/{article.origin}".endswith(f"/{file}"):
            if span_hash(article.text[start:end]) != gold["hash"]:
                raise SetSkipped(f"{name}: {file} is not the version that the gold offsets count in.")
            return article.id, start, end
    raise SetSkipped(f"{name}: {file}, which gold is in, is not among its sources.")


def span_hash(text: str) -> str:
    """Hex digest of a gold span's text, as question sets keep it beside the span's offsets."""
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _quoted(gold: Mapping[str, str], articles: Sequence[Article]) -> Span:
    for article in articles:
        if article.origin.endswith(gold["article"]) and (at := article.text.find(gold["quote"])) >= 0:
            return article.id, at, at + len(gold["quote"])
    raise SourceError(f"Gold is not in {gold['article']}: {gold['quote']!r}.")


def numbered_sentences(source: str, article: Article) -> dict[str, Span]:
    """`line.sentence` of a pasted page -> its span in the article that was made of it.

    Each sentence is searched from the end of the one before, since the same words may appear twice.
    Lines that the article does not have (navigation) are left out.
    """
    places: dict[str, Span] = {}
    at = 0
    for number, line in enumerate(source.replace("\xa0", " ").split("\n"), 1):
        plain_text = _ITEM.sub("", line).strip()
        parts = [plain_text] if re.match(r"\d+\. ", plain_text) else re.split(r"(?<=[.!?])\s+", plain_text)
        for k, part in enumerate(parts, 1):
            found = article.text.find(part, at) if part else -1
            if found >= 0:
                places[f"{number}.{k}"] = (article.id, found, found + len(part))
                at = found + len(part)
    return places
