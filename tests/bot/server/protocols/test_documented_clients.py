"""The client snippets of the documentation run as they are written, against a real server."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fake_bot import FakeBot

from bot.config import load_config

if TYPE_CHECKING:
    pass

ROOT = Path(__file__).resolve().parents[4]
_BLOCK = re.compile(r"^```(sh|py|js)\n(.*?)^```", re.M | re.S)
PROGRAMS = {"sh": ["bash", "-c"], "py": [sys.executable, "-c"], "js": ["node", "--input-type=module", "-e"]}


def snippets() -> list[tuple[str, str]]:
    """(language, code)."""
    return [
        (found[1], found[2])
        for found in _BLOCK.finditer((ROOT / "docs/clients.md").read_text(encoding="utf-8"))
    ]


def test_there_are_snippets_in_three_languages() -> None:
    assert {language for language, _ in snippets()} == set(PROGRAMS)


@pytest.mark.parametrize(("language", "code"), snippets())
def test_a_snippet_prints_an_answer(language: str, code: str, protocols: tuple[str, FakeBot]) -> None:
    for program in (PROGRAMS[language][0], *(["curl"] if language == "sh" else [])):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed here")
    written = code.replace("http://127.0.0.1:7860", protocols[0].rstrip("/"))
    done = subprocess.run([*PROGRAMS[language], written], capture_output=True, text=True, check=True)
    assert "30 seconds" in done.stdout


def test_the_settings_for_assistants_are_json_and_name_what_there_is() -> None:
    page = (ROOT / "docs/assistants.md").read_text(encoding="utf-8")
    settings = page[page.index("## Add it") : page.index("## The tools")]
    texts = re.findall(r"```json\n(.*?)```|`(\{[^`\n]*\})`", settings, re.S)
    found = [json.loads(block or inline) for block, inline in texts]
    addresses = set(re.findall(r"https?://[\w.:-]+/mcp\b", page))
    assert addresses == {"https://ask.your-blog.com/mcp", "http://127.0.0.1:7860/mcp"}
    assert len(found) >= 5
    (started,) = [
        one["mcpServers"]["blog"] for one in found if "command" in one.get("mcpServers", {}).get("blog", {})
    ]
    assert (started["command"], started["args"]) == ("uvx", ["footnote-blog", "mcp"])
    assert load_config(started["env"]).title == "Your blog"


def test_what_registries_read_fits_the_package() -> None:
    server = json.loads((ROOT / "server.json").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (package,) = server["packages"]
    assert server["version"] == package["version"] == project["version"]
    assert package["identifier"] == project["name"]
    assert project["name"] in project["scripts"]  # what `uvx` runs of a package
    assert len(server["description"]) <= 100
    assert f"mcp-name: {server['name']}" in (ROOT / "README.md").read_text(encoding="utf-8")
