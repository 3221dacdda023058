"""The sinks that settings name."""

from __future__ import annotations

import random

from structlog import get_logger

from subsystems.broadcast.speech.port import Clip, Ended, Playback
from subsystems.broadcast.speech.settings import (
    BrowserSink,
    ChipSink,
    RtpSink,
    SoundDeviceSink,
    SpeechSettings,
)
from subsystems.broadcast.speech.sinks import sinks_of
from tests.subsystems.broadcast.speech.speaking import SAYING


def test_one_that_cannot_be_opened_does_not_keep_the_others_away(turning, tmp_path, log_lines):
    settings = SpeechSettings(
        sinks=(
            BrowserSink(name="web", zones=("*",)),
            RtpSink(name="bad", zones=("a",), address="nowhere", port=5004),
            RtpSink(
                name="dark", zones=("a",), address="127.0.0.1", port=5006, background="none.wav"
            ),
            ChipSink(name="chip", zones=("b",), model="xfs5152ce", device=str(tmp_path / "none")),
            SoundDeviceSink(name="card", zones=("c",)),
        )
    )
    sinks = sinks_of(turning.reactor, settings, get_logger(), random.Random(1))
    assert [sink.name for sink in sinks] == ["web", "bad", "dark", "chip", "card"]
    works = {sink.name: sink.state.works for sink in sinks}
    assert not works["bad"]
    assert not works["dark"]
    assert not works["chip"]
    assert works["web"]
    assert "IPv4" in sinks[1].state.why
    assert sum(line["event"] == "speech.no-sink" for line in log_lines) == 2
    playback = Playback("1", ("a",), Clip(tmp_path / "x.wav", 1.0, ""), SAYING)
    assert turning.result(sinks[1].play(playback)) is Ended.FAILED
    sinks[1].stop("1")
    for sink in sinks:
        turning.result(sink.close())
