"""What a zone hears now and in the coming half hour, and why something waits.

Law: pure, and changes nothing: a picture of the scheduler's state, for a page and for people. The
expected instants are an estimate by the same order in which the scheduler chooses; what comes in
meanwhile moves them. What cannot begin in time has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from subsystems.broadcast.records import Why
from subsystems.broadcast.state import HORIZON, clip_name
from subsystems.broadcast.zones import halo, parts

if TYPE_CHECKING:
    from protocol.times import Instant
    from subsystems.broadcast.effects import Play
    from subsystems.broadcast.model import Occasion
    from subsystems.broadcast.state import Item, State

TYPICAL_S = 25.0
"""Real seconds of an announcement in two languages whose sound is not there yet (measured over the
shipped templates; see docs/broadcast-schedule.md)."""


@dataclass(frozen=True)
class Ahead:
    """Something that a zone will hear.

    Attributes:
        occasion: what.
        expected: when it will begin; None: it will be too late.
        why: why it does not speak now.
        prepared: its sound is there.
        round: 1 for the first speaking here.
    """

    occasion: Occasion
    expected: Instant | None
    why: Why
    prepared: bool
    round: int = 1


@dataclass(frozen=True)
class Outlook:
    """A zone.

    Attributes:
        zone: its id.
        playing: what it hears now, None: nothing.
        ends_at: when that ends.
        ahead: what comes, in the expected order; last what will be too late.
        silent: why nothing can be heard, None: it can. An emergency's zone is TAKEN_OVER.
    """

    zone: str
    playing: Play | None
    ends_at: Instant | None
    ahead: tuple[Ahead, ...]
    silent: Why | None = None


def outlook(state: State, now: Instant, mono_s: float) -> tuple[Outlook, ...]:
    """Return what each zone hears, in the order of the configuration.

    Args:
        state: of the scheduler.
        now: station time.
        mono_s: real seconds, as `step` is given.
    """
    free: dict[str, Instant] = dict.fromkeys(state.zones.order, now)
    playing: dict[str, tuple[Play, Instant]] = {}
    for voice in state.voices.values():
        ends_at = now + state.station(max(0.0, voice.ends_s - mono_s))
        playing |= dict.fromkeys(voice.live, (voice.play, ends_at))
        for zone in halo(state.zones, voice.live):
            free[zone] = max(free.get(zone, now), ends_at)
    ahead: dict[str, list[Ahead]] = {zone: [] for zone in state.zones.order}
    for item in sorted(_coming(state, now), key=lambda item: _order(item, now)):
        _place(state, item, now, free, ahead)
    found = []
    for zone in state.zones.order:
        play, ends = playing.get(zone, (None, None))
        found.append(Outlook(zone, play, ends, _sorted(ahead[zone]), _silent(state, zone)))
    return tuple(found)


def _coming(state: State, now: Instant) -> list[Item]:
    """Return what is to come; an emergency that is said until it ends is no news then."""
    until = now + HORIZON
    return [i for i in state.items.values() if i.occasion.due <= until and not i.endless]


def _order(item: Item, now: Instant) -> tuple[Instant, int, Instant, str]:
    occasion = item.occasion
    return max(occasion.due, now), -occasion.priority, occasion.latest, occasion.key


def _place(
    state: State,
    item: Item,
    now: Instant,
    free: dict[str, Instant],
    ahead: dict[str, list[Ahead]],
) -> None:
    """Put `item` into its zones, after what goes before it."""
    occasion = item.occasion
    sound = state.sounds.get(clip_name(occasion))
    known = sound.seconds if sound is not None else None
    length = state.station(TYPICAL_S if known is None else known)
    spoken = {
        zone
        for voice in state.voices.values()
        if any(each.key == occasion.key for each in voice.told)
        for zone in voice.live
    }
    for part in parts(state.zones, [zone for zone in item.left if zone not in spoken]):
        starts = max([occasion.due, now, *(free[zone] for zone in part)])
        in_time = starts < occasion.latest and (
            occasion.true_until is None or starts + length < occasion.true_until
        )
        for zone in part:
            why = item.why.get(zone, Why.NOT_DUE if occasion.due > now else Why.PREPARING)
            number = item.rounds.get(zone, 0) + 1
            expected = starts if in_time else None
            ahead[zone].append(Ahead(occasion, expected, why, known is not None, number))
        for zone in halo(state.zones, part) if in_time else ():
            free[zone] = max(free.get(zone, now), starts + length)


def _sorted(ahead: list[Ahead]) -> tuple[Ahead, ...]:
    late = [each for each in ahead if each.expected is None]
    timed = [(each.expected, n, each) for n, each in enumerate(ahead) if each.expected is not None]
    return (*(each for _, _, each in sorted(timed)), *late)


def _silent(state: State, zone: str) -> Why | None:
    if zone in state.lost:
        return Why.NO_SINK
    if zone in state.taken:
        return Why.TAKEN_OVER
    return Why.MUTED if zone in state.muted else None
