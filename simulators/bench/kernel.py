"""The kernel against its database's floors, at growing sizes, and beside a peer.

Law: what is compared is measured in the same run on the same machine, turn by turn; milliseconds
say something about the machine, ratios about the program. Aims: the end of the kernel's design.
What is not installed is left out, with a line on standard error.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from itertools import count
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url

import station_config
from protocol.errors import DeviceError
from simulators.bench.figure import Figure
from simulators.bench.kernel_growth import growth
from simulators.bench.kernel_load import Load, url_of
from simulators.bench.kernel_minutes import lateness
from simulators.bench.kernel_peer import beside_peer
from simulators.bench.kernel_ticks import ticks
from simulators.postgresql import Server, binaries, server
from station_config.load import load_station

if TYPE_CHECKING:
    from collections.abc import Iterator

CALLS = {"small": (400, 4_000), "default": (400, 4_000, 40_000, 400_000)}
CALLS["nightly"] = CALLS["default"]
ANEW_AT = {"small": 4_000, "default": 4_000, "nightly": 40_000}
MINUTES = {"small": 20, "default": 60, "nightly": 240}
"""Ticks of station time."""
CLOCK_S = {"small": 3, "default": 4, "nightly": 60}
"""Real seconds that the minute clock is watched, idle and busy."""


def run(size: str) -> Iterator[Figure]:
    """Measure; yield the figures as they come."""
    reference = Path(station_config.__file__).parent / "stations" / "hohhot_east"
    load = Load(load_station(reference))
    with tempfile.TemporaryDirectory(prefix="station-bench-") as directory:
        files = Files(Path(directory))
        yield from ticks(load, files, minutes=MINUTES[size], aim=2.0)
        yield from _or_not("PostgreSQL", _postgresql(load, MINUTES[size]))
        yield from _or_not("node-gtfs", beside_peer(load, Path(directory)))
        anew_at = ANEW_AT[size]
        yield from growth(load, Path(directory), CALLS[size], anew_at=anew_at)
    yield from _clock(CLOCK_S[size])


class Files:
    """SQLite databases in a directory."""

    def __init__(self, directory: Path) -> None:
        self._paths = (directory / f"{number}.sqlite" for number in count())

    def create(self) -> str:
        """Return the URL of a new, empty database."""
        return url_of(next(self._paths))

    def copy(self, url: str) -> str:
        """Return the URL of a copy of the closed database at `url`."""
        copied = next(self._paths)
        shutil.copy(make_url(url).database or "", copied)
        return url_of(copied)


def _postgresql(load: Load, minutes: int) -> Iterator[Figure]:
    programs = binaries()
    if programs is None:
        raise DeviceError("PostgreSQL's binaries are not installed: apt-get install postgresql")
    with server(programs, durable=True) as running:
        databases = Copies(running)
        yield from ticks(load, databases, minutes=minutes, aim=2.5, name="PostgreSQL: ")


class Copies:
    """Databases on a server."""

    def __init__(self, running: Server) -> None:
        self._server = running

    def create(self) -> str:
        """Return the URL of a new, empty database."""
        return self._server.create()

    def copy(self, url: str) -> str:
        """Return the URL of a copy of the closed database at `url`."""
        return self._server.create(template=url)


def _or_not(what: str, figures: Iterator[Figure]) -> Iterator[Figure]:
    """Yield the figures, or say why there are none."""
    try:
        yield from figures
    except DeviceError as error:
        print(f"bench kernel: nothing of {what}: {error}", file=sys.stderr)  # noqa: T201


def _clock(seconds: int) -> Iterator[Figure]:
    for busy, aim in ((False, 5.0), (True, 50.0)):
        late, wrong = lateness(seconds, busy=busy)
        name = "busy 40 %" if busy else "idle"
        yield Figure(figure=f"minute late p50, {name}", value=median(late), unit="ms", aim=aim)
        yield Figure(figure=f"minute late at worst, {name}", value=max(late), unit="ms")
        figure = f"minutes early, missing or twice, {name}"
        yield Figure(figure=figure, value=wrong, unit="minutes", aim=0)
