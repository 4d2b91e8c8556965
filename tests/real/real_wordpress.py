"""The real WordPress that wordpress.sh runs, and its owner's hands."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from filelock import FileLock
from real_owner import HERE

ASKED_FOR = os.environ.get("FOOTNOTE_TEST_WORDPRESS", "")
WORDPRESS = ASKED_FOR.rstrip("/") or "http://127.0.0.1:8081"


class WordPress:
    """The blog, and its owner's hands."""

    home = f"{WORDPRESS}/"

    def __init__(self) -> None:
        self.touched = True

    def run(self, *words: str, body: str = "") -> list[dict[str, Any]]:
        """One command of wp.php."""
        self.touched = True
        command = ["sh", str(HERE / "wordpress.sh"), "wp", *words]
        done = subprocess.run(command, input=body, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def one(self, *words: str, body: str = "") -> str:
        """One command that answers with a post: the post's address."""
        return str(self.run(*words, body=body)[0]["url"])

    def publish(self, title: str, *words: str, body: str = "One paragraph to read, and no more.") -> str:
        return self.one("publish", "--title", title, *words, body=f"<p>{body}</p>")

    def edit(self, slug: str, body: str) -> str:
        return self.one("edit", slug, body=f"<p>{body}</p>")

    def published(self) -> dict[str, dict[str, Any]]:
        """What everybody may read and what has text, by address."""
        posts = [
            post for post in self.run("list", "publish") if post["type"] == "post" and not post["password"]
        ]
        return {
            post["url"]: post for post in posts if post["slug"] not in ("an-empty-post", "only-a-picture")
        }

    def post(self, slug: str) -> str:
        return f"{WORDPRESS}/{slug}/"

    def reset(self) -> None:
        if self.touched:
            self.run("reset", body=(HERE / "wordpress" / "posts.txt").read_text())
            self.touched = False


def alone() -> AbstractContextManager[object]:
    """Two runs of these tests would change one blog under each other's hands: one waits for the other."""
    place = Path(tempfile.gettempdir()) / f"footnote-wordpress-{WORDPRESS.rpartition(':')[2]}.lock"
    return FileLock(place, timeout=1200, is_singleton=True)  # both files of tests may hold it
