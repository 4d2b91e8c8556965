"""The owner's test cases: her sheet as `footnote eval` reads it, and a run of it that leaves a page of results."""

from __future__ import annotations

import csv
import io
import os
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import DatabaseError, SourceError

if TYPE_CHECKING:
    from bot.config import BotConfig
    from ingest.article import Article
    from ingest.database import Folder

SHEET, RESULTS = "cases.csv", "results.html"
_COLUMNS = ("question", "expected")
_MOST = 1000  # cases
_MAX_CELL = 2000  # characters


@dataclass(slots=True)
class Cases:
    """The sheet in the folder of what the owner added. Thread-safe.

    Attributes:
        progress: Questions that were asked in the run that is under way, and how many there are; (0, 0) without one.
    """

    folder: Folder
    progress: tuple[int, int] = (0, 0)
    _running: threading.Lock = field(default_factory=threading.Lock)

    @property
    def sheet(self) -> Path:
        """The CSV, as it is now; it may not exist yet. Raises SourceError."""
        return self._fetched() / SHEET

    @property
    def results(self) -> Path:
        """The page of the last run; it may not exist yet. Raises SourceError."""
        return self._fetched() / RESULTS

    def add(self, question: str, expected: str, articles: Iterable[Article]) -> None:
        """Add a case. expected: words of the blog, alternatives separated by |; "" if the blog does not say.

        Raises SourceError if no article has the words, and if the sheet cannot be written.
        """
        from bot.eval.sets import places

        asked, wanted = (" ".join(text.split())[:_MAX_CELL] for text in (question, expected))
        if not asked:
            raise SourceError("There is no question. Ask something first.")
        posts = tuple(articles)
        for words in filter(None, (part.strip() for part in wanted.split("|"))):
            if next(places(words, posts), None) is None:
                raise SourceError(f"“{words[:200]}” is in no post. Copy the words from the post as they are.")
        with self._changing() as folder:
            text = _text_of(folder / SHEET)
            if sum(1 for _ in _rows(text)) >= _MOST:
                raise SourceError(f"There are {_MOST} cases already. Remove some from the sheet.")
            _write(folder / SHEET, _with_case(text, asked, wanted))

    def rows(self) -> Iterator[tuple[str, str]]:
        """Question and expected words of each case. Raises SourceError if the sheet cannot be read."""
        yield from _rows(_text_of(self.sheet))

    def run(self, config: BotConfig) -> Future[Counter[str]]:
        """Ask all cases in a thread of low priority; the result counts them by grade, and the page is written.

        Raises SourceError if a run is under way.
        """
        if not self._running.acquire(blocking=False):
            raise SourceError("The cases are being asked already. Wait until that is done.")
        done: Future[Counter[str]] = Future()

        def work() -> None:
            try:
                done.set_result(self._asked(config))
            except BaseException as error:  # noqa: BLE001 - raised again for the owner
                done.set_exception(error)
            finally:
                self.progress = (0, 0)
                self._running.release()

        threading.Thread(target=work, name="cases", daemon=True).start()
        return done

    def _asked(self, config: BotConfig) -> Counter[str]:
        from bot import eval as evaluation
        from bot.server.reingest import at_low_priority

        def note(phase: str, done: int, total: int | None) -> None:  # noqa: ARG001 - a Progress
            self.progress = (done, total or 0)

        found = at_low_priority(
            lambda: evaluation.evaluate([self.sheet], config, baselines=False, progress=note)
        )
        with self._changing() as folder:
            draft = folder / f".{RESULTS}.{os.getpid()}"
            evaluation.save_page(draft, found.sets, config.threshold)
            draft.replace(folder / RESULTS)
        return Counter(outcome.grade for measured in found.sets.values() for outcome in measured.outcomes)

    def _fetched(self) -> Path:
        try:
            self.folder.fetch()
        except DatabaseError as error:
            raise SourceError(str(error)) from error
        return self.folder.path

    @contextmanager
    def _changing(self) -> Iterator[Path]:
        """The folder, to be changed."""
        try:
            with self.folder.changing():
                self.folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
                yield self.folder.path
        except DatabaseError as error:
            raise SourceError(str(error)) from error
        except OSError as error:
            raise SourceError(f"{SHEET} cannot be written ({error.strerror or error}).") from error


def _rows(text: str) -> Iterator[tuple[str, str]]:
    """Question and expected words of each case. Raises SourceError."""
    if not text.strip():
        return
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    reader.fieldnames = [name.strip().casefold() for name in reader.fieldnames or ()]
    if not set(_COLUMNS) <= set(reader.fieldnames):
        raise SourceError(f"The first line of {SHEET} must name the columns “question” and “expected”.")
    for row in reader:
        if question := (row["question"] or "").strip():
            yield question, (row["expected"] or "").strip()


def _with_case(text: str, question: str, expected: str) -> str:
    """The sheet with one more line, in the columns that it has."""
    text = text or ",".join(_COLUMNS) + "\n"
    delimiter = _delimiter(text)
    header = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    cells = {"question": question, "expected": expected}
    line = io.StringIO(newline="")
    writer = csv.writer(line, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow([cells.get(name.strip().casefold(), "") for name in header])
    return f"{text.rstrip()}\n{line.getvalue()}"


def _write(sheet: Path, text: str) -> None:
    """Replace the file as a whole."""
    draft = sheet.with_name(f".{SHEET}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8-sig")
    draft.replace(sheet)


def _text_of(sheet: Path) -> str:
    try:
        return sheet.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{SHEET} cannot be read. Save it from your spreadsheet as “CSV UTF-8”.") from error


def _delimiter(text: str) -> str:
    header = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=header.count)
