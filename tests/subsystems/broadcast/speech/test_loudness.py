"""Loudness against pyloudnorm, and peaks against what they must be."""

from __future__ import annotations

import numpy as np
import pyloudnorm
import pytest
from hypothesis import given
from hypothesis import strategies as st

from subsystems.broadcast.speech.loudness import (
    SILENT,
    fast_size,
    limited,
    loudness,
    normalised,
    true_peak,
)

RATE = 16_000


def noise(seed, seconds, strength):
    """Return noise that comes and goes as speech does."""
    at = np.arange(round(seconds * RATE))
    chance = np.random.default_rng(seed)
    return strength * chance.standard_normal(len(at)) * np.maximum(0, np.sin(at / RATE * 5))


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
def test_it_is_pyloudnorms(rate):
    for seed in range(4):
        sound = noise(seed, 48_000 * 5 / rate, 0.05 * (seed + 1))
        theirs = pyloudnorm.Meter(rate, filter_class="DeMan").integrated_loudness(sound)
        assert loudness(sound, rate) == pytest.approx(theirs, abs=0.1)


def test_the_standards_tone_reads_as_it_says():
    tone = np.sin(2 * np.pi * 997 * np.arange(RATE * 5) / RATE)
    assert loudness(tone, RATE) == pytest.approx(-3.01, abs=0.05)


def test_silence_and_very_short_sounds():
    assert loudness(np.zeros(RATE), RATE) == SILENT
    assert loudness(np.zeros(0), RATE) == SILENT
    assert loudness(noise(1, 0.1, 0.1), RATE) > -40
    assert (normalised(np.zeros(100), RATE, -20, -1) == 0).all()


@pytest.mark.parametrize("target", [-16.0, -20.0, -23.0])
def test_it_is_brought_to_what_is_wanted(target):
    made = normalised(noise(3, 4, 0.001), RATE, target, -0.5)
    assert loudness(made, RATE) == pytest.approx(target, abs=0.3)


@given(st.integers(0, 1000), st.floats(0.05, 1.0))
def test_nothing_exceeds_the_true_peak(seed, ceiling):
    sound = noise(seed, 0.3, 0.7)
    made = limited(sound, RATE, ceiling)
    # White noise, whose gain changes all the time, is the worst there is: half a decibel.
    assert true_peak(made) <= ceiling * 1.06
    quiet = np.abs(sound) < 1e-9
    assert (made[quiet] == 0).all() or np.abs(made[quiet]).max() < 1e-9


def test_peaks_between_samples_are_seen():
    tone = np.sin(2 * np.pi * np.arange(RATE) / 4 + np.pi / 4)
    assert np.abs(tone).max() < 0.72
    assert true_peak(tone) == pytest.approx(1.0, abs=0.05)


@given(st.integers(1, 3_000_000))
def test_sizes_are_quick_and_not_much_larger(least):
    size = fast_size(least)
    assert least <= size <= 1.2 * least + 8
    for prime in (2, 3, 5):
        while size % prime == 0:
            size //= prime
    assert size == 1
