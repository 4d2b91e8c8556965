"""The Python snippets of README and of the documentation run as they are written, and the shell's of the page for developers."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import serving

from bot import BotConfig, open_bot
from bot.server import create_api
from ingest.embedder import open_embedder
from ingest.index import Index
from ingest.sync import sync

pytestmark = pytest.mark.model
ROOT = Path(__file__).resolve().parents[1]
_BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SHELL = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


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


def test_the_shell_snippets_for_developers_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In one shell, one after the other, beside a server over the same index."""
    for program in ("bash", "curl"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed here")
    live_in(folder, monkeypatch)
    config = BotConfig(rate=(), rate_total=(), feedback="off")
    command = f'footnote() {{ PYTHONPATH="{ROOT}" "{sys.executable}" -m bot "$@"; }}'
    with serving(create_api(open_bot(config), config)) as address:
        code = "\n".join(_SHELL.findall((ROOT / "docs/developers.md").read_text(encoding="utf-8")))
        code = code.replace("127.0.0.1:7860", address.removeprefix("http://").rstrip("/"))
        done = subprocess.run(
            ["bash", "-ec", f"{command}\n{code}"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stderr
    assert "20 to 30 seconds" in done.stdout and '"holds": true' in done.stdout
