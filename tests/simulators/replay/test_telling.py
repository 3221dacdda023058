from __future__ import annotations

from datetime import UTC, datetime, timedelta

from simulators.dispatch.changes import Table
from simulators.replay.calls import RecordedCall, Told
from simulators.replay.telling import changes_of_call

NOON = datetime(2021, 1, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def make(**fields):
    return RecordedCall(
        **{
            "key": "k",
            "number": "7",
            "origin": "A",
            "destination": "B",
            "planned_arrival": NOON,
            "planned_departure": NOON + 4 * MINUTE,
            "arrival_track": "1",
            "departure_track": "1",
            **fields,
        }
    )


def columns(changes, table, name):
    return [
        (c.at, c.values[name])
        for c in changes
        if c.table is table and c.values and name in c.values
    ]


def test_what_was_told_becomes_delays_and_tracks_at_its_time():
    early, late = NOON - 300 * MINUTE, NOON - 20 * MINUTE
    call = make(
        told=(
            Told(late, arrival=NOON + 9 * MINUTE, arrival_track="3"),
            Told(early, arrival=NOON + 2 * MINUTE),
        )
    )
    changes = changes_of_call(call)
    assert changes[0].at == NOON - 180 * MINUTE
    assert columns(changes, Table.PLAN, "arr_delay_min") == [
        (NOON - 180 * MINUTE, None),  # nothing is known: not on time
        (NOON - 180 * MINUTE, 2),  # told before the row was there
        (late, 9),
    ]
    assert columns(changes, Table.PLAN, "arr_track")[-1] == (late, "3")


def test_without_actual_times_it_came_when_last_expected():
    call = make(told=(Told(NOON - 20 * MINUTE, arrival=NOON + 9 * MINUTE),))
    changes = changes_of_call(call)
    assert columns(changes, Table.LOG, "act_arr_time") == [(NOON + 9 * MINUTE, NOON + 9 * MINUTE)]
    departed = columns(changes, Table.LOG, "act_dep_time")
    assert departed == [(NOON + 9 * MINUTE, NOON + 9 * MINUTE)]  # never before its arrival
    assert changes[-1].values is None
    assert changes[-1].at == NOON + 39 * MINUTE


def test_a_cancelled_train_has_no_log():
    changes = changes_of_call(make(told=(Told(NOON - 20 * MINUTE, cancelled=True),)))
    assert columns(changes, Table.PLAN, "cancel_flag")[-1] == (NOON - 20 * MINUTE, 1)
    assert columns(changes, Table.LOG, "step") == []


def test_a_cancellation_told_hours_later_is_told():
    late = NOON + 120 * MINUTE
    changes = changes_of_call(make(told=(Told(late, cancelled=True),)))
    assert columns(changes, Table.PLAN, "cancel_flag")[-1] == (late, 1)
    assert {c.at for c in changes if c.values is None} == {late + 30 * MINUTE}


def test_a_train_that_still_stands_keeps_its_row():
    late = NOON + 120 * MINUTE
    told = (Told(late, departure=NOON + 200 * MINUTE),)
    changes = changes_of_call(make(told=told, actual_arrival=NOON))
    assert columns(changes, Table.PLAN, "dep_delay_min")[-1] == (late, 196)


def test_what_is_told_of_a_train_that_is_long_gone_is_left_out():
    late = NOON + 120 * MINUTE
    changes = changes_of_call(
        make(
            told=(Told(late, arrival_track="3"),),
            actual_arrival=NOON,
            actual_departure=NOON + 4 * MINUTE,
        )
    )
    assert columns(changes, Table.PLAN, "arr_track") == [(NOON - 180 * MINUTE, "1")]
    assert max(c.at for c in changes) == NOON + 34 * MINUTE


def test_an_unknown_delay_that_stays_unknown_is_not_made_into_a_time():
    changes = changes_of_call(make(told=(Told(NOON - 20 * MINUTE, delay_known=False),)))
    assert columns(changes, Table.PLAN, "delay_state")[-1] == (NOON - 20 * MINUTE, "U")
    assert columns(changes, Table.LOG, "step") == []
