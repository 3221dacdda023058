"""The lease: which of several hubs on one database leads. Pure.

Law: decides, and does nothing. No two clocks are ever compared: a hub that stands by watches the
number of renewals with its own clock, and the hub that leads counts from before it began to renew.
So a leader is silent `DEMOTE_S` after its last renewal at the latest, and nobody takes its place
before `TAKE_S`. Seconds are of a clock that goes on while the machine sleeps.

                    free, dead, or silent for TAKE_S
      STANDING_BY ──────────────────────────────────▶ CLAIMING
        ▲  ▲  ▲                                        │    │ claimed
        │  │  └──────────────── refused, failed ───────┘    ▼
        │  └───────────────────── lost ────────────────── LEADING
        │                                       DEMOTE_S │    ▲ renewed
        └──────────────────────── lost ─────────────────▼────┘
                                                        SILENT

An event that cannot be in a stage raises and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

RENEW_S = 2.0
DEMOTE_S = 6.0
LEASE_S = 8.0
TAKE_S = 10.0
"""protocol.md, end of "What clients and brokers really do". Between `LEASE_S` and `TAKE_S` nobody
leads: that is the room for a message that was on its way when the leader fell silent."""

LOOK_S = 1.0
"""A hub that stands by looks so often: that soon it leads after one that said goodbye."""


@dataclass(frozen=True)
class Holder:
    """One process of a hub.

    Attributes:
        id: of this life of it; no other process ever has it.
        host: name of the machine, for people.
        boot: names this run of the machine and its process numbers; "": it cannot be known.
        pid: process number.
        born: when the process began, as the machine counts it; 0: it cannot be known.
    """

    id: str
    host: str
    boot: str = ""
    pid: int = 0
    born: int = 0


@dataclass(frozen=True)
class Held:
    """What the database says: who holds the lease (None: nobody), and how often it was renewed."""

    holder: Holder | None
    renewals: int


class Stage(Enum):
    """What this hub is."""

    STANDING_BY = "standing by"
    CLAIMING = "claiming"
    LEADING = "leading"
    SILENT = "silent"


class Effect(Enum):
    """What is to be done.

    CLAIM: take the database over, if it still says `Lease.seen`. LEAD: it is ours, begin.
    HUSH: say nothing until SPEAK. RETIRE: another one leads; stop everything, and say no goodbye.
    """

    CLAIM = "claim"
    LEAD = "lead"
    HUSH = "hush"
    SPEAK = "speak"
    RETIRE = "retire"


@dataclass(frozen=True)
class Found:
    """The database was read; `dead`: the holder's process is known to be gone."""

    held: Held
    dead: bool = False


@dataclass(frozen=True)
class Claimed:
    """The database is ours; `asked`: when that was asked for."""

    asked: float


@dataclass(frozen=True)
class Refused:
    """Another hub was faster."""


@dataclass(frozen=True)
class Renewed:
    """The lease is ours still; `asked`: when that was asked for."""

    asked: float


@dataclass(frozen=True)
class Lost:
    """The database names another hub."""


@dataclass(frozen=True)
class Failed:
    """The database did not answer."""


@dataclass(frozen=True)
class Woke:
    """Time has passed."""


Event = Found | Claimed | Refused | Renewed | Lost | Failed | Woke


@dataclass(frozen=True)
class Lease:
    """Where this hub stands.

    Attributes:
        seen: what the database said last; None: not yet, or it failed since.
        since: when that was first seen.
        renewed: of a leader: its lease counts from here.
    """

    stage: Stage = Stage.STANDING_BY
    seen: Held | None = None
    since: float = 0.0
    renewed: float = 0.0

    def may_speak(self, now: float) -> bool:
        """Return whether this hub may publish at `now`: the fence."""
        return self.stage is Stage.LEADING and now - self.renewed < DEMOTE_S

    def wait(self, now: float) -> float:
        """Return the seconds until a holder that stays silent is replaced."""
        return max(0.0, self.since + TAKE_S - now)


Outcome = tuple[Lease, tuple[Effect, ...]]


def step(lease: Lease, event: Event, now: float) -> Outcome:
    """Return where the hub stands after `event`, and what is to be done, in order.

    Raises:
        ValueError: this cannot happen in this stage; nothing changes.
    """
    found = _TABLE.get((lease.stage, type(event)))
    if found is None:
        raise ValueError(f"{type(event).__name__} while {lease.stage.value}")
    return found(lease, event, now)


def _look(lease: Lease, event: Found, now: float) -> Outcome:
    if event.held != lease.seen:
        lease = replace(lease, seen=event.held, since=now)
    free = event.held.holder is None or event.dead
    if free or lease.wait(now) == 0:
        return replace(lease, stage=Stage.CLAIMING), (Effect.CLAIM,)
    return lease, ()


def _forget(_lease: Lease, _event: Event, _now: float) -> Outcome:
    """Watch from the beginning: while nobody could renew, silence proves nothing."""
    return Lease(), ()


def _begin(lease: Lease, event: Claimed, now: float) -> Outcome:
    begun = replace(lease, stage=Stage.LEADING, seen=None, renewed=event.asked)
    hushed, effects = _pass(begun, event, now)
    return hushed, (Effect.LEAD, *effects)


def _go_on(lease: Lease, event: Renewed, now: float) -> Outcome:
    return _pass(replace(lease, renewed=event.asked), event, now)


def _speak(lease: Lease, event: Renewed, now: float) -> Outcome:
    speaking = replace(lease, stage=Stage.LEADING, renewed=event.asked)
    return (speaking, (Effect.SPEAK,)) if speaking.may_speak(now) else (lease, ())


def _pass(lease: Lease, _event: Event, now: float) -> Outcome:
    if lease.may_speak(now):
        return lease, ()
    return replace(lease, stage=Stage.SILENT), (Effect.HUSH,)


def _retire(_lease: Lease, _event: Event, _now: float) -> Outcome:
    return Lease(), (Effect.RETIRE,)


def _stay(lease: Lease, _event: Event, _now: float) -> Outcome:
    return lease, ()


_TABLE: dict[tuple[Stage, type[Event]], Callable[..., Outcome]] = {
    (Stage.STANDING_BY, Found): _look,
    (Stage.STANDING_BY, Failed): _forget,
    (Stage.STANDING_BY, Woke): _stay,
    (Stage.CLAIMING, Claimed): _begin,
    (Stage.CLAIMING, Refused): _forget,
    (Stage.CLAIMING, Failed): _forget,
    (Stage.CLAIMING, Woke): _stay,
    (Stage.LEADING, Renewed): _go_on,
    (Stage.LEADING, Lost): _retire,
    (Stage.LEADING, Failed): _pass,
    (Stage.LEADING, Woke): _pass,
    (Stage.SILENT, Renewed): _speak,
    (Stage.SILENT, Lost): _retire,
    (Stage.SILENT, Failed): _stay,
    (Stage.SILENT, Woke): _stay,
}
