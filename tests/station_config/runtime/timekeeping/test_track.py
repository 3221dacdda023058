"""Samples of a reference: which is believed, how uncertainty grows, what drift is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station_config.runtime.timekeeping.track import (
    AGEING,
    BASELINE_S,
    WANDER,
    Drift,
    Sample,
    Track,
)


def fed(track, slope, count, every_s=30.0, uncertainty_s=0.001, start_s=0.0):
    for n in range(count):
        mono_s = start_s + n * every_s
        track.take(Sample(slope * mono_s, uncertainty_s, mono_s))
    return start_s + (count - 1) * every_s


def test_the_least_uncertain_is_believed_until_it_has_aged():
    track = Track()
    track.take(Sample(1.0, 0.001, 0.0))
    assert track.take(Sample(1.05, 0.1, 1.0)).offset_s == 1.0
    assert track.best(3000.0).offset_s == 1.05 or track.best(3000.0).uncertainty_s < 0.26


def test_an_old_uncertainty_grows_by_what_quartz_may_do():
    track = Track()
    track.take(Sample(0.0, 0.001, 0.0))
    assert track.best(100.0).uncertainty_s == pytest.approx(0.001 + 100 * AGEING)


def test_drift_is_told_after_a_while_and_used_once_it_is_good():
    track = Track()
    last_s = fed(track, 40e-6, 4)
    assert track.measured is None
    last_s = fed(track, 40e-6, 30, start_s=120.0)
    assert track.measured.slope == pytest.approx(40e-6, rel=0.02)
    assert track.drift is track.measured
    best = track.best(last_s + 3600)
    assert best.offset_s == pytest.approx(40e-6 * (last_s + 3600), abs=0.02)
    assert track.growth == pytest.approx(track.measured.error + WANDER)
    assert track.growth < AGEING / 2


def test_a_drift_out_of_noise_is_not_used():
    track = Track()
    for n in range(5):
        track.take(Sample((-1) ** n * 0.1, 0.2 - n * 0.01, n * 40.0))
    assert track.measured is not None
    assert track.drift is None
    assert track.growth == AGEING


def test_a_drift_of_an_earlier_life_serves_until_this_one_knows():
    track = Track(drift=Drift(30e-6, 1e-6))
    track.take(Sample(0.0, 0.001, 0.0))
    assert track.best(1000.0).offset_s == pytest.approx(0.03)


def test_a_clock_that_was_set_begins_anew_and_keeps_the_drift():
    track = Track()
    last_s = fed(track, 40e-6, 40)
    before = track.drift
    assert track.take(Sample(3600.0, 0.001, last_s + 30)).offset_s == 3600.0
    assert len(track.samples) == 1
    assert track.drift == before


def test_no_oscillator_drifts_so_much():
    track = Track()
    fed(track, 0.001, 40)
    assert track.measured is not None
    assert track.drift is None


def test_a_day_of_samples_needs_no_more_room_than_an_hour():
    track = Track()
    fed(track, 40e-6, 3000)
    assert len(track._points) <= 65
    assert track._points[-1].mono_s - track._points[0].mono_s > 100 * BASELINE_S


@given(
    slope=st.floats(-100e-6, 100e-6),
    errors=st.lists(st.tuples(st.floats(0.0005, 0.02), st.floats(-1, 1)), min_size=6, max_size=80),
)
def test_the_drift_errs_by_no_more_than_it_admits(slope, errors):
    track = Track()
    for n, (uncertainty_s, share) in enumerate(errors):
        mono_s = n * 30.0
        track.take(Sample(slope * mono_s + share * uncertainty_s, uncertainty_s, mono_s))
    if track.measured is not None:
        assert abs(track.measured.slope - slope) <= track.measured.error * 1.0001 + 1e-12
