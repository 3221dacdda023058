"""Figures of this process and its machine, for `dev/{id}/health`.

Law: reads what the system tells (Linux: ``/proc``, ``/sys``); what it does not tell is None, never
a guess.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_THERMAL = Path("/sys/class/thermal")
_STATM = Path("/proc/self/statm")


@dataclass(frozen=True)
class Figures:
    """What was read; None: the system does not tell.

    Attributes:
        cpu: load of all processors, 1: all of them busy.
        memory_bytes: resident.
        disk_free_bytes: where the cache lies.
        temperature_c: of the hottest part.
    """

    cpu: float | None
    memory_bytes: int | None
    disk_free_bytes: int | None
    temperature_c: float | None


def read_figures(cache: Path) -> Figures:
    """Return the figures of this moment.

    Args:
        cache: a file; its disk is what matters.
    """
    return Figures(_load(), _resident(), _disk_free(cache), _hottest())


def _load() -> float | None:
    with suppress(OSError):
        return min(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    return None


def _resident() -> int | None:
    with suppress(OSError, ValueError, IndexError):
        return int(_STATM.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return None


def _disk_free(cache: Path) -> int | None:
    with suppress(OSError):
        return shutil.disk_usage(cache.parent).free
    return None


def _hottest() -> float | None:
    degrees = []
    for zone in _THERMAL.glob("thermal_zone*/temp"):
        with suppress(OSError, ValueError):
            degrees.append(int(zone.read_text(encoding="ascii")) / 1000)
    return max(degrees, default=None)
