"""How the hub stands with the dispatching side: three kinds of silence, told apart.

Law: pure. What was observed goes in with the moment, the mode comes out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from one_way_feed.bodies import SourceState
from protocol.messages import SourceMode

if TYPE_CHECKING:
    from one_way_feed.timing import Timing

TOLERATED = frozenset((SourceState.OK, SourceState.UNREACHABLE, SourceState.SLOW))
"""Faults that may pass by themselves before the last good poll is too old."""
STALE_POLLS = 3
"""Polls that may fail or be late before the source counts as stale …"""
STALE_MIN_S = 10.0
"""… and never sooner than this."""


@dataclass(frozen=True)
class Counters:
    """Frames by what became of them; each is counted exactly once.

    Attributes:
        good: accepted.
        noise: octets between delimiters that are no frame: the line.
        forged: checksum right, tag, key, link or version wrong.
        replayed: authentic, yet older than the newest accepted.
        duplicate: authentic, the newest accepted once more.
        rejected: authentic and new, but with a body that cannot be used.
    """

    good: int = 0
    noise: int = 0
    forged: int = 0
    replayed: int = 0
    duplicate: int = 0
    rejected: int = 0


@dataclass(frozen=True)
class Observed:
    """What is known of a line. Moments are real monotonic seconds, None: never.

    Attributes:
        frame_at: when the last good frame came.
        poll_ok_at: when the last good poll ended, computed from the heartbeat.
        stale_after_s: how old that may be.
        source: what the last heartbeat says of the database.
        confirmed_at: when the whole table was last verified.
        whole_at: when the last poll ended whose whole table a heartbeat has confirmed.
    """

    frame_at: float | None = None
    poll_ok_at: float | None = None
    stale_after_s: float = STALE_MIN_S
    source: int = SourceState.NEVER_POLLED
    confirmed_at: float | None = None
    whole_at: float | None = None


@dataclass(frozen=True)
class LineStatus:
    """State of one line, as the hub publishes and logs it.

    Attributes:
        name: of the line.
        mode: how the hub stands with dispatching over this line.
        since_mono: real monotonic seconds at which `mode` began.
        source_age_s: real seconds since the source was last known to be fresh, None: never.
        source: what the last heartbeat says of the database, a SourceState or a later number.
        verified: (epoch, revision) up to which the whole table is known to be right.
        rows: in the table.
        generation: number of the snapshot on the line.
        counters: frames by what became of them.
        changes: rows changed since the start.
        octets: that came in since the start.
        restored: symbols that the erasure code gave back.
        conflicts: rows of one revision with two contents.
        source_rejected: rows of the database that the sender cannot map.
        sender_received: octets that the sender has received. Not 0: the line is not one-way.
        clock_offset_s: this side's clock minus the sender's at the last frame, None before.
        clocks_apart: that is more than is allowed: a clock is wrong, or frames were held back.
        line_errors: framing, overrun, parity and break counts of the port, None: it has none.
        damaged: characters that the port has marked as damaged.
        port_open: whether the device is open.
    """

    name: str
    mode: SourceMode = SourceMode.LINK_DOWN
    since_mono: float = 0.0
    source_age_s: float | None = None
    source: int = SourceState.NEVER_POLLED
    verified: tuple[int, int] = (0, 0)
    rows: int = 0
    generation: int = 0
    counters: Counters = field(default_factory=Counters)
    changes: int = 0
    octets: int = 0
    restored: int = 0
    conflicts: int = 0
    source_rejected: int = 0
    sender_received: int = 0
    clock_offset_s: float | None = None
    clocks_apart: bool = False
    line_errors: int | None = None
    damaged: int = 0
    port_open: bool = False


def judge(observed: Observed, timing: Timing, now: float) -> SourceMode:
    """Return the mode at `now`: the first of these that holds.

    LINK_DOWN: no good frame for three heartbeats and a half. SOURCE_STALE: the last good poll is
    too old (one that fails now and then is none of our business), or the sender says that what it
    has is not to be believed. UNVERIFIED: the digest of the whole table has not been
    confirmed for as long as repeats and carousel need. Otherwise LIVE.
    """
    if _older(observed.frame_at, timing.link_timeout_s, now):
        return SourceMode.LINK_DOWN
    if observed.source not in TOLERATED or _older(observed.poll_ok_at, observed.stale_after_s, now):
        return SourceMode.SOURCE_STALE
    if _older(observed.confirmed_at, timing.verify_grace_s, now):
        return SourceMode.UNVERIFIED
    return SourceMode.LIVE


def stale_after_s(poll_interval_s: float) -> float:
    """Return how old the last good poll may be."""
    return max(STALE_MIN_S, STALE_POLLS * poll_interval_s)


def _older(moment: float | None, limit: float, now: float) -> bool:
    return moment is None or now - moment > limit
