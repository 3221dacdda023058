"""The mixer."""

from __future__ import annotations

from array import array
from itertools import pairwise

import pytest

from subsystems.broadcast.speech.mixer import FADE_S, Mixer, gain_of, pcm_of, samples_of
from subsystems.broadcast.speech.port import RATE

FRAME = 320


def frames(mixer, count):
    return samples_of(b"".join(mixer.next_frame() for _ in range(count)))


def loud(count, value=8000):
    return pcm_of(array("h", [value] * count))


def test_silence_without_anything():
    mixer = Mixer(FRAME)
    assert mixer.next_frame() == bytes(2 * FRAME)
    assert not mixer.speaking


def test_a_voice_is_passed_on_unchanged_and_ends():
    mixer = Mixer(FRAME)
    mixer.begin(loud(FRAME + 10))
    assert list(frames(mixer, 2)) == [8000] * (FRAME + 10) + [0] * (FRAME - 10)
    assert not mixer.speaking
    mixer.cut_off()


@pytest.mark.parametrize(("gain", "heard"), [(-6.0206, 4000), (20.0, 32767)])
def test_its_gain_does_not_overflow(gain, heard):
    mixer = Mixer(FRAME)
    mixer.begin(loud(FRAME), gain_db=gain)
    assert set(frames(mixer, 1)) == {heard}


def test_what_is_cut_off_fades_and_is_gone():
    mixer = Mixer(FRAME)
    mixer.begin(loud(RATE))
    frames(mixer, 1)
    mixer.cut_off()
    mixer.cut_off()
    faded = frames(mixer, 4)
    assert faded[0] == 8000
    assert all(one >= other for one, other in pairwise(faded))
    assert not any(faded[round(FADE_S * RATE) :])
    assert not mixer.speaking


def test_background_is_played_over_and_over_and_mixed():
    background = pcm_of(array("h", [1000, -1000] * 5 * FRAME))
    mixer = Mixer(FRAME, background)
    assert set(frames(mixer, 20)) == {1000, -1000}
    mixer.begin(loud(RATE, 30000))
    ducked = frames(mixer, 40)[-FRAME:]
    assert {each - 30000 for each in ducked} == {round(1000 * gain_of(-18)), -126}
    mixer.begin(loud(RATE, 0), duck=False)
    assert set(frames(mixer, 40)[-FRAME:]) == {0}
    frames(mixer, 200)
    assert set(frames(mixer, 1)) == {1000, -1000}


def test_mixing_does_not_overflow():
    mixer = Mixer(FRAME, pcm_of(array("h", [30000] * FRAME)))
    mixer.begin(loud(FRAME, 30000))
    assert max(frames(mixer, 1)) == 32767


def test_who_is_hushed_has_no_background_between_voices_either():
    mixer = Mixer(FRAME, pcm_of(array("h", [1000, -1000] * 5 * FRAME)))
    mixer.hushed = True
    assert set(frames(mixer, 20)[-FRAME:]) == {0}
    mixer.begin(loud(FRAME, 7))
    assert set(frames(mixer, 1)) == {7}
    assert set(frames(mixer, 200)[-FRAME:]) == {0}
    mixer.hushed = False
    frames(mixer, 200)
    assert set(frames(mixer, 1)) == {1000, -1000}
