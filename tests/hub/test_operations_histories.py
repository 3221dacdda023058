"""Whole histories: any rows, any times, restarts, and kills, on a real database."""

import operator
import os
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import create_engine, func, select

from hub.kernel.derive import derive
from hub.kernel.facts import decode_facts
from hub.operations import Operations
from hub.store import tables
from one_way_feed.rows import Step, row_key
from protocol.codec import encode_body
from protocol.runs import PassengerPhase, Punctuality, Role
from protocol.timeline import disorder, passenger_phase, train_phase
from protocol.times import MINUTE, from_unix, minute_number, minute_start

TRAINS = {
    "k1": ("K1", Role.INTERMEDIATE, "10:00", "10:20"),
    "k1b": ("K1", Role.INTERMEDIATE, "10:05", "10:20"),
    "g2": ("G2", Role.ORIGIN, None, "11:00"),
    "t9": ("T9", Role.PASS, "10:30", "10:30"),
    "x7": ("X7", Role.INTERMEDIATE, "10:40", "10:45"),
}
"""Two rows claim one train; one train is dispatching's alone."""

pauses = st.sampled_from([0, 0, 1, 5, 20])
"""Minutes until the row comes: it may find runs that are due."""

usually = st.sampled_from([True, True, True, False])
offsets = st.sampled_from([None, None, None, 0, 3, 40, 150, -10, 3000])
tracks = st.none() | st.sampled_from(["t1", "t2", "t3", "t4", "t99"])


keys = st.sampled_from(sorted(TRAINS))
rows = st.one_of(
    st.tuples(
        st.just("plan"),
        st.fixed_dictionaries(
            {
                "key": keys,
                "arrives": offsets,
                "departs": offsets,
                "track": tracks,
                "delay_known": usually,
                "cancelled": usually.map(operator.not_),
            }
        ),
    ),
    st.tuples(
        st.just("log"),
        st.fixed_dictionaries(
            {
                "key": keys,
                "step": st.none() | st.sampled_from(Step),
                "arrived": st.sampled_from([None, 0, -1, -30, 16, 60]),
                "departed": st.sampled_from([None, None, 0, -1, -2, 60]),
                "track": tracks,
            }
        ),
    ),
    st.tuples(
        st.just("delete"),
        st.fixed_dictionaries({"kind": st.sampled_from(["plan", "log"]), "key": keys}),
    ),
)


class Histories(RuleBasedStateMachine):
    """A hub's life. After every step all that it holds must follow from its facts."""

    build = None
    station = None
    databases = None

    def __init__(self):
        super().__init__()
        self.url = self.databases()
        self.engine = create_engine(self.url)
        self.now = self.build.at("09:30")
        self.bodies = defaultdict(dict)
        self.taken = None
        self.operations = Operations(self.url, self.station)
        self.operations.open(self.now)

    def teardown(self):
        self.operations.close()
        self.engine.dispose()
        self.databases.give_back(self.url)

    @rule(specs=st.lists(rows, min_size=1, max_size=5), later=pauses)
    def rows_come(self, specs, later):
        self.now += timedelta(minutes=later)
        changes = [getattr(self, kind)(**said) for kind, said in specs]
        result = self.operations.step(self.now, changes)
        self.taken = changes[-1]
        self.nothing_is_rejected_silently(changes, result)

    def nothing_is_rejected_silently(self, changes, result):
        """Each row is believed, held, about a train long gone, or listed with its reason."""
        keys = {"/".join(getattr(c, "key", None) or row_key(c.row)) for c in changes}
        assert result.ignored == len(changes) - len(keys)
        whole = ["/".join(each.key) for each in result.rejected if not each.partial]
        told = [*result.rows, *result.over, *whole]
        assert keys <= set(told)
        assert len(told) == len(set(told)), "a row is judged once"
        newest = self.operations.rejects(len(result.rejected))
        assert Counter((e.key, e.reason, e.partial) for _, e, _ in newest) == Counter(
            (e.key, e.reason, e.partial) for e in result.rejected
        )

    def plan(self, *, key, arrives, departs, track, **flags):
        number, role, arrival, departure = TRAINS[key]
        planned = [self.build.at(t) if t else None for t in (arrival, departure)]
        row = self.build.plan(
            key=key,
            arrival_number=number if arrival else None,
            departure_number=number if departure else None,
            role=role,
            planned_arrival=planned[0],
            planned_departure=planned[1],
            estimated_arrival=_later(planned[0], arrives),
            estimated_departure=_later(planned[1], departs),
            arrival_track=track,
            departure_track=track,
            **flags,
        )
        return self.build.upsert(row)

    def log(self, *, key, step, arrived, departed, track):
        row = self.build.log(
            key=key,
            step=step,
            actual_arrival=_later(self.now, arrived),
            actual_departure=_later(self.now, departed),
            track=track,
        )
        return self.build.upsert(row)

    def delete(self, *, kind, key):
        return self.build.delete(kind, key)

    @precondition(lambda self: self.taken)
    @rule()
    def the_last_row_comes_again(self):
        assert self.operations.step(self.now, [self.taken]).ignored == 1

    @rule(minutes=st.sampled_from([1, 2, 5, 9, 11, 30, 500]))
    def time_passes(self, minutes):
        self.now += minutes * MINUTE
        self.operations.step(self.now, (), minute_number(self.now))
        self.operations.tidy(self.now)

    @rule()
    def the_next_instant_comes(self):
        with self.engine.connect() as connection:
            following = connection.execute(select(func.min(tables.run.c.next_at))).scalar()
        self.now = max(self.now, min(from_unix(following), self.now + timedelta(days=1)))
        self.operations.step(self.now)

    @rule(acknowledged=st.integers(0, 5))
    def restart(self, acknowledged):
        epoch = self.operations.epoch
        self.operations.acknowledge([p.number for p in self.operations.pending(acknowledged)])
        self.operations.close()
        self.operations = Operations(self.url, self.station)
        assert self.operations.open(self.now) == epoch + 1

    @invariant()
    def one_revision_is_one_body(self):
        for publication in [*self.operations.pending(1000), *self.operations.live()]:
            if publication.retained:
                held = self.bodies[publication.entity].setdefault(publication.rev, publication.body)
                assert held == publication.body
                assert publication.rev == max(self.bodies[publication.entity])

    @invariant()
    def all_that_is_held_follows_from_the_facts(self):
        with self.engine.connect() as connection:
            runs = connection.execute(select(tables.run)).all()
        live = {p.entity: p.body for p in self.operations.live()}
        second = int(self.now.timestamp())
        for row in runs:
            facts = decode_facts(row.facts)
            run = derive(facts, self.station, self.now)
            self.true_to_passengers(facts, run)
            assert row.state == encode_body(run)
            base = facts.base
            told = row.state if base.heard and not base.withdrawn else None
            assert live.get(f"run/{row.run_id}") == told
            assert row.next_at > second
            if not base.withdrawn:
                assert row.passengers == passenger_phase(run, self.now).value
                assert row.train == train_phase(run, self.now).value

    def true_to_passengers(self, facts, run):
        facts = facts.base  # while the station is manual the feed may say something else
        assert disorder(run.timeline) is None
        if run.punctuality is Punctuality.ON_TIME:
            assert facts.plan is not None or facts.log is not None
            taking_place = [c for c in (run.arrival, run.departure) if c and not c.cancelled]
            assert facts.held_since is None or taking_place[-1].actual
        if run.held:
            then = passenger_phase(run, facts.held_since)
            assert passenger_phase(run, self.now + timedelta(days=9)) is then
        if run.cancelled:
            assert passenger_phase(run, self.now) in {
                PassengerPhase.PLANNED,
                PassengerPhase.SHOWN,
                PassengerPhase.GONE,
            }
        if run.role is Role.PASS:
            assert run.timeline.shown_at is None


def _later(at, minutes):
    return None if at is None or minutes is None else at + minutes * MINUTE


@pytest.fixture(autouse=True, scope="module")
def _parts(build, station):
    timetable = replace(station.timetable, rows=station.timetable.rows[:2])
    Histories.build, Histories.station = build, replace(station, timetable=timetable)


def live(kind, databases, *, examples, steps):
    """Live histories of `kind`, each on an empty database of its own."""
    size = settings(
        max_examples=int(os.environ.get("STATION_HISTORIES", examples)),
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(type("Lived", (kind,), {"databases": databases}), settings=size)


def test_whatever_comes_what_is_held_follows_from_the_facts(quick_database):
    live(Histories, quick_database, examples=6, steps=25)


# --- killed at any point


LIFE = """
import sys
from pathlib import Path
sys.path.insert(0, {here!r})
from conftest import Build
from hub.operations import Operations
from protocol.times import MINUTE, minute_number

build = Build()
station = build.station()
operations = Operations({url!r}, station)
start = build.at("08:00")
operations.open(start)
number = int(sys.argv[1])
while True:
    number += 1
    now = start + number * 5 * MINUTE / 60
    late = build.at("10:30") + (number % 40) * MINUTE
    change = build.upsert(build.plan(estimated_arrival=late))
    change = type(change)(change.row, (2, number))
    operations.step(now, [change], minute_number(now))
    print(number, flush=True)
    if number % 7 == 0:
        operations.tidy(now)
"""


def test_killed_at_any_point_nothing_acknowledged_is_lost(database_url, station, build):
    code = LIFE.format(here=str(Path(__file__).parent), url=database_url)
    told, engine = 0, create_engine(database_url)
    for attempt in range(5):
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(told)], stdout=subprocess.PIPE, text=True
        )
        first = process.stdout.readline()
        time.sleep(0.003 * attempt)
        os.kill(process.pid, signal.SIGKILL)
        told = [int(line) for line in [first, *process.stdout.read().split("\n")] if line][-1]
        process.stdout.close()
        process.wait()
        told = _check_whole(engine, station, build, told)
    engine.dispose()


def _check_whole(engine, station, build, told):
    """Everything of a step is there or nothing; return the number of the last step."""
    with engine.connect() as connection:
        (held,) = connection.execute(select(tables.feed_row.c.revision)).scalars()
        assert held in {told, told + 1}, "a step that was acknowledged is there"
        run = connection.execute(
            select(tables.run).where(tables.run.c.run_id == "2021-01-20.k1")
        ).one()
        kept = connection.execute(
            select(tables.retained).where(tables.retained.c.entity == "run/2021-01-20.k1")
        ).one()
        inputs = connection.execute(
            select(tables.journal).where(tables.journal.c.kind == "input")
        ).all()
        kernel = connection.execute(select(tables.kernel)).one()
    assert len(inputs) == held
    assert (kept.rev, kept.body) == (run.rev, run.state)
    facts = decode_facts(run.facts)
    assert facts.plan.estimated_arrival == build.at("10:30") + (held % 40) * MINUTE
    assert run.state == encode_body(derive(facts, station, build.at("08:00")))
    assert minute_start(kernel.last_minute) <= build.at("08:00") + held * 5 * MINUTE / 60
    return held
