"""What really happens to one visit: the truth that the database then tells piece by piece.

Law: pure; one random source a visit, made from the day's seed and the visit's key, so that a fate
depends on nothing but these, whenever the simulation is started. Tracks, which depend on other
trains, are `tracks`'.

Rules of the railway that hold in every fate: a passenger train never leaves before its planned
time, an early arrival does not shift the departure, a late train stands at least the minimum dwell,
and at an incident a train's lateness grows by a minute a minute.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from protocol.runs import Role
from protocol.times import MINUTE, Instant, minutes_between
from simulators.dispatch import lateness

if TYPE_CHECKING:
    from random import Random

    from simulators.dispatch.temper import Temper
    from simulators.dispatch.visits import Visit

HORIZON = timedelta(hours=3)
"""The stage plan is a rolling 3-hour plan (domain.md)."""

APPEARS_SPREAD_S = 600
ESTIMATE_EVERY = 5
"""Minutes between two looks at a train's lateness, unless something special happens."""

WALKS_FOR = timedelta(minutes=80)
"""How long before its planned arrival a train's lateness begins to move: about a recorded journey
(mean 84 minutes), so that lateness at arrival here agrees with recorded lateness at the end."""

APPROACH = 20
"""Minutes before arrival from which on no incident begins; also how far ahead an originating train
is announced again after one."""

HOLD_MINUTES = (8.0, 70.0, 20.0)
"""Length of an incident: least, most, most likely. Our choice; the recorded feed shows none."""


@dataclass(frozen=True)
class Estimate:
    """What dispatching knew from `at` on.

    Attributes:
        minutes: late by so much at arrival (ORIGIN: at departure); None: nobody knows.
    """

    at: Instant
    minutes: int | None


@dataclass(frozen=True)
class TrackChange:
    """The train was moved to `track` at `at`."""

    at: Instant
    track: str


@dataclass(frozen=True)
class Fate:
    """The truth about one visit.

    Attributes:
        visit: which.
        appears: when it enters the stage plan.
        estimates: in order, the first at `appears`.
        arrival: actual; None for ORIGIN and for a cancelled visit.
        departure: actual; None for TERMINUS and for a cancelled visit.
        dwell: shortest stop.
        cancelled_at: None: runs.
        track_change: None: keeps its planned track.
        lag: between an event and its entry in the log.
    """

    visit: Visit
    appears: Instant
    estimates: tuple[Estimate, ...]
    arrival: Instant | None
    departure: Instant | None
    dwell: timedelta
    cancelled_at: Instant | None = None
    track_change: TrackChange | None = None
    lag: timedelta = timedelta()

    @property
    def track(self) -> str | None:
        """The track that it really uses."""
        return self.track_change.track if self.track_change else self.visit.row.track

    @property
    def ends(self) -> Instant:
        """The last thing that happens: actual, or planned if that is later or it is cancelled."""
        return max(filter(None, (self.visit.last, self.arrival, self.departure)))

    def departure_delay(self, minutes: int) -> int | None:
        """Return the minutes by which it leaves late, if it comes `minutes` late."""
        visit = self.visit
        if visit.departure is None:
            return None
        if visit.arrival is None or visit.role is Role.PASS:
            return minutes
        ready = visit.arrival + minutes * MINUTE + self.dwell
        return max(0, minutes_between(visit.departure, ready + timedelta(seconds=59)))


def calm_fate(visit: Visit) -> Fate:
    """Return the fate of a visit that goes exactly by the timetable."""
    appears = visit.first - HORIZON
    known = (Estimate(appears, 0),)
    return Fate(visit, appears, known, visit.arrival, visit.departure, timedelta())


def disturbed_fate(visit: Visit, temper: Temper, minimum_dwell: timedelta, random: Random) -> Fate:
    """Return the fate of a visit on a day of this temper.

    Args:
        visit: which.
        temper: how the day goes.
        minimum_dwell: shortest stop; a shorter planned one stays as it is.
        random: the visit's own random source.
    """
    appears = visit.first - HORIZON - timedelta(seconds=random.randrange(APPEARS_SPREAD_S))
    dwell = timedelta()
    if visit.arrival and visit.departure:
        dwell = min(minimum_dwell, visit.departure - visit.arrival)
    lag = timedelta(seconds=random.randrange(1, 15))
    blank = Fate(visit, appears, (), None, None, dwell, lag=lag)
    cancelled = random.random() < temper.cancellations
    held = random.random() < temper.unknown
    run = _originates if visit.role is Role.ORIGIN else _comes
    fate = run(blank, temper, random, held=held)
    return _cancel(fate, random) if cancelled else fate


def _comes(fate: Fate, temper: Temper, random: Random, *, held: bool) -> Fate:
    """Let a train run towards the station, minute by minute."""
    visit, now = fate.visit, fate.appears
    assert visit.arrival is not None  # noqa: S101 - every role but ORIGIN arrives
    late = lateness.initial(random)
    held_from = _incident_begins(fate, random) if held else None
    estimates = [Estimate(now, late.minutes)]
    while now < visit.arrival + late.minutes * MINUTE:
        now += MINUTE
        due = visit.arrival + late.minutes * MINUTE
        if held_from is not None and now >= held_from and now < due - APPROACH * MINUTE:
            hold = round(random.triangular(*HOLD_MINUTES))
            estimates.append(Estimate(now, None))
            now += hold * MINUTE
            late = lateness.Lateness(late.minutes + hold, late.minutes)
            estimates.append(Estimate(now, late.minutes))
            held_from = None
            continue
        if now >= visit.arrival - WALKS_FOR:
            late = lateness.step(late, random, temper.delays)
        if minutes_between(fate.appears, now) % ESTIMATE_EVERY == 0:
            estimates.append(Estimate(now, late.minutes))
    arrival = now
    estimates.append(Estimate(arrival, minutes_between(visit.arrival, arrival)))
    departure = _leaves(fate, arrival, random)
    told = _without_repeats(estimates)
    return replace(fate, estimates=told, arrival=arrival, departure=departure)


def _incident_begins(fate: Fate, random: Random) -> Instant:
    ahead = minutes_between(fate.appears, fate.visit.first)
    return fate.appears + random.randrange(1, max(2, ahead - APPROACH)) * MINUTE


def _leaves(fate: Fate, arrival: Instant, random: Random) -> Instant | None:
    visit = fate.visit
    if visit.departure is None or visit.arrival is None:
        return None
    if visit.role is Role.PASS:
        return arrival + (visit.departure - visit.arrival)
    return max(visit.departure, arrival + fate.dwell) + _moving_off(random)


def _moving_off(random: Random) -> timedelta:
    """A train that leaves on time leaves within the minute."""
    return timedelta(seconds=random.randrange(5, 50))


def _originates(fate: Fate, temper: Temper, random: Random, *, held: bool) -> Fate:
    """Let a train start here: mostly on time."""
    planned = fate.visit.departure
    assert planned is not None  # noqa: S101 - ORIGIN departs
    late = lateness.origin_delay(random, temper.delays)
    told = planned - random.randrange(5, 60) * MINUTE
    estimates = [Estimate(fate.appears, 0)]
    if held:
        told = planned - random.randrange(APPROACH, 90) * MINUTE
        estimates.append(Estimate(told, None))
        told += round(random.triangular(*HOLD_MINUTES)) * MINUTE
        late = max(late, minutes_between(planned, told) + APPROACH)
    estimates.append(Estimate(told, late))
    departure = planned + late * MINUTE + _moving_off(random)
    return replace(fate, estimates=_without_repeats(estimates), departure=departure)


def _without_repeats(estimates: list[Estimate]) -> tuple[Estimate, ...]:
    kept = estimates[:1]
    for estimate in estimates[1:]:
        if estimate.minutes != kept[-1].minutes:
            kept.append(estimate)
    return tuple(kept)


def _cancel(fate: Fate, random: Random) -> Fate:
    """Take the train out at some moment before it would be near."""
    room = minutes_between(fate.appears, fate.visit.first) - APPROACH
    at = fate.appears + random.randrange(max(1, room)) * MINUTE
    kept = tuple(e for e in fate.estimates if e.at <= at)
    return replace(fate, estimates=kept, arrival=None, departure=None, cancelled_at=at)
