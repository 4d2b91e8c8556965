"""Where verdicts are kept: a file of JSON lines a set, in a clone also for sets that are elsewhere."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from bot.config import in_clone
from bot.eval.sets import VERDICTS, jsonl, own_folder
from bot.eval.verdicts.verdict import Verdict, verdict_of
from ingest.errors import SourceError


def store_path(path: Path, name: str) -> Path:
    """The file with the verdicts of a set, which has this path and name.

    In a clone it is in data/eval; elsewhere in the folder of the set. A spreadsheet's verdicts are beside it.
    """
    if path.suffix.lower() == ".csv":
        return path.with_suffix(f".{VERDICTS}")
    return (own_folder(name) if in_clone() else path) / VERDICTS


def read_verdicts(file: Path) -> dict[tuple[str, str], Verdict]:
    """The last verdict of each question and hash of its answer. Raises SourceError for a broken line."""
    if not file.is_file():
        return {}
    found = {}
    for number, row in enumerate(jsonl(file), 1):
        try:
            verdict = verdict_of(row)
        except ValueError as why:
            raise SourceError(f"{file}: verdict {number} cannot be used: {why}.") from None
        found[verdict.id, verdict.answer] = verdict
    return found


def append(file: Path, verdicts: Iterable[Verdict]) -> None:
    """Add verdicts in one write, so that a reader or a crash never sees half of them.

    Raises:
        SourceError: The file cannot be written.
    """
    lines = "".join(json.dumps(v.to_row(), ensure_ascii=False) + "\n" for v in verdicts)
    if not lines:
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            size = os.fstat(descriptor).st_size
            if size and os.pread(descriptor, 1, size - 1) != b"\n":  # edited by hand
                lines = "\n" + lines
            os.write(descriptor, lines.encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise SourceError(f"Verdicts cannot be written to {file} ({error.strerror}).") from error
