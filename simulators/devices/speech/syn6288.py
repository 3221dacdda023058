"""The speech chip SYN6288, as it takes frames and speaks.

Law: pure; see `chip`. FD, two bytes of length, command, for 01 a byte of music and encoding and at
most 200 bytes of text, then the XOR of all bytes before it. A status is answered by two bytes.
There is no reset tag, and no readings.
"""

from __future__ import annotations

from simulators.devices.speech.chip import REFUSED, TAKEN, SpeechChip

LONGEST = 200


class Syn6288(SpeechChip):
    """The chip.

    Attributes:
        music: behind the last text, 0 for none.
    """

    known = "vmt"
    music = 0

    def obey(self, frame: bytes, now: float) -> bytes:
        """Carry out a frame."""
        total = 0
        for octet in frame[:-1]:
            total ^= octet
        data = frame[3:-1]
        if not data or total != frame[-1]:
            return REFUSED
        match data[0]:
            case 0x01 if 2 < len(data) <= LONGEST + 2:  # noqa: PLR2004 - command and parameter
                self.music = data[1] >> 3
                return self.speak(data[2:], data[1] & 7, now)
            case 0x02:
                return self.silence(now)
            case 0x21:
                return TAKEN + self.status()
            case 0x88:
                return TAKEN
            case _:
                return REFUSED

    @property
    def _slowness(self) -> float:
        return 1.5 - int(self.tags.get("t", "5")) / 10
