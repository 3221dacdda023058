"""What is wrong with the station, as values.

Law: values only. A `Condition` is what is so now, whoever knows it; an `Alarm` is what persons have
made of it. Every condition says what to do: one that asks for nothing is no alarm (EEMUA 191).
"""

from __future__ import annotations

from enum import IntEnum, StrEnum

import msgspec

from protocol.times import Instant


class Priority(IntEnum):
    """How soon somebody must act. Closed; EEMUA 191 has three on a console, and so have we."""

    LOW = 1
    """In this shift."""
    MEDIUM = 2
    """Soon: passengers may be told too little."""
    HIGH = 3
    """Now: passengers are told nothing, or a train is in another's way."""


class Kind(StrEnum):
    """Kinds of conditions. Closed."""

    CONFLICT = "conflict"
    """Two trains, or a train and a track."""
    FEED = "feed"
    """Dispatching or its line."""
    DEVICE_DARK = "device-dark"
    DEVICE_ALONE = "device-alone"
    """It goes on without the hub."""
    DEVICE_FAULT = "device-fault"
    """It says so itself."""
    OVERDUE = "overdue"
    """A post has not signed for what it was told."""
    REJECTED = "rejected"
    """Rows of dispatching that are not believed."""
    HUB = "hub"
    """Its database, its broker, its time."""


class State(StrEnum):
    """What persons and the world have made of an alarm (ISA-18.2). Closed."""

    STANDING = "standing"
    """It is so, and nobody has acknowledged it."""
    ACKNOWLEDGED = "acknowledged"
    """It is so, and somebody knows."""
    RETURNED = "returned"
    """It is so no more, and nobody has acknowledged that it was."""
    NORMAL = "normal"
    """It is so no more, and that is known."""


class Text(msgspec.Struct, frozen=True):
    """A sentence for people."""

    zh: str
    en: str


class Condition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that is wrong now.

    Attributes:
        key: of the same thing always the same, e.g. ``device-dark/board-7``.
        kind: what it is.
        priority: how soon somebody must act.
        text: what is wrong.
        response: what to do.
        place: what it is about, e.g. a device, a run, a line.
        since: when it began, None: it is not known; then it is when it was first seen.
        because: keys of possible common causes, the most likely first, e.g. ``broker``,
            ``segment/switch-3``, ``process/hall``.
    """

    key: str
    kind: Kind
    priority: Priority
    text: Text
    response: Text
    place: str = ""
    since: Instant | None = None
    because: tuple[str, ...] = ()


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """An alarm that somebody has put aside: until when, and why. Never without an end."""

    who: str
    why: str
    at: Instant
    until: Instant


class Alarm(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One alarm.

    Attributes:
        condition: as it was seen last.
        state: what has been made of it.
        raised_at: when it was told: the rate counts that.
        returned_at: when it was so no more.
        acknowledged_by: who knows.
        acknowledged_at: since when.
        shelf: put aside; it makes no sound and counts in no rate meanwhile.
        times: how often it came within `CHATTER`, this time included.
        members: keys that are told with it: it is their common cause.
    """

    condition: Condition
    state: State
    raised_at: Instant
    returned_at: Instant | None = None
    acknowledged_by: str = ""
    acknowledged_at: Instant | None = None
    shelf: Shelf | None = None
    times: int = 1
    members: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Of the condition."""
        return self.condition.key

    @property
    def active(self) -> bool:
        """Whether it is so now."""
        return self.state in {State.STANDING, State.ACKNOWLEDGED}

    @property
    def calls(self) -> bool:
        """Whether somebody is to be called: it stands, unacknowledged and not put aside."""
        return self.state is State.STANDING and self.shelf is None
