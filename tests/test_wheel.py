"""What the wheel holds: all that runs for an owner, nothing that is for developers only."""

from __future__ import annotations

import subprocess
import zipfile
from configparser import ConfigParser
from email.parser import Parser
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DEVELOPERS = ("bot/bench/", "bot/train/")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    builder = pytest.importorskip("hatchling.builders.wheel", reason="hatchling, which builds it, is missing")
    folder = str(tmp_path_factory.mktemp("wheel"))
    (built,) = builder.WheelBuilder(str(ROOT)).build(directory=folder, versions=["standard"])
    return zipfile.ZipFile(built)


def tracked() -> set[str]:
    """The files of the packages that git knows."""
    found = subprocess.run(
        ["git", "ls-files", "bot", "ingest", "ui.py"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if found.returncode:
        pytest.skip("not a clone: git lists no files here")
    return {name for name in found.stdout.split("\n") if name and (ROOT / name).is_file()}


def test_the_wheel_holds_every_file_of_the_packages_but_those_for_developers(wheel: zipfile.ZipFile) -> None:
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    expected = {name for name in tracked() if not name.startswith(DEVELOPERS)}
    assert expected - packed == set()
    assert not [name for name in packed if name.startswith(("tests/", "data/", "docs/", *DEVELOPERS))]


@pytest.mark.parametrize(
    "ending", [".npz", ".toml", ".tsv.gz", ".txt", ".md", ".js", ".css", ".json", ".png", "py.typed"]
)
def test_weights_word_lists_and_static_files_are_in_it(wheel: zipfile.ZipFile, ending: str) -> None:
    assert [name for name in wheel.namelist() if name.startswith("bot/") and name.endswith(ending)]


def test_its_metadata_names_the_command_and_the_extras(wheel: zipfile.ZipFile) -> None:
    folder = next(name.split("/")[0] for name in wheel.namelist() if ".dist-info/" in name)
    metadata = Parser().parsestr(wheel.read(f"{folder}/METADATA").decode())
    assert {"anthropic", "llamacpp", "ollama", "openai"} <= set(metadata.get_all("Provides-Extra", []))
    scripts = ConfigParser()
    scripts.read_string(wheel.read(f"{folder}/entry_points.txt").decode())
    entry = EntryPoint("footnote", scripts["console_scripts"]["footnote"], "console_scripts")
    assert callable(entry.load())
