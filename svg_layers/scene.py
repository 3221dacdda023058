"""All trains of one layout at one instant, kept up to date: what a change costs is what it touches.

Law: no I/O and no clock; time is given and only goes forward. The only thing here that changes in
place, for a whole picture made anew at each change would cost a hundred times as much. The same
scene makes the live picture, a forecast (its own future) and the past (given the past's runs).
"""

from __future__ import annotations

import heapq
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from svg_layers.occupation import bar_of, window_of, with_clashes
from svg_layers.standing import next_look, standing
from svg_layers.trains import Keyed, Patch, difference, fields_of, trains_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocol.runs import Run
    from protocol.times import Instant
    from svg_layers.geometry import Geometry, Place
    from svg_layers.occupation import Bar
    from svg_layers.sight import Sight, Standing
    from svg_layers.trains import Train

SWEEP = timedelta(hours=1)
"""How often every run is looked at, though nothing is said and no instant of its own comes."""


AFTER = timedelta(seconds=1)
"""A deviation lapses when its lifetime is over, not at its end."""


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a page has to do to come from one picture to the next."""

    trains: Patch = Patch()
    bars: Patch = Patch()

    @property
    def empty(self) -> bool:
        """Whether nothing changes."""
        return self.trains.empty and self.bars.empty


class Picture(msgspec.Struct, frozen=True):
    """All of it."""

    trains: Keyed
    bars: Keyed


class Scene:
    """The trains of one layout.

    Args:
        sight: how they are seen; its `run` and `fed` are the scene's own.
        geometry: of the base layer.
        now: the instant to begin with.
    """

    def __init__(self, sight: Sight, geometry: Geometry, now: Instant) -> None:
        self._runs: dict[str, Run] = {}
        self._fed: dict[str, str] = {}
        self._sight = replace(sight, run=self._runs.get, fed=self._fed)
        self._geometry = geometry
        self._now = now
        self._swept = now
        self._stale = not sight.check_lapse
        self._standings: dict[str, Standing] = {}
        self._at: dict[Place, set[str]] = {}
        self._on: dict[str, dict[str, Bar]] = {}
        self._bar_track: dict[str, str] = {}
        self._trains: dict[str, Train] = {}
        self._bars: dict[str, Bar] = {}
        self._due: list[tuple[Instant, str]] = []
        self._due_at: dict[str, Instant] = {}

    @property
    def now(self) -> Instant:
        """The instant that it shows."""
        return self._now

    @property
    def size(self) -> tuple[int, int]:
        """How many runs it knows, and how many look-ups are scheduled."""
        return len(self._runs), len(self._due)

    @property
    def next_at(self) -> Instant:
        """When it is to be looked at again if nothing is said meanwhile."""
        found = [self._swept + SWEEP]
        if self._due:
            found.append(self._due[0][0])
        confirmed_at = self._sight.confirmed_at
        if not self._stale and confirmed_at is not None:
            found.append(confirmed_at + self._sight.lifetime + AFTER)
        return min(found)

    def run(self, run_id: str) -> Run | None:
        """Return a run, None if it is not known."""
        return self._runs.get(run_id)

    def runs(self) -> dict[str, Run]:
        """Return all runs as they are now."""
        return dict(self._runs)

    def picture(self) -> Picture:
        """Return everything."""
        trains = {key: fields_of(train) for key, train in self._trains.items()}
        return Picture(trains, {key: fields_of(bar) for key, bar in self._bars.items()})

    def put(self, runs: Mapping[str, Run | None], now: Instant) -> Change:
        """Take what is newly said of runs; None: a run is no more."""
        touched = set(runs)
        for run_id, run in runs.items():
            touched |= self._keep(run_id, run)
        return self._look(touched, now)

    def advance(self, now: Instant) -> Change:
        """Let time go on to `now`."""
        if now >= self._swept + SWEEP:
            self._swept = now
            return self._look(set(self._runs), now)
        return self._look(set(), now)

    def confirm(self, confirmed_at: Instant | None, now: Instant) -> Change:
        """Note when dispatching was last known to be fresh."""
        self._sight = replace(self._sight, confirmed_at=confirmed_at)
        return self._look(set(), now)

    def _keep(self, run_id: str, run: Run | None) -> set[str]:
        """Keep a run; return those that it is linked with, before and now."""
        old = self._runs.get(run_id)
        linked = {old.feeder if old else None, run.feeder if run else None}
        linked.add(self._fed.get(run_id))
        if old is not None and old.feeder is not None and self._fed.get(old.feeder) == run_id:
            del self._fed[old.feeder]
        if run is None:
            self._runs.pop(run_id, None)
        else:
            self._runs[run_id] = run
            if run.feeder is not None:
                self._fed[run.feeder] = run_id
        return {each for each in linked if each is not None}

    def _look(self, touched: set[str], now: Instant) -> Change:
        """Look at the runs touched, and at those whose time has come."""
        self._now = now
        while self._due and self._due[0][0] <= now:
            at, run_id = heapq.heappop(self._due)
            if self._due_at.get(run_id) == at:
                touched.add(run_id)
        touched |= self._lapsing()
        places: set[Place] = set()
        tracks: set[str] = set()
        for run_id in sorted(touched):
            places |= self._see(run_id)
            tracks |= self._lay(run_id)
        return Change(self._draw(places), self._chart(tracks))

    def _lapsing(self) -> set[str]:
        """Return the runs that deviate, when it begins or ends that nobody confirms them."""
        confirmed_at, lifetime = self._sight.confirmed_at, self._sight.lifetime
        stale = confirmed_at is None or self._now > confirmed_at + lifetime
        if stale is self._stale or not self._sight.check_lapse:
            return set()
        self._stale = stale
        return {key for key, run in self._runs.items() if run.uncertain}

    def _see(self, run_id: str) -> set[Place]:
        """See where a run is now; return the places that are to be drawn anew."""
        run = self._runs.get(run_id)
        new = standing(run, self._now, self._sight) if run is not None else None
        self._schedule(run_id, self._next_of(run) if run is not None else None)
        old = self._standings.get(run_id)
        if old is not None:
            self._at[old.place].discard(run_id)
        if new is None:
            self._standings.pop(run_id, None)
        else:
            self._standings[run_id] = new
            self._at.setdefault(new.place, set()).add(run_id)
        return {each.place for each in (old, new) if each is not None}

    def _next_of(self, run: Run) -> Instant | None:
        """Return when a run is to be looked at again: for the diagram, or for the chart."""
        window = window_of(run, self._sight) or ()
        found = [at for at in (next_look(run, self._now), *window) if at is not None]
        return min((at for at in found if at > self._now), default=None)

    def _schedule(self, run_id: str, at: Instant | None) -> None:
        if at is None:
            self._due_at.pop(run_id, None)
        elif self._due_at.get(run_id) != at:
            self._due_at[run_id] = at
            heapq.heappush(self._due, (at, run_id))
        if len(self._due) > 2 * len(self._due_at) + 64:
            self._due = [(at, key) for key, at in self._due_at.items()]
            heapq.heapify(self._due)

    def _draw(self, places: set[Place]) -> Patch:
        after: dict[str, Train] = {}
        names = {"/".join(place) for place in places}
        for place in sorted(places):
            here = self._at.get(place, set())
            seen = [(self._runs[key], self._standings[key]) for key in here]
            after |= trains_at(place, seen, self._geometry)
        before = {k: t for k, t in self._trains.items() if t.place in names}
        patch = difference(before, after)
        for key in patch.gone:
            del self._trains[key]
        self._trains |= after
        return patch

    def _lay(self, run_id: str) -> set[str]:
        """See when a run is on its track; return the tracks whose bars are to be made anew."""
        run = self._runs.get(run_id)
        bar = bar_of(run, self._now, self._sight) if run is not None else None
        old = self._bar_track.pop(run_id, None)
        if old is not None:
            self._on[old].pop(run_id, None)
        if bar is not None:
            self._bar_track[run_id] = bar.track
            self._on.setdefault(bar.track, {})[run_id] = bar
        return {each for each in (old, bar.track if bar else None) if each is not None}

    def _chart(self, tracks: set[str]) -> Patch:
        after: dict[str, Bar] = {}
        for track in sorted(tracks):
            after |= with_clashes(self._on.get(track, {}))
        before = {k: b for k, b in self._bars.items() if b.track in tracks}
        patch = difference(before, after)
        for key in patch.gone:
            del self._bars[key]
        self._bars |= after
        return patch
