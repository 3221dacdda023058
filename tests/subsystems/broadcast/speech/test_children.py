"""The nursery and its children, as processes."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from structlog import get_logger
from twisted.internet.process import reapAllProcesses

from protocol.errors import DeviceError
from subsystems.broadcast.speech.children import Children
from subsystems.broadcast.speech.engines import VOICES
from subsystems.broadcast.speech.jobs import FliteJob, JoinJob, SpeakJob, Stretch
from tests.subsystems.broadcast.speech.speaking import frames_of

PATIENCE_S = 40


class Home:
    def __init__(self, turning):
        self.turning = turning
        self.children = Children(turning.reactor, get_logger())

    def wait(self, deferred):
        got = []
        deferred.addBoth(got.append)
        self.turning.until(lambda: reapAllProcesses() or got, PATIENCE_S)
        if hasattr(got[0], "raiseException"):
            got[0].raiseException()
        return got[0]

    def do(self, job, longest_s=8.0):
        return self.wait(self.children.do(job, longest_s))


@pytest.fixture
def home(turning):
    home = Home(turning)
    home.wait(home.children.start())
    yield home
    home.wait(home.children.close())


def sleeper(tmp_path, text):
    """A program in place of flite."""
    path = tmp_path / "program"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return FliteJob(str(path), "text", "slt", 1.0, str(tmp_path / "out.wav"))


def speak(path, text="ni3 hao3", voice="cmn-latn-pinyin"):
    return SpeakJob(text, voice, 165, str(path))


def test_the_voice_is_the_wheels(home):
    assert home.children.versions["espeak-ng"] == "1.52.0"
    maps = Path(f"/proc/{home.children.pid}/maps").read_text()
    assert "espeakng_loader/libespeak-ng" in maps
    assert maps.count("libespeak-ng") == maps.count("espeakng_loader/libespeak-ng")


def test_many_at_once_are_all_the_same(home, tmp_path):
    asked = [home.children.do(speak(tmp_path / f"{n}.wav"), 8.0) for n in range(12)]
    digests = {home.wait(each).sha256 for each in asked}
    assert len(digests) == 1
    assert len(list(tmp_path.glob("*.wav"))) == 12


def test_a_child_that_takes_too_long_is_killed(home, tmp_path):
    with pytest.raises(DeviceError, match=r"flite|took longer"):
        home.do(sleeper(tmp_path, "exec sleep 60"), 0.5)
    with pytest.raises(DeviceError, match=r"took longer than 0\.5 s"):
        home.do(sleeper(tmp_path, "sleep 60 & exec sleep 60"), 0.5)
    assert home.do(speak(tmp_path / "a.wav")).ok
    assert home.children.starts == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [("echo no voice >&2", "no voice"), ("exit 3", "exit code 3"), ("exit 0", "nothing was")],
)
def test_a_program_that_fails_says_why(home, tmp_path, text, why):
    with pytest.raises(DeviceError, match=why):
        home.do(sleeper(tmp_path, text))


def test_a_voice_that_does_not_exist_is_an_error(home, tmp_path):
    with pytest.raises(DeviceError, match="'xx-none'"):
        home.do(speak(tmp_path / "a.wav", voice="xx-none"))
    with pytest.raises(DeviceError):
        home.do(speak(tmp_path / "missing" / "a.wav"))


def test_joined_pieces_are_those_pieces(home, tmp_path):
    from subsystems.broadcast.speech.wav import write_pcm  # noqa: PLC0415

    write_pcm(tmp_path / "a.wav", b"\1\0" * 16)
    stretches = (Stretch(str(tmp_path / "a.wav")), Stretch(silence_ms=1))
    answer = home.do(JoinJob(stretches * 2, str(tmp_path / "b.wav")))
    assert frames_of(tmp_path / "b.wav") == (b"\1\0" * 16 + bytes(32)) * 2
    assert answer.seconds == 64 / 16000
    with pytest.raises(DeviceError, match=r"none\.wav"):
        home.do(JoinJob((Stretch(str(tmp_path / "none.wav")),), str(tmp_path / "c.wav")))


def test_an_order_whose_nursery_died_is_given_once_more(home, tmp_path):
    marker = tmp_path / "tries"
    job = sleeper(tmp_path, f"echo x >> {marker}; sleep 1; echo late >&2")
    asked = home.children.do(job, 20.0)
    home.turning.until(marker.exists, PATIENCE_S)
    os.kill(home.children.pid, signal.SIGKILL)
    with pytest.raises(DeviceError, match="late"):
        home.wait(asked)
    assert marker.read_text() == "x\nx\n"
    assert home.children.starts == 2


def test_the_nursery_ends_with_its_parent(turning):
    home = Home(turning)
    home.wait(home.children.start())
    pid = home.children.pid
    home.wait(home.children.close())
    assert not Path(f"/proc/{pid}").exists()


def test_what_is_not_done_at_the_end_fails(home, tmp_path):
    failed = []
    home.children.do(sleeper(tmp_path, "exec sleep 5"), 20.0).addErrback(failed.append)
    home.wait(home.children.close())
    assert failed[0].check(DeviceError)
    home.children = Children(home.turning.reactor, get_logger())


@pytest.mark.parametrize("language", sorted(VOICES))
def test_every_voice_that_is_named_is_there(home, tmp_path, language):
    assert home.do(speak(tmp_path / "a.wav", "A", VOICES[language])).ok
