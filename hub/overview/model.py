"""The overview as values. What `station status --json` prints is exactly this.

Law: values only. A level is never told by colour alone: it has a symbol and words.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from hub.clock.report import TimeReport
from hub.disbelieved import Judgement
from protocol.times import Instant


class Level(StrEnum):
    """How well something is, from best to worst."""

    WELL = "well"
    NOTE = "note"
    """Works, and somebody should look at it."""
    FAULT = "fault"
    """Does not do what it is for."""


class Text(msgspec.Struct, frozen=True):
    """A sentence in both languages."""

    zh: str
    en: str


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A process of the deployment.

    Attributes:
        role: ``hub``, ``broker``, or the kind of a subsystem.
        name: identifier.
        level: how well it is.
        state: in one word: the stage of a hub, the mode of a subsystem; "": it did not answer.
        epoch: of the hub that it is or follows, None: not known.
        behind: how far: entries of the manifest not held yet, or steps that wait; None: not known.
        age_s: real seconds since it heard of the hub, None: not known.
        runs: runs that it holds, None: not known.
        why: what is wrong, nothing when it is well.
    """

    role: str
    name: str
    level: Level
    state: str = ""
    epoch: int | None = None
    behind: int | None = None
    age_s: float | None = None
    runs: int | None = None
    why: tuple[Text, ...] = ()


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line from dispatching.

    Attributes:
        name: of the line.
        level: how well it is.
        mode: how the hub stands with dispatching over it.
        role: whether it leads.
        source_age_s: since the last good poll of the database, None: never.
        use_percent: of what it can carry, None: not known yet.
        why: what is wrong.
    """

    name: str
    level: Level
    mode: str
    role: str
    source_age_s: float | None
    use_percent: float | None
    why: tuple[Text, ...] = ()


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A device as the hub knows it.

    Attributes:
        name: identifier.
        kind: type.
        level: how well it is.
        mode: link mode, or OFFLINE.
        since: when that began, None: not known.
        clock_offset_ms: by its own account, None: not known.
        why: what is wrong.
    """

    name: str
    kind: str
    level: Level
    mode: str
    since: Instant | None = None
    clock_offset_ms: float | None = None
    why: tuple[Text, ...] = ()


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """Everything.

    Attributes:
        station: identifier.
        at: by the system's clock.
        level: the worst of all.
        parts: processes, the hub first.
        lines: from dispatching; empty when the hub does not say.
        devices: None: nobody says.
        rows: what became of dispatching's rows since the hub began, None: it does not say. What
            was not believed makes nothing worse here: it is counted for as long as the hub runs.
        time: how the hub knows the time, None: it does not say.
    """

    station: str
    at: Instant
    level: Level
    parts: tuple[Part, ...]
    lines: tuple[Line, ...] = ()
    devices: tuple[Device, ...] | None = None
    rows: Judgement | None = None
    time: TimeReport | None = None


def worst(levels: list[Level]) -> Level:
    """Return the worst of some levels, WELL of none."""
    order = list(Level)
    return max(levels, key=order.index, default=Level.WELL)
