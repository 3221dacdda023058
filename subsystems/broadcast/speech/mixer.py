"""The mixer of a circuit of loudspeakers: one voice over background sound, sample by sample.

Law: arithmetic on samples, no clock, no device: who asks for the next frame decides when that is.
One voice at a time. What is cut off fades out within `FADE_S`; background goes down by `DUCK_DB`
under a voice (speech intelligibility index 0.69 to 0.93 at 15 dB), to nothing in an emergency, and
comes back slowly. Who is `hushed` has no background between voices either.

Pure Python is enough: a frame of 20 ms whose gain is 1 is passed on as it is; one that is mixed
takes about 0.1 ms.
"""

from __future__ import annotations

import sys
from array import array
from dataclasses import dataclass

from subsystems.broadcast.speech.clip import RATE

FADE_S = 0.04
DUCK_DB = 18.0
DUCK_S = 0.1
RETURN_S = 1.5
BYTES = 2
_HIGHEST, _LOWEST = 32767, -32768


def gain_of(decibels: float) -> float:
    """Return the factor of a gain."""
    return float(10 ** (decibels / 20))


def samples_of(pcm: bytes) -> array[int]:
    """Return little-endian samples as numbers."""
    samples = array("h", pcm)
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def pcm_of(samples: array[int]) -> bytes:
    """Return numbers as little-endian samples."""
    if sys.byteorder == "big":
        samples = array("h", samples)
        samples.byteswap()
    return samples.tobytes()


@dataclass
class _Voice:
    pcm: bytes
    gain: float
    quiet: float
    at: int = 0
    fading: int | None = None


class Mixer:
    """Makes frames.

    Args:
        frame: samples of a frame.
        background: sound that is played over and over; empty: silence.
        background_db: its gain when nobody speaks.

    Attributes:
        hushed: background is silent, whether somebody speaks or not.
    """

    def __init__(self, frame: int, background: bytes = b"", background_db: float = 0.0) -> None:
        self._frame = frame
        self._silence = bytes(BYTES * frame)
        self._background = background
        self._normal = gain_of(background_db)
        self._level = self._normal
        self._place = 0
        self._voice: _Voice | None = None
        self.hushed = False

    @property
    def speaking(self) -> bool:
        """Whether a voice is heard."""
        return self._voice is not None

    def begin(self, pcm: bytes, *, gain_db: float = 0.0, duck: bool = True) -> None:
        """Have a voice heard from the next frame on; one that is heard is replaced.

        Args:
            pcm: 16 bit mono at `RATE`, little-endian.
            gain_db: of the voice.
            duck: False: background is silenced.
        """
        quiet = self._normal * gain_of(-DUCK_DB) if duck else 0.0
        self._voice = _Voice(pcm, gain_of(gain_db), quiet)

    def cut_off(self) -> None:
        """Let the voice fade out within `FADE_S`."""
        if self._voice is not None and self._voice.fading is None:
            self._voice.fading = round(FADE_S * RATE)

    def next_frame(self) -> bytes:
        """Return the next frame, 16 bit mono, little-endian."""
        voice = self._next_of_voice()
        if not self._background:
            return voice or self._silence
        background = self._next_of_background()
        if not voice:
            return pcm_of(background)
        mixed = zip(samples_of(voice), background, strict=True)
        return pcm_of(
            array("h", [max(_LOWEST, min(_HIGHEST, one + other)) for one, other in mixed])
        )

    def _next_of_voice(self) -> bytes:
        voice = self._voice
        if voice is None:
            return b""
        size = BYTES * self._frame
        piece = voice.pcm[voice.at : voice.at + size]
        voice.at += size
        if voice.at >= len(voice.pcm):
            self._voice = None
        if voice.fading is not None:
            piece = self._faded(voice, piece)
        elif voice.gain != 1.0:
            piece = pcm_of(
                array(
                    "h",
                    [
                        max(_LOWEST, min(_HIGHEST, round(each * voice.gain)))
                        for each in samples_of(piece)
                    ],
                )
            )
        return piece.ljust(size, b"\0")

    def _faded(self, voice: _Voice, piece: bytes) -> bytes:
        left = voice.fading or 0
        whole = round(FADE_S * RATE)
        faded = [
            max(_LOWEST, min(_HIGHEST, round(each * voice.gain * max(0, left - number) / whole)))
            for number, each in enumerate(samples_of(piece))
        ]
        voice.fading = left - self._frame
        if voice.fading <= 0:
            self._voice = None
        return pcm_of(array("h", faded))

    def _next_of_background(self) -> array[int]:
        size = BYTES * self._frame
        piece = self._background[self._place : self._place + size]
        while len(piece) < size:
            piece += self._background[: size - len(piece)]
        self._place = (self._place + size) % len(self._background)
        begins, self._level = self._level, self._next_level()
        step = (self._level - begins) / self._frame
        return array(
            "h",
            [
                max(_LOWEST, min(_HIGHEST, round(each * (begins + step * number))))
                for number, each in enumerate(samples_of(piece))
            ],
        )

    def _next_level(self) -> float:
        """Go towards the level that is wanted, down quickly and up slowly."""
        wanted = self._normal if self._voice is None else self._voice.quiet
        if self.hushed:
            wanted = 0.0
        seconds = RETURN_S if wanted > self._level else DUCK_S
        step = self._normal * self._frame / RATE / seconds
        if abs(wanted - self._level) <= step:
            return wanted
        return self._level + (step if wanted > self._level else -step)
