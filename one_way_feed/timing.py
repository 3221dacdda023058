"""How often and how long, by the speed of the line.

Law: pure constants, each with its reason; both sides compute them from the baud rate alone.
"""

from __future__ import annotations

from dataclasses import dataclass

FAST_BAUD = 57_600
BITS_PER_OCTET = 10
"""Start bit, eight data bits, stop bit."""
DELTA_REPEATS_S = (0.5, 2.0)
"""After the first copy: beyond a burst of noise, and beyond a longer one."""
MANIFEST_EVERY = 8
"""Symbols between two manifests: 3 % of the line, and never long to wait for one."""


@dataclass(frozen=True)
class Timing:
    """Real seconds.

    Attributes:
        heartbeat_s: between two heartbeats.
        link_timeout_s: without an intact frame the link is down: three heartbeats lost and a half.
        verify_grace_s: so long a table may go unconfirmed: repeats and one carousel must fit in.
    """

    heartbeat_s: float
    link_timeout_s: float
    verify_grace_s: float


def timing_of(baud: int) -> Timing:
    """Return the timing of a line."""
    if baud >= FAST_BAUD:
        return Timing(heartbeat_s=1.0, link_timeout_s=3.5, verify_grace_s=10.0)
    return Timing(heartbeat_s=2.0, link_timeout_s=7.0, verify_grace_s=40.0)


def airtime_s(octets: int, baud: int) -> float:
    """Return how long `octets` take on the line."""
    return octets * BITS_PER_OCTET / baud
