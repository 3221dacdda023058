"""Disciplined time: what it believes, how it moves, what it says of itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.master_clock import MasterClock
from subsystems.kit.timekeeper import FRESH_S, SLEW, Quality, Timekeeper

T0 = datetime(2021, 1, 20, 4, 0, tzinfo=UTC)


def at(seconds):
    return T0 + timedelta(seconds=seconds)


def ask(keeper, hub, sent_s, trip_s, share=0.5, rate=1.0):
    """A request whose answer was made after `share` of the round trip; `hub` is ahead so much."""
    keeper.on_response(at((sent_s + trip_s * share) * rate + hub), sent_s, sent_s + trip_s)


def error_s(keeper, hub, mono_s, rate=1.0):
    return (keeper.now(mono_s) - at(mono_s * rate + hub)).total_seconds()


def test_before_anything_is_known_it_is_the_own_clock():
    keeper = Timekeeper(T0, 0.0)
    assert keeper.now(5.0) == at(5)
    assert keeper.quality(at(5), 5.0).quality is Quality.UNSET


def test_an_hour_is_stepped_by_the_first_beat():
    keeper = Timekeeper(T0, 0.0)
    keeper.on_beat(at(3601), 1.0)
    assert abs(error_s(keeper, 3600, 1.0)) < 1e-6
    quality = keeper.quality(at(1), 1.0)
    assert quality.quality is Quality.SYNCED
    assert quality.off
    assert quality.offset_s == pytest.approx(-3600)


def test_the_shortest_round_trip_is_believed():
    keeper = Timekeeper(T0, 0.0)
    ask(keeper, 100.0, 1.0, 0.4, share=1.0)
    ask(keeper, 100.0, 2.0, 0.002, share=1.0)
    ask(keeper, 100.0, 3.0, 0.5, share=0.0)
    assert keeper.quality(at(4), 4.0).uncertainty_s == pytest.approx(0.0011, abs=1e-4)
    assert abs(keeper.own_offset(at(4), 4.0) + 100) < 0.002


def test_small_errors_are_slewed_and_time_never_goes_back():
    keeper = Timekeeper(T0, 0.0)
    ask(keeper, 0.0, 0.0, 0.01)
    ask(keeper, -0.3, 1.0, 0.001)
    times = [keeper.now(1.1 + n / 10) for n in range(300)]
    steps = [(b - a).total_seconds() for a, b in pairwise(times)]
    assert min(steps) > 0.1 * (1 - SLEW) - 1e-5
    assert max(steps) < 0.1 * (1 + SLEW) + 1e-5
    assert abs(error_s(keeper, -0.3, 30.0)) < 0.002


def test_a_step_of_the_own_clock_is_noticed_and_not_followed():
    keeper = Timekeeper(T0, 0.0)
    ask(keeper, 0.0, 0.0, 0.01)
    stepped = at(10 + 3600)
    assert abs(error_s(keeper, 0, 10.0)) < 0.01
    assert keeper.quality(stepped, 10.0).off
    assert keeper.quality(stepped, 10.0).offset_s == pytest.approx(3600, abs=0.01)


def test_a_hub_that_was_set_is_contradicted_by_its_beat_and_then_followed():
    keeper = Timekeeper(T0, 0.0)
    ask(keeper, 0.0, 0.0, 0.01)
    keeper.on_beat(at(65), 5.0)
    assert keeper.contradicted
    assert abs(error_s(keeper, 0, 5.0)) < 0.01, "one beat may have lain in a buffer"
    ask(keeper, 60.0, 5.1, 0.5)
    assert not keeper.contradicted
    assert abs(error_s(keeper, 60, 6.0)) < 0.3


def test_beats_alone_keep_time_when_nobody_answers():
    keeper = Timekeeper(T0, 0.0)
    ask(keeper, 0.0, 0.0, 0.01)
    for n in range(1, 100):
        keeper.on_beat(at(n * 5 + 0.2), n * 5.0)
    quality = keeper.quality(at(495), 495.0)
    assert quality.quality is Quality.SYNCED
    assert quality.age_s < 5.1


def test_holdover_after_silence_and_after_a_boot():
    keeper = Timekeeper(T0, 0.0)
    ask(keeper, 7.0, 0.0, 0.01)
    late = keeper.quality(at(FRESH_S + 1), FRESH_S + 1)
    assert late.quality is Quality.HOLDOVER
    assert late.uncertainty_s > keeper.quality(at(1), 1.0).uncertainty_s
    booted = Timekeeper(T0, 0.0, known_offset_s=7.0)
    assert booted.now(1.0) == at(8)
    quality = booted.quality(at(1), 1.0)
    assert (quality.quality, quality.offset_s, quality.off) == (Quality.HOLDOVER, -7.0, True)


def test_drift_is_measured_after_two_minutes():
    keeper = Timekeeper(T0, 0.0)
    for n in range(4):
        ask(keeper, -n * 30 * 40e-6, n * 30.0, 0.0)
    assert keeper.quality(at(90), 90.0).drift_ppm is None
    for n in range(4, 30):
        ask(keeper, -n * 30 * 40e-6, n * 30.0, 0.0)
    assert keeper.quality(at(870), 870.0).drift_ppm == pytest.approx(40, abs=1)


def test_a_leap_second_of_the_hub_is_inserted_at_the_same_instant():
    keeper = Timekeeper(T0, 0.0)
    ask(keeper, 0.0, 0.0, 0.01)
    midnight = MasterClock(source="gps", leap_at=at(100), leap=1)
    keeper.on_master("synced", midnight, 50.0)
    assert not keeper.quality(at(99), 99.0).leap_second
    assert keeper.quality(at(100), 100.5).leap_second
    assert keeper.now(100.5) == at(100) - timedelta(microseconds=1)
    keeper.on_beat(at(99.99), 100.6)  # the hub stands still, too
    keeper.on_master("synced", midnight, 100.6)
    assert keeper.now(101.0) == at(100)
    keeper.on_master("synced", MasterClock(source="gps"), 101.5)
    assert keeper.leap is None
    ask(keeper, -1.0, 102.0, 0.01)
    assert keeper.now(103.0) == pytest.approx(at(102), abs=timedelta(milliseconds=2))
    assert not keeper.contradicted


def test_an_announcement_that_comes_late_or_is_taken_back_changes_nothing():
    keeper = Timekeeper(T0, 0.0)
    ask(keeper, 0.0, 0.0, 0.01)
    keeper.on_master("synced", MasterClock(leap_at=at(10), leap=1), 20.0)
    assert keeper.leap is None
    keeper.on_master("synced", MasterClock(leap_at=at(100), leap=1), 20.0)
    keeper.on_master("synced", None, 30.0)
    assert keeper.now(101.0) == at(101)
    known = keeper.quality(at(101), 101.0)
    assert (known.hub, known.master) == ("synced", None)


def test_alone_it_goes_on_by_the_drift_that_it_knows():
    keeper = Timekeeper(T0, 0.0)
    for n in range(60):
        ask(keeper, -n * 60 * 40e-6, n * 60.0, 0.001)
    later_s = 3540 + 86_400
    assert abs(error_s(keeper, -later_s * 40e-6, later_s)) < 0.05
    admitted_s = keeper.quality(T0, later_s).uncertainty_s
    assert abs(error_s(keeper, -later_s * 40e-6, later_s)) <= admitted_s < 1.0


@given(
    rate=st.sampled_from([1.0, 60.0, 600.0]),
    hub=st.floats(-1e6, 1e6),
    trips=st.lists(st.tuples(st.floats(0.0001, 0.5), st.floats(0, 1)), min_size=1, max_size=30),
)
def test_the_error_is_never_more_than_it_admits(rate, hub, trips):
    keeper = Timekeeper(T0, 0.0, rate=rate)
    for n, (trip_s, share) in enumerate(trips):
        ask(keeper, hub * rate, n * 10.0, trip_s, share, rate)
    mono_s = len(trips) * 10.0 + 60  # slewing is over
    admitted_s = keeper.quality(T0, mono_s).uncertainty_s
    assert abs(error_s(keeper, hub * rate, mono_s, rate)) <= admitted_s + 1e-4
