"""nginx on loopback with the configuration that our documentation publishes."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from browsing import free_port
from patience import eventually
from processes import started

_DOCS = Path(__file__).resolve().parents[2] / "docs"
_PUBLISHED = re.compile(r"^```nginx\n(.*?)^```", re.M | re.S)
# A single process: the workers of a master that is killed would go on.
_MAIN = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {upstream}
    server {{
        listen 127.0.0.1:{port};
        {location}
    }}
}}
"""


@contextmanager
def below_chat(upstream: str, folder: Path) -> Iterator[str]:
    """The address, with /chat/, at which nginx shows the server at `upstream`; skips where there is no nginx."""
    location = _published("on-your-blog.md").replace("http://127.0.0.1:7860", upstream.rstrip("/"))
    assert location.startswith("location /chat/") and upstream.rstrip("/") in location
    with _running(folder, location) as address:
        yield f"{address}chat/"


@contextmanager
def balanced(servers: Sequence[str], folder: Path) -> Iterator[str]:
    """The address at which nginx shows two servers as one; skips where there is no nginx."""
    upstream = _published("wide.md")
    for published, address in zip(("10.0.0.1:7860", "10.0.0.2:7860"), servers, strict=True):
        assert published in upstream
        upstream = upstream.replace(published, address.removeprefix("http://").rstrip("/"))
    location = _published("on-your-blog.md").replace("http://127.0.0.1:7860", "http://footnote")
    with _running(folder, location.replace("/chat/", "/"), upstream) as address:
        yield address


def _published(page: str) -> str:
    """The first configuration for nginx in a page of the documentation."""
    found = _PUBLISHED.search((_DOCS / page).read_text(encoding="utf-8"))
    assert found, f"{page} shows no configuration for nginx"
    return found[1]


@contextmanager
def _running(folder: Path, location: str, upstream: str = "") -> Iterator[str]:
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        pytest.skip("nginx is not installed here")
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(_MAIN.format(folder=folder, port=port, location=location, upstream=upstream))
    with started([program, "-p", str(folder), "-c", str(configuration)], stderr=subprocess.DEVNULL):
        eventually(lambda: _listens(port))
        yield f"http://127.0.0.1:{port}/"


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
