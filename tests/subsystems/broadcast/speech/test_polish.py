"""Any sound becomes a piece."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from protocol.errors import DeviceError
from subsystems.broadcast.speech.jobs import PolishJob
from subsystems.broadcast.speech.polish import polish, read_sound, resampled, trimmed
from subsystems.broadcast.speech.port import RATE
from tests.subsystems.broadcast.speech.speaking import frames_of


def tone(rate, seconds=1.0, frequency=440.0):
    return 0.2 * np.sin(2 * np.pi * frequency * np.arange(round(rate * seconds)) / rate)


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000])
def test_another_rate_is_the_same_sound(rate):
    made = resampled(tone(rate), rate)
    assert len(made) == RATE
    inner = slice(400, -400)
    assert np.abs(made[inner] - tone(RATE)[inner]).max() < 0.002


def test_what_the_new_rate_cannot_carry_is_gone():
    high = resampled(tone(44100, frequency=9500), 44100)
    assert np.abs(high[400:-400]).max() < 0.001


def test_silence_before_and_behind_is_cut():
    silent = np.zeros(RATE)
    made = trimmed(np.concatenate([silent, tone(RATE), silent]))
    assert len(made) / RATE == pytest.approx(1.06, abs=0.02)
    assert (trimmed(silent) == silent).all()
    assert len(trimmed(np.zeros(10))) == 10


@pytest.mark.parametrize("kind", ["wav", "flac", "ogg", "mp3"])
def test_files_of_all_kinds(tmp_path, kind):
    source, path = tmp_path / f"in.{kind}", tmp_path / "out.wav"
    both = np.stack([tone(44100), tone(44100)], axis=1)
    options = {"subtype": "PCM_24"} if kind in {"wav", "flac"} else {}
    soundfile.write(source, both, 44100, **options)
    seconds = polish(PolishJob(str(source), str(path), -20, -1.5))
    assert seconds == pytest.approx(1.0, abs=0.15)
    assert len(frames_of(path)) == 2 * round(seconds * RATE)


@pytest.mark.parametrize("content", [b"", b"no sound", b"RIFF1234WAVEfmt "])
def test_what_is_no_sound_is_an_error(tmp_path, content):
    path = tmp_path / "x.wav"
    path.write_bytes(content)
    with pytest.raises(DeviceError, match=r"x\.wav"):
        read_sound(path)
    with pytest.raises(DeviceError, match="no such file"):
        read_sound(tmp_path / "none.wav")


@pytest.mark.parametrize("seconds", [0.0, 0.01, 601.0])
def test_lengths_that_cannot_be(tmp_path, seconds):
    path = tmp_path / "x.wav"
    soundfile.write(path, np.zeros(round(8000 * seconds)), 8000, subtype="PCM_16")
    with pytest.raises(DeviceError, match="cannot be used"):
        polish(PolishJob(str(path), str(tmp_path / "y.wav"), -20, -1.5))


def test_silence_is_no_piece(tmp_path):
    path = tmp_path / "x.wav"
    soundfile.write(path, 1e-5 * tone(RATE), RATE, subtype="PCM_16")
    with pytest.raises(DeviceError, match="no sound in it"):
        polish(PolishJob(str(path), str(tmp_path / "y.wav"), -20, -1.5))
    assert not (tmp_path / "y.wav").exists()
