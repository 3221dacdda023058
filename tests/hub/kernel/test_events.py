from datetime import timedelta

import pytest

from hub.kernel.agenda import Moment
from hub.kernel.derive import derive
from hub.kernel.events import FRESH, approaching, from_change
from protocol.runs import PassengerPhase, Role, TrainPhase
from protocol.times import from_unix

REACHED = Moment(1_600_000_000, PassengerPhase.CHECK_IN, TrainPhase.APPROACHING)


def run(build, **changes):
    return derive(build.facts(**changes), build.station(), build.at("08:00"))


def changed(build, before, after, now):
    return [
        (event.kind, event.at)
        for event in from_change(run(build, **before), run(build, **after), 7, build.at(now))
    ]


@pytest.mark.parametrize(
    ("was", "train", "late", "told"),
    [
        (TrainPhase.EXPECTED, TrainPhase.APPROACHING, timedelta(), True),
        (TrainPhase.EXPECTED, TrainPhase.PASSING, FRESH, True),
        (TrainPhase.EXPECTED, TrainPhase.APPROACHING, FRESH + timedelta(seconds=1), False),
        (TrainPhase.APPROACHING, TrainPhase.APPROACHING, timedelta(), False),
        (TrainPhase.EXPECTED, TrainPhase.AT_PLATFORM, timedelta(), False),
    ],
)
def test_approaching_is_told_once_and_not_late(was, train, late, told):
    moment = Moment(REACHED.at, REACHED.passengers, train)
    found = list(approaching("2021-01-20.k1", was, moment, from_unix(REACHED.at) + late))
    assert [event.kind for event in found] == (["approaching"] if told else [])


def test_the_event_id_is_made_of_what_happened():
    now = from_unix(REACHED.at)
    (one,) = approaching("r", TrainPhase.EXPECTED, REACHED, now)
    (two,) = approaching("r", TrainPhase.EXPECTED, REACHED, now + timedelta(seconds=30))
    assert one.event_id == two.event_id == "r.approaching.1600000000"


def test_arrived_and_departed_are_told_by_a_report(build):
    came = {"log": build.log(actual_arrival=build.at("10:01"))}
    left = {"log": build.log(actual_arrival=build.at("10:01"), actual_departure=build.at("10:20"))}
    assert changed(build, {}, came, "10:02") == [("arrived", build.at("10:01"))]
    assert changed(build, came, left, "10:20") == [("departed", build.at("10:20"))]
    assert changed(build, left, left, "10:20") == []


def test_an_old_report_is_no_event(build):
    came = {"log": build.log(actual_arrival=build.at("10:01"))}
    assert changed(build, {}, came, "10:04") == []


def test_what_passengers_must_know_at_once(build):
    moved = {"plan": build.plan(departure_track="t3")}
    now = build.at("08:00")
    assert changed(build, {"plan": build.plan()}, moved, "08:00") == [("changed", now)]
    cancelled = {"plan": build.plan(cancelled=True)}
    assert changed(build, {"plan": build.plan()}, cancelled, "08:00") == [("changed", now)]


def test_what_nobody_sees_is_no_change(build):
    moved = {"plan": build.plan(departure_track="t3")}
    assert changed(build, {"plan": build.plan()}, moved, "06:00") == []
    late = {"plan": build.plan(estimated_arrival=build.at("10:05"))}
    assert changed(build, {"plan": build.plan()}, late, "08:00") == []


def test_that_a_train_ends_here_is_told_at_once(build):
    ends = {"plan": build.plan(role=Role.TERMINUS)}
    assert changed(build, {"plan": build.plan()}, ends, "09:00") == [("changed", build.at("09:00"))]
    starts = {"plan": build.plan(role=Role.ORIGIN)}
    assert changed(build, {"plan": build.plan()}, starts, "09:00")
