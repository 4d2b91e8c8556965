"""A Hugging Face Space for one blog: a folder that its owner uploads."""

from __future__ import annotations

import json
import shutil
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from string import Template

from bot.config import DEFAULT_TITLE
from ingest.errors import ConfigError
from ingest.urls import public_url

TEMPLATES = Path(__file__).with_name("templates") / "space"
PACKAGE = "footnote-blog"
_MOST_TITLE = 60  # characters


def write_space(folder: Path, *, blog: str = "", title: str = "", wheel: Path | None = None) -> list[str]:
    """Write a Space; returns the names of its files.

    Args:
        folder: A new folder, or an empty one.
        blog: The address that the Space follows; empty: its owner adds the variable FOOTNOTE_FOLLOW.
        title: The Space's name.
        wheel: The package to install; by default that of the package index, in this version.

    Raises:
        ConfigError: The folder holds something or cannot be written, or an argument cannot be used.
    """
    values = {
        "follow": f"ENV FOOTNOTE_FOLLOW={_blog(blog)}"
        if blog
        else "# FOOTNOTE_FOLLOW is a variable of the Space.",
        "title": json.dumps(_title(title), ensure_ascii=False),
        "heading": _title(title),
        "package": _requirement(),
    }
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ConfigError(f"{folder} exists and is not empty. Name a new folder.")
        folder.mkdir(parents=True, exist_ok=True)
        for template in sorted(TEMPLATES.iterdir()):
            text = Template(template.read_text(encoding="utf-8")).safe_substitute(values)
            (folder / template.name).write_text(text, encoding="utf-8")
        if wheel is not None:
            shutil.copyfile(wheel, folder / wheel.name)
    except OSError as error:
        raise ConfigError(f"{folder} cannot be written ({error.strerror or error}).") from error
    return sorted(file.name for file in folder.iterdir())


def _blog(address: str) -> str:
    found = public_url(address.strip())
    if found is None or any(character in found for character in "\"'\\$`") or found.split() != [found]:
        raise ConfigError(f"{address!r} is no address of a blog. Write it like https://www.your-blog.com.")
    return found


def _title(title: str) -> str:
    shown = " ".join(title.split()) or DEFAULT_TITLE
    if len(shown) > _MOST_TITLE or not shown.isprintable():
        raise ConfigError(f"The title of a Space has at most {_MOST_TITLE} characters.")
    return shown


def _requirement() -> str:
    try:
        return f"{PACKAGE}=={version(PACKAGE)}"
    except PackageNotFoundError:  # run from a folder that was not installed
        return PACKAGE
