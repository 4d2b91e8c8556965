"""The Python snippets of README and of the documentation run as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import BotConfig
from ingest.embedder import open_embedder
from ingest.index import Index
from ingest.sync import sync

pytestmark = pytest.mark.model
ROOT = Path(__file__).resolve().parents[1]
_BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def snippets() -> list[tuple[str, str]]:
    """(file and number, code)."""
    return [
        (f"{file.name}-{number}", block)
        for file in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
        for number, block in enumerate(_BLOCK.findall(file.read_text(encoding="utf-8")), 1)
    ]


def live_in(place: Path, patch: pytest.MonkeyPatch) -> None:
    """As on the machine of somebody who installed the package: no clone around, an own home folder."""
    patch.chdir(place)
    patch.setenv("HOME", str(place))
    patch.delenv("XDG_DATA_HOME", raising=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home folder in which the sample blog is indexed where the snippets look for it."""
    place = tmp_path_factory.mktemp("readme")
    with pytest.MonkeyPatch.context() as patch:
        live_in(place, patch)
        config = BotConfig()
    index = Index(config.index, config.index_config)
    embedder = open_embedder(config.embedder, threads=1)
    sync([str(ROOT / "data/articles"), str(ROOT / "data/guides")], index=index, embedder=lambda: embedder)
    index.close()
    yield place


def test_there_are_snippets() -> None:
    assert [name for name, _ in snippets() if name.startswith("README")]


@pytest.mark.parametrize(("name", "code"), snippets(), ids=[name for name, _ in snippets()])
def test_a_snippet_runs_and_prints_an_answer(
    name: str,
    code: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    live_in(folder, monkeypatch)
    exec(compile(code, name, "exec"), {"__name__": "__main__"})
    assert re.search(r"20 to 30 seconds", capsys.readouterr().out)
