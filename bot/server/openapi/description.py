"""The description of the routes that there are, with the requests and responses that the file describes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.version import installed_version

if TYPE_CHECKING:
    from fastapi import FastAPI

_FILE = Path(__file__).with_name("openapi.yaml")


def describe(app: FastAPI) -> None:
    """Give the app its description; it is made at the first request for it."""
    made: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not made:
            made.update(_description(app))
        return made

    app.openapi = openapi  # type: ignore[method-assign]


def _description(app: FastAPI) -> dict[str, Any]:
    import yaml
    from fastapi.openapi.utils import get_openapi
    from starlette.routing import Route

    written: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    version = installed_version()
    found = get_openapi(title=app.title, version=version, routes=app.routes)
    paths = {
        path: {
            method: _merged(operation, written["paths"].get(path, {}).get(method))
            for method, operation in one.items()
        }
        for path, one in found["paths"].items()
    }
    for route in app.routes:  # those that are no FastAPI routes, and have no guess
        if type(route) is Route and route.include_in_schema and route.path in written["paths"]:
            paths[route.path] = written["paths"][route.path]
    used = {tag for one in paths.values() for operation in one.values() for tag in operation.get("tags", ())}
    info = {**written["info"], "title": app.title, "version": version}
    tags = [tag for tag in written["tags"] if tag["name"] in used]
    return {**found, "info": info, "tags": tags, "paths": paths, "components": written["components"]}


def _merged(operation: dict[str, Any], written: dict[str, Any] | None) -> dict[str, Any]:
    """What is written overrides what FastAPI guesses from signatures that say nothing of requests and responses."""
    return {**operation, **(written or {})}
