"""The speech chip XFS5152CE (iFlytek guide V1.2), as it takes frames and speaks.

Law: pure; see `chip`. FD, two bytes of length, the command: 01 speak (encoding, text), 02 stop,
03 pause, 04 resume, 21 status, 88 sleep, FF wake. No checksum.
"""

from __future__ import annotations

from simulators.devices.speech.chip import REFUSED, TAKEN, SpeechChip

LONGEST = 4096


class Xfs5152ce(SpeechChip):
    """The chip."""

    known = "vstmnyxfgoh"
    resets = True

    def obey(self, frame: bytes, now: float) -> bytes:
        """Carry out a frame."""
        data = frame[3:]
        match data[:1]:
            case b"\x01" if 2 < len(data) <= LONGEST:  # noqa: PLR2004 - command and encoding
                return self.speak(data[2:], data[1], now)
            case b"\x02" if len(data) == 1:
                return self.silence(now)
            case b"\x21" if len(data) == 1:
                return self.status()
            case b"\x88" | b"\xff" if len(data) == 1:
                return TAKEN
            case _:
                return REFUSED

    @property
    def _slowness(self) -> float:
        return 1.5 - int(self.tags.get("s", "5")) / 10
