"""A day of 884 calls, as a hub would tell it to the loudspeakers' subsystem minute by minute.

Law: the calls are the shipped station's own day several times over, as the kernel's bench has them
(`kernel_load`), with numbers as real trains have; what dispatching says of them (late, other
track, come, gone) follows from each train's number by a fixed rule, so that every run is the same.
The hub's kernel itself makes the runs of it. Nothing is measured here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace as changed

from hub.operations import Operations
from one_way_feed.rows import Step, TrafficLogRow
from protocol.runs import Role, Run
from protocol.times import MINUTE, minute_number
from simulators.bench.kernel_load import Load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from one_way_feed.rows import Row, StagePlanRow
    from protocol.times import Instant
    from station_config.model import Station

CALLS = 884
"""Of the largest station (domain study)."""

KNOWN = 45 * MINUTE
"""How long before its time dispatching says that a train will be late."""
MOVED = 14 * MINUTE
"""How long before its time a train is given another track."""
HALF = MINUTE / 2
RUN = "run/"
COPIES_APART = 11 * MINUTE
"""The station's own day is repeated so much later each time: whole days of a larger station."""


@dataclass(frozen=True)
class Changed:
    """What a hub publishes in one step: runs by id, None: no longer known."""

    at: Instant
    runs: dict[str, Run | None]


class BusyDay:
    """The day.

    Args:
        station: the shipped reference station.
        calls: how many.
    """

    def __init__(self, station: Station, calls: int = CALLS) -> None:
        self._load = Load(station)
        self.station = self._load.station
        self._rows = [self._row(number) for number in range(calls)]

    @property
    def busiest(self) -> Instant:
        """The whole hour with the most calls."""
        hours = Counter(_hour(row) for row in self._rows)
        return hours.most_common(1)[0][0]

    def calls_in(self, hour: Instant) -> int:
        """Return how many calls are planned in the hour from `hour` on."""
        return sum(_hour(row) == hour for row in self._rows)

    def changes(self, url: str, start: Instant, end: Instant) -> Iterator[Changed]:
        """Yield what the hub with a new database at `url` publishes from `start` to `end`."""
        hub = Operations(url, self.station)
        hub.open(start)
        said = self._said()
        known = [row for at in sorted(said) if at <= start for row in said.pop(at)]
        yield self._step(hub, start, [*self._rows, *known])
        now = start
        while now < end:
            now += HALF
            due = [at for at in sorted(said) if at <= now]
            rows = [row for at in due for row in said.pop(at)]
            changes = self._step(hub, now, rows)
            if changes.runs:
                yield changes
        hub.close()

    def _step(self, hub: Operations, now: Instant, rows: list[Row]) -> Changed:
        changes = [self._load.change(row) for row in rows]  # type: ignore[arg-type]
        hub.step(now, changes, minute_number(now))
        runs: dict[str, Run | None] = {}
        while pending := hub.pending(2_000):
            for each in pending:
                if each.entity.startswith(RUN):
                    body = each.body
                    run = None if body is None else msgspec.json.decode(body, type=Run)
                    runs[each.entity.removeprefix(RUN)] = run
            hub.acknowledge([each.number for each in pending])
        return Changed(now, runs)

    def _row(self, number: int) -> StagePlanRow:
        row = self._load.row(number)
        name = f"{row.category}{1000 + number}"
        return changed(
            row,
            key=name,
            arrival_number=name if row.arrival_number else None,
            departure_number=name if row.departure_number else None,
        )

    def _said(self) -> dict[Instant, list[Row]]:
        """Return what dispatching says of all trains, by when."""
        said: dict[Instant, list[Row]] = defaultdict(list)
        tracks = [t.id for t in self.station.layouts[-1].tracks if t.platform is not None]
        for number, plan in enumerate(self._rows):
            for at, row in _life(number, plan, tracks):
                said[at].append(row)
        return said


def late_minutes(number: int) -> int:
    """Return how late train `number` is: one of six, 4 to 43 minutes."""
    return 4 + number * 7 % 40 if number % 6 == 0 else 0


def _life(number: int, plan: StagePlanRow, tracks: list[str]) -> Iterator[tuple[Instant, Row]]:
    """Yield what dispatching says of a train, and when."""
    late = timedelta(minutes=late_minutes(number))
    comes = plan.planned_arrival + late if plan.planned_arrival else None
    goes = plan.planned_departure + late if plan.planned_departure else None
    first = comes or goes
    if first is None:
        return
    if late:
        plan = changed(plan, estimated_arrival=comes, estimated_departure=goes)
        yield first - late - KNOWN, plan
    if number % 25 == 3 and plan.arrival_track in tracks:  # noqa: PLR2004 - one of 25 moves
        other = tracks[(tracks.index(plan.arrival_track or "") + 2) % len(tracks)]
        plan = changed(plan, arrival_track=other, departure_track=other)
        yield first - MOVED, plan
    if comes is not None and plan.role is not Role.PASS:
        yield comes, TrafficLogRow(key=plan.key, step=Step.ARRIVED, actual_arrival=comes)
    if goes is not None:
        yield (
            goes,
            TrafficLogRow(
                key=plan.key, step=Step.DEPARTED, actual_arrival=comes, actual_departure=goes
            ),
        )


def _hour(row: StagePlanRow) -> Instant:
    at = row.planned_departure or row.planned_arrival
    assert at is not None  # noqa: S101 - every call has one
    return at.replace(minute=0, second=0, microsecond=0)
