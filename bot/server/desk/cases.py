"""The owner's test cases: her sheet as `footnote eval` reads it, and a run of it that leaves a page of results."""

from __future__ import annotations

import csv
import io
import os
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import SourceError

if TYPE_CHECKING:
    from bot.config import BotConfig
    from ingest.article import Article

SHEET, RESULTS = "cases.csv", "results.html"
_COLUMNS = ("question", "expected")
_MOST = 1000  # cases
_MAX_CELL = 2000  # characters


@dataclass(slots=True)
class Cases:
    """The sheet in a folder. Thread-safe.

    Attributes:
        progress: Questions that were asked in the run that is under way, and how many there are; (0, 0) without one.
    """

    folder: Path
    progress: tuple[int, int] = (0, 0)
    _mutex: threading.Lock = field(default_factory=threading.Lock)
    _running: threading.Lock = field(default_factory=threading.Lock)

    @property
    def sheet(self) -> Path:
        """The CSV; it may not exist yet."""
        return self.folder / SHEET

    @property
    def results(self) -> Path:
        """The page of the last run; it may not exist yet."""
        return self.folder / RESULTS

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
        with self._mutex:
            rows = list(self.rows())
            if len(rows) >= _MOST:
                raise SourceError(f"There are {_MOST} cases already. Remove some from the sheet.")
            self._append(asked, wanted)

    def rows(self) -> Iterator[tuple[str, str]]:
        """Question and expected words of each case. Raises SourceError if the sheet cannot be read."""
        text = self._text()
        if not text.strip():
            return
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
        reader.fieldnames = [name.strip().casefold() for name in reader.fieldnames or ()]
        if not set(_COLUMNS) <= set(reader.fieldnames):
            raise SourceError(f"The first line of {SHEET} must name the columns “question” and “expected”.")
        for row in reader:
            if question := (row["question"] or "").strip():
                yield question, (row["expected"] or "").strip()

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
        draft = self.results.with_name(f".{RESULTS}.{os.getpid()}")
        evaluation.save_page(draft, found.sets, config.threshold)
        draft.replace(self.results)
        return Counter(outcome.grade for measured in found.sets.values() for outcome in measured.outcomes)

    def _append(self, question: str, expected: str) -> None:
        """Add a line, in the columns that the sheet has; the file is replaced as a whole."""
        text = self._text() or ",".join(_COLUMNS) + "\n"
        delimiter = _delimiter(text)
        header = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        cells = {"question": question, "expected": expected}
        line = io.StringIO(newline="")
        writer = csv.writer(line, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow([cells.get(name.strip().casefold(), "") for name in header])
        draft = self.sheet.with_name(f".{SHEET}.{os.getpid()}")
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft.write_text(f"{text.rstrip()}\n{line.getvalue()}", encoding="utf-8-sig")
            draft.replace(self.sheet)
        except OSError as error:
            raise SourceError(f"{SHEET} cannot be written ({error.strerror or error}).") from error

    def _text(self) -> str:
        try:
            return self.sheet.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise SourceError(
                f"{SHEET} cannot be read. Save it from your spreadsheet as “CSV UTF-8”."
            ) from error


def _delimiter(text: str) -> str:
    header = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=header.count)
