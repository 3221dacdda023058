"""Steered time: never back but in a step, a leap second inserted by standing still."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station_config.runtime.timekeeping.steering import Leap, Steering

T0 = 1_483_228_700.0  # 2016-12-31T23:58:20Z
MIDNIGHT = 1_483_228_800.0


def steering(**given):
    return Steering(T0, 0.0, **{"slew": 0.02, "step_s": 0.5, **given})


def test_it_runs_on_the_line():
    clock = steering(rate=60.0, offset_s=2.0)
    assert clock.unix(10.0) == T0 + 602


def test_small_errors_are_slewed_big_ones_stepped():
    clock = steering()
    assert clock.aim(0.3, 0.0) == 0.0
    assert clock.unix(0.0) == T0
    assert clock.unix(5.0) == pytest.approx(T0 + 5.1)
    assert clock.error(5.0) == pytest.approx(-0.2)
    assert clock.unix(15.0) == pytest.approx(T0 + 15.3)
    assert clock.aim(-2.0, 20.0) == pytest.approx(-2.3)
    assert clock.unix(20.0) == pytest.approx(T0 + 18)


def test_the_slope_goes_on_without_anybody():
    clock = steering()
    clock.aim(0.0, 0.0, slope=50e-6)
    assert clock.unix(86400.0) == pytest.approx(T0 + 86400 + 4.32, abs=1e-3)


@given(
    st.lists(
        st.tuples(st.floats(-0.49, 0.49), st.floats(0.1, 60), st.floats(-1e-4, 1e-4)), max_size=12
    )
)
def test_without_a_step_time_never_goes_back(aims):
    clock = steering()
    mono_s, told = 0.0, [T0]
    for offset_s, lasts_s, slope in aims:
        stepped = clock.aim(offset_s, mono_s, slope=slope)
        if stepped:
            told = []
        told += [clock.unix(mono_s + lasts_s * n / 10) for n in range(11)]
        mono_s += lasts_s
        assert all(b >= a - 1e-6 for a, b in pairwise(told))


def test_a_leap_second_is_inserted_by_standing_still():
    clock = steering()
    clock.leap = Leap(MIDNIGHT, 1)
    assert clock.unix(99.5) == T0 + 99.5
    assert not clock.in_leap(99.9)
    assert [clock.unix(100.0 + n / 4) for n in range(4)] == [MIDNIGHT - 1e-6] * 4
    assert clock.in_leap(100.0)
    assert clock.in_leap(100.99)
    assert not clock.in_leap(101.0)
    assert clock.unix(101.0) == MIDNIGHT
    assert clock.near_leap(99.0, 2.0)
    before = clock.unix(101.5)
    assert not clock.settle(100.5)
    assert clock.settle(101.25)
    assert clock.leap is None
    assert clock.unix(101.5) == before == MIDNIGHT + 0.5


def test_a_second_is_left_out():
    clock = steering()
    clock.leap = Leap(MIDNIGHT, -1)
    assert clock.unix(98.999) == pytest.approx(MIDNIGHT - 1.001)
    assert clock.unix(99.0) == MIDNIGHT
    assert not clock.in_leap(99.0)
    assert clock.settle(99.1)
    assert clock.unix(100.0) == MIDNIGHT + 1
