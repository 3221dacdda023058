"""The hub's operations and the reference, side by side, with a consumer of what the hub says.

Law: compares and nothing else. `Sides` is driven by a test; every difference is an assertion.
"""

from __future__ import annotations

from collections import Counter

import msgspec
from sqlalchemy import create_engine, select

from hub.operations import REBASE_MINUTES, Operations
from hub.store import tables
from protocol.acceptance import Verdict, judge
from protocol.codec import encode_body
from protocol.messages import Event, Plan
from protocol.runs import Run
from protocol.times import minute_number, minute_start
from tests.hub.reference.model import Reference


class Consumer:
    """A reader that obeys the protocol: newest wins, an event counts once."""

    def __init__(self):
        self.held = {}  # entity -> ((epoch, rev), body)
        self.events = {}  # event id -> Event
        self._bytes = {}  # (epoch, entity, rev) -> body
        self._number = 0

    def receive(self, publication, epoch):
        if not publication.retained:
            told = msgspec.json.decode(publication.body, type=Event)
            assert publication.entity == f"event/{told.kind}"
            assert self.events.setdefault(told.event_id, told) == told
            return
        mark = (epoch, publication.entity, publication.rev)
        assert self._bytes.setdefault(mark, publication.body) == publication.body, mark
        held = self.held.get(publication.entity)
        verdict = judge(held and held[0], epoch, publication.rev)
        assert verdict in {Verdict.ACCEPT, Verdict.DUPLICATE}, (verdict, mark)
        self.held[publication.entity] = ((epoch, publication.rev), publication.body)

    def bodies(self, prefix):
        return {
            entity.removeprefix(prefix): body
            for entity, (_, body) in self.held.items()
            if entity.startswith(prefix) and body is not None
        }


class Sides:
    """Both sides on one database; `now` and `minute` are those of the last step."""

    def __init__(self, url, station, now):
        self.url, self.station = url, station
        self.reference = Reference(station)
        self.consumer = Consumer()
        self.expected_events = set()
        self._engine = create_engine(url)
        self._plans = {}
        self.hub = None
        self.open(now)

    def open(self, now):
        """Start a new hub on the same database, as after a crash: the old one is not asked."""
        last = self.hub.last_minute if self.hub is not None else minute_number(now)
        if self.hub is not None:
            self.hub.close()
        self.hub = Operations(self.url, self.station)
        self.hub.open(now)
        if last <= minute_number(now) + REBASE_MINUTES:
            now = max(now, minute_start(last))
        self.now = now
        self.reference.open(now)
        self.expected_events.update(self.reference.events)
        self.check()

    def step(self, now, changes=(), *, tick=False):
        minute = minute_number(now) if tick else None
        if tick and minute < self.hub.last_minute - REBASE_MINUTES:
            self.reference.open(now)
            self.expected_events.update(self.reference.events)
            self.now = now
            again = True
        else:
            again = tick and minute <= self.hub.last_minute
        self.now = max(now, self.now)
        result = self.hub.step(now, changes, minute)
        assert result.now == self.now
        assert result.ran == (not again or bool(changes))
        if result.ran:
            self.reference.step(self.now, changes, minute=tick and not again)
            self.expected_events.update(self.reference.events)
            found = Counter((each.key, each.reason.value) for each in result.rejected)
            assert found == Counter(self.reference.rejected)
        self.check()

    def check(self):
        """What the hub tells and what it holds is what the reference says."""
        runs, plans = {}, {}
        for each in self.hub.live():
            kind, _, name = each.entity.partition("/")
            (runs if kind == "run" else plans)[name] = each.body
        told = self.reference.published()
        assert decoded(runs) == told
        assert runs == {run_id: encode_body(run) for run_id, run in told.items()}
        assert plans == {day.isoformat(): self._plan(day) for day in self.reference.plans}
        with self._engine.connect() as connection:
            columns = (tables.run.c.run_id, tables.run.c.passengers, tables.run.c.train)
            held = {row[0]: tuple(row[1:]) for row in connection.execute(select(*columns))}
        visits = self.reference.visits.values()
        assert held == {visit.run_id: tuple(p.value for p in visit.phases) for visit in visits}

    def drain(self, limit=None):
        """Let the consumer have what waits, all or the first `limit`."""
        waiting = self.hub.pending(limit or 10_000)
        assert [p.number for p in waiting] == sorted({p.number for p in waiting})
        for publication in waiting:
            self.consumer.receive(publication, self.hub.epoch)
        self.hub.acknowledge([publication.number for publication in waiting])

    def finish(self):
        """The consumer, having heard all, holds what the reference says, and every event."""
        self.drain()
        assert self.hub.pending(1) == []
        assert decoded(self.consumer.bodies("run/")) == self.reference.published()
        plans = {day.isoformat(): self._plan(day) for day in self.reference.plans}
        assert self.consumer.bodies("plan/") == plans
        heard = {(e.kind, e.run_id, e.at) for e in self.consumer.events.values()}
        assert heard == self.expected_events

    def close(self):
        self.hub.close()
        self._engine.dispose()

    def _plan(self, day):
        runs = self.reference.plans[day][0]
        if day not in self._plans:
            self._plans[day] = encode_body(Plan(service_date=day, runs=runs))
        return self._plans[day]


def decoded(bodies):
    return {run_id: msgspec.json.decode(body, type=Run) for run_id, body in bodies.items()}
