"""Whole histories with persons in them: rows, words, the station's mode, ends, restarts."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from sqlalchemy import select

from hub.kernel.beside import values
from hub.kernel.derive import derive
from hub.kernel.facts import decode_facts
from hub.kernel.override import (
    AddRun,
    ArrivalAt,
    ArrivedAt,
    AtPlatform,
    ByGates,
    Cancelled,
    CheckIn,
    ClearOverride,
    Delayed,
    DelayUnknown,
    DepartedAt,
    DepartureAt,
    EndsHere,
    Field,
    InWaitingRoom,
    OnTrack,
    ReplacedBy,
    SetOverride,
    SetStationMode,
    StartsHere,
    StockOf,
)
from hub.store import tables
from protocol.codec import encode_body
from protocol.runs import Control, PassengerPhase, Role, Run
from protocol.timeline import disorder, passenger_phase
from tests.hub.test_operations_histories import Histories, live, rows

RUNS = ("2021-01-20.k1", "2021-01-20.g2", "2021-01-20.x7", "2021-01-20.l9", "2021-01-20.t9")

words = st.one_of(
    st.sampled_from([-5, 0, 4, 35, 200]).map(Delayed),
    st.sampled_from([{}, {"zh": "等候通知"}]).map(DelayUnknown),
    st.sampled_from(["t1", "t2", "t3", "t4", "t9"]).map(OnTrack),
    st.sampled_from(["p1", "p2", "p3", "p9"]).map(AtPlatform),
    st.sampled_from([("g1",), ("g2", "g3"), ("g3",)]).map(ByGates),
    st.sampled_from(["w1", "w2"]).map(InWaitingRoom),
    st.booleans().map(CheckIn),
    st.booleans().map(Cancelled),
    st.booleans().map(EndsHere),
    st.booleans().map(StartsHere),
    st.sampled_from([ReplacedBy(), ReplacedBy(number="Z9"), ReplacedBy(run_id="2021-01-20.g2")]),
    st.sampled_from([None, *RUNS]).map(StockOf),
    st.tuples(st.sampled_from([ArrivalAt, DepartureAt]), st.integers(-10, 90)),
    st.tuples(st.sampled_from([ArrivedAt, DepartedAt]), st.integers(-60, 1)),
)
lasting = st.sampled_from([None, None, 1, 7, 45, 45.5])


class ManualHistories(Histories):
    """A hub's life with a duty officer."""

    def __init__(self):
        super().__init__()
        self.number = 0
        self.said = None

    def who(self):
        self.number += 1
        return {"command_id": str(self.number), "who": "Li", "why": "x"}

    def command(self, command):
        answer = self.operations.command(self.now, command)
        self.said = (command, answer)
        return answer

    def until(self, minutes):
        return None if minutes is None else self.now + timedelta(minutes=minutes)

    @rule(run_id=st.sampled_from(RUNS), word=words, minutes=lasting, seconds=st.integers(0, 61))
    def somebody_says(self, run_id, word, minutes, seconds):
        self.now += timedelta(seconds=seconds)
        if isinstance(word, tuple):
            word = word[0](self.now + timedelta(minutes=word[1]))
        said = SetOverride(**self.who(), run_id=run_id, word=word, until=self.until(minutes))
        before = self.operations.facts_of(run_id)
        preview = self.operations.preview(self.now, said)
        answer = self.command(said)
        assert (answer.accepted, answer.warned) == (preview.accepted, preview.warned)
        after = self.operations.facts_of(run_id)
        if not answer.accepted:
            assert answer.refused
            return
        kept = after.overrides[-1].word
        assert kept == word or (isinstance(word, ReplacedBy) and kept.run_id == word.run_id)
        assert after.auto.plan == before.auto.plan, "what the feed says is not changed"

    @rule(run_id=st.sampled_from(RUNS), field=st.none() | st.sampled_from(Field))
    def somebody_takes_back(self, run_id, field):
        if self.command(ClearOverride(**self.who(), run_id=run_id, field=field)).accepted:
            fields = {each.word.field for each in self.operations.facts_of(run_id).overrides}
            assert field not in fields
            assert field is not None or not fields

    @rule(manual=st.booleans(), minutes=lasting)
    def the_station_is_made_manual_or_given_back(self, manual, minutes):
        was = self.operations.in_force(self.now).mode
        command = SetStationMode(**self.who(), manual=manual, until=self.until(minutes))
        answer = self.command(command)
        assert answer.accepted is (manual or was is not None)
        assert (self.operations.in_force(self.now).mode is not None) is manual

    @precondition(lambda self: self.operations.in_force(self.now).mode)
    @rule(specs=st.lists(rows, min_size=1, max_size=5))
    def rows_come_and_tell_nobody_anything(self, specs):
        before = self.told()
        self.rows_come(specs, 0)
        after = self.told()
        assert {run_id: after.get(run_id) for run_id in before} == before

    def told(self):
        runs = {
            p.entity: msgspec.json.decode(p.body, type=Run)
            for p in self.operations.live()
            if p.entity.startswith("run/")
        }
        return {entity: (values(run), run.timeline) for entity, run in runs.items()}

    @rule(minutes=st.integers(-5, 60), ends=st.booleans())
    def somebody_tells_of_a_train(self, minutes, ends):
        at = self.now + timedelta(minutes=minutes)
        self.command(
            AddRun(
                **self.who(),
                arrival_number="L9",
                departure_number=None if ends else "L9",
                role=Role.TERMINUS if ends else Role.INTERMEDIATE,
                origin="East",
                destination="West",
                arrival=at,
                departure=None if ends else at + timedelta(minutes=3),
                track="t1",
            )
        )

    @precondition(lambda self: self.said)
    @rule()
    def the_last_command_comes_again(self):
        command, answer = self.said
        assert self.operations.command(self.now, command) == answer

    @invariant()
    def persons_are_heard_and_nobody_else(self):
        mode = self.operations.in_force(self.now).mode
        with self.engine.connect() as connection:
            rows = connection.execute(select(tables.run.c.facts)).scalars().all()
        for data in rows:
            facts = decode_facts(data)
            run = derive(facts, self.station, self.now)
            assert (facts.standing is not None) is (mode is not None)
            assert mode is None or run.control is Control.MANUAL
            assert all(each.holds(self.now) for each in facts.overrides)
            if run.control is Control.AUTO:
                assert encode_body(run) == encode_body(derive(facts.auto, self.station, self.now))
                assert run.auto is None

    def true_to_passengers(self, facts, run):
        if run.control is Control.AUTO:
            super().true_to_passengers(facts.auto, run)
            return
        assert disorder(run.timeline) is None
        assert run.role is not Role.PASS or run.timeline.shown_at is None
        if run.cancelled:
            phases = {PassengerPhase.PLANNED, PassengerPhase.SHOWN, PassengerPhase.GONE}
            assert passenger_phase(run, self.now) in phases


@pytest.fixture(autouse=True, scope="module")
def _parts(build, station):
    timetable = replace(station.timetable, rows=(*station.timetable.rows[:2], *_passing(station)))
    Histories.build, Histories.station = build, replace(station, timetable=timetable)


def _passing(station):
    return tuple(row for row in station.timetable.rows if row.role is Role.PASS)


def test_whatever_persons_say_what_is_told_is_so(quick_database):
    live(ManualHistories, quick_database, examples=8, steps=25)
