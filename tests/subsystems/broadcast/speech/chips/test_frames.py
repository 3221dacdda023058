"""Frames against those of the vendors, and against chips that decode them on their own."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.devices.speech.syn6288 import Syn6288
from simulators.devices.speech.xfs5152ce import Xfs5152ce
from subsystems.broadcast.speech.chips.frames import CHIPS, SYN6288, XFS5152CE, Reply, reply_of

GOLDEN = Path(__file__).parents[6] / "shared/data/devices/golden_frames.csv"
FRAMES = {
    ("XFS5152CE", "status query"): XFS5152CE.status,
    ("XFS5152CE", "stop"): XFS5152CE.stop,
    ("SYN6288", "status query"): SYN6288.status,
    ("SYN6288", "stop"): SYN6288.stop,
}
"""Of `GOLDEN`, written here too for those who have not got the file."""
HEX = {
    ("XFS5152CE", "status query"): "fd 00 01 21",
    ("XFS5152CE", "stop"): "fd 00 01 02",
    ("SYN6288", "status query"): "fd 00 02 21 de",
    ("SYN6288", "stop"): "fd 00 02 02 fd",
}


@pytest.mark.parametrize("which", FRAMES)
def test_frames_are_the_vendors(which):
    assert FRAMES[which]() == bytes.fromhex(HEX[which])


@pytest.mark.skipif(not GOLDEN.is_file(), reason="the file lies beside the project")
def test_the_vendors_frames_are_those_of_the_file():
    with GOLDEN.open(encoding="utf-8") as file:
        rows = {(row["protocol"], row["meaning"]): row["hex"] for row in csv.DictReader(file)}
    assert HEX.items() <= rows.items()


def test_a_text_is_framed_as_the_guide_says_but_for_gbk():
    """The guide's example says GB2312 (00) where we say GBK (01), of which it is a part."""
    guide = bytes.fromhex("fd 00 0a 01 00 bf c6 b4 f3 d1 b6 b7 c9")
    ours = XFS5152CE.speak("科大讯飞".encode("gbk"))
    assert ours == guide[:4] + b"\x01" + guide[5:]


@given(text=st.binary(min_size=1, max_size=200), music=st.integers(0, 15))
def test_syn6288_frames_are_taken_by_a_chip_that_decodes_on_its_own(text, music):
    chip = Syn6288()
    assert chip.hear(SYN6288.speak(text, music), 0.0)[-1] == Reply.TAKEN.value
    assert chip.music == music


@given(text=st.binary(min_size=1, max_size=4000))
def test_xfs5152ce_frames_are_taken_by_a_chip_that_decodes_on_its_own(text):
    assert Xfs5152ce().hear(XFS5152CE.speak(text), 0.0) == bytes((Reply.TAKEN.value,))


@pytest.mark.parametrize("chip", CHIPS.values(), ids=CHIPS)
def test_what_does_not_fit_is_refused(chip):
    for text in (b"", bytes(chip.longest + 1)):
        with pytest.raises(ValueError, match="bytes of text"):
            chip.speak(text)


def test_octets_that_say_nothing_are_noise():
    assert reply_of(0x4F) is Reply.IDLE
    assert reply_of(0x00) is None
