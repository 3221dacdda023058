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

from protocol.errors import DeviceError

if TYPE_CHECKING:
    from collections.abc import Iterator

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
        call("pg_ctl", "-D", data, "-w", "-l", f"{root}/log", "-o", options, "start")
        try:
            yield Server(root)
        finally:
            call("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")


class Server:
    """A running server.

    Attributes:
        socket: directory of its socket.
    """

    def __init__(self, socket: str) -> None:
        self.socket = socket
        self._made = 0

    def create(self, template: str | None = None) -> str:
        """Return the URL of a new database, empty or a copy of the one at `template`."""
        self._made += 1
        name = f"station_{self._made}"
        like = f" TEMPLATE {template.partition('@/')[2].partition('?')[0]}" if template else ""
        self._order(f"CREATE DATABASE {name}{like}")
        return self._url(name)

    def drop(self, url: str) -> None:
        """Drop the database at `url`, whoever is connected."""
        name = url.partition("@/")[2].partition("?")[0]
        self._order(f"DROP DATABASE {name} WITH (FORCE)")

    def _order(self, sentence: str) -> None:
        engine = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(sentence))
        engine.dispose()

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.socket}"
