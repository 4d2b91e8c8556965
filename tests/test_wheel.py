"""What wheel and sdist hold: all that runs for an owner, nothing that is for developers only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from configparser import ConfigParser
from email.parser import Parser
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("bot", "footnote", "ingest", "ui.py")
DEVELOPERS = ("bot/bench/", "bot/train/")
CONTENT = ("data/articles/", "data/guides/", "data/demo/")  # of the clone; below bot/ in the wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    builder = pytest.importorskip("hatchling.builders.wheel", reason="hatchling, which builds it, is missing")
    folder = str(tmp_path_factory.mktemp("wheel"))
    (built,) = builder.WheelBuilder(str(ROOT)).build(directory=folder, versions=["standard"])
    return zipfile.ZipFile(built)


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in the sdist, without its top folder."""
    builder = pytest.importorskip("hatchling.builders.sdist", reason="hatchling, which builds it, is missing")
    folder = str(tmp_path_factory.mktemp("sdist"))
    (built,) = builder.SdistBuilder(str(ROOT)).build(directory=folder, versions=["standard"])
    with tarfile.open(built) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def tracked(*paths: str) -> set[str]:
    """The files below some paths that git knows."""
    found = subprocess.run(["git", "ls-files", *paths], cwd=ROOT, capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.skip("not a clone: git lists no files here")
    return {name for name in found.stdout.split("\n") if name and (ROOT / name).is_file()}


def test_the_wheel_holds_every_file_of_the_packages_but_those_for_developers(wheel: zipfile.ZipFile) -> None:
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    expected = {name for name in tracked(*PACKAGES) if not name.startswith(DEVELOPERS)}
    assert expected - packed == set()
    assert {name.split("/")[0] for name in packed} == set(PACKAGES)
    assert not [name for name in packed if name.startswith(DEVELOPERS)]


def test_the_content_of_sample_and_demo_is_in_the_wheel_and_no_other_data(wheel: zipfile.ZipFile) -> None:
    packed = {name for name in wheel.namelist() if name.startswith("bot/data/")}
    assert packed == {f"bot/{name}" for name in tracked(*CONTENT)}
    assert {"/".join(name.split("/")[1:3]) + "/" for name in packed} == set(CONTENT)


@pytest.mark.parametrize(
    "ending",
    [".npz", ".npy", ".onnx", ".toml", ".tsv.gz", ".txt", ".md", ".js", ".css", ".json", ".png", "py.typed"],
)
def test_weights_word_lists_and_static_files_are_in_it(wheel: zipfile.ZipFile, ending: str) -> None:
    assert [name for name in wheel.namelist() if name.startswith("bot/") and name.endswith(ending)]


def test_its_metadata_names_the_command_and_the_extras(wheel: zipfile.ZipFile) -> None:
    folder = next(name.split("/")[0] for name in wheel.namelist() if ".dist-info/" in name)
    metadata = Parser().parsestr(wheel.read(f"{folder}/METADATA").decode())
    assert metadata["Name"] == "footnote-blog"
    assert {"anthropic", "llamacpp", "ollama", "openai"} <= set(metadata.get_all("Provides-Extra", []))
    scripts = ConfigParser()
    scripts.read_string(wheel.read(f"{folder}/entry_points.txt").decode())
    entry = EntryPoint("footnote", scripts["console_scripts"]["footnote"], "console_scripts")
    assert callable(entry.load())


def test_the_doctor_compares_an_installed_package_with_its_checksums(
    wheel: zipfile.ZipFile, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    wheel.extractall(site)
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(site), "HOME": str(tmp_path)}
    command = [sys.executable, "-m", "bot", "doctor", "--quick", "--json"]

    def found() -> dict[str, str]:
        done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == 1 and not done.stderr  # there is no index
        return next(one for one in json.loads(done.stdout)["parts"] if one["part"] == "installation")

    sound = found()
    assert sound["status"] == "ok" and "files are as they were installed" in sound["text"]
    weights = site / "bot" / "read" / "weights" / "cross_encoder.onnx"
    with weights.open("r+b") as file:
        file.seek(1_000_000)
        file.write(bytes(64))
    damaged = found()
    assert damaged["status"] == "problem" and "(bot/read/weights/cross_encoder.onnx)" in damaged["text"]


def test_the_sdist_holds_what_a_wheel_is_built_from_and_no_output(sdist: set[str]) -> None:
    needed = tracked("pyproject.toml", "README.md", "LICENSE", *PACKAGES, *CONTENT)
    assert needed - sdist == set()
    assert not [name for name in sdist if name.startswith((".git/", ".venv/", "dist/", "data/index/"))]
