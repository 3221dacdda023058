"""Sound cards, with the real aplay and a card that keeps what it is given."""

from __future__ import annotations

import shutil
import time

import pytest
from structlog import get_logger
from twisted.internet.process import reapAllProcesses

from subsystems.broadcast.speech.port import RATE, Clip, Ended, Playback
from subsystems.broadcast.speech.settings import SoundDeviceSink
from subsystems.broadcast.speech.sound_device import SoundDeviceSpeaker
from subsystems.broadcast.speech.wav import write_pcm
from tests.subsystems.broadcast.speech.speaking import SAYING

PATIENCE_S = 30
APLAY = shutil.which("aplay")
NEEDS = pytest.mark.skipif(APLAY is None, reason="needs Debian's alsa-utils")


@pytest.fixture
def card(tmp_path, monkeypatch):
    """A card of ALSA's own that writes samples to a file and takes the time they last."""
    config = tmp_path / "asoundrc"
    config.write_text(
        "pcm.kept {\n type file\n format raw\n"
        f' file "{tmp_path}/heard.raw"\n slave.pcm {{ type null }}\n}}\n'
    )
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(config))
    return "kept"


def speaker_of(turning, device, program=None):
    settings = SoundDeviceSink(name="office", zones=("a",), device=device)
    return SoundDeviceSpeaker(turning.reactor, settings, get_logger(), program)


def wait(turning, deferred):
    got = []
    deferred.addCallback(got.append)
    turning.until(lambda: reapAllProcesses() or got, PATIENCE_S)
    return got[0]


def playback(tmp_path, seconds=0.6):
    path = tmp_path / "clip.wav"
    pcm = bytes(range(1, 251)) * round(seconds * RATE * 2 / 250)
    write_pcm(path, pcm)
    return Playback("1", ("a",), Clip(path, seconds, ""), SAYING), pcm


@NEEDS
def test_the_card_gets_every_sample(turning, tmp_path, card):
    speaker = speaker_of(turning, card)
    given, pcm = playback(tmp_path)
    assert wait(turning, speaker.play(given)) is Ended.PLAYED
    assert speaker.state.works
    heard = (tmp_path / "heard.raw").read_bytes()
    assert heard[: len(pcm)] == pcm


@NEEDS
def test_who_is_cut_off_is_silent_soon(turning, tmp_path, card):
    speaker = speaker_of(turning, card)
    given, pcm = playback(tmp_path, 20.0)
    ended = []
    speaker.play(given).addCallback(ended.append)
    turning.until(lambda: reapAllProcesses() or (tmp_path / "heard.raw").exists(), PATIENCE_S)
    began = time.monotonic()
    speaker.stop("1")
    turning.until(lambda: reapAllProcesses() or ended, PATIENCE_S)
    assert ended == [Ended.CUT_OFF]
    assert time.monotonic() - began < 5
    assert len((tmp_path / "heard.raw").read_bytes()) < len(pcm) / 2


@NEEDS
def test_no_card_is_told(turning, tmp_path, log_lines):
    speaker = speaker_of(turning, "hw:77")
    assert wait(turning, speaker.play(playback(tmp_path)[0])) is Ended.FAILED
    assert not speaker.state.works
    assert "hw:77" in speaker.state.why
    assert any(line["event"] == "speech.sound-device" for line in log_lines)
    turning.result(speaker.close())


def test_no_program_is_told(turning, tmp_path):
    speaker = speaker_of(turning, "default", program="")
    assert "alsa-utils" in speaker.state.why
    assert wait(turning, speaker.play(playback(tmp_path)[0])) is Ended.FAILED


def test_no_clip_is_told(turning, tmp_path):
    speaker = speaker_of(turning, "default", program="/bin/cat")
    missing = Playback("1", ("a",), Clip(tmp_path / "none.wav", 1.0, ""), SAYING)
    assert wait(turning, speaker.play(missing)) is Ended.FAILED
    assert "cannot be read" in speaker.state.why
