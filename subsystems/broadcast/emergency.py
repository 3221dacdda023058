"""Taking the station over in an emergency: armed, executed, all clear.

Law: pure. Two steps: who arms sees what will be said and in how many zones; only what is armed can
be executed, once, within `ARMED_S`. Every takeover has an end. Transitions are a total table: an
event that does not belong is an error and changes nothing.

              arm                execute             all clear, or its end
    (nothing) ────▶ ARMED ──────────────▶ EXECUTED ──────────────────────▶ (nothing)
                      └── disarm, ARMED_S ──▶ (nothing)
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import msgspec

from protocol.errors import OperatorError
from subsystems.broadcast.manual import TEXT_MOST, Who, in_order
from subsystems.broadcast.model import Kind, Occasion, Priority

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocol.times import Instant
    from station_config.announcements.model import Prepared
    from subsystems.broadcast.manual import Ground

PREFIX = "emergency/"
ARMED_S = 60.0
"""Real seconds from arming to executing."""
ARMED_MOST = 20


class Arm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person arms.

    Attributes:
        prepared: id of a prepared text; "" with a text of one's own.
        text: by language.
        zones: announcement zones.
        minutes: station minutes until it ends by itself.
        who: says so.
    """

    zones: tuple[str, ...]
    prepared: str = ""
    text: dict[str, str] = {}
    minutes: Annotated[int, msgspec.Meta(ge=1, le=240)] = 30
    who: Who = ""


class Stage(StrEnum):
    """How far a takeover is. Closed."""

    ARMED = "armed"
    EXECUTED = "executed"


@dataclass(frozen=True)
class Takeover:
    """One takeover.

    Attributes:
        name: unique.
        stage: how far it is.
        occasion: what is said; its times count from the execution.
        lasts: from execution to its end.
        who: armed it.
        armed_s: real seconds.
    """

    name: str
    stage: Stage
    occasion: Occasion
    lasts: timedelta
    who: str
    armed_s: float


@dataclass(frozen=True)
class Takeovers:
    """Those that are armed or executed, by name."""

    held: Mapping[str, Takeover] = field(default_factory=dict)

    def armed(self, takeover: Takeover, now_s: float) -> Takeovers:
        """Return with one more that is armed.

        Raises:
            OperatorError: too many are.
        """
        held = {n: t for n, t in self.held.items() if not _lapsed(t, now_s)}
        if len(held) >= ARMED_MOST:
            raise OperatorError("too many takeovers are armed")
        return Takeovers({**held, takeover.name: takeover})

    def executed(self, name: str, now: Instant, now_s: float) -> tuple[Takeovers, Takeover]:
        """Return with `name` executed, and it with its times.

        Raises:
            OperatorError: it is not armed, not any more, or was executed already.
        """
        found = self.held.get(name)
        if found is None or _lapsed(found, now_s):
            raise OperatorError(f"nothing is armed: arm it anew, it holds for {ARMED_S:g} s")
        if found.stage is not Stage.ARMED:
            raise OperatorError("it is executed already")
        occasion = msgspec.structs.replace(found.occasion, due=now, latest=now + found.lasts)
        done = replace(found, stage=Stage.EXECUTED, occasion=occasion)
        return Takeovers({**self.held, name: done}), done

    def without(self, name: str) -> Takeovers:
        """Return without `name`: disarmed, or over."""
        return Takeovers({n: t for n, t in self.held.items() if n != name})


def _lapsed(takeover: Takeover, now_s: float) -> bool:
    return takeover.stage is Stage.ARMED and now_s - takeover.armed_s > ARMED_S


def make_takeover(
    asked: Arm,
    prepared: tuple[Prepared, ...],
    ground: Ground,
    *,
    name: str,
    now: Instant,
    now_s: float,
) -> Takeover:
    """Return what a person wants to arm.

    Args:
        asked: by a person.
        prepared: texts of the station.
        ground: the station.
        name: new and unique.
        now: station time.
        now_s: real seconds.

    Raises:
        OperatorError: it cannot be spoken.
    """
    zones = in_order(asked.zones, ground.zones)
    if not zones or len(zones) != len(set(asked.zones)):
        raise OperatorError("choose zones of the station")
    ready = _ready(asked, prepared, ground)
    text = {tag: ready.texts[tag] for tag in ground.languages if ready.texts.get(tag)}
    if not text or any(len(words) > TEXT_MOST for words in text.values()):
        raise OperatorError(f"write a text of at most {TEXT_MOST} characters")
    lasts = timedelta(minutes=asked.minutes)
    occasion = Occasion(
        key=f"{PREFIX}{name}",
        kind=Kind.EMERGENCY,
        priority=Priority.EMERGENCY,
        zones=zones,
        languages=tuple(text),
        due=now,
        latest=now + lasts,
        content=name,
        chime=ready.chime,
        repeats=ready.repeats,
        repeat_after_s=ready.repeat_after.total_seconds(),
        text=text,
    )
    return Takeover(name, Stage.ARMED, occasion, lasts, asked.who, now_s)


@dataclass(frozen=True)
class _Ready:
    texts: Mapping[str, str]
    chime: str
    repeats: int
    repeat_after: timedelta


def _ready(asked: Arm, prepared: tuple[Prepared, ...], ground: Ground) -> _Ready:
    if not asked.prepared:
        text = {tag: " ".join(words.split()) for tag, words in asked.text.items()}
        alarm = next((each.chime for each in prepared if each.chime), ground.chime)
        return _Ready(text, alarm, 3, timedelta(seconds=5))
    found = next((each for each in prepared if each.id == asked.prepared), None)
    if found is None:
        raise OperatorError(f"no prepared text {asked.prepared!r}")
    return _Ready(found.texts, found.chime, found.repeats, found.repeat_after)
