"""``python -m subsystems.broadcast.speech.chimes.make``: makes the chimes that are shipped.

Law: own sounds, from numbers alone, so that they can be made again byte by byte. Struck bars: each
tone is a few partials that die away, the higher ones sooner. Notes are in Hz of equal temperament.

    chime      g4 c5        a rising fourth: friendly, heard before every announcement
    change     e5 c5 g4     three falling tones: something has changed
    emergency  a4/d5 x 6    two tones in alternation, without a decay: nobody takes it for the chime
"""

from __future__ import annotations

import math
import struct
from pathlib import Path

from subsystems.broadcast.speech.clip import RATE
from subsystems.broadcast.speech.wav import write_pcm

PARTIALS = ((1.0, 1.0, 1.6), (2.76, 0.22, 0.5), (5.4, 0.06, 0.2))
"""Of a bar that is free at both ends: frequency, strength, seconds to a 1/e of it."""
PEAK = 0.5
G4, A4, C5, D5, E5 = 392.00, 440.00, 523.25, 587.33, 659.26

Tones = tuple[tuple[float, float], ...]
"""When each begins (seconds), and its frequency."""

STRUCK: dict[str, tuple[Tones, float]] = {
    "chime": (((0.0, G4), (0.45, C5)), 1.9),
    "change": (((0.0, E5), (0.35, C5), (0.7, G4)), 2.1),
}
SIREN_S = 0.25
SIREN = (A4, D5) * 3


def struck(tones: Tones, seconds: float) -> list[float]:
    """Return bars that are struck one after the other, and die away together."""
    samples = [0.0] * round(seconds * RATE)
    for begins, frequency in tones:
        for ratio, strength, decay in PARTIALS:
            pitch = 2 * math.pi * frequency * ratio / RATE
            for number in range(len(samples) - round(begins * RATE)):
                fading = math.exp(-number / RATE / decay)
                rising = min(1.0, number / RATE / 0.003)
                tone = math.sin(pitch * number)
                samples[round(begins * RATE) + number] += strength * fading * rising * tone
    return _ending(samples, 0.3)


def siren() -> list[float]:
    """Return two tones in alternation, with a third harmonic that carries in a crowd."""
    samples = []
    phase = 0.0
    for frequency in SIREN:
        for _ in range(round(SIREN_S * RATE)):
            phase += 2 * math.pi * frequency / RATE
            samples.append(math.sin(phase) + 0.3 * math.sin(3 * phase))
    return _ending(samples, 0.02)


def _ending(samples: list[float], seconds: float) -> list[float]:
    size = round(seconds * RATE)
    faded = [value * (size - number) / size for number, value in enumerate(samples[-size:])]
    return samples[:-size] + faded


def pcm_of(samples: list[float]) -> bytes:
    """Return 16 bit samples with their peak at `PEAK`."""
    loudest = max(map(abs, samples))
    values = [round(32767 * PEAK * value / loudest) for value in samples]
    return struct.pack(f"<{len(values)}h", *values)


def all_chimes() -> dict[str, bytes]:
    """Return the samples of every chime by its name."""
    made = {name: struck(tones, seconds) for name, (tones, seconds) in STRUCK.items()}
    made["emergency"] = siren()
    return {name: pcm_of(samples) for name, samples in made.items()}


def main() -> None:
    """Write them beside this file."""
    for name, pcm in all_chimes().items():
        write_pcm(Path(__file__).with_name(f"{name}.wav"), pcm)


if __name__ == "__main__":
    main()
