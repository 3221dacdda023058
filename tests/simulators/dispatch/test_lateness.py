from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.dispatch.lateness import (
    EARLIEST,
    INITIAL,
    LATEST,
    Lateness,
    initial,
    origin_delay,
    step,
)


@given(st.integers(EARLIEST, LATEST), st.none() | st.integers(EARLIEST, LATEST), st.integers())
def test_lateness_stays_in_its_bounds(minutes, before, seed):
    late = Lateness(minutes, before)
    random = Random(seed)
    for _ in range(20):
        late = step(late, random)
        assert EARLIEST <= late.minutes <= LATEST


def test_the_first_lateness_follows_the_recorded_shares():
    random = Random(1)
    seen = Counter(initial(random).minutes for _ in range(20_000))
    below = 0.0
    for share, minutes in INITIAL:
        assert seen[minutes] / 20_000 == pytest.approx(share - below, abs=0.012)
        below = share


def test_a_change_remembers_where_it_came_from():
    random = Random(1)
    late = Lateness(3)
    while late.minutes == 3:
        late = step(late, random)
    assert late.before == 3


def test_on_time_trains_get_later_more_often_than_earlier_and_late_ones_make_it_up():
    def drift(minutes):
        random = Random(1)
        after = [step(Lateness(minutes), random).minutes for _ in range(20_000)]
        return sum(after) / 20_000 - minutes

    assert drift(0) > 0.05
    assert drift(8) < -0.02


def test_severity_makes_it_worse():
    def mean(severity):
        random = Random(1)
        total = 0
        for _ in range(300):
            late = Lateness(0)
            for _ in range(60):
                late = step(late, random, severity)
            total += late.minutes
        return total / 300

    assert mean(0.0) < 0.5 < mean(1.0) + 0.5 < mean(2.0)


def test_an_origin_train_that_is_late_is_five_minutes_late_or_more():
    random = Random(1)
    delays = [origin_delay(random) for _ in range(5_000)]
    late = [d for d in delays if d]
    assert 0.09 < len(late) / 5_000 < 0.13
    assert min(late) >= 4
