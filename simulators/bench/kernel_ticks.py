"""A minute's tick beside its floors, on any database.

Law: turn by turn on copies of one database: the hub's tick, then the write floor with just the rows
that this tick wrote, then the bare floor. A ratio is a ratio of neighbours, or of their medians.
"""

from __future__ import annotations

import time
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Protocol

from hub.operations import Operations
from protocol.times import MINUTE, minute_number, to_unix
from simulators.bench.figure import Figure
from simulators.bench.kernel_floor import Floor
from simulators.bench.kernel_load import PEAK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hub.store.database import Transaction
    from hub.store.records import Values
    from hub.store.step import Step
    from hub.store.writes import Writes
    from protocol.times import Instant
    from simulators.bench.kernel_load import Load

LARGEST_STATION = 884
"""Calls a day at the largest station (domain.md)."""


class Databases(Protocol):
    """Where databases are made."""

    def create(self) -> str:
        """Return the URL of a new, empty database."""
        ...

    def copy(self, url: str) -> str:
        """Return the URL of a copy of the closed database at `url`."""
        ...


def ticks(
    load: Load, databases: Databases, *, minutes: int, aim: float, name: str = ""
) -> Iterator[Figure]:
    """Yield the figures of the minutes after the morning's peak; `name` begins each."""
    url = databases.create()
    operations = load.filled(url, LARGEST_STATION)
    now = load.midnight + PEAK
    operations.step(now, (), minute_number(now))
    operations.close()
    floor = Floor(databases.copy(url))
    hub = Recording(url, load)
    taken = [_minute(hub, floor, now, turn) for turn in range(1, minutes + 1)]
    hub.close()
    floor.close()
    at = f"{LARGEST_STATION} calls"
    for place, what in enumerate(("tick", "write floor", "bare floor", "tick with nothing due")):
        value = median(each[place] for each in taken) * 1000
        yield Figure(figure=f"{name}{what} p50, {at}", value=value, unit="ms")
    paired = median(tick / least for tick, least, *_ in taken)
    yield Figure(figure=f"{name}tick / write floor, {at}", value=paired, unit="ratio", aim=aim)
    paired = median(idle / least for _, _, least, idle in taken)
    figure = f"{name}tick with nothing due / bare floor, {at}"
    yield Figure(figure=figure, value=paired, unit="ratio")
    busiest, least, *_ = max(taken, key=lambda each: each[1])
    figure = f"{name}busiest minute / write floor, {at}"
    yield Figure(figure=figure, value=busiest / least, unit="ratio")


def _minute(
    hub: Recording, floor: Floor, begun: Instant, turn: int
) -> tuple[float, float, float, float]:
    """Return the seconds of a tick, of both floors, and of a tick with nothing due.

    There are two ticks an instant, so the numbers of the minutes go up twice as fast.
    """
    now = begun + turn * MINUTE
    minute = minute_number(begun) + 2 * turn
    ticked = timed(partial(hub.step, now, (), minute))
    hub.tidy(now)
    written = floor.tick(int(to_unix(now)), hub.written(), minute)
    bare = floor.bare(int(to_unix(now)))
    idle = timed(partial(hub.step, now, (), minute + 1))
    hub.tidy(now)
    return ticked, written, bare, idle


class Recording(Operations):
    """A hub that remembers what its last step wrote."""

    def __init__(self, url: str, load: Load) -> None:
        super().__init__(url, load.station)
        self._last: Writes | None = None
        self.open(load.midnight + PEAK)

    def written(self) -> dict[str, list[Values]]:
        """Return the rows of a tick by table."""
        last = self._last
        if last is None:
            return {"advances": [], "events": [], "journal": []}
        return {"advances": last.advances, "events": last.events, "journal": last.journal}

    def _step(self, opened: Transaction, now: Instant, next_number: int) -> Step:
        step = super()._step(opened, now, next_number)
        self._last = step.writes
        return step


def timed(call: Callable[[], object]) -> float:
    """Return the real seconds that `call` takes."""
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def both(call: Callable[[], object]) -> tuple[float, float]:
    """Return the real and the processor's seconds that `call` takes."""
    worked = time.process_time()
    real = timed(call)
    return real, time.process_time() - worked
