"""From what the clock knows to what its page shows.

Law: pure. All words of the clock that are not the kit's stand here, in Chinese and English.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.times import to_unix
from subsystems.clock.model import Face, Line, Measure, Text
from subsystems.kit.status import SCREEN_ALONE, SINCE, StatusCode
from subsystems.kit.timekeeper import Quality

if TYPE_CHECKING:
    from protocol.times import Instant
    from station_config.model import Station
    from subsystems.clock.model import Knowledge

_QUALITY = {
    Quality.SYNCED: Text("与中枢同步", "In step with the hub"),
    Quality.HOLDOVER: Text("守时运行", "Holding time"),
    Quality.UNSET: Text("本机时间，未校准", "Own clock, never checked"),
}

_HUB_LOST = {StatusCode.CHECKING, StatusCode.AUTONOMOUS}
"""Nobody is in step with a hub that is not heard."""


def make_face(station: Station, knowledge: Knowledge, now: Instant, rate: float) -> Face:
    """Return what pages are told.

    Args:
        station: whose time it is.
        knowledge: what is known.
        now: station time of sending.
        rate: station seconds per real second.
    """
    line = knowledge.line
    return Face(
        now=round(to_unix(now) * 1000),
        rate=rate,
        zone=station.zone,
        names=station.names,
        languages=station.languages,
        line=Line(line.code, line.live, Text(line.zh, line.en)),
        clock=_measure(knowledge, rate),
        holding=_QUALITY[Quality.HOLDOVER],
        alone=Text(**SCREEN_ALONE),
        since=Text(**SINCE),
    )


def _measure(knowledge: Knowledge, rate: float) -> Measure:
    clock = knowledge.clock
    quality = clock.quality
    if quality is Quality.SYNCED and knowledge.line.code in _HUB_LOST:
        quality = Quality.HOLDOVER
    return Measure(
        quality=quality,
        text=_QUALITY[quality],
        offset_ms=_real_ms(clock.offset_s, rate),
        uncertainty_ms=_real_ms(clock.uncertainty_s, rate),
        drift_ppm=None if clock.drift_ppm is None else round(clock.drift_ppm, 1),
        off=clock.off,
    )


def _real_ms(station_s: float | None, rate: float) -> float | None:
    return None if station_s is None else round(station_s / rate * 1000, 1)
