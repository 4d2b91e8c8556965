"""The figures of the extraction benchmark, by hand, and that a set of pages is recognised."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from bot.eval import extraction
from bot.eval.extraction import (
    Overlap,
    f1,
    is_page_set,
    overlap,
    plain_text,
    precision,
    read_pages,
    recall,
    run,
)
from bot.eval.report.table import print_extraction
from ingest.errors import SourceError

PUBLIC = Path(__file__).resolve().parents[4] / "shared" / "eval" / "html-aeb"


def test_overlap_counts_runs_of_four_words() -> None:
    assert overlap("a b c d e", "a b c d f") == Overlap(1, 1, 1)
    assert overlap("a b c d a b c d", "A b c d") == Overlap(0, 5, 1)
    assert overlap("x y z w x y z w x y z w", "x y z w") == Overlap(1, 8, 0)  # each run counts once
    assert overlap("Hi, all!", "Hi all") == Overlap(1, 0, 0)  # a short text is one run
    assert overlap("", "a b c d") == Overlap(0, 0, 1)
    assert overlap("", "") == Overlap(0, 0, 0)


def test_figures_weigh_pages_alike_and_leave_out_what_says_nothing() -> None:
    pages = [Overlap(1, 1, 0), Overlap(300, 0, 100), Overlap(0, 0, 7)]  # the last predicts nothing
    assert precision(pages) == pytest.approx((1 / 2 + 1) / 2)
    assert recall(pages) == pytest.approx((1 + 3 / 4 + 0) / 3)
    p, r = precision(pages), recall(pages)
    assert f1(pages) == pytest.approx(2 * p * r / (p + r))
    assert f1([Overlap(0, 1, 1)]) == 0.0
    assert math.isnan(precision([Overlap(0, 0, 1)]))


def test_marks_go_and_words_stay() -> None:
    text = "## Head\n\nSome prose - here.\n\n- one\n  2. two\n\n| a | b |\n\n![A cat]"
    assert plain_text(text).split() == "Head Some prose - here. one two | a | b | A cat".split()
    assert "cat" not in plain_text(text, captions=False)
    assert overlap(plain_text(text), "Head Some prose here one two a b A cat").f1 == 1.0


def make_set(folder: Path, pages: int = 4) -> Path:
    (folder / "html").mkdir()
    rows = []
    for i in range(pages):
        story = (
            f"Page {i} tells of a garden that was quiet in the morning, before any bird sang in the tree. "
            * 4
        )
        file = f"html/{i}.html"
        paragraphs = f"<p>{story}</p><p>{story}</p>"
        page = f"<title>T</title><nav>Home</nav><div><div><article>{paragraphs}</article></div></div>"
        (folder / file).write_text(page, encoding="utf-8")
        rows.append(json.dumps({"_id": str(i), "file": file, "text": f"{story}\n\n{story}"}))
    (folder / "gold.jsonl").write_text("\n".join(rows), encoding="utf-8")
    return folder


def test_a_set_is_run_and_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make_set(tmp_path)
    assert is_page_set(folder) and not is_page_set(folder / "html")
    result = run(folder)
    assert result["pages"] == 4
    assert set(result["readers"]) >= {"Footnote", "trafilatura", "trafilatura, favor_recall"}
    assert result["readers"]["Footnote"]["F1"] == [1.0, 1.0, 1.0]
    print_extraction("made", result)
    assert "Footnote" in capsys.readouterr().out


def test_halves_part_the_pages(tmp_path: Path) -> None:
    folder = make_set(tmp_path, 5)
    tuned, held = ([p.id for p in read_pages(folder, half)] for half in ("tuned", "held out"))
    assert len(tuned) == 2 and len(held) == 3 and set(tuned) | set(held) == set("01234")
    assert tuned == [p.id for p in read_pages(folder, "tuned")]


@pytest.mark.parametrize(
    "gold", ["{", "[1]", '{"_id": "1", "text": "x"}', '{"_id": 1, "file": "no", "text": "x"}', ""]
)
def test_a_broken_set_is_an_error(tmp_path: Path, gold: str) -> None:
    (tmp_path / "gold.jsonl").write_text(gold, encoding="utf-8")
    with pytest.raises(SourceError):
        run(tmp_path)


@pytest.mark.skipif(not PUBLIC.is_dir(), reason="the labelled pages are not in this checkout")
def test_ours_is_no_worse_than_trafilatura_alone() -> None:
    """A floor on pages of the half that rules were made on; the other half is for people to look at."""
    pages = read_pages(PUBLIC, "tuned")[:20]
    readers = extraction.readers()
    ours, theirs = (
        f1([overlap(readers[name](page.html), page.gold) for page in pages])
        for name in ("Footnote", "trafilatura")
    )
    assert ours >= max(theirs, 0.95)
