"""What happens to the scheduler.

Law: values only. Each is given to `subsystems.broadcast.machine.step` with the station's time and
the real, monotonic seconds at which it happened.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from subsystems.broadcast.model import Occasion, Told
    from subsystems.broadcast.records import Begun, Settled
    from subsystems.broadcast.speech.ending import Ended as How


@dataclass(frozen=True)
class Awake:
    """The program begins; what an earlier life wrote down. Comes first, and once.

    Attributes:
        settled: what was said or given up, per key and zone.
        told: per key, what the rules want to know.
        begun: voices that never ended, and the zones in which they were heard far enough.
        orders: persons' announcements and emergencies that are not over.
        muted: zones.
        serial: number of the last voice.
    """

    settled: tuple[Settled, ...] = ()
    told: tuple[Told, ...] = ()
    begun: tuple[tuple[Begun, tuple[str, ...]], ...] = ()
    orders: tuple[Occasion, ...] = ()
    muted: frozenset[str] = frozenset()
    serial: int = 0


@dataclass(frozen=True)
class Derived:
    """What the rules say now, of some sources: runs by id, the station as ``""``.

    All that a source has to say, due or not yet; it replaces what it said before. The rules were
    asked for the very instant that `step` is given. The answer to `Ask`, and sent by itself when a
    run has changed or is gone (then empty).
    """

    told: Mapping[str, tuple[Occasion, ...]]


@dataclass(frozen=True)
class Tick:
    """Time goes on: at least once a real second, and when `machine.wake_in` says so."""


@dataclass(frozen=True)
class ClipReady:
    """A sound that was asked for is there.

    Attributes:
        clip: its name in `Prepare`.
        seconds: how long it is, chime and final silence included.
    """

    clip: str
    seconds: float


@dataclass(frozen=True)
class ClipFailed:
    """It could not be made."""

    clip: str
    why: str = ""


@dataclass(frozen=True)
class Ended:
    """A voice has ended.

    Attributes:
        voice: its id in `Play`.
        how: played, cut off, failed.
        zones: where; empty: everywhere. Each sink may end by itself.
        why: of a failure.
    """

    voice: str
    how: How
    zones: frozenset[str] = frozenset()
    why: str = ""


@dataclass(frozen=True)
class Announce:
    """A person's announcement: kind MANUAL, or NOTICE. `due` later than now: scheduled.

    The same key again replaces it.
    """

    occasion: Occasion


@dataclass(frozen=True)
class Stop:
    """A person stops what is spoken or waits to be, and is due.

    Attributes:
        key: only this; "" for all. An emergency is stopped by its key only.
        zone: only here; "" for everywhere.
    """

    key: str = ""
    zone: str = ""


@dataclass(frozen=True)
class Mute:
    """A person mutes a zone, or ends that. Emergencies speak all the same."""

    zone: str
    on: bool = True
    by: str = ""


@dataclass(frozen=True)
class EmergencyBegins:
    """An emergency takes its zones over until `EmergencyEnds`, or `occasion.latest`.

    All else is silent there; it is repeated `occasion.repeat_after_s` after its end, again and
    again, whatever `repeats` says.
    """

    occasion: Occasion


@dataclass(frozen=True)
class EmergencyEnds:
    """It is over."""

    key: str


@dataclass(frozen=True)
class Sinks:
    """What brings sound to some zones is lost, or back.

    Attributes:
        lost: zones without a working sink, with the reason; those not named have one.
    """

    lost: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RulesChanged:
    """What is known of all runs has changed: link lapsed or back, configuration read anew."""


Event = (
    Awake
    | Derived
    | Tick
    | ClipReady
    | ClipFailed
    | Ended
    | Announce
    | Stop
    | Mute
    | EmergencyBegins
    | EmergencyEnds
    | Sinks
    | RulesChanged
)
"""All that happens."""
