"""Speech works with the real nursery, the real voice and a real cache."""

from __future__ import annotations

import hashlib
import os
import signal
import wave

import numpy as np
import pyloudnorm
import pytest
import soundfile

from protocol.errors import DeviceError
from subsystems.broadcast.model import Part, Saying, Segment
from subsystems.broadcast.speech.port import RATE
from subsystems.broadcast.speech.settings import SpeechSettings, VoiceSettings
from tests.subsystems.broadcast.speech.speaking import SAYING, chinese, english, frames_of

ESPEAK_ONLY = SpeechSettings(voice=VoiceSettings(engines={"en": ("espeak-ng",)}))


def samples_of(clip):
    return np.frombuffer(frames_of(clip.path), "<i2") / 32768


def test_a_saying_becomes_a_clip(speaking):
    speech = speaking()
    clip = speech.prepare(SAYING)
    samples = samples_of(clip)
    assert clip.seconds == len(samples) / RATE
    assert clip.sha256 == hashlib.sha256(clip.path.read_bytes()).hexdigest()
    assert clip.path.stem == clip.sha256
    assert clip.engines[0] == "espeak-ng"
    assert clip.missing == ()
    assert not clip.cached
    assert not samples[-RATE + 800 :].any(), "ends with a second of silence"
    assert abs(samples).max() < 10 ** (-1.4 / 20)


def test_every_language_is_as_loud_as_wanted(speaking):
    speech = speaking(settings=ESPEAK_ONLY)
    german = Part("de", "", (Segment("Bitte beachten Sie die Durchsage"),))
    for part in (chinese(), english(), german):
        clip = speech.prepare(Saying((part,)), "")
        loud = pyloudnorm.Meter(RATE).integrated_loudness(samples_of(clip)[:-RATE])
        assert loud == pytest.approx(-20, abs=0.5)


def test_what_was_made_is_found_again_also_after_a_restart(speaking):
    speech = speaking()
    first = speech.prepare(SAYING)
    again = speech.prepare(SAYING)
    assert (again.cached, again.sha256) == (True, first.sha256)
    later = speaking()
    found = later.prepare(SAYING)
    assert (found.cached, found.engines) == (True, first.engines)
    assert later.works.state.misses == 0


def test_what_differs_sounds_differently(speaking):
    speech = speaking()
    sayings = [
        SAYING,
        Saying((chinese(reading="lv4 ke4 men5"), english())),
        Saying((chinese(pause_ms=500), english())),
        Saying((english(), chinese())),
        Saying((chinese(),)),
    ]
    clips = [speech.prepare(saying, chime) for saying in sayings for chime in ("", "chime")]
    assert len({clip.sha256 for clip in clips}) == len(clips)
    faster = speaking(settings=SpeechSettings(voice=VoiceSettings(rate=200)))
    assert faster.prepare(SAYING).seconds < clips[1].seconds


def test_a_part_that_stays_the_same_is_not_spoken_again(speaking):
    speech = speaking(settings=ESPEAK_ONLY)
    speech.prepare(SAYING)
    before = speech.works.state
    speech.prepare(Saying((chinese(), english("Something else"))))
    after = speech.works.state
    assert after.misses - before.misses == 2, "the English, and the whole"


def test_two_that_ask_at_once_get_the_same(speaking):
    speech = speaking()
    clips = []
    for _ in range(3):
        speech.works.prepare(SAYING).addCallback(clips.append)
    speech.prepare(SAYING)
    assert len(clips) == 3
    assert len({clip.sha256 for clip in clips}) == 1
    assert speech.works.state.misses == 4, "two utterances, a chime and the whole, once each"


def test_a_damaged_file_is_made_anew(speaking):
    first = speaking()
    clip = first.prepare(SAYING)
    good = clip.path.read_bytes()
    clip.path.write_bytes(good[:-1000] + bytes(1000 - 1) + b"x")
    later = speaking()
    again = later.prepare(SAYING)
    assert later.works.state.damaged == 1
    assert again.path.read_bytes() == good


def test_a_language_that_nobody_speaks_is_left_out_and_told(speaking, log_lines):
    speech = speaking(languages=("zh", "xx"))
    foreign = Part("xx", "…", (Segment("…"),))
    clip = speech.prepare(Saying((chinese(), foreign)))
    assert clip.missing == ("xx",)
    assert clip.sha256 == speech.prepare(Saying((chinese(),))).sha256
    assert speech.works.state.engines == {"zh": "espeak-ng", "xx": ""}
    assert "no engine speaks xx" in speech.works.state.trouble or any(
        "no engine speaks xx" in str(line) for line in log_lines
    )
    again = speech.prepare(Saying((chinese(), foreign)))
    assert not again.cached or again.missing, "what lacks a language never passes for whole"


def test_nothing_to_say_is_an_error(speaking):
    speech = speaking()
    for saying in (Saying(()), Saying((Part("xx", "…", (Segment("…"),)),))):
        with pytest.raises(DeviceError, match="nothing can be said"):
            speech.prepare(saying)


def test_recorded_sounds_are_mixed_with_speech_at_the_same_loudness(speaking, tmp_path):
    clips = tmp_path / "clips"
    clips.mkdir()
    tone = 0.01 * np.sin(np.arange(44100) * 2 * np.pi * 440 / 44100)
    silent = np.zeros(44100)
    soundfile.write(clips / "tone.ogg", np.concatenate([silent, tone, silent]), 44100)
    speech = speaking(clips=clips)
    parts = (Segment("旅客们", "lv3 ke4 men5"), Segment("", clip="tone.ogg"))
    clip = speech.prepare(Saying((Part("zh", "", parts),)), "")
    assert clip.engines == ("espeak-ng", "recorded")
    spoken = speech.prepare(Saying((chinese(),)), "")
    assert clip.seconds - spoken.seconds == pytest.approx(1.06, abs=0.15), "its silence is cut"
    tail = samples_of(clip)[round((spoken.seconds - 1) * RATE) + 1000 : -RATE - 1000]
    assert pyloudnorm.Meter(RATE).integrated_loudness(tail) == pytest.approx(-20, abs=0.7)


@pytest.mark.parametrize("file", ["none.wav", "../outside.wav", "bad.wav"])
def test_a_recording_that_cannot_be_used_is_spoken_instead(speaking, tmp_path, file):
    clips = tmp_path / "clips"
    clips.mkdir()
    (clips / "bad.wav").write_bytes(b"RIFF but nothing in it")
    (tmp_path / "outside.wav").write_bytes(b"")
    speech = speaking(clips=clips)
    part = Part("zh", "", (Segment("旅客们", "lv3 ke4 men5", clip=file),))
    clip = speech.prepare(Saying((part,)), "")
    assert (clip.engines, clip.missing) == (("espeak-ng",), ())
    wordless = Part("zh", "", (Segment("", clip=file),))
    with pytest.raises(DeviceError, match="nothing can be said"):
        speech.prepare(Saying((wordless,)), "")


def test_a_whole_announcement_may_be_recorded(speaking, tmp_path):
    clips = tmp_path / "clips"
    clips.mkdir()
    soundfile.write(clips / "all.flac", np.sin(np.arange(16000) * 0.2) / 9, 16000)
    clip = speaking(clips=clips).prepare(SAYING, "", recording="all.flac")
    assert clip.engines == ("recorded",)
    assert clip.seconds == pytest.approx(2.0, abs=0.1)


def test_a_chime_of_the_station_comes_before_the_shipped_one(speaking, tmp_path):
    clips = tmp_path / "clips"
    clips.mkdir()
    with wave.open(str(clips / "chime.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes((np.sin(np.arange(4000) * 0.3) * 9000).astype("<i2").tobytes())
    own = speaking(folder=tmp_path / "a", clips=clips).prepare(SAYING)
    shipped = speaking(folder=tmp_path / "b").prepare(SAYING)
    assert shipped.seconds - own.seconds == pytest.approx(1.9 - 0.5, abs=0.15)


def test_without_its_chime_it_is_spoken_all_the_same(speaking):
    speech = speaking()
    clip = speech.prepare(SAYING, "never-heard-of")
    assert clip.missing == ()
    assert "no chime" in speech.works.state.trouble
    assert clip.sha256 == speech.prepare(SAYING, "").sha256


def test_it_goes_on_when_its_nursery_is_killed(speaking, log_lines):
    speech = speaking()
    speech.prepare(SAYING)
    pid = speech.works.nursery_pid
    asked = speech.works.prepare(Saying((english("One more announcement"),)))
    os.kill(pid, signal.SIGKILL)
    assert speech.wait(asked).seconds > 1
    assert speech.works.nursery_pid not in {None, pid}
    assert speech.works.state.nursery_starts == 2
    assert any(line["event"] == "speech.nursery-died" for line in log_lines)
