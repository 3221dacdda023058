"""Sounds that are not speech: the station's chimes as files, and what a person recorded.

Law: the only place that writes into the folder of sounds. A recording is taken only as WAV, checked
before it is written, named by its content, and forgotten after `KEPT_DAYS`. Chimes that the
configuration writes as notes are rung here, once.
"""

from __future__ import annotations

import hashlib
import io
import math
import shutil
import wave
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocol.errors import DeviceError, OperatorError
from subsystems.broadcast.speech.port import RATE
from subsystems.broadcast.speech.wav import write_pcm

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from station_config.announcements.model import Chime

RECORDINGS = "recordings"
RECORDING_MEDIA = frozenset({"audio/wav", "audio/x-wav"})
RECORDING_BYTES = 12 * 1024 * 1024
"""Two minutes at 48 kHz, 16 bit, mono."""
LONGEST_S = 125.0
SHORTEST_S = 0.3
KEPT_DAYS = 7
PARTIALS = ((1.0, 1.0), (2.0, 0.35), (3.0, 0.12))
"""Of a chime: times the frequency, and how loud."""
LOUD = 0.25
DECAY_S = 0.45
RING_S = 0.35
"""How long the last note rings on."""


@dataclass(frozen=True)
class Recording:
    """What was taken.

    Attributes:
        name: to be spoken by.
        seconds: how long it is.
    """

    name: str
    seconds: float


class SoundStore:
    """The folder.

    Args:
        folder: made if it is not there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def hang(self, chimes: Iterable[Chime], station: Path) -> None:
        """Have the station's chimes as files.

        Args:
            chimes: of the configuration.
            station: directory of the configuration, for chimes that are files.

        Raises:
            DeviceError: the folder cannot be written, or a file of the station is not there.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for chime in chimes:
                target = self.folder / f"{chime.id}.wav"
                if chime.file:
                    shutil.copyfile(station / chime.file, target)
                else:
                    write_pcm(target, ring(chime.notes))
        except OSError as error:
            where = str(error.filename or self.folder)
            raise DeviceError(f"chimes cannot be made: {error.strerror}", where=where) from error

    def take(self, raw: bytes) -> Recording:
        """Take a recording.

        Raises:
            OperatorError: it is no WAV file that can be spoken.
            DeviceError: it cannot be written.
        """
        seconds = _seconds(raw)
        if not SHORTEST_S <= seconds <= LONGEST_S:
            message = f"{seconds:.1f} s: a recording has from {SHORTEST_S} to {LONGEST_S:g} s"
            raise OperatorError(message)
        name = f"{RECORDINGS}/{hashlib.sha256(raw).hexdigest()[:20]}.wav"
        path = self.folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(raw)
        except OSError as error:
            raise DeviceError(f"cannot be written: {error.strerror}", where=str(path)) from error
        return Recording(name, seconds)

    @property
    def recordings(self) -> frozenset[str]:
        """Names of those that are there."""
        folder = self.folder / RECORDINGS
        return frozenset(f"{RECORDINGS}/{path.name}" for path in folder.glob("*.wav"))

    def forget(self, wall: float) -> None:
        """Remove recordings that are older than `KEPT_DAYS` by the system's clock, seconds."""
        for path in (self.folder / RECORDINGS).glob("*.wav"):
            if path.stat().st_mtime < wall - KEPT_DAYS * 86_400:
                path.unlink(missing_ok=True)


def _seconds(raw: bytes) -> float:
    try:
        with wave.open(io.BytesIO(raw), "rb") as file:
            if file.getsampwidth() != 2 or file.getnchannels() > 2:  # noqa: PLR2004 - 16 bit, stereo
                raise OperatorError("send WAV of 16 bit, one or two channels")
            width = file.getsampwidth() * file.getnchannels()
            return len(file.readframes(file.getnframes())) / width / file.getframerate()
    except (EOFError, wave.Error, ZeroDivisionError) as error:
        raise OperatorError(f"not a WAV file: {error}") from error


def ring(notes: Iterable[tuple[float, float]]) -> bytes:
    """Return a chime: notes in Hz with their seconds, each rings on under the next."""
    notes = tuple(notes)
    whole = sum(seconds for _, seconds in notes) + RING_S
    heard = [0.0] * round(whole * RATE)
    at = 0.0
    for hertz, seconds in notes:
        _strike(heard, round(at * RATE), hertz)
        at += seconds
    samples = array("h", (round(32767 * max(-1.0, min(1.0, each))) for each in heard))
    return samples.tobytes()


def _strike(heard: list[float], start: int, hertz: float) -> None:
    for n in range(len(heard) - start):
        t = n / RATE
        rise = min(1.0, t / 0.005)
        tone = sum(loud * math.sin(2 * math.pi * hertz * k * t) for k, loud in PARTIALS)
        heard[start + n] += LOUD * rise * math.exp(-t / DECAY_S) * tone
