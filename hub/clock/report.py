"""How the station's time is known, as the hub says it: `/time`, `station time status --json`.

Law: values only. Offsets and uncertainties are milliseconds, drifts millionths.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from protocol.times import Instant
from station_config.runtime.timekeeping.quality import Quality


class Standing(StrEnum):
    """What a source is to the hub, from best to worst."""

    CHOSEN = "CHOSEN"
    """It is followed."""
    AGREES = "AGREES"
    """It says the same within what both admit."""
    SPARE = "SPARE"
    """It knows the time less well than those that are followed, and is not asked for its vote."""
    LEARNING = "LEARNING"
    """It has not told enough yet."""
    FALSE = "FALSE"
    """It contradicts the majority."""
    CONTRADICTS = "CONTRADICTS"
    """It contradicts another one or what was known, and nobody can tell who is right."""
    REFUSED = "REFUSED"
    """It says itself that it does not know the time."""
    SILENT = "SILENT"
    """It does not answer."""


class SourceReport(msgspec.Struct, frozen=True, kw_only=True):
    """One source.

    Attributes:
        name: of the source.
        kind: see `hub.clock.readings.TimeSource`.
        standing: see `Standing`.
        trust: what it says of itself, in lower case; "": it said nothing yet.
        offset_ms: its time minus the station's, None: it said nothing yet.
        uncertainty_ms: ± of that, what it admits itself included.
        jitter_ms: root mean square of the differences between its last readings.
        stratum: None: it does not say.
        reference: what it follows.
        drift_ppm: how much faster our oscillator runs than it; None: not known yet.
        age_s: since its last reading, None: there was none.
        readings: how many it gave.
        rejected: answers of it that were none.
        why: what was wrong with the last of these.
        leap: see `hub.clock.readings.Reading`.
    """

    name: str
    kind: str
    standing: Standing
    trust: str = ""
    offset_ms: float | None = None
    uncertainty_ms: float | None = None
    jitter_ms: float | None = None
    stratum: int | None = None
    reference: str = ""
    drift_ppm: float | None = None
    age_s: float | None = None
    readings: int = 0
    rejected: int = 0
    why: str = ""
    leap: int = 0


class TimeReport(msgspec.Struct, frozen=True, kw_only=True):
    """Everything.

    Attributes:
        at: the time that the sources tell; the station's, if they are followed.
        followed: the station's time is this. False: it is a simulation's, or the deployment names
            no source and it is the machine's.
        quality: how it is known.
        source: the one that is chosen, or was last; "": none ever was.
        stratum: of the hub: one more than the source's; None: not known.
        uncertainty_ms: ± of the time; None: nobody can say.
        drift_ppm: how much faster our oscillator runs; None: not known.
        drift_error_ppm: ± of that.
        holdover_s: since the last reading that was believed, None: there was none.
        slewing_ms: what is still being slewed away.
        machine_offset_ms: the machine's own clock minus the time.
        steps: how often time was stepped since the start.
        leap_at: the midnight before which a leap second stands, None: none is announced.
        leap: 1: one is inserted, -1: one is left out.
        sources: all of them.
    """

    at: Instant
    followed: bool
    quality: Quality
    source: str = ""
    stratum: int | None = None
    uncertainty_ms: float | None = None
    drift_ppm: float | None = None
    drift_error_ppm: float | None = None
    holdover_s: float | None = None
    slewing_ms: float = 0.0
    machine_offset_ms: float | None = None
    steps: int = 0
    leap_at: Instant | None = None
    leap: int = 0
    sources: tuple[SourceReport, ...] = ()
