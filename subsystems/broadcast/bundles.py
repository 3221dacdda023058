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
from subsystems.broadcast.state import clip_name
from subsystems.broadcast.zones import halo, parts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from subsystems.broadcast.state import Item
    from subsystems.broadcast.work import Work

BOUND = frozenset({Kind.PLATFORM_CHANGE})
"""Kinds whose voice begins within `BOUND_S` whatever is spoken (but for an emergency)."""

BOUND_S = 15.0
"""Real seconds from when it is known (issue 6)."""

GROUP = "group/"
"""Begins the key of a group."""

MOST = 6
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


def _parted(work: Work, occasion: Occasion, zones: Iterable[str]) -> list[Want]:
    return [Want(occasion, part) for part in parts(work.zones, zones)]


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
    """Return one group for all whose zones hear each other; who was heard there before is alone."""
    found = []
    for cluster in _clusters(work, items, waiting):
        zones = {zone for item in cluster for zone in waiting[item.occasion.key]}
        alike = [item for item in cluster if len(_rounds(item, zones)) == 1]
        least = min((_rounds(item, zones) for item in alike), key=min, default=set())
        alike = [item for item in alike if _rounds(item, zones) == least]
        members = _together(work, alike) if alike else []
        keys = {each.key for each in members}
        ordered = [z for z in work.zones.order if any(z in waiting[key] for key in keys)]
        if members:
            found += _parted(work, grouped(members, ordered), ordered)
        for item in cluster:
            key = item.occasion.key
            if key not in keys:
                found += _parted(work, item.occasion, waiting[key])
    return found


def _rounds(item: Item, zones: Iterable[str]) -> set[int]:
    """Return how often `item` was heard in `zones`: one number if alike everywhere."""
    return {item.rounds.get(zone, 0) for zone in zones}


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
        list(sound.occasion.members)
        for sound in work.sounds.values()
        if sound.occasion.members
        and sound.failed_s is None
        and all(here.get(each.key) == each for each in sound.occasion.members)
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
