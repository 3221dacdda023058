"""The time as slave clocks are to be told it, and what is known of it.

Law: how to ask; nothing is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from station_config.runtime.timekeeping.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    from protocol.times import Instant
    from subsystems.kit.timekeeper import ClockQuality

TRUSTED = "synced"
"""The hub's word for a time that somebody vouches for now."""


@dataclass(frozen=True)
class Time:
    """The time and what is known of it.

    Attributes:
        now: station time.
        quality: what is known.
        rate: station seconds per real second.
        zone: the station's.
    """

    now: Callable[[], Instant]
    quality: Callable[[], ClockQuality]
    rate: float
    zone: ZoneInfo

    @property
    def synced(self) -> bool:
        """Whether the whole way from a master clock to here is in step."""
        clock = self.quality()
        return clock.quality is Quality.SYNCED and clock.hub == TRUSTED
