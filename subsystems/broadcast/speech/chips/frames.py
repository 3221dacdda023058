r"""Frames of the speech chips XFS5152CE and SYN6288. Bytes in, bytes out.

Law: pure; the layouts stand here and nowhere else. Checked against frames of the vendor's guide.

XFS5152CE (iFlytek guide V1.2, tables 6 and 12 to 15); no checksum:

    FD │ length, 2, big-endian │ command │ encoding │ text (GBK), < 4 KiB
       └ of all that follows ──┘ 01 speak  01 GBK
                                 02 stop   21 status

SYN6288 (libdriver); the last byte is the XOR of all before it:

    FD │ length, 2, big-endian │ command │ music << 3 │ encoding │ text (GBK), <= 200 B │ XOR
       └ of all that follows ──┘          music 0 to 15, encoding 1 GBK

Answers are single bytes: 4A powered up, 41 frame taken, 45 frame not understood, 4E speaking, 4F
idle. To the status command SYN6288 answers two: 41, then 4E or 4F. A new text cuts off the one that
is spoken, in both.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import reduce
from operator import xor

HEAD = 0xFD
SPEAK, STOP, STATUS = 0x01, 0x02, 0x21
GBK = 1
MUSIC_SHIFT = 3
MUSICS = 16


class Reply(Enum):
    """What a chip says."""

    STARTED = 0x4A
    TAKEN = 0x41
    REFUSED = 0x45
    SPEAKING = 0x4E
    IDLE = 0x4F


def reply_of(octet: int) -> Reply | None:
    """Return what an octet says; None: nothing, i.e. noise."""
    try:
        return Reply(octet)
    except ValueError:
        return None


@dataclass(frozen=True)
class Chip:
    """What one model needs.

    Attributes:
        name: of the model.
        longest: bytes of text in a frame.
        checked: frames end with an XOR.
        languages: that it speaks; SYN6288 spells English letter by letter.
        loudest: of its volume tag.
        fastest: of its speed tag.
        speed_tag: letter of that tag.
        full_tags: it knows reset, readings, pauses and digits.
    """

    name: str
    longest: int
    checked: bool
    languages: frozenset[str]
    loudest: int
    fastest: int
    speed_tag: str
    full_tags: bool

    def speak(self, text: bytes, music: int = 0) -> bytes:
        """Return the frame that has GBK text spoken.

        Args:
            text: at most `longest` bytes.
            music: behind it, 0 to 15, 0 for none; SYN6288 only.

        Raises:
            ValueError: it is too long, or there is no such music.
        """
        if not 0 < len(text) <= self.longest or not 0 <= music < MUSICS:
            raise ValueError(f"{len(text)} bytes of text, music {music}")
        encoding = GBK | music << MUSIC_SHIFT if self.checked else GBK
        return self._frame(bytes((SPEAK, encoding)) + text)

    def stop(self) -> bytes:
        """Return the frame that silences it."""
        return self._frame(bytes((STOP,)))

    def status(self) -> bytes:
        """Return the frame that asks whether it speaks."""
        return self._frame(bytes((STATUS,)))

    def _frame(self, data: bytes) -> bytes:
        size = len(data) + self.checked
        frame = bytes((HEAD,)) + size.to_bytes(2, "big") + data
        return frame + bytes((reduce(xor, frame),)) if self.checked else frame


XFS5152CE = Chip(
    "xfs5152ce",
    longest=4000,
    checked=False,
    languages=frozenset({"zh", "en"}),
    loudest=10,
    fastest=10,
    speed_tag="s",
    full_tags=True,
)
SYN6288 = Chip(
    "syn6288",
    longest=200,
    checked=True,
    languages=frozenset({"zh"}),
    loudest=16,
    fastest=5,
    speed_tag="t",
    full_tags=False,
)
CHIPS = {chip.name: chip for chip in (XFS5152CE, SYN6288)}
