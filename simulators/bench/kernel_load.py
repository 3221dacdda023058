"""A hub's database with any number of calls a day, for the kernel's bench.

Law: calls are the shipped station's own day, repeated under other numbers and spread over the
minutes, so that peaks and roles are a real day's. Nothing here is measured. A large day is made of
the rows of a small one under other numbers, for the kernel would need minutes for it: what stands
in the tables is what the kernel would have written.
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace as changed
from sqlalchemy import select
from sqlalchemy.dialects import sqlite

from hub.kernel.agenda import RETAINED
from hub.kernel.days import Days
from hub.operations import Operations
from hub.store.tables import feed_row, retained, run, visit
from one_way_feed.rows import RowUpserted, StagePlanRow
from protocol.times import MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from protocol.times import Instant
    from station_config.model import Station

PEAK = timedelta(hours=8)
"""The morning's peak, after local midnight."""

BATCH = 500
"""Rows of one step while filling."""

SEED = 4_000
"""Calls of the largest day that the kernel itself makes; larger ones are made of its rows."""

STRIDE = 7919
"""A prime: calls that follow one another are far apart in every table."""

WIDTH = 7
"""Digits of a call's number."""

NUMBERED = (
    (run, "run_id", "facts", "state"),
    (feed_row, "key", "body", "run_id"),
    (visit, "key", "run_id"),
    (retained, "entity", "body", "cause"),
)
"""Tables with a row a call, and their columns with the call's number; the first ends in it."""

DIALECT = sqlite.dialect(paramstyle="qmark")


class Load:
    """A station whose timetable is empty, and rows of as many calls as wanted.

    Attributes:
        station: the shipped reference station; its trains come over the feed here.
        midnight: the beginning of the day.
    """

    def __init__(self, station: Station) -> None:
        timetable = station.timetable
        if timetable is None:
            raise ValueError("the bench needs a station with a timetable")
        day = timetable.service_date
        self._planned = [f.timetable for f in Days(station).facts(day) if f.timetable is not None]
        self.station = replace(station, timetable=None)
        self._revisions = count(1)
        first = min(entry.first for entry in self._planned if entry.first is not None)
        local = first.astimezone(station.zone_info)
        self.midnight: Instant = first - timedelta(hours=local.hour, minutes=local.minute)

    def row(self, number: int, late: int | None = None) -> StagePlanRow:
        """Return the plan row of call `number`, `late` minutes late.

        All numbers are equally long, and nothing else at a station looks like them. Every `SEED`
        calls the same trains come again.
        """
        name = _name(number)
        entry = self._planned[number % SEED % len(self._planned)]
        shift = (number % SEED // len(self._planned) * 7 % 60) * MINUTE
        arrival = entry.arrival + shift if entry.arrival is not None else None
        departure = entry.departure + shift if entry.departure is not None else None
        delay = late * MINUTE if late is not None else None
        return StagePlanRow(
            key=name,
            arrival_number=f"K{name}" if arrival else None,
            departure_number=f"K{name}" if departure else None,
            category=entry.category,
            role=entry.role,
            origin=entry.origin,
            destination=entry.destination,
            arrival_track=entry.track,
            departure_track=entry.track,
            planned_arrival=arrival,
            planned_departure=departure,
            estimated_arrival=arrival + delay if arrival and delay is not None else None,
            estimated_departure=departure + delay if departure and delay is not None else None,
        )

    def some(self, calls: int, at: Instant) -> Iterator[int]:
        """Yield numbers of calls without end, from all over the day; those long gone are not."""
        for turn in count():
            number = turn * STRIDE % calls
            row = self.row(number)
            last = row.planned_departure or row.planned_arrival
            if last is not None and last > at - RETAINED:
                yield number

    def change(self, row: StagePlanRow) -> RowUpserted:
        """Return the change that brings `row`, newer than all before."""
        return RowUpserted(changed(row), (1, next(self._revisions)))

    def filled(self, url: str, calls: int) -> Operations:
        """Return an open hub at midnight whose database has `calls` calls, nothing to publish."""
        operations = Operations(url, self.station)
        operations.open(self.midnight)
        for batch in _batches(calls):
            rows = [self.change(self.row(number)) for number in batch]
            operations.step(self.midnight, rows)
            operations.acknowledge([p.number for p in operations.pending(2 * BATCH)])
            operations.tidy(self.midnight)
        return operations

    def gone_on(self, url: str, now: Instant) -> Operations:
        """Return a hub that goes on at `now` with a database as it is: it builds no day anew."""
        operations = _GoneOn(url, self.station)
        operations.go_on(now)
        return operations


class _GoneOn(Operations):
    def go_on(self, now: Instant) -> None:
        """Take the database as this hub's own, its days as built."""
        self.create()
        self.resume()
        self._settle(now, self.last_minute)


def multiply(path: Path, calls: int, times: int) -> None:
    """Make `times` as many of the `calls` in the closed SQLite database at `path`."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    connection.execute("BEGIN")
    for table, identity, *others in NUMBERED:
        columns = list(table.c.keys())
        places = [columns.index(name) for name in (identity, *others)]
        insert = str(table.insert().compile(dialect=DIALECT))
        records = connection.execute(str(select(table).compile(dialect=DIALECT))).fetchall()
        for copy in range(1, times):
            connection.executemany(insert, _renamed(records, places, copy * calls))
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode=WAL").fetchall()
    connection.close()


def _renamed(records: list[tuple[Any, ...]], places: list[int], shift: int) -> Iterator[list[Any]]:
    """Yield `records` under numbers `shift` higher: in columns `places`, whose first ends in it."""
    for record in records:
        old = record[places[0]][-WIDTH:]
        new = _name(int(old) + shift)
        renamed = list(record)
        for place in places:
            value = record[place]
            if isinstance(value, bytes):
                renamed[place] = value.replace(old.encode(), new.encode())
            elif value is not None:
                renamed[place] = value.replace(old, new)
        yield renamed


def _name(number: int) -> str:
    return f"{number:0{WIDTH}}"


def url_of(path: Path) -> str:
    """Return the URL of the SQLite database at `path`."""
    return f"sqlite:///{path}"


def _batches(calls: int) -> Iterator[range]:
    for start in range(0, calls, BATCH):
        yield range(start, min(start + BATCH, calls))
