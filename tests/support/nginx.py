"""nginx on loopback with the configuration that our documentation publishes."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from browsing import free_port
from patience import eventually
from processes import started

_PUBLISHED = re.compile(r"^```nginx\n(location /chat/ .*?)^```", re.M | re.S)
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
    server {{
        listen 127.0.0.1:{port};
        {location}
    }}
}}
"""


@contextmanager
def below_chat(upstream: str, folder: Path) -> Iterator[str]:
    """The address, with /chat/, at which nginx shows the server at `upstream`; skips where there is no nginx."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        pytest.skip("nginx is not installed here")
    page = (Path(__file__).resolve().parents[2] / "docs/on-your-blog.md").read_text(encoding="utf-8")
    found = _PUBLISHED.search(page)
    assert found, "the documentation shows no configuration for nginx"
    location = found[1].replace("http://127.0.0.1:7860", upstream.rstrip("/"))
    assert upstream.rstrip("/") in location
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(_MAIN.format(folder=folder, port=port, location=location))
    with started([program, "-p", str(folder), "-c", str(configuration)], stderr=subprocess.DEVNULL):
        eventually(lambda: _listens(port))
        yield f"http://127.0.0.1:{port}/chat/"


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
