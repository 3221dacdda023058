"""A private PostgreSQL server for tests, one a session, and new databases on it.

Law: nothing of it outlives the session (`simulators.postgresql`). Where PostgreSQL is not
installed, what needs it is skipped and says so.
"""

from __future__ import annotations

import pytest

from simulators.postgresql import binaries, server


@pytest.fixture(scope="session")
def postgresql_server():
    """A private server; it ends with the session."""
    programs = binaries()
    if programs is None:
        pytest.skip("PostgreSQL's binaries are not installed: apt-get install postgresql")
    with server(programs, durable=False) as running:
        yield running


@pytest.fixture
def postgresql_url(postgresql_server):
    """A new, empty database on the private server."""
    url = postgresql_server.create()
    yield url
    postgresql_server.drop(url)
