"""How a simulated day goes: calm, or disturbed and how much.

Law: values only. Rates are per visit or per hour of station time, never per real second.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Temper:
    """What may happen, and how often.

    Attributes:
        disturbed: False: everything exactly on the timetable, and all other fields are ignored.
        delays: multiplies the chance of every worsening of lateness; 1 is as fitted (see
            `lateness`).
        track_changes: share of visits whose track is changed without need.
        cancellations: share of visits cancelled.
        unknown: share of visits that stand at an incident, with nobody knowing for how long.
        dirt_per_hour: dirty rows written per hour.
    """

    disturbed: bool = True
    delays: float = 1.0
    track_changes: float = 0.05
    cancellations: float = 0.012
    unknown: float = 0.03
    dirt_per_hour: float = 3.0


CALM = Temper(disturbed=False)
DISTURBED = Temper()
