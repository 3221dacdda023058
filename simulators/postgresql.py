"""A private PostgreSQL server for tests and benches, and new databases on it.

Law: it listens on a socket in a directory of its own and nowhere else; nothing of it outlives the
context. PostgreSQL refuses to run as root, so it runs as ``postgres`` then.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from protocol.errors import DeviceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

INSTALLED = Path("/usr/lib/postgresql")
"""Where Debian keeps the binaries of every version."""

PATIENCE_S = 60.0


def binaries() -> Path | None:
    """Return the directory of PostgreSQL's own programs, None if it is not installed."""
    found = sorted(INSTALLED.glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


@contextmanager
def server(programs: Path, *, durable: bool) -> Iterator[Server]:
    """Run a server until the context ends.

    Args:
        programs: see `binaries`.
        durable: whether a commit waits for the disk; a test need not.

    Raises:
        DeviceError: it does not start.
    """
    unprivileged = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []

    def call(program: str, *arguments: str) -> None:
        command = [*unprivileged, str(programs / program), *arguments]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE_S, cwd="/")
        except (OSError, subprocess.SubprocessError) as error:
            said = getattr(error, "stderr", None) or str(error).encode()
            raise DeviceError(f"{program} failed: {said.decode(errors='replace')}") from error

    with tempfile.TemporaryDirectory(prefix="station-pg-", ignore_cleanup_errors=True) as root:
        if unprivileged:
            shutil.chown(root, "postgres")
        data = f"{root}/data"
        call("initdb", "-D", data, "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C")
        options = f"-c listen_addresses= -c unix_socket_directories={root}"
        options += "" if durable else " -c fsync=off"

        def start() -> None:
            call("pg_ctl", "-D", data, "-w", "-l", f"{root}/log", "-o", options, "start")

        def kill() -> None:
            call("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")

        start()
        running = Server(root, start=start, kill=kill)
        try:
            yield running
        finally:
            if running.up:
                kill()


class Server:
    """A running server.

    Attributes:
        socket: directory of its socket.
        up: whether it runs.
    """

    def __init__(self, socket: str, *, start: Callable[[], None], kill: Callable[[], None]) -> None:
        self.socket = socket
        self.up = True
        self._start = start
        self._kill = kill
        self._made = 0

    def kill(self) -> None:
        """End it as a power cut does: nothing is written, nobody is told."""
        self._kill()
        self.up = False

    def start(self) -> None:
        """Start it again; it recovers from its log."""
        self._start()
        self.up = True

    def create(self, template: str | None = None) -> str:
        """Return the URL of a new database, empty or a copy of the one at `template`."""
        self._made += 1
        name = f"station_{self._made}"
        like = f" TEMPLATE {make_url(template).database}" if template else ""
        self._order(f"CREATE DATABASE {name}{like}")
        return self._url(name)

    def drop(self, url: str) -> None:
        """Drop the database at `url`, whoever is connected."""
        self._order(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def empty(self, url: str) -> None:
        """Make the database at `url` as new, whoever is connected: faster than a new one."""
        self._order(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()",
            url,
        )
        self._order("DROP SCHEMA public CASCADE", url)
        self._order("CREATE SCHEMA public", url)

    def _order(self, sentence: str, url: str | None = None) -> None:
        engine = create_engine(url or self._url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(sentence))
        engine.dispose()

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.socket}"
