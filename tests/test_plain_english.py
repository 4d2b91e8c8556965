"""The tree is written in plain technical English: idioms that confused readers of the code do not return."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CODE = sorted(
    [*(p for room in ("ingest", "bot", "footnote") for p in ROOT.glob(f"{room}/**/*.py")), ROOT / "ui.py"]
)
DOCS = sorted([ROOT / "README.md", *(p for p in ROOT.glob("docs/**/*.md") if p.name != "experiments.md")])
# In docstrings, comments and documents. Each has a plain word: see docs/architecture.md, "English".
IDIOMS = re.compile(
    r"""\b(?:
        (?:is|are|was|were|be|being|been)\ told | told\ of | tells?\ of\b | borne\ out | bears?\ (?:it|them|this)\ out
      | laid\ over | lay(?:s)?\ (?:it|them|your\ own)?\ ?over | mended | mends? | parted
      | stands?\ (?:alone|by\ itself|beside|in\ it|there|here|in\ the|on\ the|written)
      | what\ stands | where\ it\ stands | read\ again | strangers? | who\ asks | whoever | whom\b
      | what\ this\ (?:file|module)\ does\ not\ know | a\ torso | torsos? | lets\ go\ of | nobody\ listens
      | ends?\ by\ itself | for\ good\b(?!\ reason) | anew\b
    )\b""",
    re.I | re.X,
)
# As names of code.
NAMES = re.compile(
    r"(?:^|_)(?:told|said|house|keeper|gentle|gently|calm|torso|joint|alike|mended|strangers?)(?:_|$)",
    re.I,
)


def prose(path: Path) -> Iterator[tuple[int, str]]:
    """The comments and docstrings of a file, with their lines."""
    source = path.read_text(encoding="utf-8")
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node, clean=False)
            if text:
                yield node.body[0].lineno, text


def names(path: Path) -> Iterator[tuple[int, str]]:
    """The names that a file defines: functions, classes, arguments, variables."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", CODE, ids=name)
def test_comments_and_docstrings_have_no_idioms(path: Path) -> None:
    found = [f"{line}: {match[0]}" for line, text in prose(path) for match in IDIOMS.finditer(text)]
    assert not found


@pytest.mark.parametrize("path", CODE, ids=name)
def test_names_have_no_idioms(path: Path) -> None:
    words = [(line, re.sub(r"(?<=[a-z])(?=[A-Z])", "_", one)) for line, one in names(path)]
    assert not [f"{line}: {one}" for line, one in words if NAMES.search(one)]


@pytest.mark.parametrize("path", DOCS, ids=name)
def test_documents_have_no_idioms(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not [match[0] for match in IDIOMS.finditer(text)]


def test_the_list_finds_what_it_is_for() -> None:
    assert IDIOMS.search("The reader is told in words.") and IDIOMS.search(
        "What this file does not know: HTTP."
    )
    assert NAMES.search("told") and NAMES.search("was_said") and not NAMES.search("toldness")
