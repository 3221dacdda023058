"""What a run is at an instant; the hub and every subsystem ask the same functions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from protocol.runs import CallTime, Named, PassengerPhase, Role, Run, Timeline, TrainPhase
from protocol.timeline import (
    at_gate,
    change_instants,
    disorder,
    lapsed,
    next_change,
    on_arrival_board,
    on_departure_board,
    passenger_phase,
    stand_back,
    train_phase,
)

START = datetime(2021, 1, 20, 8, 0, tzinfo=UTC)
PLACE = Named("X", {"en": "X"})
SECOND = timedelta(seconds=1)


def minute(number: int) -> datetime:
    return START + timedelta(minutes=number)


TIMELINE = Timeline(
    shown_at=minute(0),
    waiting_at=minute(10),
    gate_shown_at=minute(20),
    check_in_opens_at=minute(30),
    last_call_at=minute(40),
    check_in_closes_at=minute(45),
    approaches_at=minute(38),
    arrives_at=minute(42),
    departs_at=minute(50),
    arrival_shown_until=minute(52),
    departure_shown_until=minute(51),
)
THROUGH = Run(
    run_id="2021-01-20.k1",
    service_date=date(2021, 1, 20),
    category="K",
    role=Role.INTERMEDIATE,
    origin=PLACE,
    destination=PLACE,
    arrival=CallTime(planned=minute(42)),
    departure=CallTime(planned=minute(50)),
    timeline=TIMELINE,
)
TERMINUS = replace(
    THROUGH,
    role=Role.TERMINUS,
    departure=None,
    timeline=Timeline(
        shown_at=minute(0),
        approaches_at=minute(38),
        arrives_at=minute(42),
        arrival_shown_until=minute(52),
    ),
)
PASSING = replace(THROUGH, role=Role.PASS)
BEGINNINGS = [
    (PassengerPhase.SHOWN, 0),
    (PassengerPhase.WAITING, 10),
    (PassengerPhase.CHECK_IN, 30),
    (PassengerPhase.LAST_CALL, 40),
    (PassengerPhase.CHECK_IN_CLOSED, 45),
    (PassengerPhase.GONE, 51),
]

OFFSETS = st.none() | st.integers(0, 60)
TIMELINES = st.builds(
    lambda offsets: Timeline(**{n: o if o is None else minute(o) for n, o in offsets.items()}),
    st.fixed_dictionaries(dict.fromkeys(Timeline.__struct_fields__, OFFSETS)),
)
RUNS = st.builds(
    lambda timeline, role, cancelled: replace(
        THROUGH, timeline=timeline, role=role, cancelled=cancelled
    ),
    TIMELINES,
    st.sampled_from(Role),
    st.booleans(),
)


@pytest.mark.parametrize(("phase", "begins"), BEGINNINGS)
def test_an_instant_belongs_to_what_begins_at_it(phase, begins):
    order = list(PassengerPhase)
    assert passenger_phase(THROUGH, minute(begins)) is phase
    before = passenger_phase(THROUGH, minute(begins) - SECOND)
    assert order.index(before) == order.index(phase) - 1


def test_before_all_it_is_planned():
    assert passenger_phase(THROUGH, minute(0) - SECOND) is PassengerPhase.PLANNED
    assert passenger_phase(replace(THROUGH, timeline=Timeline()), minute(0)) is (
        PassengerPhase.PLANNED
    )


def test_there_is_no_check_in_at_the_terminus_nor_for_what_passes_or_is_cancelled():
    for run in (
        replace(TERMINUS, timeline=TIMELINE),
        replace(PASSING, timeline=TIMELINE),
        replace(THROUGH, cancelled=True),
    ):
        phases = {passenger_phase(run, minute(n)) for n in range(-1, 60)}
        assert phases == {PassengerPhase.PLANNED, PassengerPhase.SHOWN, PassengerPhase.GONE}


def test_a_terminating_run_is_gone_when_its_arrival_leaves_the_board():
    assert passenger_phase(TERMINUS, minute(52) - SECOND) is PassengerPhase.SHOWN
    assert passenger_phase(TERMINUS, minute(52)) is PassengerPhase.GONE


def test_an_unknown_delay_stops_the_timeline():
    held = replace(THROUGH, held=True, timeline=Timeline(shown_at=minute(0), waiting_at=minute(10)))
    assert passenger_phase(held, minute(9999)) is PassengerPhase.WAITING
    assert train_phase(held, minute(9999)) is TrainPhase.EXPECTED
    assert on_departure_board(held, minute(9999))
    assert next_change(held, minute(10)) is None


@given(RUNS, st.integers(-1, 61), st.integers(0, 10))
def test_a_phase_never_goes_back_and_changes_only_at_the_runs_instants(run, at, later):
    order = list(PassengerPhase)
    now, then = minute(at), minute(at + later)
    assert order.index(passenger_phase(run, now)) <= order.index(passenger_phase(run, then))
    following = next_change(run, now)
    if following is None or then < following:
        for told in (passenger_phase, train_phase, on_departure_board, on_arrival_board, at_gate):
            assert told(run, now) == told(run, then)


@pytest.mark.parametrize(
    ("run", "at", "phase"),
    [
        (THROUGH, 37, TrainPhase.EXPECTED),
        (THROUGH, 38, TrainPhase.APPROACHING),
        (THROUGH, 42, TrainPhase.AT_PLATFORM),
        (THROUGH, 50, TrainPhase.DEPARTED),
        (THROUGH, 999, TrainPhase.DEPARTED),
        (TERMINUS, 38, TrainPhase.APPROACHING),
        (TERMINUS, 42, TrainPhase.AT_PLATFORM),
        (TERMINUS, 52, TrainPhase.TERMINATED),
        (PASSING, 37, TrainPhase.EXPECTED),
        (PASSING, 38, TrainPhase.PASSING),
        (PASSING, 43, TrainPhase.PASSING),
        (PASSING, 50, TrainPhase.DEPARTED),
        (replace(THROUGH, cancelled=True), 43, TrainPhase.EXPECTED),
        (replace(TERMINUS, timeline=Timeline(arrives_at=minute(1))), 99, TrainPhase.AT_PLATFORM),
    ],
)
def test_where_the_train_is(run, at, phase):
    assert train_phase(run, minute(at)) is phase


@pytest.mark.parametrize(
    ("told", "begins", "ends"),
    [(on_departure_board, 0, 51), (on_arrival_board, 0, 52), (at_gate, 20, 51)],
)
def test_a_board_has_the_row_from_its_first_instant_to_before_its_last(told, begins, ends):
    shown = [n for n in range(-5, 70) if told(THROUGH, minute(n))]
    assert shown == list(range(begins, ends))


@pytest.mark.parametrize("told", [on_departure_board, on_arrival_board, at_gate])
def test_what_does_not_stop_is_on_no_board(told):
    assert not any(told(PASSING, minute(n)) for n in range(60))


@pytest.mark.parametrize(
    ("told", "missing"),
    [(on_departure_board, "departure"), (at_gate, "departure"), (on_arrival_board, "arrival")],
)
def test_a_run_without_that_call_is_not_on_that_board(told, missing):
    run = replace(THROUGH, **{missing: None})
    assert not any(told(run, minute(n)) for n in range(60))


def test_a_row_without_an_end_stays():
    endless = replace(THROUGH, timeline=replace(TIMELINE, departure_shown_until=None))
    assert on_departure_board(endless, minute(9999))
    nowhere = replace(THROUGH, timeline=replace(TIMELINE, shown_at=None))
    assert not on_departure_board(nowhere, minute(30))


LATE = replace(
    THROUGH, departure=CallTime(planned=minute(50), estimated=minute(70)), timeline=Timeline()
)
CAME_AND_LEFT = replace(
    LATE, departure=CallTime(planned=minute(50), estimated=minute(70), actual=minute(70))
)
LIFETIME = timedelta(minutes=30)


@pytest.mark.parametrize(
    ("run", "confirmed_at", "now", "expected"),
    [
        (THROUGH, None, minute(0), False),
        (LATE, None, minute(0), True),
        (LATE, minute(0), minute(30), False),
        (LATE, minute(0), minute(30) + SECOND, True),
        (CAME_AND_LEFT, minute(0), minute(31), False),
        (replace(THROUGH, held=True), minute(0), minute(31), True),
        (replace(THROUGH, cancelled=True), minute(0), minute(31), True),
    ],
)
def test_what_nobody_confirms_lapses_but_the_timetable_does_not(run, confirmed_at, now, expected):
    assert lapsed(run, now, confirmed_at, LIFETIME) is expected


@given(TIMELINES)
def test_the_changes_are_the_distinct_instants_in_order(timeline):
    instants = change_instants(timeline)
    present = {at for name in timeline.__struct_fields__ if (at := getattr(timeline, name))}
    assert instants == sorted(present)
    walked, now = [], minute(-1)
    run = replace(THROUGH, timeline=timeline)
    while (following := next_change(run, now)) is not None:
        walked.append(following)
        now = following
    assert walked == instants


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"last_call_at": None}, None),
        ({"last_call_at": minute(45), "check_in_opens_at": minute(45)}, None),
        ({"check_in_opens_at": minute(41)}, "check_in_opens_at is after last_call_at"),
        ({"check_in_closes_at": minute(51)}, "check_in_closes_at is after departs_at"),
        (
            {"last_call_at": None, "check_in_opens_at": minute(46)},
            "check_in_opens_at is after check_in_closes_at",
        ),
    ],
)
def test_disorder_is_named(changes, expected):
    assert disorder(replace(TIMELINE, **changes)) == expected


def test_people_stand_back_where_a_train_passes():
    run = replace(PASSING, platform="1")
    told = [n for n in range(60) if stand_back(run, minute(n))]
    assert told == list(range(38, 51))
    assert not any(on_departure_board(run, minute(n)) or at_gate(run, minute(n)) for n in told)


@pytest.mark.parametrize(
    "changes",
    [
        {"role": Role.INTERMEDIATE},
        {"cancelled": True},
        {"platform": None},
        {"timeline": Timeline()},
    ],
)
def test_nobody_stands_back_from_a_train_that_stops_or_does_not_come_or_is_elsewhere(changes):
    run = replace(PASSING, **({"platform": "1"} | changes))
    assert not any(stand_back(run, minute(n)) for n in range(60))
