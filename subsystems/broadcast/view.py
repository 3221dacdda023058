"""What the pages are shown: each zone now and in the next half hour, persons' orders, emergencies.

Law: pure. Everything stands in the scheduler's state; nothing is guessed and nothing decided anew.
Instants are station time as whole milliseconds since 1970 UTC; seconds are real ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from protocol.times import to_unix
from subsystems.broadcast.facts import decode_facts
from subsystems.broadcast.model import Kind, Priority
from subsystems.broadcast.outlook import outlook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from protocol.times import Instant
    from subsystems.broadcast.kept import Alerted, MuteUntil
    from subsystems.broadcast.model import Occasion
    from subsystems.broadcast.outlook import Ahead
    from subsystems.broadcast.sounded import Sounded
    from subsystems.broadcast.state import State, Voice

Text = dict[str, str]
NEXT_MOST = 12
"""Announcements ahead that are shown of one zone."""


class VoiceNow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A voice that is heard, or has ended."""

    id: str
    key: str = ""
    kind: str = ""
    train: str = ""
    zones: tuple[str, ...] = ()
    text: Text = {}
    began: int = 0
    seconds: float = 0.0
    clip: str = ""
    emergency: bool = False
    ended: bool = False


class Coming(msgspec.Struct, frozen=True, kw_only=True):
    """An announcement that is to come, or waits."""

    kind: str
    train: str
    due: int
    latest: int
    priority: int
    text: Text


class Next(msgspec.Struct, frozen=True):
    """The same in one zone.

    Attributes:
        key: of the announcement.
        why: it is not spoken now, of `records.Why`.
        expected: when it will probably begin here; None: it would be too late.
    """

    key: str
    why: str
    expected: int | None


class Muted(msgspec.Struct, frozen=True):
    """Until when a zone is muted, None: until somebody ends it; and by whom."""

    until: int | None
    by: str


class ZoneNow(msgspec.Struct, frozen=True, kw_only=True):
    """A zone.

    Attributes:
        id: of the zone.
        voice: id of the voice that it hears, "" for none.
        silent: why nothing can be heard there, "" if it can.
        taken: an emergency has it.
        resting: quiet hours: only some priorities speak.
        muted: None: it is not.
        next: what comes, the soonest first.
    """

    id: str
    voice: str
    silent: str
    taken: bool
    resting: bool
    muted: Muted | None
    next: tuple[Next, ...]


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What a person ordered: an announcement, or a takeover."""

    key: str
    kind: str
    text: Text
    zones: tuple[str, ...]
    due: int
    until: int


class AlertNow(msgspec.Struct, frozen=True):
    """An alert that came: when, its name, and what became of it."""

    at: int
    name: str
    outcome: str


class Hint(msgspec.Struct, frozen=True, kw_only=True):
    """A train of which nothing can be said: a person has to.

    Attributes:
        run_id: the run.
        train: its number.
        destination: by language.
        why: ``held`` or ``lapsed``.
    """

    run_id: str
    train: str
    destination: Text
    why: str


class LineNow(msgspec.Struct, frozen=True):
    """The honest line by language, its tone (good, soon, bad), and the link's mode."""

    text: Text
    tone: str
    mode: str


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """Everything."""

    now: int
    rate: float
    line: LineNow
    zones: tuple[ZoneNow, ...]
    voices: tuple[VoiceNow, ...]
    coming: dict[str, Coming]
    orders: tuple[Order, ...]
    takeovers: tuple[Order, ...]
    hints: tuple[Hint, ...]
    alerts: tuple[AlertNow, ...]


@dataclass(frozen=True)
class Sight:
    """What the view is made of, beside the scheduler's state.

    Attributes:
        now: station time.
        mono_s: the same in real seconds, as `machine.step` is given.
        rate: station seconds per real second.
        line: see `LineNow`.
        mutes: that persons set, with their ends.
        hints: trains that need a person.
        alerts: that came.
        words: of an occasion, by language.
        sounded: words and sound by name.
    """

    now: Instant
    mono_s: float
    rate: float
    line: LineNow
    mutes: Mapping[str, MuteUntil]
    hints: tuple[Hint, ...]
    alerts: tuple[Alerted, ...]
    words: Callable[[Occasion], Text]
    sounded: Callable[[str], Sounded | None]


def overview(state: State, sight: Sight) -> Overview:
    """Return what the pages are shown."""
    ahead = {o.zone: o.ahead[:NEXT_MOST] for o in outlook(state, sight.now, sight.mono_s)}
    shown = {each.occasion.key: each.occasion for coming in ahead.values() for each in coming}
    return Overview(
        now=milliseconds(sight.now),
        rate=sight.rate,
        line=sight.line,
        zones=tuple(_zone(zone, coming, state, sight) for zone, coming in ahead.items()),
        voices=voices(state, sight.sounded),
        coming={key: _coming(each, sight.words(each)) for key, each in shown.items()},
        orders=tuple(_order(each, sight.words) for each in _orders(state)),
        takeovers=tuple(_order(each, sight.words) for each in state.takeovers.values()),
        hints=sight.hints,
        alerts=tuple(AlertNow(milliseconds(a.at), a.name, a.outcome) for a in sight.alerts),
    )


def voices(state: State, sounded: Callable[[str], Sounded | None]) -> tuple[VoiceNow, ...]:
    """Return the voices that are heard."""
    return tuple(_voice(name, each, sounded) for name, each in state.voices.items() if each.live)


def train_of(occasion: Occasion) -> str:
    """Return the numbers of the trains that it is about."""
    facts = (decode_facts(o.facts) for o in occasion.members or (occasion,) if o.facts)
    return ", ".join(each.train for each in facts if each.train)


def milliseconds(instant: Instant) -> int:
    """Return whole milliseconds since 1970 UTC."""
    return round(to_unix(instant) * 1000)


def _zone(zone: str, coming: Iterable[Ahead], state: State, sight: Sight) -> ZoneNow:
    live = (name for name, voice in state.voices.items() if zone in voice.live)
    taken = any(zone in each.zones for each in state.takeovers.values())
    return ZoneNow(
        id=zone,
        voice=next(live, ""),
        silent=state.lost.get(zone, ""),
        taken=taken,
        resting=state.zones.rests(zone, sight.now, Priority.COURTESY),
        muted=_muted(zone, state, sight.mutes),
        next=tuple(_next(each) for each in coming),
    )


def _next(ahead: Ahead) -> Next:
    expected = None if ahead.expected is None else milliseconds(ahead.expected)
    return Next(ahead.occasion.key, str(ahead.why), expected)


def _muted(zone: str, state: State, mutes: Mapping[str, MuteUntil]) -> Muted | None:
    if zone not in state.muted:
        return None
    mute = mutes.get(zone)
    return Muted(None, "") if mute is None else Muted(milliseconds(mute.until), mute.by)


def _voice(name: str, voice: Voice, sounded: Callable[[str], Sounded | None]) -> VoiceNow:
    play = voice.play
    known = sounded(play.clip)
    return VoiceNow(
        id=name,
        key=play.occasion.key,
        kind=play.occasion.kind.value,
        train=train_of(play.occasion),
        zones=tuple(zone for zone in play.zones if zone in voice.live),
        text=known.saying.shown if known is not None else {},
        began=milliseconds(play.began_at),
        seconds=play.seconds,
        clip=known.clip.sha256 if known is not None else "",
        emergency=play.occasion.kind is Kind.EMERGENCY,
    )


def _coming(occasion: Occasion, text: Text) -> Coming:
    return Coming(
        kind=occasion.kind.value,
        train=train_of(occasion),
        due=milliseconds(occasion.due),
        latest=milliseconds(occasion.latest),
        priority=int(occasion.priority),
        text=text,
    )


def _orders(state: State) -> list[Occasion]:
    items = (i for i in state.items.values() if i.source is None and not i.endless and i.left)
    return [item.occasion for item in items]


def _order(occasion: Occasion, words: Callable[[Occasion], Text]) -> Order:
    return Order(
        key=occasion.key,
        kind=occasion.kind.value,
        text=words(occasion),
        zones=occasion.zones,
        due=milliseconds(occasion.due),
        until=milliseconds(occasion.latest),
    )
