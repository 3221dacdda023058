"""Which train moves to which other track: a track stands free or it is not given.

Law: pure. Tracks change only before the route is set. Trains that are here over a midnight keep
their planned track, so that one day's tracks depend on no other day's choices.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from protocol.runs import Role
from protocol.times import MINUTE
from simulators.dispatch.fates import TrackChange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date
    from random import Random
    from zoneinfo import ZoneInfo

    from protocol.times import Instant
    from simulators.dispatch.fates import Fate
    from station_config.model import Layout, Track

ROUTE_BEFORE_ARRIVAL = timedelta(minutes=4)
ROUTE_BEFORE_DEPARTURE = timedelta(minutes=12)
"""For a train that starts here: its stock is placed by then."""

CLEARED_AFTER = {Role.TERMINUS: timedelta(minutes=8)}
"""How long a train stands after its last event; a departed one clears in a minute."""

NOTICE_MINUTES = (2, 40)
"""A track changes so many minutes before the route is set."""


@dataclass(frozen=True)
class Stay:
    """A track is taken from `start` to `end`."""

    start: Instant
    end: Instant

    def overlaps(self, other: Stay) -> bool:
        """Return whether both stand at the same time."""
        return self.start < other.end and other.start < self.end


def route_set_at(fate: Fate) -> Instant:
    """Return when the route is set for the train; not for a cancelled one."""
    if fate.arrival is not None:
        return fate.arrival - ROUTE_BEFORE_ARRIVAL
    assert fate.departure is not None  # noqa: S101 - the caller has looked
    return fate.departure - ROUTE_BEFORE_DEPARTURE


def stay_of(fate: Fate) -> Stay | None:
    """Return when the train really takes its track, None if it is cancelled."""
    first = fate.arrival or fate.departure
    if first is None:
        return None
    start = route_set_at(fate)
    last = fate.departure or first
    return Stay(start, last + CLEARED_AFTER.get(fate.visit.role, MINUTE))


def planned_stay_of(fate: Fate) -> Stay:
    """Return when the train would take its track by the timetable."""
    visit = fate.visit
    before = ROUTE_BEFORE_DEPARTURE if visit.arrival is None else ROUTE_BEFORE_ARRIVAL
    return Stay(visit.first - before, visit.last + CLEARED_AFTER.get(visit.role, MINUTE))


def over_midnight(fate: Fate, day: date, zone: ZoneInfo) -> bool:
    """Return whether a fate of `day` takes a track on the day before or the day after."""
    stay = stay_of(fate)
    if stay is None:
        return False
    return any(at.astimezone(zone).date() != day for at in (stay.start, stay.end))


def allot(
    fates: Iterable[Fate],
    guests: Iterable[Fate],
    layout: Layout,
    share: float,
    random_of: Callable[[str], Random],
) -> list[Fate]:
    """Return the fates of a day with their track changes.

    Args:
        fates: of the day; those that may not change are left out (see `over_midnight`).
        guests: fates that stand here and keep their tracks.
        layout: of the day.
        share: of the fates that change without need.
        random_of: makes the random source for a visit's key.
    """
    final = {fate.visit.key: fate for fate in (*guests, *fates)}
    movable = [f for f in fates if f.track is not None and stay_of(f) is not None]
    for fate in sorted(movable, key=lambda f: (route_set_at(f), f.visit.key)):
        random = random_of(fate.visit.key)
        wanted = random.random() < share
        others = [f for f in final.values() if f.visit.key != fate.visit.key]
        if wanted or _is_taken(fate, others):
            final[fate.visit.key] = _moved(fate, others, layout, random)
    return [final[fate.visit.key] for fate in fates]


def _is_taken(fate: Fate, others: list[Fate]) -> bool:
    """Whether lateness, not the timetable, has put somebody on the train's track before it."""
    stay = stay_of(fate)
    for other in others:
        theirs = stay_of(other)
        if stay is None or theirs is None or other.track != fate.track:
            continue
        meet = stay.overlaps(theirs) and theirs.start <= stay.start
        if meet and not planned_stay_of(fate).overlaps(planned_stay_of(other)):
            return True
    return False


def _moved(fate: Fate, others: list[Fate], layout: Layout, random: Random) -> Fate:
    """Return the fate on another track, or as it is when none is free or it is too late."""
    latest = route_set_at(fate) - NOTICE_MINUTES[0] * MINUTE
    earliest = max(fate.appears + MINUTE, route_set_at(fate) - NOTICE_MINUTES[1] * MINUTE)
    free = [t.id for t in layout.tracks if _suits(t, fate, layout) and _is_free(t, fate, others)]
    if not free or latest < earliest:
        return fate
    at = earliest + (latest - earliest) * random.random()
    change = TrackChange(at.replace(microsecond=0), random.choice(free))
    return replace(fate, track_change=change)


def _suits(track: Track, fate: Fate, layout: Layout) -> bool:
    planned = layout.track(fate.visit.row.track or "")
    if planned is None or track.id == planned.id or track.yard != planned.yard:
        return False
    return fate.visit.role is Role.PASS or track.platform is not None


def _is_free(track: Track, fate: Fate, others: list[Fate]) -> bool:
    stay = stay_of(fate)
    stays = [stay_of(other) for other in others if other.track == track.id]
    return stay is not None and not any(s is not None and s.overlaps(stay) for s in stays)
