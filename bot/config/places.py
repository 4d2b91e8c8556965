"""Where Footnote's own content is, and where it stores what it makes.

One rule decides: in the folder of a clone everything is below `data`, as developers expect it; anywhere else the index,
and the feedback beside it, are in the user's data folder.
"""

from __future__ import annotations

from pathlib import Path

_DATA = Path("data")
_CLONE = 'name = "footnote-blog"'  # in the pyproject.toml of this project and of no other
_SAMPLES = ("articles", "guides")


def in_clone() -> bool:
    """Is the current folder a clone of Footnote's repository? Its pyproject.toml says so."""
    try:
        return _CLONE in Path("pyproject.toml").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False


def default_index() -> Path:
    """The folder of the index if FOOTNOTE_INDEX and --index name none."""
    return (_DATA if in_clone() else _user_folder()) / "index"


def demo_index() -> Path:
    """The folder of the indexes of `footnote demo`."""
    return (_DATA if in_clone() else _user_folder()) / "demo-index"


def cache_folder() -> Path:
    """For what can be made again."""
    from platformdirs import user_cache_path

    return user_cache_path("footnote", appauthor=False)


def content_folder() -> Path:
    """The sample posts and the demo blog: in the wheel inside the package, in a clone the folder `data`."""
    packed = Path(__file__).resolve().parents[1] / "data"
    return packed if packed.is_dir() else Path(__file__).resolve().parents[2] / "data"


def sample_sources() -> tuple[str, ...]:
    """What is ingested if nothing is named: the posts of the sample blog."""
    folder = _DATA if in_clone() else content_folder()
    return tuple(str(folder / name) for name in _SAMPLES)


def _user_folder() -> Path:
    """On Linux ~/.local/share/footnote, on macOS ~/Library/Application Support/footnote."""
    from platformdirs import user_data_path

    return user_data_path("footnote", appauthor=False)
