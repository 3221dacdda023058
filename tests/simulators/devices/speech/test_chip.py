"""Simulated chips, with frames that are written out here."""

from __future__ import annotations

import pytest

from simulators.devices.speech.syn6288 import Syn6288
from simulators.devices.speech.xfs5152ce import Xfs5152ce

TEXT = bytes.fromhex("fd 00 0a 01 00 bf c6 b4 f3 d1 b6 b7 c9")
"""The guide's own: 科大讯飞 in GB2312."""


def say(text):
    data = b"\x01\x01" + text.encode("gbk")
    return b"\xfd" + len(data).to_bytes(2, "big") + data


def test_the_guides_frame_is_spoken_and_its_end_told():
    chip = Xfs5152ce()
    assert chip.hear(TEXT, 0.0) == b"\x41"
    assert chip.speaking.words == "科大讯飞"
    assert chip.hear(bytes.fromhex("fd 00 01 21"), 0.1) == b"\x4e"
    assert chip.at(chip.speaking.seconds + 0.01) == b"\x4f"
    assert chip.hear(bytes.fromhex("fd 00 01 21"), 5.0) == b"\x4f"


def test_syn6288_answers_a_status_twice_and_wants_its_sum():
    chip = Syn6288()
    assert chip.hear(bytes.fromhex("fd 00 02 21 de"), 0.0) == b"\x41\x4f"
    assert chip.hear(bytes.fromhex("fd 00 02 21 df"), 0.0) == b"\x45"
    assert chip.hear(bytes.fromhex("fd 00 02 02 fd"), 0.0) == b"\x41"


def test_a_new_text_cuts_off_the_one_before():
    chip = Xfs5152ce()
    chip.hear(say("第一句话很长很长"), 0.0)
    chip.hear(say("第二"), 0.5)
    assert chip.uttered[0].cut_off
    assert chip.uttered[0].heard_s == 0.5
    assert chip.speaking.words == "第二"


def test_tags_stay_until_they_are_reset():
    chip = Xfs5152ce()
    chip.hear(say("[v2]轻"), 0.0)
    chip.hear(say("还轻"), 5.0)
    assert chip.speaking.tags == {"v": "2"}
    chip.hear(say("[d]不轻"), 9.0)
    assert chip.speaking.tags == {}
    small = Syn6288()
    assert not small.resets


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_octets_come_as_they_come(size):
    chip = Xfs5152ce()
    stream = b"\x00\x11" + TEXT
    answers = b"".join(chip.hear(stream[at : at + size], 0.0) for at in range(0, 15, size))
    assert answers == b"\x41"
    assert chip.noise == 2


def test_half_a_frame_is_thrown_away_after_a_while():
    chip = Xfs5152ce()
    chip.hear(TEXT[:7], 0.0)
    assert chip.hear(TEXT, 2.0) == b"\x41"
    assert chip.noise == 7


@pytest.mark.parametrize("bad", ["fd 00 01 55", "fd 00 02 01 01", "fd 00 03 01 09 41"])
def test_what_it_does_not_know_it_refuses(bad):
    assert Xfs5152ce().hear(bytes.fromhex(bad), 0.0) == b"\x45"


def test_readings_pauses_and_chimes_are_heard():
    chip = Xfs5152ce()
    chip.hear(say("[x1]sound101，重[=chong2]庆[p500]站"), 0.0)
    heard = chip.speaking
    assert (heard.words, heard.readings, heard.chimes) == ("，重庆站", {1: "chong2"}, ("sound101",))
    assert heard.seconds == pytest.approx(1.0 + 0.3 + 3 * 0.24 + 0.5)
