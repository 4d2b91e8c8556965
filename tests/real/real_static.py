"""Blogs that generators of static sites make, on a server of the test's own that can fail."""

from __future__ import annotations

import http.server
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from real_owner import HERE, Owner

POSTS = HERE / "static" / "posts"
SERVED = os.environ.get("FOOTNOTE_TEST_STATIC", "").split()
"""Addresses at which static.sh serves; none: these tests, which take a minute or two, are not asked for."""


def slugs(folder: Path = POSTS) -> set[str]:
    """Of the posts that the generators publish."""
    names = {path.stem[11:] for path in folder.glob("*.md")}
    return names - {"not-ready-yet"}


def slug_of(address: str) -> str:
    last = address.rstrip("/").rsplit("/", 1)[-1].removesuffix(".html")
    return re.sub(r"^\d{4}-\d\d-\d\d-", "", last)


def found(owner: Owner) -> set[str]:
    """Slugs of what is stored; a page "About" may be there or not."""
    return {slug_of(address) for address in owner.ids()} - {"about"}


class Site(http.server.ThreadingHTTPServer):
    """Serves a folder as `python -m http.server` does, remembers what it answered, and fails on demand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.fails: Callable[[str], bool] = lambda path: False
        self.log: list[tuple[str, int]] = []
        super().__init__(("127.0.0.1", 0), _Handler)
        self.address = f"http://127.0.0.1:{self.server_address[1]}"

    def statuses(self, *, of: str = "") -> list[int]:
        return [status for path, status in self.log if of in path]


class _Handler(http.server.SimpleHTTPRequestHandler):
    server: Site

    def __init__(self, request: Any, client: Any, server: Site) -> None:
        super().__init__(request, client, server, directory=str(server.folder))

    def do_GET(self) -> None:
        if self.server.fails(self.path):
            self.send_error(500)
        else:
            super().do_GET()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:  # the base class passes it
        self.server.log.append((self.path, int(code)))

    def log_message(self, format: str, *args: object) -> None:  # the base class names it so
        pass


class Generated:
    """A blog that a generator makes out of a folder of posts."""

    def __init__(self, generator: str, folder: Path) -> None:
        self.generator = generator
        self.posts = folder / "posts"
        shutil.copytree(POSTS, self.posts)
        (folder / "site").mkdir()
        self.site = Site(folder / "site")
        self.home = f"{self.site.address}/"
        threading.Thread(target=self.site.serve_forever, daemon=True).start()

    def build(self) -> None:
        """Build anew, as if that had been yesterday: a date of this very second is no validator."""
        out = str(self.site.folder)
        command = [
            "sh",
            str(HERE / "static.sh"),
            "build",
            self.generator,
            str(self.posts),
            out,
            self.site.address,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        yesterday = time.time() - 86_400
        for path in self.site.folder.rglob("*"):
            os.utime(path, (yesterday, yesterday))
        self.site.log.clear()

    def file(self, slug: str) -> Path:
        return next(self.posts.glob(f"*-{slug}.md"))

    @property
    def has_sitemap(self) -> bool:
        return self.generator != "pelican"

    @property
    def feed(self) -> str | None:
        names = {"jekyll": "feed.xml", "hugo": "index.xml", "pelican": "feeds/all.atom.xml"}
        return self.home + names[self.generator] if self.generator in names else None


def there(generator: str) -> bool:
    real = Path(os.environ.get("FOOTNOTE_REAL") or Path(os.environ.get("TMPDIR", "/tmp")) / "real")
    return bool(shutil.which(generator)) or (real / "venv" / "bin" / generator).exists()


def generated(generator: str, folder: Path) -> Iterator[Generated]:
    if not SERVED:
        pytest.skip("needs FOOTNOTE_TEST_STATIC: see tests/real/static.sh")
    if not there(generator):
        pytest.skip(f"needs {generator}: see tests/real/static.sh")
    blog = Generated(generator, folder)
    blog.build()
    yield blog
    blog.site.shutdown()
    blog.site.server_close()
