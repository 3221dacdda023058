"""What the kernel knows of its own clock: `adjtimex(2)`, read only.

Law: one system call, nothing is set (modes 0 needs no rights). Where there is no such call, None.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

_STA_INS, _STA_DEL, _STA_UNSYNC = 0x10, 0x20, 0x40
_TIME_ERROR = 5
_L, _I = ctypes.c_long, ctypes.c_int
_SCALED_PPM = 65_536


class _Timex(ctypes.Structure):
    """``struct timex`` of linux/timex.h."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        *((name, _L) for name in ("offset", "freq", "maxerror", "esterror")),
        ("status", _I),
        *((name, _L) for name in ("constant", "precision", "tolerance", "sec", "usec", "tick")),
        *((name, _L) for name in ("ppsfreq", "jitter")),
        ("shift", _I),
        *((name, _L) for name in ("stabil", "jitcnt", "calcnt", "errcnt", "stbcnt")),
        ("tai", _I),
        ("reserved", _I * 11),
    )


@dataclass(frozen=True)
class Kernel:
    """How the kernel's clock is kept.

    Attributes:
        synchronised: somebody (chrony, ntpd, PTP) corrects it.
        most_s: the most that it may be off by.
        estimated_s: what it is probably off by.
        leap: 1: a leap second is inserted at the end of the day, -1: one is left out.
        ppm: by how much its frequency is corrected.
    """

    synchronised: bool
    most_s: float
    estimated_s: float
    leap: int
    ppm: float


def read_kernel() -> Kernel | None:
    """Return how the kernel's clock is kept, None where the system does not say."""
    told = _Timex()
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.byref(told))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else kernel_of(told, state)


def kernel_of(told: _Timex, state: int) -> Kernel:
    """Return what the call has answered, in words."""
    status = told.status
    return Kernel(
        synchronised=state != _TIME_ERROR and not status & _STA_UNSYNC,
        most_s=told.maxerror / 1e6,
        estimated_s=told.esterror / 1e6,
        leap=1 if status & _STA_INS else -1 if status & _STA_DEL else 0,
        ppm=told.freq / _SCALED_PPM,
    )
