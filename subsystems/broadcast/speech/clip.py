"""Sound as it is passed around: a file of samples, and the names of what may speak it.

Law: values only, apart from the ports so that pure modules can read them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - part of the values

RATE = 16_000
"""Samples a second of every clip: what public address systems carry (about 7 kHz)."""

CHINESE = "zh"


@dataclass(frozen=True)
class Clip:
    """Sound ready to be played: mono, 16 bit, `RATE` samples a second, loudness normalised.

    Attributes:
        path: WAV file; named by its content, never changed.
        seconds: how long it plays.
        sha256: of the file.
        engines: names of those that spoke, e.g. ``("espeak-ng", "flite")``.
        cached: it was there before.
        missing: languages that could not be spoken: each is heard whole or not at all.
    """

    path: Path
    seconds: float
    sha256: str
    engines: tuple[str, ...] = ()
    cached: bool = False
    missing: tuple[str, ...] = ()


def primary(tag: str) -> str:
    """Return the language of a tag without script and region: ``zh`` of ``zh-Hans-CN``."""
    return tag.split("-", maxsplit=1)[0].lower()
