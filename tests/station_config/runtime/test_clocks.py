from __future__ import annotations

from datetime import UTC, datetime, timedelta

from station_config.runtime.clocks import SystemClock, system_clock

ORIGIN = datetime(2021, 1, 19, 23, 0, tzinfo=UTC)


def test_a_simulation_starts_at_its_origin_and_runs_at_its_rate():
    wall = [1_700_000_000.0]
    clock = SystemClock(ORIGIN, wall[0], 60.0, wall=lambda: wall[0])
    assert clock.now() == ORIGIN
    wall[0] += 90
    assert clock.now() == ORIGIN + timedelta(minutes=90)


def test_two_processes_that_start_apart_tell_the_same_time():
    wall = [50.0]
    first = SystemClock(ORIGIN, 10.0, 20.0, wall=lambda: wall[0])
    early = first.now()
    wall[0] = 55.0
    second = SystemClock(ORIGIN, 10.0, 20.0, wall=lambda: wall[0])
    assert first.now() == second.now() == early + timedelta(seconds=100)


def test_production_is_the_systems_time():
    before, told, after = datetime.now(UTC), system_clock().now(), datetime.now(UTC)  # noqa: TID251 - compared with it
    slack = timedelta(milliseconds=1)
    assert before - slack <= told <= after + slack
    assert system_clock().rate == 1.0
