"""Engines that a test starts for itself, in a folder of its own and on a free port; a test skips where they are not installed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

import pytest
from patience import PATIENCE


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    """Look again and again, for as long as a slow machine may take."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, f"{what} in vain"
        time.sleep(0.02)


def accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


@dataclass
class Redis:
    """A redis-server without files."""

    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        program = shutil.which("redis-server") or shutil.which("valkey-server")
        if program is None:
            pytest.skip("neither redis-server nor valkey-server is installed")
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
        wait_until(lambda: accepts(self.port), "waited for redis")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def freeze(self) -> None:
        """It accepts connections and answers nothing."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)


@dataclass
class Chroma:
    """A `chroma run` with files of its own, which a killed test leaves in the temporary folder."""

    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="footnote-chroma-")))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        program = Path(sys.executable).with_name("chroma")
        if not program.exists():
            pytest.skip("the program chroma is not beside this Python")
        options = ["--path", str(self.folder), "--host", "127.0.0.1", "--port", str(self.port)]
        with (self.folder.parent / f"{self.folder.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                ["sh", "-c", _UNTIL_EOF.replace("QUIT", "KILL"), str(program), "run", *options],
                stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, "RUST_LOG": "warn"},
            )  # fmt: skip
        wait_until(self._answers, "waited for chroma")

    def stop(self) -> None:
        """End it at once, with every connection."""
        if self.process is not None and self.process.returncode is None:
            assert self.process.stdin is not None
            self.thaw()
            self.process.stdin.close()
            self.process.wait()

    def freeze(self) -> None:
        """It accepts connections and answers nothing."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGCONT)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder.parent / f"{self.folder.name}.log").unlink(missing_ok=True)

    def collections(self) -> dict[str, int]:
        """Name of each collection, and how many records it has."""
        place = f"{self.url}/api/v2/tenants/default_tenant/databases/default_database/collections"
        with urlopen(place) as answer:
            found = json.load(answer)
        counts = {}
        for one in found:
            with urlopen(f"{place}/{one['id']}/count") as answer:
                counts[one["name"]] = json.load(answer)
        return counts

    def _answers(self) -> bool:
        try:
            urlopen(f"{self.url}/api/v2/heartbeat", timeout=5).close()
        except OSError:
            return False
        return True


# Ends with the test's process, however that ends.
_UNTIL_EOF = '"$0" "$@" & cat > /dev/null; kill -QUIT $!; wait'


@dataclass
class Postgres:
    """A cluster with files of its own, which a killed test leaves in the temporary folder."""

    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="footnote-postgres-")))
    _blogs: int = 0

    @property
    def url(self) -> str:
        return f"postgresql://footnote@127.0.0.1:{self.port}/postgres"

    def new_blog(self) -> str:
        """A name that no other test uses."""
        self._blogs += 1
        return f"blog-{self._blogs}"

    def make(self) -> None:
        """Write the cluster's files, and start it."""
        options = [
            "-D",
            str(self.folder / "data"),
            "-U",
            "footnote",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        if user := self._user():
            shutil.chown(self.folder, user)
        made = subprocess.run(
            [_postgres("initdb"), "--locale=C", *options],
            capture_output=True, text=True, user=self._user(), env={**os.environ, "LC_ALL": "C"}, check=False,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        self.start()

    def start(self) -> None:
        settings = {
            "listen_addresses": "127.0.0.1",
            "fsync": "off",
            "unix_socket_directories": str(self.folder),
        }
        options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                ["sh", "-c", _UNTIL_EOF, _postgres("postgres"), "-D", str(self.folder / "data"), "-p", str(self.port), *options],
                stdin=subprocess.PIPE, stdout=log, stderr=log, user=self._user(), start_new_session=True,
            )  # fmt: skip
        wait_until(self._answers, "waited for postgres")

    def stop(self) -> None:
        """End it at once, with every connection."""
        if self.process is not None:
            assert self.process.stdin is not None
            self.process.stdin.close()
            self.process.wait()

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    @staticmethod
    def _user() -> str | None:
        """Postgres refuses to run as root."""
        return "postgres" if os.getuid() == 0 else None


def _postgres(program: str) -> str:
    """The path of one of Postgres' programs, which Debian keeps out of PATH."""
    found = shutil.which(program) or next(
        map(str, sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), reverse=True)), None
    )
    if found is None:
        pytest.skip(f"{program} is not installed")
    return found


def start_postgres() -> Postgres:
    """A new cluster; skips the test where there is none to be had."""
    pytest.importorskip("psycopg", reason="the extra [wide] is not installed")
    _postgres("initdb")
    made = Postgres()
    made.make()
    return made
