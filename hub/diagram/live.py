"""The live diagram: takes what each commit says of runs, pushes patches, wakes as time goes on.

Law: of the reactor's thread alone. A patch is encoded once for all pages; its number follows the
one before, so a page that misses one notices and asks for everything. Nothing is pushed while
nothing changes.

    commit ─▶ take ─┐                     ┌▶ event ``diagram`` {seq, trains, bars}
    timer  ─▶ wake ─┴▶ scene ─▶ a change ─┤
    layout's date   ─▶ a new scene ───────┴▶ event ``diagram`` {seq} alone: ask for everything
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from hub.diagram.bases import Bases, Ground
from hub.diagram.film import AHEAD, Film, Stretch, local_date, make_film, next_layout
from hub.source import lifetime_seconds
from protocol.errors import OperatorError
from protocol.runs import Run
from protocol.times import to_unix
from station_config.runtime.sse import Sse
from svg_layers.scene import Change, Scene
from svg_layers.sight import Sight
from svg_layers.trains import Keyed, Patch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twisted.internet.interfaces import IDelayedCall

    from hub.store.outcome import Committed
    from protocol.times import Instant
    from station_config.model import Layout, Station
    from station_config.runtime.clocks import StationClock
    from station_config.runtime.reactor import Reactor

EVENT = "diagram"
LONGEST_SLEEP_S = 60.0
"""Real seconds: a clock that was set is noticed no later."""

SHORTEST_SLEEP_S = 0.02


class Whole(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a page shows.

    Attributes:
        seq: of the last patch that is in it.
        now: station time, unix seconds.
        rate: station seconds for a real one.
        zone: of the station's clocks.
        ground: the layout.
        trains: by run.
        bars: by run.
    """

    seq: str
    now: float
    rate: float
    zone: str
    ground: Ground
    trains: Keyed
    bars: Keyed


class Pushed(msgspec.Struct, frozen=True, omit_defaults=True):
    """A patch as it is pushed; without `follows`: ask for everything."""

    seq: str
    follows: str = ""
    trains: Patch = Patch()
    bars: Patch = Patch()


_runs = msgspec.json.Decoder(Run)


def runs_of(committed: Committed) -> dict[str, Run | None]:
    """Return what a step says of runs; a train that dispatching deleted is no more."""
    said: dict[str, Run | None] = dict.fromkeys(committed.gone)
    for run_id, stored in committed.stored.items():
        withdrawn = stored.body is None and stored.facts.base.withdrawn
        said[run_id] = None if withdrawn else _runs.decode(stored.state)
    return said


class LiveDiagram:
    """The diagram of now.

    Args:
        reactor: for waking up.
        clock: station time.
        station: what is drawn.
        boot: names this life of the hub.
        send: pushes an event to every page.

    Attributes:
        bases: the base layers.
    """

    def __init__(
        self,
        reactor: Reactor,
        *,
        clock: StationClock,
        station: Station,
        boot: str,
        send: Callable[[Sse], None],
    ) -> None:
        self._reactor = reactor
        self._clock = clock
        self._boot = boot
        self._send = send
        self._number = 0
        self._timer: IDelayedCall | None = None
        self._stopped = False
        self._confirmed_at: Instant | None = None
        self.bases = Bases(station)
        self._scene = self._begin({})

    @property
    def seq(self) -> str:
        """Number of the last patch."""
        return f"{self._boot}-{self._number}"

    @property
    def now(self) -> Instant:
        """Station time."""
        return self._clock.now()

    def fill(self, runs: Mapping[str, Run], station: Station | None = None) -> None:
        """Begin anew with all runs: this hub has come to lead, or read its station again."""
        if station is not None:
            self.bases = Bases(station)
        self._scene = self._begin(runs)
        self._tell_anew()

    def look_on(self, committed: Committed) -> None:
        """Take what a step left behind; called in the store's thread."""
        self._reactor.callFromThread(self.take, runs_of(committed))

    def take(self, runs: Mapping[str, Run | None]) -> None:
        """Take what a commit says of runs; None: a run is no more, or nobody is told of it."""
        self._tell(self._scene.put(runs, self._later()))

    def confirm(self, confirmed_at: Instant | None) -> None:
        """Note when dispatching was last known to be fresh."""
        self._confirmed_at = confirmed_at
        self._tell(self._scene.confirm(confirmed_at, self._later()))

    def whole(self) -> Whole:
        """Return everything."""
        picture = self._scene.picture()
        layout = self._layout()
        return Whole(
            seq=self.seq,
            now=to_unix(self._clock.now()),
            rate=self._clock.rate,
            zone=self.bases.station.zone,
            ground=self.bases.of(layout).ground,
            trains=picture.trains,
            bars=picture.bars,
        )

    def forecast(self, begin: Instant, end: Instant) -> Callable[[], Film]:
        """Return what makes the film of what is to come, by the timelines as they are told now.

        It may be called in any thread.

        Args:
            begin: now if that is earlier.
            end: of the film.

        Raises:
            OperatorError: it lies before now, or too far ahead.
        """
        now = self._later()
        first = max(begin, now)
        if not first < end <= now + AHEAD + timedelta(minutes=15):
            raise OperatorError(f"a forecast ends after now, at most {AHEAD} ahead")
        runs = self._scene.runs()
        return partial(make_film, "forecast", self.bases, Stretch(first, end), runs)

    def greet(self) -> Sse:
        """Return what a page that comes is told: the present number."""
        return Sse(EVENT, msgspec.json.encode(Pushed(self.seq)))

    def start(self) -> None:
        """Begin to wake by itself."""
        self._sleep()

    def stop(self) -> None:
        """Sleep for good."""
        self._stopped = True
        if self._timer is not None and self._timer.active():
            self._timer.cancel()

    def _begin(self, runs: Mapping[str, Run]) -> Scene:
        now = self._clock.now()
        station = self.bases.station
        layout = station.layout_on(local_date(station, now))
        seconds = lifetime_seconds(station.policies.estimate_lifetime, self._clock.rate)
        lifetime = timedelta(seconds=seconds)
        sight = Sight(layout, station.ends, lifetime, self._confirmed_at)
        self._begun, self._until = layout, next_layout(station, now)
        scene = Scene(sight, self.bases.of(layout).geometry, now)
        scene.put(runs, now)
        return scene

    def _layout(self) -> Layout:
        return self._begun

    def _later(self) -> Instant:
        """Return now, never before what was shown: a clock that is set back waits."""
        return max(self._clock.now(), self._scene.now)

    def _wake(self) -> None:
        now = self._later()
        if self._until is not None and now >= self._until:
            self._scene = self._begin(self._scene.runs())
            self._tell_anew()
        else:
            self._tell(self._scene.advance(now))

    def _tell(self, change: Change) -> None:
        if not change.empty:
            before = self.seq
            self._number += 1
            pushed = Pushed(self.seq, before, change.trains, change.bars)
            self._send(Sse(EVENT, msgspec.json.encode(pushed)))
        self._sleep()

    def _tell_anew(self) -> None:
        self._number += 1
        self._send(self.greet())
        self._sleep()

    def _sleep(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        if self._stopped:
            return
        ahead = min(self._scene.next_at, self._until or self._scene.next_at) - self._clock.now()
        seconds = ahead.total_seconds() / self._clock.rate
        wait = max(SHORTEST_SLEEP_S, min(LONGEST_SLEEP_S, seconds))
        self._timer = self._reactor.callLater(wait, self._wake)
