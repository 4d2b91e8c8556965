"""`footnote verify`: what it prints, and with which exit code."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from small_blog import index_at, ingest, two_posts

from bot.cli import commands as cli
from ingest.config import IndexConfig

ANSWER = {"citations": [{"number": 1, "quote": "Vinegar works.", "article_id": "posts/kettles.md"}]}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FOOTNOTE_INDEX", str(tmp_path / "index"))
    monkeypatch.setenv("FOOTNOTE_EMBEDDER", "fake")
    monkeypatch.chdir(tmp_path)
    ingest(index_at(tmp_path / "index", IndexConfig(embedder="fake")), two_posts(tmp_path / "posts"))
    return tmp_path


def verify(monkeypatch: pytest.MonkeyPatch, *words: str, typed: str = "") -> int:
    monkeypatch.setattr(sys, "argv", ["footnote", "verify", *words])
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(typed.encode())))
    with pytest.raises(SystemExit) as end:
        cli.main()
    return int(end.value.code or 0)


def test_verbatim_is_0_and_anything_else_is_1(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = folder / "answer.json"
    file.write_text(json.dumps(ANSWER))
    assert verify(monkeypatch, "answer.json") == 0
    assert capsys.readouterr().out.splitlines() == [
        "verbatim  [1] “Vinegar works.”  Kettles", "1 verbatim, 0 changed, 0 gone."
    ]  # fmt: skip
    changed = json.dumps(ANSWER).replace("Vinegar works", "Vinegar really works")
    assert verify(monkeypatch, "-", typed=changed) == 1
    out = capsys.readouterr().out
    assert out.startswith(" changed  [1] “Vinegar really works.”  Kettles\n     now  “Vinegar works.”")
    assert verify(monkeypatch, "-", "--json", typed=changed.replace("kettles", "pots")) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["gone"] == 1 and report["quotes"][0]["article_found"] is False


@pytest.mark.parametrize("text", [b"no quote", b"\xff\xfe", b"x" * 2_000_001])
def test_what_holds_no_quote_is_wrong_usage(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: bytes
) -> None:
    (folder / "text.md").write_bytes(text)
    assert verify(monkeypatch, "text.md") == 2
    assert verify(monkeypatch, "missing.md") == 2
    assert "Traceback" not in capsys.readouterr().err
