"""Loudness and true peak after ITU-R BS.1770-4 (EBU R 128).

Law: pure arithmetic on arrays, run in children only: numpy costs 15 MB, and the pure Python that
would do without it a hundred times the time. Checked against pyloudnorm in tests, which itself is
not used: it loads scipy, 100 MB and more than a second.

    samples ─▶ K-weighting (shelf, high pass) ─▶ mean square per 400 ms, every 100 ms
            ─▶ gate at -70 LUFS ─▶ gate 10 LU below the mean ─▶ loudness
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float64]

BLOCK_S = 0.4
STEP_S = 0.1
ABSOLUTE_GATE = -70.0
RELATIVE_GATE = 10.0
OFFSET = -0.691
"""So that 997 Hz at full scale in one channel reads -3.01 LUFS."""
SILENT = -120.0
OVERSAMPLED = 4
LIMITER_S = 0.005
BLOCK, MARGIN = 4096, 64
"""Samples that are oversampled together, and of their neighbours."""
PEAKY = 0.5
"""Of the ceiling: what stays below is not above it between samples."""
SOFT = -45.0

_SHELF_HZ, _SHELF_DB, _SHELF_Q = 1681.974450955533, 3.999843853973347, 0.7071752369554196
_SHELF_V = 0.4996667741545416
_PASS_HZ, _PASS_Q = 38.13547087602444, 0.5003270373238773
"""The standard's two filters, as functions of the sampling rate (its table is for 48 kHz)."""


def loudness(samples: Samples, rate: int) -> float:
    """Return integrated loudness in LUFS; `SILENT` if nothing passes the gate."""
    squares = _weighted(samples, rate) ** 2
    block, step = round(BLOCK_S * rate), round(STEP_S * rate)
    if len(squares) <= block:
        return _lufs(float(squares.mean())) if len(squares) else SILENT
    total = np.concatenate(([0.0], np.cumsum(squares)))
    starts = np.arange(0, len(squares) - block + 1, step)
    means = (total[starts + block] - total[starts]) / block
    loud = means[means > 10 ** ((ABSOLUTE_GATE - OFFSET) / 10)]
    if not len(loud):
        return SILENT
    gate = 10 ** ((_lufs(float(loud.mean())) - RELATIVE_GATE - OFFSET) / 10)
    return _lufs(float(loud[loud > gate].mean()))


def true_peak(samples: Samples) -> float:
    """Return the highest sample of the signal four times oversampled, full scale is 1."""
    return float(_envelope(samples).max()) if len(samples) else 0.0


def normalised(samples: Samples, rate: int, lufs: float, peak_dbtp: float) -> Samples:
    """Return the sound at `lufs`, its peaks softened to `peak_dbtp`; silence stays silence."""
    louder = samples
    # Again where it was very soft: other blocks pass the absolute gate afterwards.
    for _ in range(2):
        now = loudness(louder, rate)
        if now <= SILENT:
            return samples
        louder = louder * 10 ** ((lufs - now) / 20)
        if now > SOFT:
            break
    return limited(louder, rate, 10 ** (peak_dbtp / 20))


def limited(samples: Samples, rate: int, ceiling: float) -> Samples:
    """Return the sound with a gain that goes down before each peak, and up after it, in 5 ms."""
    envelope = _envelope(samples, PEAKY * ceiling)
    if envelope.max(initial=0.0) <= ceiling:
        return samples
    needed = np.minimum(1.0, ceiling / np.maximum(envelope, 1e-9))
    half = max(1, round(LIMITER_S * rate))
    lowest = _lowest(np.pad(needed, 2 * half, constant_values=1.0), 2 * half + 1)
    window = np.hanning(2 * half + 1)
    gain = np.convolve(lowest, window / window.sum(), mode="valid")
    quieter: Samples = samples * gain
    return quieter


def _lowest(values: Samples, width: int) -> Samples:
    """Return the lowest of each `width` neighbours, by doubling."""
    reach, lowest = 1, values
    while reach < width:
        more = min(reach, width - reach)
        lowest = np.minimum(lowest[: len(lowest) - more], lowest[more:])
        reach += more
    return lowest


def fast_size(least: int) -> int:
    """Return the next size whose only factors are 2, 3 and 5: a prime would cost ten times more."""
    best = 1 << max(0, least - 1).bit_length()
    for fives in (1, 5, 25, 125):
        for threes in (1, 3, 9, 27, 81):
            odd = fives * threes
            best = min(best, odd << max(0, -(-least // odd) - 1).bit_length())
    return best


def _envelope(samples: Samples, floor: float = 0.0) -> Samples:
    """Return for each sample the highest of itself and those between it and the next.

    Args:
        samples: the sound.
        floor: blocks that nowhere exceed it are not looked at more closely.
    """
    peaks: Samples = np.abs(samples)
    for begin in range(0, len(samples), BLOCK):
        if peaks[begin : begin + BLOCK].max() > floor:
            first = max(0, begin - MARGIN)
            finer = _oversampled(samples[first : begin + BLOCK + MARGIN])
            peaks[begin : begin + BLOCK] = finer[begin - first :][:BLOCK]
    return peaks


def _oversampled(samples: Samples) -> Samples:
    size = len(samples)
    padded = fast_size(size + MARGIN)
    spectrum = np.fft.rfft(samples, padded)
    finer = np.abs(np.fft.irfft(spectrum, OVERSAMPLED * padded)) * OVERSAMPLED
    highest: Samples = finer[: OVERSAMPLED * size].reshape(size, OVERSAMPLED).max(axis=1)
    return highest


def _lufs(mean_square: float) -> float:
    return OFFSET + 10 * math.log10(mean_square) if mean_square > 1e-12 else SILENT  # noqa: PLR2004


def _weighted(samples: Samples, rate: int) -> Samples:
    """Filter in the frequency domain; the silence behind takes the filters' ends."""
    size = fast_size(len(samples) + rate // 2)
    z = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
    weighted = np.fft.irfft(np.fft.rfft(samples, size) * _shelf(z, rate) * _pass(z, rate), size)
    kept: Samples = weighted[: len(samples)]
    return kept


def _shelf(z: NDArray[np.complex128], rate: int) -> NDArray[np.complex128]:
    k = math.tan(math.pi * _SHELF_HZ / rate)
    high = 10 ** (_SHELF_DB / 20)
    band = high**_SHELF_V
    below = (1 + k / _SHELF_Q + k * k) + 2 * (k * k - 1) * z + (1 - k / _SHELF_Q + k * k) * z**2
    above = high + band * k / _SHELF_Q + k * k
    above = above + 2 * (k * k - high) * z + (high - band * k / _SHELF_Q + k * k) * z**2
    ratio: NDArray[np.complex128] = above / below
    return ratio


def _pass(z: NDArray[np.complex128], rate: int) -> NDArray[np.complex128]:
    k = math.tan(math.pi * _PASS_HZ / rate)
    first = 1 + k / _PASS_Q + k * k
    below = 1 + 2 * (k * k - 1) / first * z + (1 - k / _PASS_Q + k * k) / first * z**2
    ratio: NDArray[np.complex128] = (1 - 2 * z + z**2) / below
    return ratio
