"""A day that a real hub has lived in a real database: some trains on time, some late, some held."""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import count

import msgspec
from diagram_days import local

from hub.kernel.days import Days
from hub.operations import Operations
from hub.store.reading import reading
from one_way_feed.rows import RowUpserted, StagePlanRow, Step, TrafficLogRow
from protocol.runs import Run
from protocol.times import MINUTE, minute_number

AHEAD = timedelta(hours=3)
"""The stage plan's reach."""


class Lived:
    """A hub's database at an instant, and its further life."""

    def __init__(self, url, station, day, begin, seed=5):
        self.url, self.station, self.day = url, station, day
        self.operations = Operations(url, station)
        self.now = local(station, day, begin)
        self._revisions = count(1)
        self._chance = random.Random(seed)
        self._late = {}
        self.operations.open(self.now)
        self._entries = self._planned()

    def until(self, clock, every=5):
        """Live on to a time of day, a step each few minutes."""
        end = local(self.station, self.day, clock)
        while self.now < end:
            self.now = min(end, self.now + every * MINUTE)
            self.operations.step(self.now, self._rows(), minute_number(self.now))
        return self

    def say(self, changes):
        """Give rows; return the runs that are other now."""
        result = self.operations.step(self.now, [self._change(row) for row in changes])
        return self.runs(result.runs)

    def late(self, run_id, minutes):
        """Dispatching says that a train is so late; None: nobody knows."""
        self._late[run_id] = minutes
        return self.say([self._plan(run_id, self._entries[run_id])])

    def runs(self, only=None):
        with reading(self.url) as reader:
            ids = reader.run_ids() if only is None else only
            return {i: msgspec.json.decode(reader.stored(i).state, type=Run) for i in ids}

    def close(self):
        self.operations.close()

    def _planned(self):
        days = Days(self.station)
        around = (self.day - timedelta(days=1), self.day)
        found = [f for each in around for f in days.facts(each)]
        for facts in found:
            draw = self._chance.random()
            late = 0
            if draw < 0.28:
                late = self._chance.choice([3, 6, 9, 14, 22, 38])
            elif draw < 0.34:
                late = -self._chance.randrange(1, 4)
            self._late[facts.run_id] = None if draw > 0.975 else late
        return {f.run_id: f.timetable for f in found}

    def _rows(self):
        near = [
            (run_id, entry)
            for run_id, entry in self._entries.items()
            if entry.first is not None
            and entry.first < self.now + AHEAD
            and (entry.last or entry.first) > self.now - timedelta(hours=1)
        ]
        rows = [self._plan(run_id, entry) for run_id, entry in near]
        logs = [log for run_id, entry in near if (log := self._log(run_id, entry)) is not None]
        return [self._change(row) for row in rows + logs]

    def _change(self, row):
        return RowUpserted(row, (1, next(self._revisions)))

    def _plan(self, run_id, entry):
        late = self._late[run_id]
        arrival, departure = self._expected(run_id, entry)
        return StagePlanRow(
            key=run_id,
            arrival_number=entry.arrival_number,
            departure_number=entry.departure_number,
            category=entry.category,
            role=entry.role,
            origin=entry.origin,
            destination=entry.destination,
            arrival_track=entry.track,
            departure_track=entry.track,
            planned_arrival=entry.arrival,
            planned_departure=entry.departure,
            estimated_arrival=arrival if late is not None else None,
            estimated_departure=departure if late is not None else None,
            delay_known=late is not None,
        )

    def _expected(self, run_id, entry):
        late = (self._late[run_id] or 0) * MINUTE
        arrival = entry.arrival + late if entry.arrival else None
        early = self._late[run_id] is not None and self._late[run_id] < 0
        departure = entry.departure + (0 * MINUTE if early else late) if entry.departure else None
        return arrival, departure

    def _log(self, run_id, entry):
        if self._late[run_id] is None:
            return None
        arrival, departure = self._expected(run_id, entry)
        came = arrival if arrival and arrival <= self.now else None
        left = departure if departure and departure <= self.now else None
        if came is None and left is None:
            return None
        step = Step.DEPARTED if left else Step.ARRIVED
        return TrafficLogRow(
            key=run_id, step=step, actual_arrival=came, actual_departure=left, track=entry.track
        )
