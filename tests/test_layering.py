"""Imports point one way, ui -> bot -> ingest, and each heavy library has one door."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted(
    [*(p for room in ("ingest", "bot", "footnote") for p in ROOT.glob(f"{room}/**/*.py")), ROOT / "ui.py"]
)
# Library -> the only files that may import it. bot/eval measures and trains; it serves nobody.
DOORS = {
    "chromadb": {"ingest/index/search_index.py"},
    "gradio": {
        "bot/server/gradio_window/layout.py",
        "bot/server/gradio_window/handlers.py",
        "bot/server/desk/page.py",
        "bot/server/desk/tab.py",
    },
    "sentence_transformers": {"ingest/embedder.py", "bot/bench/command.py"},
    "torch": {
        "ingest/embedder.py",
        "bot/train/sentence_net.py",
        "bot/train/base_model.py",
        "bot/train/cross_encoder.py",
        "bot/train/export.py",
    },
    "onnx": {"bot/train/base_model.py", "bot/train/encoder_graph.py", "bot/train/export.py"},
    "transformers": {"ingest/embedder.py", "bot/train/cross_encoder.py"},
    "langchain_core": {
        "bot/langchain.py",
        "bot/write/chat_model.py",
        "bot/write/llama_cpp.py",
        "bot/bench/langchain.py",
        "bot/eval/measures/langchain_rag.py",
    },
    "langchain": {"bot/write/chat_model.py"},
    "llama_cpp": {"bot/write/llama_cpp.py"},
    "langchain_text_splitters": {
        "ingest/article/chunks.py",
        "bot/bench/langchain.py",
        "bot/eval/measures/langchain_rag.py",
    },
    "langchain_chroma": {"bot/bench/langchain.py", "bot/eval/measures/langchain_rag.py"},
    "langchain_classic": {"bot/bench/langchain.py"},
    "sklearn": {"bot/train/safety_classifier.py", "bot/train/calibrate.py"},
    "scipy": {"bot/train/safety_classifier.py"},
    "PIL": {"bot/bench/rig/other_widgets.py"},
    "playwright": {"bot/bench/rig/browser.py"},
    "prometheus_client": {"bot/server/metrics.py"},
    "onnxruntime": {"ingest/minilm.py", "bot/train/export.py"},
    "httpcore": {"ingest/fetch/connection.py", "ingest/chroma/server.py"},
    "psycopg": {"ingest/database/postgres.py"},
    "redis": {"bot/server/guard/shared_counts.py"},
    "py3langid": {"bot/understand/language.py"},
    "mcp": {
        "bot/server/protocols/mcp/http.py",
        "bot/server/protocols/mcp/server.py",
        "bot/server/protocols/mcp/stdio.py",
    },
    "httpx": set(),  # web pages come over httpcore, whose connections can be guarded
}
HEAVY = {
    "chromadb",
    "gradio",
    "sentence_transformers",
    "torch",
    "transformers",
    "onnxruntime",
    "langchain_core",
    "trafilatura",
    "httpcore",
    "httpx",
    "mcp",
    "feedparser",
}


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Each imported module and whether it is imported when the file is."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    unrun = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.FunctionDef | ast.AsyncFunctionDef)
        or (isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING")
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, id(node) not in unrun
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, id(node) not in unrun


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", FILES, ids=name)
def test_imports_point_one_way(path: Path) -> None:
    above = {"ingest": ("bot", "footnote", "ui"), "bot": ("footnote", "ui"), "footnote": ("ui",)}.get(
        path.relative_to(ROOT).parts[0], ()
    )
    assert not [module for module, _ in imports(path) if module.split(".")[0] in above]


@pytest.mark.parametrize("path", FILES, ids=name)
def test_each_library_has_one_door(path: Path) -> None:
    for module, _ in imports(path):
        for library, doors in DOORS.items():
            if module == library or module.startswith(library + "."):
                assert name(path) in doors, f"{name(path)} imports {module}"


@pytest.mark.parametrize(
    "path", [p for p in FILES if not {"eval", "bench", "train"} & set(p.parts)], ids=name
)
def test_nothing_heavy_is_imported_before_it_is_needed(path: Path) -> None:
    if name(path) in ("bot/langchain.py", "bot/write/llama_cpp.py"):
        pytest.skip("its classes are LangChain's; only who imports it pays")
    assert not [module for module, now in imports(path) if now and module.split(".")[0] in HEAVY]


# Files that may import by a computed name, and why.
DYNAMIC = {
    "ingest/fetch/decompress.py": "optional decompressors, none of this project",
    "ingest/__main__.py": "`python -m ingest` starts the command line, which is above it",
}


@pytest.mark.parametrize("path", FILES, ids=name)
def test_no_module_is_imported_by_its_name(path: Path) -> None:
    """import-linter sees import statements only, so nothing may import by a string."""
    if name(path) in DYNAMIC:
        pytest.skip(DYNAMIC[name(path)])
    called = {
        ast.unparse(node.func)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    }
    assert not {one for one in called if one.split(".")[-1] in ("import_module", "__import__", "run_module")}
