"""What could be said together: groups of occasions of one kind, and zones that speak in unison.

Law: pure. Makes `Want`s of what waits; which of them begins is `subsystems.broadcast.schedule`'s.

Grouped are occasions whose rules allow it (`Occasion.groups`: delays), zone by zone, so that no
zone hears a train twice. Platform changes are bound to begin in time (`BOUND_S`), and only one text
can be spoken at a time where zones hear each other; so those that wait together are one group in
all their zones, even if a zone then hears of a platform that is not its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from subsystems.broadcast.model import Kind, Occasion
from subsystems.broadcast.state import clip_name, same_words
from subsystems.broadcast.zones import halo, parts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from subsystems.broadcast.state import Item
    from subsystems.broadcast.work import Work

BOUND = frozenset({Kind.PLATFORM_CHANGE})
"""Kinds whose voice begins within `BOUND_S` whatever is spoken (but for an emergency)."""

BOUND_S = 15.0
"""Real seconds from when it is known (issue 6)."""

LIMIT_S = BOUND_S - 2.0
"""Real seconds of waiting after which a voice is cut off for it: that one fades, a step begins the
next."""

GROUP = "group/"
"""Begins the key of a group."""

MOST = 4
"""Trains of a group: what a listener can take in at once."""

Waiting = dict[str, tuple[str, ...]]
"""By key of an item, the zones in which it could be spoken now."""


@dataclass(frozen=True)
class Want:
    """Something that could begin, in zones that begin together.

    Attributes:
        occasion: what, or a group.
        zones: where.
    """

    occasion: Occasion
    zones: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the items that it tells."""
        return tuple(each.key for each in self.occasion.members or (self.occasion,))


def wants(work: Work, waiting: Waiting) -> list[Want]:
    """Return everything that could be spoken, in as few voices as may be."""
    found: list[Want] = []
    buckets: dict[object, list[Item]] = {}
    for key in waiting:
        item = work.items[key]
        bucket = _bucket(item.occasion)
        if bucket is None:
            found += _parted(work, item.occasion, waiting[key])
        else:
            buckets.setdefault(bucket, []).append(item)
    for items in buckets.values():
        items.sort(key=lambda item: (item.occasion.due, item.occasion.key))
        bound = items[0].occasion.kind in BOUND
        found += _bound(work, items, waiting) if bound else _by_zone(work, items, waiting)
    return found


def _bucket(occasion: Occasion) -> object:
    """Return what only occasions that may be told together have in common, None: it is alone."""
    alike = (occasion.kind, occasion.priority, occasion.languages, occasion.repeats)
    grouped = occasion.groups or occasion.kind in BOUND
    return alike if grouped and not occasion.text and not occasion.clip else None


def limit_s(work: Work, want: Want) -> float | None:
    """Return the real second by which `want` begins whatever speaks, None: it has no bound."""
    if want.occasion.kind not in BOUND:
        return None
    items = [work.items[key] for key in want.keys]
    if not any(item.begun.isdisjoint(want.zones) for item in items):
        return None
    return min(item.due_s for item in items if item.due_s is not None) + LIMIT_S


def _parted(work: Work, occasion: Occasion, zones: Iterable[str]) -> list[Want]:
    """Return what can begin by itself; zones beside an emergency do not hold the others up."""
    zones = set(zones)
    beside = zones & halo(work.zones, work.taken)
    return [
        Want(occasion, part)
        for some in (zones - beside, beside)
        for part in parts(work.zones, some)
    ]


def _by_zone(work: Work, items: list[Item], waiting: Waiting) -> list[Want]:
    """Return a group for each set of zones in which the same trains are waiting to be told."""
    heard: dict[tuple[str, ...], list[str]] = {}
    for zone in work.zones.order:
        here = [item for item in items if zone in waiting[item.occasion.key]]
        if here:
            members = _together(work, here)
            heard.setdefault(tuple(each.key for each in members), []).append(zone)
    found = []
    for keys, zones in heard.items():
        members = [work.items[key].occasion for key in keys]
        found += _parted(work, grouped(members, zones), zones)
    return found


def _bound(work: Work, items: list[Item], waiting: Waiting) -> list[Want]:
    """Return one group for all that hear each other; what has begun goes by zone, like delays."""
    fresh, begun = {}, {}
    for item in items:
        key = item.occasion.key
        zones = waiting[key]
        fresh[key] = tuple(zone for zone in zones if zone not in item.begun)
        begun[key] = tuple(zone for zone in zones if zone in item.begun)
    found = _by_zone(work, [i for i in items if begun[i.occasion.key]], begun)
    for cluster in _clusters(work, [i for i in items if fresh[i.occasion.key]], fresh):
        found += _united(work, cluster, fresh)
    return found


def _united(work: Work, cluster: list[Item], waiting: Waiting) -> list[Want]:
    """Return one group in all zones of `cluster`; who has begun in one of them goes alone."""
    zones = {zone for item in cluster for zone in waiting[item.occasion.key]}
    alike = [item for item in cluster if item.begun.isdisjoint(zones)]
    found = []
    if alike:
        members = _in_time(work, alike)
        keys = {each.key for each in members}
        ordered = [z for z in work.zones.order if any(z in waiting[key] for key in keys)]
        found += _parted(work, grouped(members, ordered), ordered)
        alike = [item for item in alike if item.occasion.key in keys]
    for item in cluster:
        if item not in alike:
            found += _parted(work, item.occasion, waiting[item.occasion.key])
    return found


def _in_time(work: Work, items: list[Item]) -> list[Occasion]:
    """Return all of `items`; when there is no time left, those whose sound is there."""
    everyone = [item.occasion for item in items]
    for occasion in everyone:
        work.prepare(occasion, urgent=True)
    first_s = min(item.due_s for item in items if item.due_s is not None)
    if work.prepare(grouped(everyone, ()), urgent=True).seconds is not None:
        return everyone
    if work.mono_s < first_s + LIMIT_S:
        return everyone
    return max(_sounding(work, everyone), key=len, default=everyone)


def _sounding(work: Work, occasions: list[Occasion]) -> list[list[Occasion]]:
    """Return what of `occasions` has a sound, alone or in groups."""
    here = {each.key: each for each in occasions}
    told = [s.occasion for s in work.sounds.values() if s.seconds is not None]
    sets = [each.members or (each,) for each in told]
    return [[here[each.key] for each in some] for some in sets if _all_wait(some, here)]


def _all_wait(some: tuple[Occasion, ...], here: dict[str, Occasion]) -> bool:
    """Return whether just these words of all of `some` wait."""
    return bool(some) and all(e.key in here and same_words(here[e.key], e) for e in some)


def _clusters(work: Work, items: list[Item], waiting: Waiting) -> list[list[Item]]:
    """Return `items` in sets that cannot be spoken side by side."""
    clusters: list[tuple[list[Item], frozenset[str]]] = []
    for item in items:
        members, area = [item], halo(work.zones, waiting[item.occasion.key])
        apart = []
        for others, theirs in clusters:
            if area & theirs:
                members, area = others + members, area | theirs
            else:
                apart.append((others, theirs))
        clusters = [*apart, (members, area)]
    return [members for members, _ in clusters]


def _together(work: Work, items: list[Item]) -> list[Occasion]:
    """Return who is told now: rather the trains whose group is being made than a new group."""
    here = {item.occasion.key: item.occasion for item in items}
    made = [
        [here[each.key] for each in sound.occasion.members]
        for sound in work.sounds.values()
        if sound.failed_s is None and _all_wait(sound.occasion.members, here)
    ]
    if made:
        return max(made, key=len)
    members = [item.occasion for item in items[:MOST]]
    sound = work.sounds.get(clip_name(grouped(members, ())))
    return members[:1] if sound is not None and sound.failed_s is not None else members


def grouped(members: list[Occasion], zones: Iterable[str]) -> Occasion:
    """Return the occasion that tells `members` together, itself if it is one."""
    first = members[0]
    if len(members) == 1:
        return first
    said = [(each.key, each.content) for each in members]
    digest = blake2b(msgspec.json.encode(said), digest_size=8).hexdigest()
    ends: list[Occasion] = [each for each in members if each.true_until is not None]
    return msgspec.structs.replace(
        first,
        key=f"{GROUP}{first.kind}/{digest}",
        zones=tuple(zones),
        due=min(each.due for each in members),
        latest=min(each.latest for each in members),
        true_until=min((e.true_until for e in ends if e.true_until), default=None),
        run_id=None,
        content=digest,
        mark="",
        members=tuple(members),
    )
