"""The tables are total; of any run `protocol.timeline` says what they say instant by instant."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.phases import (
    BOARDING,
    ENDING,
    NOT_COMING,
    PASSENGERS,
    PASSING,
    STOPPING,
    TOLD_ONLY,
    TRAIN,
    PassengerInstant,
    TrainInstant,
    next_for_passengers,
    next_for_train,
    passengers_of,
    train_of,
)
from protocol.runs import CallTime, Named, PassengerPhase, Role, Run, Timeline, TrainPhase
from protocol.timeline import passenger_phase, train_phase

START = datetime(2021, 1, 20, 8, 0, tzinfo=UTC)
PLACE = Named("X", {"en": "X"})
PASSENGER_TABLES = (BOARDING, TOLD_ONLY)
TRAIN_TABLES = (STOPPING, ENDING, PASSING, NOT_COMING)


def reachable(table, first):
    found, new = set(), {first}
    while new:
        found |= new
        new = {after for phase in new for after in table[phase]} - found
    return found


@pytest.mark.parametrize("table", PASSENGER_TABLES)
def test_a_passengers_table_has_every_instant_for_every_phase_that_there_can_be(table):
    assert {len(row) for row in table.values()} == {len(PassengerInstant)}
    assert reachable(table, PassengerPhase.PLANNED) == set(table)


@pytest.mark.parametrize("table", TRAIN_TABLES)
def test_a_trains_table_has_every_instant_for_every_phase_that_there_can_be(table):
    assert {len(row) for row in table.values()} == {len(TrainInstant)}
    assert reachable(table, TrainPhase.EXPECTED) == set(table)


def test_every_role_has_its_tables_and_every_phase_stands_in_one():
    assert set(PASSENGERS) == set(TRAIN) == set(Role)
    assert {phase for table in PASSENGER_TABLES for phase in table} == set(PassengerPhase)
    assert {phase for table in TRAIN_TABLES for phase in table} == set(TrainPhase)


@pytest.mark.parametrize("table", [*PASSENGER_TABLES, *TRAIN_TABLES])
def test_time_alone_never_goes_back(table):
    order = list(table)
    for phase, row in table.items():
        assert all(order.index(after) >= order.index(phase) for after in row)


def test_a_phase_that_a_run_is_never_in_is_an_error():
    with pytest.raises(KeyError):
        next_for_passengers(TOLD_ONLY, PassengerPhase.CHECK_IN, PassengerInstant.LEAVES)
    with pytest.raises(KeyError):
        next_for_train(PASSING, TrainPhase.AT_PLATFORM, TrainInstant.DEPARTS)


def minute(number):
    return None if number is None else START + timedelta(minutes=number)


offsets = st.none() | st.integers(0, 20)


@st.composite
def runs(draw):
    """Any instants; an arrival leaves its board after it, as every window makes it."""
    times = {name: draw(offsets) for name in Timeline.__struct_fields__}
    arrives, leaves = times["arrives_at"], times["arrival_shown_until"]
    if leaves is not None:
        times["arrival_shown_until"] = None if arrives is None else max(arrives, leaves)
    return Run(
        run_id="2021-01-20.k1",
        service_date=date(2021, 1, 20),
        category="K",
        role=draw(st.sampled_from(Role)),
        origin=PLACE,
        destination=PLACE,
        arrival=CallTime(planned=START),
        departure=CallTime(planned=START),
        cancelled=draw(st.booleans()),
        timeline=Timeline(**{name: minute(offset) for name, offset in times.items()}),
    )


def leaves(run):
    times = run.timeline
    if run.role is not Role.TERMINUS:
        return times.departure_shown_until
    ends = (times.arrival_shown_until, times.departure_shown_until)
    return ends[0] if None in ends else max(ends)


def lived(instants, first, after, now):
    """Go through the instants up to `now`, of one moment in the order of the columns."""
    phase = first
    for _, instant in sorted(
        ((at, i) for i, at in instants.items() if at is not None and at <= now),
        key=lambda each: (each[0], list(instants).index(each[1])),
    ):
        phase = after(phase, instant)
    return phase


@given(run=runs(), at=st.integers(-1, 21))
def test_the_timeline_says_of_passengers_what_the_table_says(run, at):
    table = passengers_of(run.role, cancelled=run.cancelled)
    named = [each for each in PassengerInstant if each is not PassengerInstant.LEAVES]
    instants = {each: getattr(run.timeline, each.value) for each in named}
    instants[PassengerInstant.LEAVES] = leaves(run)
    found = lived(
        instants,
        PassengerPhase.PLANNED,
        lambda phase, instant: next_for_passengers(table, phase, instant),
        minute(at),
    )
    assert passenger_phase(run, minute(at)) is found


@given(run=runs(), at=st.integers(-1, 21))
def test_the_timeline_says_of_the_train_what_the_table_says(run, at):
    table = train_of(run.role, cancelled=run.cancelled)
    instants = {each: getattr(run.timeline, each.value) for each in TrainInstant}
    found = lived(
        instants,
        TrainPhase.EXPECTED,
        lambda phase, instant: next_for_train(table, phase, instant),
        minute(at),
    )
    assert train_phase(run, minute(at)) is found
