"""The scheduler: `step(state, event, now, mono_s) -> (state, effects)`.

Law: pure and total. It decides who speaks where and when, and performs nothing. Station time and
real time both come in: occasions are due by the station's clock, voices last real seconds.

    Derived ─┐                       ┌─▶ Prepare ──▶ ClipReady ─┐
    Announce ┤   ┌──────────────┐    ├─▶ Ask ──────▶ Derived ───┤
    Stop     ├──▶│ items wait   │────┼─▶ Remember (before all)  ├──▶ step …
    Tick     ┤   │ voices speak │    ├─▶ Play ─────▶ Ended ─────┤
    …        ┘   └──────────────┘    └─▶ CutOff ───▶ Ended ─────┘

The driver's part: do effects in their order; answer `Ask` at once with `Derived` for the same
instant; call `step` with `Tick` at least every second of real time, sooner as `wake_in` says.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from subsystems.broadcast import orders, queue, schedule, sounds, voices
from subsystems.broadcast.bundles import BOUND, LIMIT_S
from subsystems.broadcast.events import (
    Announce,
    Awake,
    ClipFailed,
    ClipReady,
    Derived,
    EmergencyBegins,
    EmergencyEnds,
    Ended,
    Event,
    Mute,
    RulesChanged,
    Sinks,
    Stop,
    Tick,
)
from subsystems.broadcast.model import Priority
from subsystems.broadcast.records import Over, Past, Reason, Settled
from subsystems.broadcast.state import State
from subsystems.broadcast.work import Work
from subsystems.broadcast.zones import Surveyed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from protocol.times import Instant
    from subsystems.broadcast.effects import Effect
    from subsystems.broadcast.records import Begun
    from subsystems.broadcast.zones import Zones

TICK_S = 1.0
"""Real seconds between ticks at most."""

CHECK_S = 5.0
"""Station seconds after which the rules are asked again about what is being spoken. What changes is
told at once (`Derived`), what ends by itself says when (`true_until`): this is for the rest."""


def initial(zones: Zones, rate: float = 1.0) -> State:
    """Return the state before anything: `Awake` comes first.

    Args:
        zones: of the station.
        rate: station seconds per real second.
    """
    return State(zones=Surveyed(zones), rate=rate)


def step(
    state: State, event: Event, now: Instant, mono_s: float
) -> tuple[State, tuple[Effect, ...]]:
    """Return the state after `event`, and what is to be done.

    Args:
        state: before.
        event: what happened.
        now: station time.
        mono_s: real, monotonic seconds.
    """
    work = Work(state, now, mono_s)
    _take(work, event)
    for key in orders.over_by_time(work):
        orders.emergency_ends(work, EmergencyEnds(key))
    queue.advance(work)
    voices.watch(work)
    schedule.decide(work)
    sounds.look_after(work)
    return work.result()


def _take(work: Work, event: Event) -> None:  # noqa: C901, PLR0912 - one line each
    match event:
        case Derived():
            queue.derived(work, event)
        case Tick():
            _check_spoken(work)
        case RulesChanged():
            work.asked |= work.sources.keys()
        case ClipReady():
            sounds.ready(work, event)
        case ClipFailed():
            sounds.failed(work, event)
        case Ended():
            voices.ended(work, event)
        case Announce():
            orders.announce(work, event)
        case Stop():
            orders.stop(work, event)
        case Mute():
            orders.mute(work, event)
        case EmergencyBegins():
            orders.emergency_begins(work, event)
        case EmergencyEnds():
            orders.emergency_ends(work, event)
        case Sinks():
            orders.sinks(work, event)
        case Awake():
            _awake(work, event)


def _check_spoken(work: Work) -> None:
    """Every now and then: is it true yet, what is being spoken?"""
    if work.mono_s < work.checked_s + max(TICK_S, CHECK_S / work.rate):
        return
    work.checked_s = work.mono_s
    keys = {each.key for voice in work.voices.values() for each in voice.told}
    items = (work.items[key] for key in keys if key in work.items)
    work.asked |= {item.source for item in items if item.source is not None}


def _awake(work: Work, event: Awake) -> None:
    """Know what an earlier life said; voices that it could not end are over."""
    work.enter(work.now, queue.CLOCK)
    work.serial = event.serial
    work.muted = event.muted
    for settled in event.settled:
        work.recall(settled)
    work.told = {told.key: told for told in event.told}
    for begun, heard in event.begun:
        _interrupted(work, begun, heard)
    for occasion in event.orders:
        if occasion.priority is Priority.EMERGENCY:
            orders.take_over(work, occasion)
        else:
            orders.order(work, occasion)


def _interrupted(work: Work, begun: Begun, heard: tuple[str, ...]) -> None:
    for told in begun.told:
        for zone in heard:
            settled = Settled(told.key, zone, begun.rounds[told.key], begun.at)
            work.recall(settled)
            work.remember(settled)
        if heard:
            work.tell_rules(told)
    work.remember(
        Past(
            at=begun.at,
            until=work.now,
            key=begun.key,
            kind=begun.kind,
            run_ids=begun.run_ids,
            zones=begun.zones,
            reason=Reason.INTERRUPTED,
        ),
        Over(begun.voice),
    )


def wake_in(state: State, now: Instant, mono_s: float) -> float:
    """Return the real seconds until the next `Tick` is wanted, at most `TICK_S`."""
    ahead = (at for at in _instants(state, now, mono_s) if at > mono_s)
    return min(TICK_S, min(ahead, default=mono_s + TICK_S) - mono_s)


def _instants(state: State, now: Instant, mono_s: float) -> Iterator[float]:
    """Yield real seconds at which something may change by itself."""
    for item in state.items.values():
        occasion = item.occasion
        if item.due_s is None:
            yield mono_s + (occasion.due - now).total_seconds() / state.rate
            continue
        yield from item.ready_s.values()
        if occasion.kind in BOUND and not item.begun.issuperset(item.left):
            yield item.due_s + LIMIT_S
    for voice in state.voices.values():
        yield voices.enough_s(voice)
        ends = (each.true_until for each in voice.told if each.true_until is not None)
        yield from (mono_s + (end - now).total_seconds() / state.rate for end in ends)


def with_zones(state: State, zones: Zones) -> State:
    """Return `state` with the zones of a configuration that was read anew."""
    return replace(state, zones=Surveyed(zones))
