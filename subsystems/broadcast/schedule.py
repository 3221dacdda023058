"""Who speaks next: which of all that waits begins now, and what is cut off for it.

Law: pure; the only place where a voice begins. The rules, in this order:

1. One voice a zone; neighbours never at the same moment but in unison (`bundles`, `zones`).
2. The more important first; among equals what must begin sooner. What has waited long moves up,
   never above a last call.
3. Who waits for a zone keeps a place there: others go before only if they end in time.
4. A platform change cuts off what matters less, at once; its repetition does not. Everything else
   lets a voice end if it can wait for that, and cuts off a lesser one if it would be too late. A
   courtesy always gives way.
5. A platform change never waits longer than its bound, whatever but an emergency speaks.
6. Nothing begins that the rules do not say at this very instant, and nothing that would still be
   spoken when it is no longer true.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from subsystems.broadcast.bundles import Waiting, Want, limit_s, wants
from subsystems.broadcast.model import Kind, Priority
from subsystems.broadcast.records import Reason, Why
from subsystems.broadcast.sounds import patient, seconds_of
from subsystems.broadcast.state import clip_name
from subsystems.broadcast.voices import begin, cut
from subsystems.broadcast.zones import halo

if TYPE_CHECKING:
    from protocol.times import Instant
    from subsystems.broadcast.state import Item, Voice
    from subsystems.broadcast.work import Work

OLDER_S = 60.0
"""Real seconds of waiting that move an occasion up by one priority."""

OLDEST = Priority.ARRIVAL
"""As far up as waiting brings."""

SOON_S = 120.0
"""Real seconds, longer than any voice: what begins now may stand in the way of what is due then."""

USUAL_S = 25.0
"""Real seconds that a voice is thought to last whose sound is not there yet."""

HOPELESS = {Why.MUTED, Why.QUIET, Why.TAKEN_OVER, Why.NO_SINK, Why.OUTLASTS}
"""What waits for these will not begin soon: nothing gives way to it."""

ABOVE_PERSONS = Priority.MANUAL + 0.5
"""Rank of a platform change that has not begun yet: before a person's text, after an emergency."""

LESSER = {Kind.CHECK_IN_CLOSED: 0.3, Kind.EXIT_GUIDANCE: 0.3, Kind.REMINDER: 0.6}
"""Kinds that are of less use than others of their priority: that check-in is open helps more people
than that it still is, or no longer."""

PAUSE_S = 10.0
"""Real seconds: between repetitions no farther apart nothing else is begun that would not fit."""

FADE_S = 0.5
"""Real seconds for which a place is kept while a voice falls silent."""


@dataclass
class Places:
    """Zones that are spoken for in this step.

    Attributes:
        kept: zones with all that hear them, from which real second they are wanted, and whether
            only for a repetition.
        near: what is due or will be soon: some of that gives way to it.
    """

    near: list[Item]
    kept: list[tuple[frozenset[str], float, bool]] = field(default_factory=list)

    def keep(self, area: frozenset[str], from_s: float, *, again: bool = False) -> None:
        """Keep a place in `area`."""
        self.kept.append((area, from_s, again))

    def free_until(self, want: Want) -> float:
        """Return until which real second `want` could speak; what is urgent waits for no echo."""
        urgent = want.occasion.priority >= Priority.PLATFORM_CHANGE
        there = (
            from_s
            for area, from_s, again in self.kept
            if not area.isdisjoint(want.zones) and not (again and urgent)
        )
        return min(there, default=float("inf"))


def decide(work: Work) -> None:
    """Begin what can begin."""
    waiting = _waiting(work)
    if not waiting:
        return
    soon = work.now + work.before.station(SOON_S)
    places = Places([item for item in work.items.values() if item.occasion.due <= soon])
    for want in sorted(wants(work, waiting), key=lambda want: _rank(work, want)):
        why = _attempt(work, want, places)
        if why is not None:
            for key in want.keys:
                work.note(key, want.zones, why)


def _waiting(work: Work) -> Waiting:
    """Return what is due, by key, with the zones in which nothing but others' voices hinders it."""
    found: Waiting = {}
    taken = work.taken
    for key, item in list(work.items.items()):
        if item.due_s is None or item.occasion.latest <= work.now:
            continue
        spoken = work.speaks(item.occasion) if item.begun else frozenset()
        free = []
        for zone in item.left:
            if zone in spoken:
                continue
            why = _hindrance(work, item, zone, taken)
            if why is not None:
                work.note(key, (zone,), why)
            if why is None or (why is Why.PAUSE and item.ready_s[zone] < work.mono_s + PAUSE_S):
                free.append(zone)
        if free:
            found[key] = tuple(free)
    return found


def _hindrance(work: Work, item: Item, zone: str, taken: frozenset[str]) -> Why | None:
    """Return what, besides voices, keeps `item` from being spoken in `zone`."""
    if zone in work.lost:
        return Why.NO_SINK
    if item.occasion.priority is not Priority.EMERGENCY:
        if zone in taken:
            return Why.TAKEN_OVER
        if zone in work.muted:
            return Why.MUTED
        if work.zones.rests(zone, work.now, item.occasion.priority):
            return Why.QUIET
    return Why.PAUSE if item.ready_s.get(zone, work.mono_s) > work.mono_s else None


def _matters(work: Work, want: Want) -> float:
    """Return the priority of `want`, raised by how long it has waited."""
    items = [work.items[key] for key in want.keys]
    waited = max(work.mono_s - (item.due_s or work.mono_s) for item in items)
    priority = want.occasion.priority
    rank = priority - LESSER.get(want.occasion.kind, 0.0)
    if Priority.COURTESY < priority < OLDEST:
        rank = min(float(OLDEST), rank + int(waited / OLDER_S))
    return rank


def _rank(work: Work, want: Want) -> tuple[float, ...]:
    """Return what orders wants: the smaller goes first."""
    items = [work.items[key] for key in want.keys]
    rank = _matters(work, want)
    if limit_s(work, want) is not None:
        rank = ABOVE_PERSONS
    rounds = min(item.rounds.get(zone, 0) for item in items for zone in want.zones)
    must = (_last_start(want, 0.0, work) - work.now).total_seconds()
    return (-rank, rounds, must, min(item.due_s or 0.0 for item in items))


def _last_start(want: Want, seconds: float, work: Work) -> Instant:
    """Return the instant from which on it is of no use to begin."""
    occasion = want.occasion
    if occasion.true_until is None:
        return occasion.latest
    return min(occasion.latest, occasion.true_until - work.before.station(seconds))


def _attempt(work: Work, want: Want, places: Places) -> Why | None:
    """Begin `want` if that is possible; return why it is not."""
    area = halo(work.zones, want.zones)
    ready_s = max(work.items[k].ready_s.get(z, 0.0) for k in want.keys for z in want.zones)
    if ready_s > work.mono_s:
        places.keep(area, ready_s, again=True)
        return Why.PAUSE
    seconds = seconds_of(work, want.occasion)
    if seconds is None:
        if patient(work, want.occasion):
            places.keep(area, work.mono_s)
        return Why.PREPARING
    if _last_start(want, seconds, work) <= work.now:
        return Why.OUTLASTS
    if _gives_way(work, want, seconds, places.near):
        return Why.GIVES_WAY
    if places.free_until(want) < work.mono_s + seconds:
        places.keep(area, work.mono_s + seconds)
        return Why.BEHIND
    return _against_voices(work, want, seconds, places)


def _gives_way(work: Work, want: Want, seconds: float, near: list[Item]) -> bool:
    """Return whether something that matters more would be too late, or cut this off, were it begun.

    A courtesy gives way to whatever comes before it would end. What is urgent gives way to nothing.
    """
    ours = _matters(work, want)
    if ours >= Priority.LAST_CALL:
        return False
    courtesy = want.occasion.priority is Priority.COURTESY
    area = halo(work.zones, want.zones)
    ends = work.now + work.before.station(seconds)
    return any(
        item.occasion.priority > ours
        and item.occasion.due <= ends
        and (courtesy or _cannot_wait(work, item, ends))
        and any(zone in area and item.why.get(zone) not in HOPELESS for zone in item.left)
        for item in near
    )


def _cannot_wait(work: Work, item: Item, at: Instant) -> bool:
    """Return whether `item` will not wait until `at`: it cuts others off, or would be too late."""
    occasion = item.occasion
    if occasion.priority >= Priority.PLATFORM_CHANGE:
        return True
    sound = work.sounds.get(clip_name(occasion))
    seconds = sound.seconds if sound is not None and sound.seconds is not None else USUAL_S
    until = occasion.true_until
    last = (
        occasion.latest
        if until is None
        else min(occasion.latest, until - work.before.station(seconds))
    )
    return last <= at


def _against_voices(work: Work, want: Want, seconds: float, places: Places) -> Why | None:
    area = halo(work.zones, want.zones)
    voices = [voice for voice in work.voices.values() if not area.isdisjoint(voice.live)]
    going_on = [voice for voice in voices if not area.isdisjoint(voice.live - voice.cuts.keys())]
    may = all(_may_cut(work, want, seconds, voice) for voice in going_on)
    if (not voices or (going_on and may)) and not _confirmed(work, want):
        places.keep(area, work.mono_s)
        return Why.PREPARING
    if not voices:
        begin(work, want.occasion, want.zones, seconds, _matters(work, want))
        places.keep(area, work.mono_s)
        return None
    if may:
        for voice in going_on:
            cut(work, voice, voice.live, Reason.PRE_EMPTED)
        places.keep(area, work.mono_s + FADE_S)
    else:
        places.keep(area, max(voice.ends_s for voice in voices))
    here = any(not voice.live.isdisjoint(want.zones) for voice in voices)
    return Why.SPEAKING if here else Why.NEIGHBOUR


def _confirmed(work: Work, want: Want) -> bool:
    """Return whether the rules say it at this very instant; if nobody asked them, ask."""
    sources = {work.items[key].source for key in want.keys} - {None}
    stale = {s for s in sources if s is not None and work.sources[s].asked_at != work.now}
    work.asked |= stale
    return not stale


def _may_cut(work: Work, want: Want, seconds: float, voice: Voice) -> bool:
    """Return whether `voice` may be cut off for `want`, now."""
    theirs, ours = voice.priority, want.occasion.priority
    again = any(work.items[key].rounds for key in want.keys)
    if ours is Priority.EMERGENCY:
        return not again and (theirs < ours or voice.play.round > 1)
    if theirs is Priority.EMERGENCY:
        return False
    if _bound_breaks(work, want, voice):
        return True
    if max(theirs, voice.matters) >= ours or theirs >= Priority.PLATFORM_CHANGE:
        return False
    if theirs is Priority.COURTESY or (ours >= Priority.PLATFORM_CHANGE and not again):
        return True
    ends = work.now + work.before.station(voice.ends_s - work.mono_s)
    return ends >= _last_start(want, seconds, work)


def _bound_breaks(work: Work, want: Want, voice: Voice) -> bool:
    """Return whether `want` must begin in time, and would not if `voice` went on any longer."""
    limit = limit_s(work, want)
    return limit is not None and work.mono_s >= limit and voice.ends_s > limit
