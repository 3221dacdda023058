"""What a source of time tells: one reading at a time.

Law: frozen values. Instants are unix seconds (UTC) of the source, and monotonic seconds of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol


class Trust(IntEnum):
    """What a source says of itself; a higher one is preferred to all lower ones."""

    REFUSED = 0
    """It says that it does not know the time."""
    UNVOUCHED = 1
    """A clock that nobody corrects: the machine's own, not synchronised."""
    HOLDOVER = 2
    """It has known the time and runs on by its own oscillator."""
    SYNCED = 3
    """It follows a reference."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A reading.

    Attributes:
        source: its name.
        utc: what it showed.
        mono_s: when.
        uncertainty_s: ± of the measurement: half a round trip, the jitter of a serial line.
        distance_s: ± that the source gives to itself, e.g. its root distance.
        trust: see `Trust`.
        stratum: of the source; 0: a reference clock; None: it does not say.
        leap: 1: a leap second is inserted at the end of this day (UTC), -1: one is left out.
        reference: what the source follows, for people.
    """

    source: str
    utc: float
    mono_s: float
    uncertainty_s: float
    distance_s: float = 0.0
    trust: Trust = Trust.SYNCED
    stratum: int | None = None
    leap: int = 0
    reference: str = ""


@dataclass(frozen=True)
class Said:
    """What a telegram of a master clock says, whatever its form.

    Attributes:
        utc: unix seconds at its beginning; None: it tells no time that can be used.
        trust: what the clock says of itself.
        distance_s: ± that it is given.
        leap: see `Reading`.
        reference: for people.
    """

    utc: float | None
    trust: Trust
    distance_s: float = 0.001
    leap: int = 0
    reference: str = ""


class TimeSource(Protocol):
    """Port: a source of time; hands each `Reading` to whoever it was made with."""

    @property
    def name(self) -> str:
        """Stands in status and log."""
        ...

    @property
    def kind(self) -> str:
        """``ntp``, ``telegram``, ``meinberg``, ``system``."""
        ...

    @property
    def every_s(self) -> float:
        """How often a reading is to be expected."""
        ...

    @property
    def rejected(self) -> int:
        """Answers that were none."""
        ...

    @property
    def why(self) -> str:
        """What was wrong with the last of these, or with the source itself; "": nothing."""
        ...

    def start(self) -> None:
        """Begin to measure."""

    def stop(self) -> None:
        """Measure no more."""
