"""Votes as files for the owner (JSON Lines, CSV, a sheet for `footnote eval`) and as a summary.

A CSV is opened in a spreadsheet, and everything in it came from untrusted clients: a cell that a spreadsheet would
take for a formula gets an apostrophe in front. So does what follows a semicolon or begins a line inside a cell: where
a comma is a decimal point, spreadsheets split cells there, quoted or not.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from bot.server.feedback.store import Row

FORMATS = {
    "jsonl": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "eval": "text/csv; charset=utf-8",
}
TO_FILL_IN = "TO FILL IN: the blog's words, or nothing if the blog does not say"
_TABLE = tuple(field.name for field in fields(Row))
_SHEET = ("question", "expected", "reason", "note", "answered")
_BEGINS_FORMULA = re.compile(r"((?:^|[;\t\r\n])(?:[^\S\t\r\n]|[\"'])*)(?=[=+\-@|%＝＋－＠])")
_MAX_LISTED = 20  # questions in the summary


def format_rows(rows: Sequence[Row], kind: str) -> str:
    """Votes as a file. kind: one of FORMATS. A CSV begins with the mark by which spreadsheets know UTF-8."""
    if kind == "jsonl":
        return "".join(json.dumps(_named(row), ensure_ascii=False) + "\n" for row in rows)
    return "\ufeff" + (_csv(_TABLE, _table(rows)) if kind == "csv" else _csv(_SHEET, _sheet(rows)))


def summarize(rows: Sequence[Row]) -> dict[str, Any]:
    """Counts of votes and reasons, and the questions that the blog should have answered."""
    thumbs = Counter(row.verdict for row in rows)
    down = [row for row in rows if row.verdict == "down"]
    reasons = Counter(row.reason or "none given" for row in down)
    unanswered = Counter(row.question for row in down if row.status == "abstained")
    return {
        "votes": len(rows),
        "up": thumbs["up"],
        "down": thumbs["down"],
        "share_up": round(thumbs["up"] / len(rows), 3) if rows else None,
        "reasons": dict(reasons.most_common()),
        "down_by_status": dict(Counter(row.status for row in down).most_common()),
        "abstained_and_down": dict(unanswered.most_common(_MAX_LISTED)),
    }


def _named(row: Row) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _TABLE}


def _table(rows: Sequence[Row]) -> Iterable[dict[str, str]]:
    for row in rows:
        places = "; ".join(
            f"[{c['number']}] {c['article_id']} {c['start']}-{c['end']}" for c in row.citations
        )
        yield {name: str(value) for name, value in {**_named(row), "citations": places}.items()}


def _sheet(rows: Sequence[Row]) -> Iterable[dict[str, str]]:
    """Each question with a thumb down once, for the owner to fill in and `footnote eval` to read.

    One line each: errors in the sheet are reported by line.
    """
    seen: set[str] = set()
    for row in rows:
        question = _flat(row.question)
        if row.verdict == "down" and question and question.casefold() not in seen:
            seen.add(question.casefold())
            answer = "" if row.status == "abstained" else row.answer
            cells = (question, TO_FILL_IN, row.reason, _flat(row.note), _flat(answer))
            yield dict(zip(_SHEET, cells, strict=True))


def _csv(names: Sequence[str], rows: Iterable[dict[str, str]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, names, quoting=csv.QUOTE_ALL)
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _escape_formula(text) for name, text in row.items()})
    return out.getvalue()


def _flat(text: str) -> str:
    return " ".join(text.split())


def _escape_formula(cell: str) -> str:
    return _BEGINS_FORMULA.sub(r"\1'", cell)
