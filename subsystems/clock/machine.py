"""When the clock's pages must be told something at once.

Law: pure. Pages run by themselves and are told everything with each heartbeat; between heartbeats
only a change that a person would see is worth a message. Numbers that tremble are none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from protocol.times import Instant
    from subsystems.clock.model import Knowledge


@dataclass(frozen=True)
class Learned:
    """Event: what is known now."""

    knowledge: Knowledge


Event = Learned


@dataclass(frozen=True)
class ShowFace:
    """Effect: tell all pages what is known."""

    knowledge: Knowledge


Effect = ShowFace


@dataclass(frozen=True)
class State:
    """What pages were told last; None before the first time."""

    told: Knowledge | None = None
    told_at: Instant | None = None


def step(state: State, event: Event, now: Instant) -> tuple[State, tuple[Effect, ...]]:
    """Return the state after `event`, and what is to be done."""
    new, old = event.knowledge, state.told
    if old is not None and _seen(new) == _seen(old):
        return state, ()
    return State(new, now), (ShowFace(new),)


def _seen(knowledge: Knowledge) -> tuple[object, ...]:
    """Return what of it a person sees as a change."""
    clock = knowledge.clock
    master = clock.master
    hub = (clock.hub, "" if master is None else master.source)
    leap = (None if master is None else master.leap_at, clock.leap_second)
    return knowledge.line, clock.quality, clock.off, hub, leap
