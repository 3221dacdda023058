"""Any sound is made a piece: mono, 16 bit, `RATE`, silences trimmed, loudness normalised.

Law: arithmetic on arrays and the two files; run in children only (numpy). WAV is read by the
standard library, everything else (OGG, FLAC, MP3) by soundfile, which is loaded only then.
"""

from __future__ import annotations

import math
import wave
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from protocol.errors import DeviceError
from subsystems.broadcast.speech.clip import RATE
from subsystems.broadcast.speech.loudness import fast_size, loudness, normalised
from subsystems.broadcast.speech.wav import write_pcm

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from subsystems.broadcast.speech.jobs import PolishJob

    Samples = NDArray[np.float64]

QUIET_DB = -50.0
"""Below the loudest 10 ms: silence, when it is at an edge."""
FRAME_S = 0.01
MARGIN_S = 0.03
FADE_S = 0.004
SILENT_LUFS = -60.0
SHORTEST_S = 0.05
LONGEST_S = 600.0
TAPER = 0.93
"""Of the new Nyquist frequency: where the edge of the band begins, so that it does not ring."""


def polish(job: PolishJob) -> float:
    """Write the piece; return its seconds.

    Raises:
        DeviceError: there is no file, no sound in it, or it is longer than ten minutes.
    """
    source = Path(job.source)
    samples, rate = read_sound(source)
    if not SHORTEST_S <= len(samples) / rate <= LONGEST_S:
        raise DeviceError(f"{len(samples) / rate:.2f} s of sound cannot be used", where=str(source))
    samples = trimmed(resampled(samples, rate))
    if loudness(samples, RATE) < SILENT_LUFS:
        raise DeviceError("there is no sound in it", where=str(source))
    samples = _faded(normalised(samples, RATE, job.lufs, job.peak_dbtp))
    pcm = np.clip(np.rint(samples * 32767), -32768, 32767).astype("<i2")
    write_pcm(Path(job.path), pcm.tobytes())
    return len(pcm) / RATE


def read_sound(path: Path) -> tuple[Samples, int]:
    """Return samples of one channel, full scale 1, and the rate.

    Raises:
        DeviceError: it cannot be read.
    """
    try:
        return _read_wav(path)
    except FileNotFoundError as error:
        raise DeviceError("there is no such file", where=str(path)) from error
    except (OSError, EOFError, wave.Error, ValueError):
        return _read_other(path)


def _read_wav(path: Path) -> tuple[Samples, int]:
    with wave.open(str(path), "rb") as file:
        width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
        frames = file.readframes(file.getnframes())
    if width != 2:  # noqa: PLR2004 - bytes of a sample
        raise ValueError("not 16 bit")
    raw = np.frombuffer(frames, "<i2").astype(np.float64) / 32768
    return raw.reshape(-1, channels).mean(axis=1), rate


def _read_other(path: Path) -> tuple[Samples, int]:
    try:
        import soundfile  # noqa: PLC0415 - most children never need it
    except (ImportError, OSError) as error:
        raise DeviceError(f"only WAV can be read here: {error}", where=str(path)) from error
    try:
        raw, rate = soundfile.read(str(path), dtype="float64", always_2d=True)
    except (soundfile.SoundFileError, RuntimeError) as error:
        raise DeviceError(f"is no sound file: {error}", where=str(path)) from error
    return np.asarray(raw).mean(axis=1), int(rate)


def resampled(samples: Samples, rate: int, to: int = RATE) -> Samples:
    """Return the sound at another rate, its band cut off below the new Nyquist frequency."""
    if rate == to:
        return samples
    divisor = math.gcd(rate, to)
    unit = rate // divisor
    units = fast_size(-(-len(samples) // unit) + 2)
    padded = np.pad(samples, (unit, (units - 1) * unit - len(samples)))
    size = units * (to // divisor)
    spectrum = np.fft.rfft(padded)
    bins = min(size, len(padded)) // 2 + 1
    edge = np.clip((np.arange(bins) / (bins - 1) - TAPER) / (1 - TAPER), 0, 1)
    kept = np.zeros(size // 2 + 1, complex)
    kept[:bins] = spectrum[:bins] * np.cos(edge * np.pi / 2) ** 2
    changed = np.fft.irfft(kept, size) * (size / len(padded))
    start = to // divisor
    length = math.ceil(len(samples) * to / rate)
    cut: Samples = changed[start : start + length]
    return cut


def trimmed(samples: Samples, rate: int = RATE) -> Samples:
    """Return the sound without the silence before and behind it, but for 30 ms."""
    frame = round(FRAME_S * rate)
    count = len(samples) // frame
    if not count:
        return samples
    power = (samples[: count * frame].reshape(count, frame) ** 2).mean(axis=1)
    heard = np.flatnonzero(power > max(power.max() * 10 ** (QUIET_DB / 10), 1e-9))
    if not len(heard):
        return samples
    margin = round(MARGIN_S * rate)
    begin = max(0, int(heard[0]) * frame - margin)
    return samples[begin : (int(heard[-1]) + 1) * frame + margin]


def _faded(samples: Samples) -> Samples:
    size = min(len(samples) // 2, round(FADE_S * RATE))
    ramp = np.linspace(0, 1, size)
    shaped = samples.copy()
    shaped[:size] *= ramp
    shaped[len(shaped) - size :] *= ramp[::-1]
    return shaped
