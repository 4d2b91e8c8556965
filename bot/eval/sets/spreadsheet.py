"""An owner's questions about her own blog, as a spreadsheet saves them: a CSV with a header line.

    question,expected
    How long do I hold the seated stretch?,20 to 30 seconds
    Do you sell gift cards?,

`expected`: words that the answer must quote, as the blog has them; alternatives separated by |; empty if the blog does
not answer and the bot should abstain. Other columns are ignored. Separators are commas, semicolons or tabs.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from bot.eval.sets.case import Case, QuestionSet, Span
from ingest.article import Article
from ingest.errors import SourceError

_MOST_ROWS = 5000
_SAVE = "Save it from your spreadsheet as “CSV UTF-8”."
_QUOTES = {"'": "['’‘]", "’": "['’‘]", "‘": "['’‘]", '"': '["“”]', "“": '["“”]', "”": '["“”]', "-": "[-–—]"}


def read_sheet(path: Path, articles: Iterable[Article]) -> QuestionSet:
    """Read the questions and find the expected words in the articles.

    Raises:
        SourceError: The file is no such CSV; the message says what is wrong and in which line.
    """
    indexed = tuple(articles)
    cases, notes = [], []
    for line, row in _rows(path):
        question, expected = row["question"], row.get("expected", "")
        if not question:
            raise SourceError(f"{path.name}, line {line}: there are expected words but no question.")
        wanted = [part.strip() for part in expected.split("|") if part.strip()]
        spans = tuple(span for words in wanted for span in places(words, indexed))
        if wanted and not spans:
            notes.append(
                f"Line {line}: “{expected}” is in no article of this index, so no answer can quote it. "
                "Copy the words from the blog as they are."
            )
        says = wanted[0] if len(wanted) == 1 and not spans else ""
        cases.append(Case(f"line {line}", question, any=spans, says=says, answerable=bool(wanted)))
    if not cases:
        raise SourceError(f"{path.name} has no questions under its header line.")
    return QuestionSet(path.stem, indexed, tuple(cases), tuple(notes))


def places(words: str, articles: Sequence[Article]) -> Iterator[Span]:
    """Every place of these words, ignoring case, spaces, and the kind of quotation marks and dashes."""
    pieces = (re.escape(word) for word in words.split())
    loose = r"\s+".join("".join(_QUOTES.get(c, c) for c in piece.replace(r"\-", "-")) for piece in pieces)
    pattern = re.compile(rf"(?<!\w){loose}(?!\w)", re.IGNORECASE)
    for article in articles:
        for m in pattern.finditer(article.text):
            yield article.id, m.start(), m.end()


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Line number and fields of each row that is not empty, by their column names in lower case."""
    text = _text(path)
    header = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    names: list[str] | None = None
    try:
        for row in reader:
            fields = [field.strip() for field in row]
            if not any(fields):
                continue
            if names is None:
                names = [field.casefold() for field in fields]
                _check_header(path, names)
                continue
            if reader.line_num > _MOST_ROWS:
                raise SourceError(f"{path.name} has more than {_MOST_ROWS} lines; ask fewer questions.")
            if len(fields) > len(names):
                raise SourceError(
                    f"{path.name}, line {reader.line_num}: there are {len(fields)} columns where the first line "
                    f"names {len(names)}. A text that holds a comma must be in quotation marks."
                )
            yield reader.line_num, dict(zip(names, fields, strict=False))
    except csv.Error as error:
        raise SourceError(f"{path.name}, line {reader.line_num}: {error}. {_SAVE}") from error


def _check_header(path: Path, names: Sequence[str]) -> None:
    if missing := [name for name in ("question", "expected") if name not in names]:
        raise SourceError(
            f"{path.name}: the first line must name the columns “question” and “expected”; "
            f"{' and '.join(f'“{name}”' for name in missing)} is missing."
        )


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise SourceError(f"There is no file {path.name} here. Check its name and folder.") from None
    except OSError as error:
        raise SourceError(f"{path.name} cannot be read ({error.strerror}).") from error
    if data[:4] == b"PK\x03\x04" or data[:4] == b"\xd0\xcf\x11\xe0":
        raise SourceError(f"{path.name} is a spreadsheet, not a CSV. {_SAVE}")
    try:
        return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"{path.name} has letters in an encoding that is not known. {_SAVE}") from error
