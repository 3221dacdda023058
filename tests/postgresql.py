"""A private PostgreSQL server for tests, one a session, and empty databases on it.

Law: nothing of it outlives the session (`simulators.postgresql` sees to that). It does not wait for
the disk: what is about durability starts a server of its own. Where PostgreSQL is not installed,
what needs it is skipped and says so.
"""

from __future__ import annotations

import pytest

from simulators.postgresql import binaries, server


@pytest.fixture(scope="session")
def postgresql_programs():
    """The directory of PostgreSQL's own programs."""
    found = binaries()
    if found is None:
        pytest.skip("PostgreSQL's binaries are not installed: apt-get install postgresql")
    return found


@pytest.fixture(scope="session")
def postgresql_server(postgresql_programs):
    """A private server, see `simulators.postgresql.Server`; it ends with the session."""
    with server(postgresql_programs, durable=False) as running:
        yield running


@pytest.fixture(scope="session")
def postgresql_databases(postgresql_server):
    """Empty databases, to be taken and given back."""
    return Databases(postgresql_server)


@pytest.fixture
def postgresql_url(postgresql_databases):
    """An empty database on the private server."""
    url = postgresql_databases.take()
    yield url
    postgresql_databases.give_back(url)


class Databases:
    """Databases that are emptied and used again: to make a new one takes ten times as long."""

    def __init__(self, server):
        self._server = server
        self._free = []

    def take(self):
        """Return the URL of an empty database that nobody else has."""
        return self._free.pop() if self._free else self._server.create()

    def give_back(self, url):
        """Empty it, whoever is connected."""
        self._server.empty(url)
        self._free.append(url)
