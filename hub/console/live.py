"""The live stream: all rows, then patches straight after each commit, to every page that listens.

Law: what a step made becomes rows in the store's thread, in the order of the commits; everything
else here is the reactor's. A patch is encoded once, however many listen. Who comes back within the
kept patches gets those it missed, else everything. Conflicts are looked for a moment later, several
steps together.

    store's thread:  commit ─▶ look_on ─▶ rows ─┐
    reactor:                                    └▶ table ─▶ patch ─▶ every page
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from twisted.internet.task import LoopingCall

from hub.console.presence import Presence
from hub.console.table import Row, Table, changes
from hub.kernel.objections import Objection
from hub.kernel.override import StationMode
from station_config.runtime.sse import Channel, Sse
from station_config.runtime.trace import trace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IDelayedCall

    from hub.alarms.watch import Alarms
    from hub.console.presence import Editing
    from hub.diagram.live import LiveDiagram
    from hub.scenarios.model import Running
    from hub.store.manual import InForce
    from hub.store.outcome import Committed
    from station_config.runtime.clocks import StationClock
    from station_config.runtime.reactor import Reactor

SETTLE_S = 0.5
"""Real seconds from a commit to the look for conflicts; what is committed meanwhile shares it."""
SWEEP_S = 1.0


class HubState(msgspec.Struct, frozen=True, kw_only=True):
    """How the hub stands.

    Attributes:
        leads: this process leads; False: nothing here is up to date.
        mode: set while the whole station is manual.
        hub: what ``/health`` says, in part: epoch, source, broker.
    """

    leads: bool
    mode: StationMode | None
    hub: dict[str, object]


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What staff must see to: conflicts by run, and persons' words that AUTO contradicts, by id."""

    conflicts: dict[str, tuple[Objection, ...]]
    outdated: dict[str, Objection]


class Live:
    """The stream.

    Args:
        reactor: threads and real time.
        clock: station time, told with each heartbeat.
        status: how the hub stands, see `HubState.hub`; None: it does not lead.
        in_force: asks for conflicts; None while the hub does not lead.
        alarms: all of them.
        scenarios: under way.
        log: the process's log.

    Attributes:
        channel: the resource.
        diagram: hears of each commit and tells with the others; None until this hub leads.
        table: the rows.
    """

    def __init__(  # noqa: PLR0913 - one source each
        self,
        reactor: Reactor,
        *,
        clock: StationClock,
        boot: str,
        status: Callable[[], dict[str, object] | None],
        in_force: Callable[[], Deferred[InForce]],
        alarms: Callable[[], Alarms],
        scenarios: Callable[[], tuple[Running, ...]],
        log: FilteringBoundLogger,
    ) -> None:
        self._reactor = reactor
        self._alarms = alarms
        self._scenarios = scenarios
        self._clock = clock
        self._status = status
        self._in_force = in_force
        self._log = log
        self._mode: StationMode | None = None
        self._standing = Standing(conflicts={}, outdated={})
        self._looking: IDelayedCall | None = None
        self._told: bytes = b""
        self._sweeping = LoopingCall(self._sweep)
        self._sweeping.clock = reactor
        self.table = Table(boot)
        self.presence = Presence()
        self.diagram: LiveDiagram | None = None
        self.channel = Channel(reactor, log, greet=self._greet, beat=self._beat)

    def start(self) -> None:
        """Begin to tell how the hub stands."""
        self._sweeping.start(SWEEP_S, now=False)

    def stop(self) -> None:
        """End all streams."""
        if self._sweeping.running:
            self._sweeping.stop()
        if self._looking is not None and self._looking.active():
            self._looking.cancel()
        self.channel.close()

    def look_on(self, committed: Committed) -> None:
        """Take what a step left behind; in the store's thread."""
        for run_id in committed.stored:
            trace(self._log, "console", run_id)
        made = changes(committed)
        if self.diagram is not None:
            self.diagram.look_on(committed)
        self._reactor.callFromThread(self._take, committed, made)

    def fill(self, rows: Sequence[Row], mode: StationMode | None) -> None:
        """Begin anew: this hub has come to lead, or read its timetable again."""
        self.table.fill(rows)
        self._mode = mode
        self.channel.send(self._snapshot())
        self._say_state()
        self._look_later()

    def alarm(self, said: Alarms) -> None:
        """Tell alarms that are otherwise than before."""
        self.channel.send(_event("alarms", said))

    def tell_scenarios(self) -> None:
        """Tell which scenarios are under way."""
        self.channel.send(_event("scenarios", self._scenarios()))

    def edit(self, session: str, who: str, run_id: str | None) -> tuple[Editing, ...]:
        """Note what somebody is about to change, and tell everybody."""
        if self.presence.say(session, who, run_id, self._reactor.seconds()):
            self._say_presence()
        return self.presence.all()

    @property
    def state(self) -> HubState:
        """How the hub stands now, without what is counted: that would be news each second."""
        hub = self._status()
        if hub is None:
            return HubState(leads=False, mode=self._mode, hub={})
        said: dict[str, Any] = msgspec.to_builtins(hub)
        source, broker = said["source"] or {}, said["broker"]
        told: dict[str, object] = {
            "epoch": said["epoch"],
            "source": {name: source.get(name) for name in ("mode", "since")},
            "broker": {"connected": broker["connected"]},
        }
        return HubState(leads=True, mode=self._mode, hub=told)

    @property
    def standing(self) -> Standing:
        """What staff must see to, as it was last looked for."""
        return self._standing

    def _take(self, committed: Committed, made: tuple[Row, ...]) -> None:
        patch = self.table.take(made, committed.advanced, committed.gone)
        if patch is not None:
            self.channel.send(Sse("patch", patch, self.table.seq))
            self._look_later()
        if committed.mode != self._mode:
            self._mode = committed.mode
            self._say_state()

    def _look_later(self) -> None:
        if self._looking is None or not self._looking.active():
            self._looking = self._reactor.callLater(SETTLE_S, self._look)

    def _look(self) -> None:
        try:
            asked = self._in_force()
        except Exception as error:  # noqa: BLE001 - a hub that leads no longer has none
            self._log.debug("live.no-conflicts", why=str(error))
            return
        asked.addCallback(self._found)
        asked.addErrback(lambda failure: self._log.debug("live.no-conflicts", why=str(failure)))

    def _found(self, found: InForce) -> None:
        standing = Standing(conflicts=found.conflicts, outdated=found.outdated)
        if standing != self._standing:
            self._standing = standing
            self.channel.send(_event("standing", standing))

    def _sweep(self) -> None:
        if self.presence.sweep(self._reactor.seconds()):
            self._say_presence()
        self._say_state()
        self._confirm()

    def _confirm(self) -> None:
        hub = self._status()
        if hub is not None and self.diagram is not None:
            source = msgspec.to_builtins(hub["source"], builtin_types=(datetime,)) or {}
            self.diagram.confirm(source.get("confirmed_at"))

    def _say_state(self) -> None:
        event = _event("state", self.state)
        if event.data != self._told:
            self._told = event.data
            self.channel.send(event)

    def _say_presence(self) -> None:
        self.channel.send(_event("presence", self.presence.all()))

    def _snapshot(self) -> Sse:
        return Sse("snapshot", self.table.snapshot(), self.table.seq)

    def _greet(self, last: str) -> Iterator[Sse]:
        missed = self.table.since(last) if last else None
        if missed is None:
            yield self._snapshot()
        else:
            yield from (Sse("patch", patch, seq) for seq, patch in missed)
        yield _event("standing", self._standing)
        yield _event("presence", self.presence.all())
        yield _event("alarms-all", self._alarms())
        yield _event("scenarios", self._scenarios())
        yield _event("state", self.state)
        if self.diagram is not None:
            yield self.diagram.greet()

    def _beat(self) -> bytes:
        return msgspec.json.encode({"now": self._clock.now(), "rate": self._clock.rate})


def _event(name: str, value: Any) -> Sse:  # noqa: ANN401 - whatever JSON can have
    return Sse(name, msgspec.json.encode(value))
