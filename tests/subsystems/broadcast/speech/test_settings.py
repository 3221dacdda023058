"""The file of settings."""

from __future__ import annotations

import pytest

from protocol.errors import OperatorError
from subsystems.broadcast.speech.settings import (
    BrowserSink,
    ChipSink,
    RtpSink,
    SoundDeviceSink,
    read_settings,
    take_settings,
)

WHOLE = """
[voice]
rate = 180
engines = { en = ["espeak-ng"] }
[loudness]
speech_lufs = -18.0
[[sinks]]
kind = "rtp"
name = "hall"
zones = ["hall"]
address = "239.192.0.10"
port = 5004
codec = "PCMU"
[[sinks]]
kind = "sound-device"
name = "office"
zones = ["*"]
[[sinks]]
kind = "chip"
name = "gate"
zones = ["gate"]
model = "syn6288"
device = "/dev/ttyS1"
"""


def test_a_whole_file(tmp_path):
    path = tmp_path / "speech.toml"
    path.write_text(WHOLE)
    settings = read_settings(path)
    kinds = [type(each) for each in settings.sinks]
    assert kinds == [RtpSink, SoundDeviceSink, ChipSink]
    assert (settings.voice.rate, settings.voice.engines) == (180, {"en": ("espeak-ng",)})


def test_without_a_file_browsers_hear_everything():
    assert [type(each) for each in read_settings(None).sinks] == [BrowserSink]
    assert take_settings({}, "x") == read_settings(None)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("rate = 180", "rate = 18", "voice"),
        ("rate = 180", "speed = 180", "speed"),
        ('name = "office"', 'name = "hall"', "two sinks are called hall"),
        ('kind = "rtp"', 'kind = "tape"', "tape"),
        ("port = 5004", "port = 80", "port"),
        ('"PCMU"', '"MP3"', "codec"),
        ("[voice]", "[voice", ""),
    ],
)
def test_mistakes_name_the_file_and_the_place(tmp_path, old, new, why):
    path = tmp_path / "speech.toml"
    path.write_text(WHOLE.replace(old, new))
    with pytest.raises(OperatorError, match=r"speech\.toml") as caught:
        read_settings(path)
    assert why in str(caught.value)
    with pytest.raises(OperatorError, match="cannot be read"):
        read_settings(tmp_path / "none.toml")
    with pytest.raises(OperatorError, match="options"):
        take_settings({"voice": {"rate": 1}}, "options")
