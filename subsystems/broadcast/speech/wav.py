"""WAV files of 16 bit, mono, `RATE`: read and written without any library for sound.

Law: bytes in, bytes out, and the files around them. Sounds of other kinds are made into these by
`polish`.
"""

from __future__ import annotations

import wave
from typing import TYPE_CHECKING

from protocol.errors import DeviceError
from subsystems.broadcast.speech.clip import RATE

if TYPE_CHECKING:
    from pathlib import Path

BYTES = 2
"""A sample."""


def read_pcm(path: Path) -> bytes:
    """Return the samples, little-endian.

    Raises:
        DeviceError: it is not there, damaged, or not of this kind.
    """
    try:
        with wave.open(str(path), "rb") as file:
            kind = (file.getnchannels(), file.getsampwidth(), file.getframerate())
            if kind != (1, BYTES, RATE):
                raise DeviceError(f"is not 16 bit mono at {RATE} Hz: {kind}", where=str(path))
            return file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise DeviceError(f"cannot be read as WAV: {error}", where=str(path)) from error


def write_pcm(path: Path, pcm: bytes) -> None:
    """Write samples, little-endian."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(BYTES)
        file.setframerate(RATE)
        file.writeframes(pcm)


def silence(milliseconds: float) -> bytes:
    """Return as much silence."""
    return bytes(BYTES * round(milliseconds * RATE / 1000))


def seconds_of(pcm: bytes) -> float:
    """Return how long it plays."""
    return len(pcm) / BYTES / RATE
