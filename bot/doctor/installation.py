"""The installed package: its files as they were installed, and the libraries beside it in the versions that it was made for."""

from __future__ import annotations

import base64
import hashlib
import platform
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, PackagePath, distribution, version
from pathlib import Path
from typing import TYPE_CHECKING

from bot.doctor.diagnosis import AGAIN, Diagnosis, named, note, ok, problem
from bot.requirements import OTHER_MODELS
from ingest.version import installed_version

if TYPE_CHECKING:
    from packaging.requirements import Requirement

_ENGINES = ("FOOTNOTE_DATABASE_URL", "FOOTNOTE_CHROMA_URL", "FOOTNOTE_RATE_STORE")
_OPTIONAL = ("openai", "anthropic", "ollama", "llamacpp", "wide")  # extras for owners
_NAME = "footnote-blog"
_OURS = ("bot", "footnote", "ingest", "ui.py")


def files(environ: Mapping[str, str]) -> Iterator[Diagnosis]:  # noqa: ARG001
    """Whether the files of the package, weights among them, have the checksums with which they were installed."""
    part = "installation"
    this = f"Footnote {installed_version()} on Python {platform.python_version()}"
    clone = _clone()
    installed = [] if clone else [file for file in _installed() if file.parts[0] in _OURS and file.hash]
    wrong = [str(file) for file in installed if not _is_as_installed(file)]
    if wrong:
        yield problem(
            part,
            f"{this}: files are not as they were installed ({named(wrong)}). Install them again: {AGAIN}",
        )
    elif installed:
        yield ok(part, f"{this}. All {len(installed)} files are as they were installed.")
    else:
        yield ok(part, f"{this}, from a clone, whose files have no checksums to be compared with.")
    if clone and (stated := clone["version"]) != installed_version():
        yield note(
            part,
            f"The clone is of version {stated}, but {installed_version()} is installed. Install it again: make run, or "
            "pip install -e . in the folder of the clone.",
        )


def libraries(environ: Mapping[str, str]) -> Iterator[Diagnosis]:
    """Whether what the package declares is installed, in a version of the declared range."""
    part, missing, unfit, count = "libraries", [], [], 0
    extras = {"wide"} if any(environ.get(name, "").strip() for name in _ENGINES) else set()
    for one in _declared():
        is_needed = (
            _is_for(one, {"", *extras}) and one.name not in OTHER_MODELS
        )  # these the models' own look is for
        if not is_needed and not _is_for(one, {"", *_OPTIONAL}):
            continue
        found = _version(one.name)
        if found is None:
            missing += [_plain(one)] if is_needed else []
        elif not one.specifier.contains(found, prereleases=True):
            unfit.append((one, found))
        else:
            count += 1
    if missing:
        yield problem(
            part, f"Libraries are missing: {named(missing)}. Install them: pip install {_quoted(missing)}"
        )
    if unfit:
        shown = [f"{one.name} is {found}, which should be {one.specifier}" for one, found in unfit]
        wanted = _quoted([_plain(one) for one, _ in unfit])
        yield problem(
            part,
            f"Libraries have another version than Footnote was made for: {named(shown)}. Correct it: pip install {wanted}",
        )
    if not missing and not unfit:
        yield ok(part, f"All {count} libraries are installed in versions that Footnote was made for.")


def _distribution() -> Distribution | None:
    try:
        return distribution(_NAME)
    except PackageNotFoundError:
        return None


def _installed() -> list[PackagePath]:
    found = _distribution()
    return list(found.files or ()) if found else []


def _is_as_installed(file: PackagePath) -> bool:
    try:
        with Path(str(file.locate())).open("rb") as source:
            digest = hashlib.file_digest(source, file.hash.mode if file.hash else "sha256").digest()
    except OSError:
        return False
    return file.hash is not None and base64.urlsafe_b64encode(digest).decode().rstrip("=") == file.hash.value


def _clone() -> dict[str, str | list[str]]:
    """The version and the declared libraries of the clone that the code runs from; nothing if it is an installed package."""
    file = Path(__file__).parents[2] / "pyproject.toml"
    try:
        project = tomllib.loads(file.read_text(encoding="utf-8"))["project"]
        extras = project["optional-dependencies"].items()
        listed = [f'{one}; extra == "{extra}"' for extra, some in extras for one in some]
        return (
            {"version": project["version"], "requires": [*project["dependencies"], *listed]}
            if project["name"] == _NAME
            else {}
        )
    except (OSError, ValueError, KeyError):
        return {}


def _declared() -> list[Requirement]:
    from packaging.requirements import Requirement

    found = _distribution()
    clone = _clone().get("requires")
    return [Requirement(one) for one in (clone or (found.requires if found else None) or ())]


def _is_for(one: Requirement, extras: set[str]) -> bool:
    return one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in extras)


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _plain(one: Requirement) -> str:
    extras = f"[{','.join(sorted(one.extras))}]" if one.extras else ""
    return f"{one.name}{extras}{one.specifier}"


def _quoted(requirements: list[str]) -> str:
    return " ".join(f"'{one}'" for one in requirements)
