"""A private PostgreSQL server for tests, one a session, and new databases on it.

Law: it listens on a socket in a directory of its own and nowhere else; nothing of it outlives the
session. Where PostgreSQL is not installed, what needs it is skipped and says so.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text


def _binaries():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


@pytest.fixture(scope="session")
def postgresql_server():
    """The directory of a private server's socket; the server ends with the session.

    The server refuses to run as root, so it runs as ``postgres`` then.
    """
    binaries = _binaries()
    if binaries is None:
        pytest.skip("PostgreSQL's binaries are not installed: apt-get install postgresql")
    unprivileged = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []

    def call(program, *arguments):
        command = [*unprivileged, str(binaries / program), *arguments]
        subprocess.run(command, check=True, capture_output=True, timeout=60, cwd="/")

    with tempfile.TemporaryDirectory(prefix="station-pg-", ignore_cleanup_errors=True) as root:
        if unprivileged:
            shutil.chown(root, "postgres")
        data = f"{root}/data"
        call("initdb", "-D", data, "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C")
        options = f"-c listen_addresses= -c unix_socket_directories={root} -c fsync=off"
        call("pg_ctl", "-D", data, "-w", "-l", f"{root}/log", "-o", options, "start")
        try:
            yield root
        finally:
            call("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")


_numbers = itertools.count(1)


@pytest.fixture
def postgresql_url(postgresql_server):
    """A new, empty database on the private server."""
    base = f"postgresql+psycopg://postgres@/{{}}?host={postgresql_server}"
    name = f"test_{next(_numbers)}"
    engine = create_engine(base.format("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield base.format(name)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()
