"""Recordings and chimes: what is taken, what is not, what is rung."""

import io
import math
import wave
from array import array

import pytest

from protocol.errors import DeviceError, OperatorError
from station_config.announcements.model import Chime
from subsystems.broadcast.sound_store import KEPT_DAYS, SoundStore, ring
from subsystems.broadcast.speech.port import RATE
from subsystems.broadcast.speech.wav import read_pcm


def sound(seconds=1.0, rate=16_000, width=2, channels=1):
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(b"\x01\x00" * int(seconds * rate) * channels)
    return out.getvalue()


def test_a_recording_is_kept_by_its_content(tmp_path):
    store = SoundStore(tmp_path)
    first, again = store.take(sound()), store.take(sound())
    assert first == again
    assert first.seconds == 1.0
    assert store.recordings == {first.name}
    assert (tmp_path / first.name).is_file()


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "not a WAV"),
        (b"\x1aE\xdf\xa3webm", "not a WAV"),
        (sound(0.1), "a recording has from"),
        (sound(130.0, 8000), "a recording has from"),
        (sound(width=1), "16 bit"),
        (sound()[:60], "a recording has from"),
    ],
)
def test_what_cannot_be_spoken_is_refused(tmp_path, raw, why):
    with pytest.raises(OperatorError, match=why):
        SoundStore(tmp_path).take(raw)
    assert SoundStore(tmp_path).recordings == frozenset()


def test_recordings_are_forgotten_after_some_days(tmp_path):
    store = SoundStore(tmp_path)
    name = store.take(sound()).name
    at = (tmp_path / name).stat().st_mtime
    store.forget(at + KEPT_DAYS * 86_400 - 1)
    assert store.recordings
    store.forget(at + KEPT_DAYS * 86_400 + 1)
    assert not store.recordings


def test_chimes_are_rung_or_copied(tmp_path):
    (tmp_path / "station").mkdir()
    (tmp_path / "station" / "own.wav").write_bytes(sound())
    store = SoundStore(tmp_path / "sounds")
    chimes = (Chime("chime", notes=((660.0, 0.3), (520.0, 0.4))), Chime("own", file="own.wav"))
    store.hang(chimes, tmp_path / "station")
    assert read_pcm(tmp_path / "sounds" / "own.wav")
    assert len(read_pcm(tmp_path / "sounds" / "chime.wav")) > RATE


def test_a_chime_whose_file_is_gone_is_told(tmp_path):
    with pytest.raises(DeviceError, match="chimes"):
        SoundStore(tmp_path).hang((Chime("own", file="gone.wav"),), tmp_path)


def test_a_chime_sounds_its_note_and_never_clips():
    samples = array("h", ring([(1000.0, 0.5)]))
    part = samples[800 : 800 + RATE // 10]
    found = sum(s * complex(math.cos(t), math.sin(t)) for s, t in waves(part, 1000.0))
    other = sum(s * complex(math.cos(t), math.sin(t)) for s, t in waves(part, 700.0))
    assert abs(found) > 20 * abs(other)
    assert 3000 < max(map(abs, samples)) < 32_000


def waves(samples, hertz):
    return ((s, 2 * math.pi * hertz * n / RATE) for n, s in enumerate(samples))
