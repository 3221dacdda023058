"""The kernel against its database's floors: `station bench kernel`.

Law: what is compared is measured in the same run on the same machine, turn by turn; milliseconds
say something about the machine, ratios about the program. Aims: the end of the kernel's design.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import station_config
from hub.operations import Operations
from protocol.times import MINUTE, minute_number, to_unix
from simulators.bench.figure import Figure
from simulators.bench.kernel_floor import Floor
from simulators.bench.kernel_load import Load, url_of
from simulators.bench.kernel_minutes import lateness
from station_config.load import load_station

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hub.store.database import Transaction
    from hub.store.records import Values
    from hub.store.step import Step
    from hub.store.writes import Writes
    from protocol.times import Instant

LARGEST_STATION = 884
"""Calls a day at the largest station (domain.md)."""

CALLS = {"small": (400, 4_000), "default": (400, 4_000, 40_000)}
CALLS["nightly"] = (*CALLS["default"], 400_000)
ROWS = 60
"""Rows changed one by one per size."""
BURST = 500
PEAK = timedelta(hours=8)


def run(size: str) -> Iterator[Figure]:
    """Measure; yield the figures as they come."""
    reference = Path(station_config.__file__).parent / "stations" / "hohhot_east"
    load = Load(load_station(reference))
    with tempfile.TemporaryDirectory(prefix="station-bench-") as directory:
        yield from _ticks(load, Path(directory), minutes=30 if size == "small" else 120)
        yield from _rows(load, Path(directory), CALLS[size])
    yield from _minutes(10 if size == "small" else 30)


def _ticks(load: Load, directory: Path, *, minutes: int) -> Iterator[Figure]:
    """The minutes around the morning's peak, each beside its floor on a copy of the database."""
    operations = load.filled(url_of(directory / "ticks.db"), LARGEST_STATION)
    now = load.midnight + PEAK
    operations.step(now, (), minute_number(now))
    operations.close()
    shutil.copy(directory / "ticks.db", directory / "floor.db")
    recorded = Recording(url_of(directory / "ticks.db"), load)
    floor = Floor(url_of(directory / "floor.db"))
    ticks, floors, bare = [], [], []
    for _ in range(minutes):
        now += MINUTE
        minute = minute_number(now)
        ticks.append(_timed(partial(recorded.step, now, (), minute)))
        recorded.tidy(now)
        floors.append(floor.tick(int(to_unix(now)), recorded.written(), minute))
        bare.append(floor.bare(int(to_unix(now))))
    recorded.close()
    floor.close()
    at = f"{LARGEST_STATION} calls"
    yield Figure(figure=f"tick p50, {at}", value=_ms(ticks), unit="ms")
    yield Figure(figure=f"write floor p50, {at}", value=_ms(floors), unit="ms")
    yield Figure(figure=f"bare floor p50, {at}", value=_ms(bare), unit="ms")
    paired = median(tick / least for tick, least in zip(ticks, floors, strict=True))
    yield Figure(figure=f"tick / write floor, {at}", value=paired, unit="ratio", aim=2.0)


def _rows(load: Load, directory: Path, sizes: tuple[int, ...]) -> Iterator[Figure]:
    """A changed row, a burst, an hour, and everything anew, at growing numbers of calls."""
    now = load.midnight + PEAK
    hubs = {calls: load.filled(url_of(directory / f"{calls}.db"), calls) for calls in sizes}
    for operations in hubs.values():
        operations.step(now, (), minute_number(now))
        operations.tidy(now)
    turns = [_one_row_each(load, hubs, turn) for turn in range(ROWS)]
    for calls in sizes:
        wall, cpu = (median(turn[calls][kind] for turn in turns) * 1000 for kind in (0, 1))
        yield Figure(figure=f"changed row, {calls} calls", value=wall, unit="ms")
        yield Figure(figure=f"changed row, {calls} calls, processor", value=cpu, unit="ms", aim=0.5)
    first, last = sizes[0], sizes[-1]
    for kind, name in enumerate(("changed row", "changed row, processor")):
        growth = median(turn[last][kind] / turn[first][kind] for turn in turns)
        figure = f"{name}, {last} / {first} calls"
        yield Figure(figure=figure, value=growth, unit="ratio", aim=1.5)
    for calls, operations in hubs.items():
        burst = _burst(load, operations, calls)
        yield Figure(figure=f"burst of {BURST}, {calls} calls", value=burst, unit="ms", aim=150.0)
        hour = _timed(partial(operations.step, now + timedelta(hours=1)))
        yield Figure(figure=f"one hour in one jump, {calls} calls", value=hour * 1000, unit="ms")
    everything = _timed(partial(hubs[last].rebase, now, minute_number(now)))
    ratio = everything / median(turn[last][0] for turn in turns)
    figure = f"everything anew / changed row, {last} calls"
    yield Figure(figure=figure, value=ratio, unit="ratio", aim=40.0, better="higher")
    for operations in hubs.values():
        operations.close()


def _one_row_each(
    load: Load, hubs: dict[int, Operations], turn: int
) -> dict[int, tuple[float, float]]:
    """Change one row at every size, one after another; return real and processor seconds."""
    took = {}
    now = load.midnight + PEAK + turn * timedelta(milliseconds=500)
    for calls, operations in hubs.items():
        change = load.change(load.row(_spread(turn, calls), late=turn % 20 + 1))
        worked = time.process_time()
        real = _timed(partial(operations.step, now, (change,)))
        took[calls] = real, time.process_time() - worked
        operations.tidy(now)
    return took


def _burst(load: Load, operations: Operations, calls: int) -> float:
    """Return the milliseconds of one step with many rows, the median of five."""
    took = []
    now = load.midnight + PEAK + MINUTE
    for turn in range(5):
        rows = [load.row(_spread(n, calls), late=30 + turn) for n in range(min(BURST, calls))]
        changes = [load.change(row) for row in rows]
        took.append(_timed(partial(operations.step, now, changes)))
        operations.tidy(now)
    return median(took) * 1000


def _minutes(seconds: int) -> Iterator[Figure]:
    for busy, aim in ((False, 5.0), (True, 50.0)):
        late, wrong = lateness(seconds, busy=busy)
        name = "busy 40 %" if busy else "idle"
        yield Figure(figure=f"minute late p50, {name}", value=median(late), unit="ms", aim=aim)
        yield Figure(figure=f"minute late at worst, {name}", value=max(late), unit="ms")
        figure = f"minutes early, missing or twice, {name}"
        yield Figure(figure=figure, value=wrong, unit="minutes", aim=0)


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


def _spread(turn: int, calls: int) -> int:
    return turn * 7919 % calls


def _timed(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def _ms(seconds: list[float]) -> float:
    return median(seconds) * 1000
