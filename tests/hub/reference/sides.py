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
from tests.hub.reference.telling import tell


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
        set_back = last > minute_number(now) + REBASE_MINUTES
        if not set_back:
            now = max(now, minute_start(last))
        self.now = now
        self.reference.open(now, set_back=set_back)
        self.expected_events.update(self.reference.events)
        self.check()

    def step(self, now, changes=(), *, tick=False):
        minute = minute_number(now) if tick else None
        if tick and minute < self.hub.last_minute - REBASE_MINUTES:
            self.reference.open(now, set_back=True)
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

    def command(self, now, command, *, again=False):
        """Ask what would become of it, then do it; both sides answer alike."""
        self.now = max(now, self.now)
        asked = self.hub.preview(now, command)
        self._same(asked, self.reference.command(self.now, command, preview=True))
        answer = self.hub.command(now, command)
        self._same(answer, self.reference.command(self.now, command))
        assert (asked.accepted, asked.refused) == (answer.accepted, answer.refused)
        self.expected_events.update(self.reference.events)
        self.check()
        if answer.run is not None and not again:
            assert_same(answer.run, tell(self.reference.visits[answer.run_id], self.station))
        self._same_in_force()
        return answer

    def _same(self, answer, verdict):
        codes = (each.code.value for each in answer.refused), (e.code.value for e in answer.warned)
        said, own = tuple(map(frozenset, codes)), (verdict.refused, verdict.warned)
        assert said == own, (said, own)
        assert answer.accepted is not bool(answer.refused)
        if answer.accepted:
            assert answer.run_id == verdict.run_id

    def _same_in_force(self):
        listed = self.hub.in_force(self.now)
        said, outdated = self.reference.in_force(self.now)
        assert {each.id: (each.run_id, each.word) for each in listed.overrides} == said
        assert set(listed.outdated) == outdated
        mode = self.reference.mode
        assert (listed.mode and (listed.mode.id, listed.mode.until)) == (
            mode and (mode.id, mode.until)
        )

    def check(self):
        """What the hub tells and what it holds is what the reference says."""
        runs, plans = {}, {}
        for each in self.hub.live():
            kind, _, name = each.entity.partition("/")
            (runs if kind == "run" else plans)[name] = each.body
        told = self.reference.published()
        held = decoded(runs)
        assert held.keys() == told.keys(), (held.keys() - told.keys(), told.keys() - held.keys())
        for run_id, run in told.items():
            assert_same(held[run_id], run)
        assert runs == {run_id: encode_body(run) for run_id, run in told.items()}
        assert plans == {day.isoformat(): self._plan(day) for day in self.reference.plans}
        with self._engine.connect() as connection:
            columns = (tables.run.c.run_id, tables.run.c.passengers, tables.run.c.train)
            held = {row[0]: tuple(row[1:]) for row in connection.execute(select(*columns))}
        visits = self.reference.visits.values()
        expected = {visit.run_id: tuple(p.value for p in visit.phases) for visit in visits}
        sides = set(held.items()), set(expected.items())
        assert held == expected, (sides[0] - sides[1], sides[1] - sides[0])

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
        wanted = self.expected_events
        assert heard == wanted, (heard - wanted, wanted - heard)

    def close(self):
        self.hub.close()
        self._engine.dispose()

    def _plan(self, day):
        runs = self.reference.plans[day][0]
        if day not in self._plans:
            self._plans[day] = encode_body(Plan(service_date=day, runs=runs))
        return self._plans[day]


def assert_same(run, told):
    """Fail with the fields that differ, the hub's first."""
    names = [name for name in told.__struct_fields__ if getattr(run, name) != getattr(told, name)]
    differ = {name: (getattr(run, name), getattr(told, name)) for name in names}
    assert not differ, (run.run_id, differ)


def decoded(bodies):
    return {run_id: msgspec.json.decode(body, type=Run) for run_id, body in bodies.items()}
