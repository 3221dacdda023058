"""The same work at growing numbers of calls a day: what must not grow with them, and what does.

Law: SQLite; sizes take turns, so that what the machine does meanwhile falls on all. The smallest
days are made by the kernel itself, the large ones of their rows (`kernel_load.multiply`). As in a
hub, the write-ahead log is not tidied at every row.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import islice
from statistics import median
from typing import TYPE_CHECKING

from protocol.times import MINUTE, minute_number
from simulators.bench.figure import Figure
from simulators.bench.kernel_load import PEAK, SEED, multiply, url_of
from simulators.bench.kernel_ticks import both, timed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hub.operations import Operations
    from protocol.times import Instant
    from simulators.bench.kernel_load import Load

ROWS = 60
"""Rows changed one by one per size."""

SOON = timedelta(milliseconds=500)
"""Station time from one to the next."""

LATER = 3
"""Minutes by which an estimate moves: enough to be told at once (`hub.kernel.steady`)."""

TIDY_EVERY = 10
"""Rows between two checkpoints: a hub has one a minute."""

MINUTES = 10
BURST = 500
BURSTS = 5


@dataclass(frozen=True)
class Day:
    """An open hub, as the morning's peak begins."""

    calls: int
    hub: Operations


def growth(
    load: Load, directory: Path, sizes: tuple[int, ...], *, anew_at: int
) -> Iterator[Figure]:
    """Yield the figures of days with so many calls; of `anew_at` what everything anew takes."""
    now = load.midnight + PEAK
    days = [Day(calls, _opened(load, directory, calls, now)) for calls in sizes]
    yield from _rows(load, days, now)
    yield from _everything(load, next(day for day in days if day.calls == anew_at), now)
    yield from _minutes(days, now)
    now += MINUTES * MINUTE
    for day in days:
        taken = list(_bursts(load, day, now))
        wall, cpu = (median(each[kind] for each in taken) * 1000 for kind in (0, 1))
        name = f"burst of {BURST}, {day.calls} calls"
        yield Figure(figure=name, value=wall, unit="ms", aim=150.0)
        yield Figure(figure=f"{name}, processor", value=cpu, unit="ms")
    for day in days:
        hour = timed(partial(day.hub.step, now + timedelta(hours=1))) * 1000
        yield Figure(figure=f"catch-up of one hour, {day.calls} calls", value=hour, unit="ms")
        day.hub.close()


def _opened(load: Load, directory: Path, calls: int, now: Instant) -> Operations:
    path = directory / f"{calls}.db"
    seed = min(calls, SEED)
    if calls == seed:
        hub = load.filled(url_of(path), calls)
        hub.step(now, (), minute_number(now))
        _settle(hub)
        hub.tidy(now)
        hub.close()
    else:
        shutil.copy(directory / f"{seed}.db", path)
        multiply(path, seed, calls // seed)
    return load.gone_on(url_of(path), now)


def _settle(hub: Operations) -> None:
    """Everything that waits has been published."""
    hub.acknowledge([each.number for each in hub.pending(1_000_000)])


def _rows(load: Load, days: list[Day], now: Instant) -> Iterator[Figure]:
    numbers = [load.some(day.calls, now) for day in days]
    turns = [
        [
            _row(load, day.hub, next(numbers[place]), now + turn * SOON, turn)
            for place, day in enumerate(days)
        ]
        for turn in range(ROWS)
    ]
    for place, day in enumerate(days):
        wall, cpu = (median(turn[place][kind] for turn in turns) * 1000 for kind in (0, 1))
        name = f"changed row, {day.calls} calls"
        yield Figure(figure=name, value=wall, unit="ms", aim=0.5)
        yield Figure(figure=f"{name}, processor", value=cpu, unit="ms", aim=0.5)
    for kind, what in enumerate(("changed row", "changed row, processor")):
        ratio = median(turn[-1][kind] / turn[0][kind] for turn in turns)
        name = f"{what}, {days[-1].calls} / {days[0].calls} calls"
        yield Figure(figure=name, value=ratio, unit="ratio", aim=1.5)


def _everything(load: Load, day: Day, now: Instant) -> Iterator[Figure]:
    numbers = load.some(day.calls, now)
    rows = [_row(load, day.hub, next(numbers), now, turn)[0] for turn in range(ROWS, 2 * ROWS)]
    everything = timed(partial(day.hub.rebase, now, minute_number(now)))
    name = f"everything anew / changed row, {day.calls} calls"
    ratio = everything / median(rows)
    yield Figure(figure=name, value=ratio, unit="ratio", aim=40.0, better="higher")


def _row(load: Load, hub: Operations, number: int, now: Instant, turn: int) -> tuple[float, float]:
    """Change one row; return real and processor seconds."""
    change = load.change(load.row(number, late=LATER * turn % 60 + LATER))
    seconds = both(partial(hub.step, now, (change,)))
    if turn % TIDY_EVERY == 0:
        hub.tidy(now)
    return seconds


def _minutes(days: list[Day], now: Instant) -> Iterator[Figure]:
    """Yield the busiest of some minutes, what a run costs in it, and a minute with nothing due."""
    cost: dict[int, float] = {}
    for day in days:
        taken = [_minute(day.hub, now, turn) for turn in range(1, MINUTES + 1)]
        phases, real, worked, _ = max(taken)
        cost[day.calls] = worked / max(phases, 1)
        at = f"{day.calls} calls"
        name = f"busiest minute, {phases} phases, {at}"
        yield Figure(figure=name, value=real * 1000, unit="ms")
        idle = median(idle for *_, idle in taken) * 1000
        yield Figure(figure=f"tick with nothing due, {at}", value=idle, unit="ms")
    last = days[-1].calls
    if last > SEED in cost:
        name = f"busiest minute, processor a phase, {last} / {SEED} calls"
        yield Figure(figure=name, value=cost[last] / cost[SEED], unit="ratio", aim=2.0)


def _minute(hub: Operations, begun: Instant, turn: int) -> tuple[int, float, float, float]:
    """Return phases, real and processor seconds of a minute, and of a tick with nothing due."""
    at, minute = begun + turn * MINUTE, minute_number(begun) + 2 * turn
    entered: list[int] = []
    real, worked = both(lambda: entered.append(hub.step(at, (), minute).phases))
    hub.tidy(at)
    return entered[0], real, worked, timed(partial(hub.step, at, (), minute + 1))


def _bursts(load: Load, day: Day, now: Instant) -> Iterator[tuple[float, float]]:
    """Yield real and processor seconds of steps with many rows."""
    numbers = list(islice(load.some(day.calls, now), BURST))
    for turn in range(BURSTS):
        changes = [load.change(load.row(number, late=30 + LATER * turn)) for number in numbers]
        yield both(partial(day.hub.step, now, changes))
        day.hub.tidy(now)
