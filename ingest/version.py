"""The version of Footnote that is installed."""

from __future__ import annotations

import functools


@functools.cache
def installed_version() -> str:
    """Such as "0.1.0"; "unknown" if the code runs from a folder that was not installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("footnote-blog")
    except PackageNotFoundError:
        return "unknown"
