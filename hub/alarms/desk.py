"""The life of alarms: `step(desk, event, now) -> (desk, changes)`.

Law: pure. The transitions are one total table; what a person does to an alarm that is not there, or
does not allow it, raises and changes nothing. An alarm is never lost: it leaves when it is so no
more AND somebody has acknowledged it. What is put aside comes back by itself when its time is over.

```
              so again                              so again (stands anew, counted)
        ┌───────────────────┐                   ┌──────────────────────────┐
        ▼                   │                   ▼                          │
    STANDING ──over──▶ RETURNED          ACKNOWLEDGED ──over──▶ NORMAL (leaves)
        └────────acknowledge──────────────▶ (if so)  / NORMAL (if over)
```
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from hub.alarms.model import Alarm, Condition, Priority, Shelf, State
from protocol.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from protocol.times import Instant

LONGEST_SHELF = timedelta(hours=12)
"""A shift: what is put aside longer is not an alarm but a repair order."""
CHATTER = timedelta(minutes=10)
"""An alarm that comes again within it is counted, not told anew as another one."""
RATE_OVER = timedelta(minutes=10)
"""EEMUA 191 counts alarms in ten minutes."""
KEPT = 10_000
"""Instants of alarms that are remembered for the rate."""


class Load(StrEnum):
    """How many alarms a person is given (EEMUA 191, 3rd edition, figures for one operator)."""

    ACCEPTABLE = "acceptable"
    """At most one in ten minutes."""
    MANAGEABLE = "manageable"
    """At most two."""
    DEMANDING = "demanding"
    """More than that, up to ten."""
    FLOOD = "flood"
    """Ten and more: nobody can act on each."""


class _Turn(StrEnum):
    SO = "so"
    OVER = "over"
    ACKNOWLEDGE = "acknowledge"


_TABLE: dict[tuple[State, _Turn], State] = {
    (State.STANDING, _Turn.SO): State.STANDING,
    (State.STANDING, _Turn.OVER): State.RETURNED,
    (State.STANDING, _Turn.ACKNOWLEDGE): State.ACKNOWLEDGED,
    (State.ACKNOWLEDGED, _Turn.SO): State.ACKNOWLEDGED,
    (State.ACKNOWLEDGED, _Turn.OVER): State.NORMAL,
    (State.ACKNOWLEDGED, _Turn.ACKNOWLEDGE): State.ACKNOWLEDGED,
    (State.RETURNED, _Turn.SO): State.STANDING,
    (State.RETURNED, _Turn.OVER): State.RETURNED,
    (State.RETURNED, _Turn.ACKNOWLEDGE): State.NORMAL,
    (State.NORMAL, _Turn.SO): State.STANDING,
    (State.NORMAL, _Turn.OVER): State.NORMAL,
    (State.NORMAL, _Turn.ACKNOWLEDGE): State.NORMAL,
}


@dataclass(frozen=True)
class Seen:
    """Everything that is wrong now, as `hub.alarms.cause.grouped` has it; else it is so no more."""

    conditions: Mapping[str, tuple[Condition, tuple[str, ...]]]


@dataclass(frozen=True)
class Acknowledge:
    """Somebody knows of these."""

    keys: tuple[str, ...]
    who: str


@dataclass(frozen=True)
class PutAside:
    """Somebody shelves one."""

    key: str
    who: str
    why: str
    until: Instant


@dataclass(frozen=True)
class TakeBack:
    """Somebody takes one from the shelf."""

    key: str
    who: str


@dataclass(frozen=True)
class Tick:
    """Time has passed."""


Event = Seen | Acknowledge | PutAside | TakeBack | Tick


@dataclass(frozen=True)
class Desk:
    """All alarms of a station.

    Attributes:
        alarms: by key; those that are normal have left.
        told_at: instants at which somebody was called, the newest last: the rate.
        left: for `CHATTER`, when and how often alarms were told that have left.
    """

    alarms: Mapping[str, Alarm] = field(default_factory=dict)
    told_at: tuple[Instant, ...] = ()
    left: Mapping[str, Alarm] = field(default_factory=dict)

    def rate(self, now: Instant) -> int:
        """Return how often somebody was called in the ten minutes up to `now`."""
        return sum(now - RATE_OVER < at <= now for at in self.told_at)

    def load(self, now: Instant) -> Load:
        """Return what that means for a person."""
        rate = self.rate(now)
        bounds = ((1, Load.ACCEPTABLE), (2, Load.MANAGEABLE), (9, Load.DEMANDING))
        return next((load for most, load in bounds if rate <= most), Load.FLOOD)


def step(desk: Desk, event: Event, now: Instant) -> tuple[Desk, frozenset[str]]:
    """Return the desk after `event`, and the keys of the alarms that are otherwise than before.

    Raises:
        OperatorError: a person's deed does not fit; nothing is changed.
    """
    before = desk.alarms
    desk = _shelves_end(desk, now)
    match event:
        case Seen(conditions):
            desk = _seen(desk, conditions, now)
        case Acknowledge(keys, who):
            desk = _acknowledge(desk, keys, who, now)
        case PutAside():
            desk = _put_aside(desk, event, now)
        case TakeBack(key, _):
            desk = _take_back(desk, key, now)
        case Tick():
            pass
    desk = _forget(desk, now)
    known = {*before, *desk.alarms}
    return desk, frozenset(k for k in known if before.get(k) != desk.alarms.get(k))


def _seen(
    desk: Desk, conditions: Mapping[str, tuple[Condition, tuple[str, ...]]], now: Instant
) -> Desk:
    alarms = dict(desk.alarms)
    left = dict(desk.left)
    calls: list[str] = []
    for key, (condition, members) in conditions.items():
        known = alarms.get(key) or left.pop(key, None)
        alarm = _so(known, condition, members, now)
        if alarm.calls and (known is None or not known.calls):
            calls.append(key)
        alarms[key] = alarm
    inside = {member for _, members in conditions.values() for member in members}
    for key in alarms.keys() - conditions.keys():
        if key in inside:  # its cause stands in its place, and was told
            del alarms[key]
        else:
            alarms[key] = _over(alarms[key], now)
    return _sorted_out(replace(desk, alarms=alarms, left=left), calls, now)


def _so(known: Alarm | None, condition: Condition, members: tuple[str, ...], now: Instant) -> Alarm:
    if known is None:
        return Alarm(condition=condition, state=State.STANDING, raised_at=now, members=members)
    state = _TABLE[known.state, _Turn.SO]
    again = not known.active
    worse = known.state is State.ACKNOWLEDGED and condition.priority > known.condition.priority
    state = State.STANDING if worse else state
    return msgspec.structs.replace(
        known,
        condition=condition,
        members=members,
        state=state,
        raised_at=now if again or worse else known.raised_at,
        returned_at=None,
        times=known.times + again,
        acknowledged_by="" if again or worse else known.acknowledged_by,
        acknowledged_at=None if again or worse else known.acknowledged_at,
    )


def _over(alarm: Alarm, now: Instant) -> Alarm:
    state = _TABLE[alarm.state, _Turn.OVER]
    returned = now if alarm.active else alarm.returned_at
    return msgspec.structs.replace(alarm, state=state, returned_at=returned)


def _acknowledge(desk: Desk, keys: Iterable[str], who: str, now: Instant) -> Desk:
    alarms = dict(desk.alarms)
    for key in keys:
        alarm = _of(desk, key)
        if alarm.state in {State.STANDING, State.RETURNED}:
            alarms[key] = msgspec.structs.replace(
                alarm,
                state=_TABLE[alarm.state, _Turn.ACKNOWLEDGE],
                acknowledged_by=who,
                acknowledged_at=now,
            )
    return _sorted_out(replace(desk, alarms=alarms), (), now)


def _put_aside(desk: Desk, event: PutAside, now: Instant) -> Desk:
    alarm = _of(desk, event.key)
    if not event.why.strip():
        raise OperatorError("say why it is put aside", where=event.key)
    if not now < event.until <= now + LONGEST_SHELF:
        hours = LONGEST_SHELF // timedelta(hours=1)
        raise OperatorError(f"put it aside for some time, at most {hours} hours", where=event.key)
    if alarm.condition.priority is Priority.HIGH and alarm.state is State.STANDING:
        raise OperatorError("acknowledge it first: it must be dealt with now", where=event.key)
    shelf = Shelf(who=event.who, why=event.why.strip(), at=now, until=event.until)
    put = msgspec.structs.replace(alarm, shelf=shelf)
    return replace(desk, alarms={**desk.alarms, event.key: put})


def _take_back(desk: Desk, key: str, now: Instant) -> Desk:
    alarm = _of(desk, key)
    if alarm.shelf is None:
        raise OperatorError("it is not put aside", where=key)
    return _unshelved(desk, [alarm], now)


def _shelves_end(desk: Desk, now: Instant) -> Desk:
    ended = [a for a in desk.alarms.values() if a.shelf is not None and a.shelf.until <= now]
    return _unshelved(desk, ended, now) if ended else desk


def _unshelved(desk: Desk, alarms: Iterable[Alarm], now: Instant) -> Desk:
    back = {a.key: msgspec.structs.replace(a, shelf=None) for a in alarms}
    calls = [key for key, alarm in back.items() if alarm.calls]
    return _sorted_out(replace(desk, alarms={**desk.alarms, **back}), calls, now)


def _sorted_out(desk: Desk, calls: Iterable[str], now: Instant) -> Desk:
    """Let those leave that are normal and on no shelf; count who was called."""
    gone = {
        key: alarm
        for key, alarm in desk.alarms.items()
        if alarm.state is State.NORMAL and alarm.shelf is None
    }
    return replace(
        desk,
        alarms={key: alarm for key, alarm in desk.alarms.items() if key not in gone},
        left={**desk.left, **gone},
        told_at=(*desk.told_at, *(now for _ in calls))[-KEPT:],
    )


def _forget(desk: Desk, now: Instant) -> Desk:
    recent = {
        key: alarm
        for key, alarm in desk.left.items()
        if alarm.returned_at is not None and now - alarm.returned_at < CHATTER
    }
    told = tuple(at for at in desk.told_at if now - RATE_OVER < at)
    return replace(desk, left=recent, told_at=told)


def _of(desk: Desk, key: str) -> Alarm:
    alarm = desk.alarms.get(key)
    if alarm is None:
        raise OperatorError("there is no such alarm any more: look again", where=key)
    return alarm
