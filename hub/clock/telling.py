"""From the discipline's state to the report that people and programs read.

Law: pure. Nothing is judged here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.clock.jury import jitter
from hub.clock.readings import Trust
from hub.clock.report import SourceReport, Standing, TimeReport
from protocol.times import from_unix
from station_config.runtime.timekeeping.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.clock.discipline import Discipline
    from hub.clock.readings import TimeSource


def told(
    discipline: Discipline,
    sources: Sequence[TimeSource],
    mono_s: float,
    *,
    followed: bool,
    machine: float,
) -> TimeReport:
    """Return the report.

    Args:
        discipline: of the time.
        sources: that it watches.
        mono_s: now.
        followed: see `TimeReport`.
        machine: the machine's clock now, unix seconds.
    """
    steering, known, drift = discipline.steering, discipline.known, discipline.drift
    unix = steering.unix(mono_s)
    leap = steering.leap
    stratum = None if known is None or known.stratum is None else known.stratum + 1
    quality = discipline.quality(mono_s)
    return TimeReport(
        at=from_unix(unix),
        followed=followed,
        quality=quality,
        source=discipline.chosen,
        stratum=None if quality is Quality.UNSET else stratum,
        uncertainty_ms=_ms(discipline.uncertainty(mono_s)),
        drift_ppm=None if drift is None else round(-drift.slope * 1e6, 3),
        drift_error_ppm=None if drift is None else round(drift.error * 1e6, 3),
        holdover_s=None if known is None else round(mono_s - known.mono_s, 1),
        slewing_ms=round(steering.error(mono_s) * 1000, 3),
        machine_offset_ms=round((machine - unix) * 1000, 3),
        steps=discipline.steps,
        leap_at=None if leap is None else from_unix(leap.at),
        leap=0 if leap is None else leap.seconds,
        sources=tuple(_source(discipline, each, mono_s) for each in sources),
    )


def _source(discipline: Discipline, source: TimeSource, mono_s: float) -> SourceReport:
    watched = discipline.jury.watched[source.name]
    last, best, drift = watched.last, watched.track.best(mono_s), watched.track.measured
    if last is None:
        return SourceReport(
            name=source.name,
            kind=source.kind,
            standing=Standing.SILENT,
            rejected=source.rejected,
            why=source.why,
        )
    steering = discipline.steering
    time_s = steering.target(mono_s) + steering.error(mono_s)
    return SourceReport(
        name=source.name,
        kind=source.kind,
        standing=watched.standing,
        trust=last.trust.name.lower(),
        offset_ms=None if best is None else _ms(best.offset_s - time_s),
        uncertainty_ms=None if best is None else _ms(best.uncertainty_s + last.distance_s),
        jitter_ms=_ms(jitter(watched.track.samples)),
        stratum=last.stratum,
        reference=last.reference,
        drift_ppm=None if drift is None else round(-drift.slope * 1e6, 3),
        age_s=round(mono_s - last.mono_s, 1),
        readings=watched.readings,
        rejected=source.rejected,
        why=source.why if watched.standing is not Standing.CHOSEN else "",
        leap=last.leap if last.trust is not Trust.REFUSED else 0,
    )


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 3)
