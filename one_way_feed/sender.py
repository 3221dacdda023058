"""The sending end, alone on the satellite: polls the database, paces frames onto the line.

Law: wiring and pacing. A frame is chosen and encoded only when the line is about to be free, so
that nothing stale waits in a queue. What the receiving wire brings is counted, never read.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from one_way_feed.carousel import Carousel, Outgoing, SourceReport
from one_way_feed.frame import MAX_U32, Frame, encode
from one_way_feed.polling import Polling
from one_way_feed.port import SendingPort
from one_way_feed.row_codec import LAYOUT_VERSION, key_of
from one_way_feed.table import Table
from one_way_feed.timing import airtime_s, timing_of
from protocol.errors import OperatorError
from protocol.times import to_unix
from station_config.runtime.trace import trace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IDelayedCall, IReactorTime

    from one_way_feed.keys import KeyRing
    from one_way_feed.rows import Row, RowKey
    from one_way_feed.settings import SenderSettings
    from one_way_feed.source import Source
    from station_config.runtime.clocks import StationClock

LEAD_S = 0.003
"""A frame goes to the port so long before the line is free: timers are late by about 1 ms."""
FILLER_IDLE = 0.1
"""After a frame of the carousel the line rests for this share of the frame's time: a receiver that
lost step with the bits finds it again, and a changed row finds the line free."""


class Sender:
    """One sender on one line.

    Attributes:
        epoch: of this start.
        frames: sent since.
        octets: sent since.
    """

    def __init__(
        self,
        reactor: IReactorTime,
        *,
        settings: SenderSettings,
        keys: KeyRing,
        epoch: int,
        source: Source,
        clock: StationClock,
        log: FilteringBoundLogger,
    ) -> None:
        """Prepare.

        Args:
            reactor: real time, descriptors and threads.
            settings: database, line, queries.
            keys: the link's keys; frames are signed with the active one.
            epoch: greater than at every start before, on the disk already.
            source: the database.
            clock: the system's clock.
            log: the process's log.

        Raises:
            OperatorError: the keys are another link's than the settings'.
        """
        line = settings.line
        if line.link is not None and line.link != keys.link:
            message = f"keys of link {keys.link}, but line.link is {line.link}"
            raise OperatorError(message, where=str(line.keys))
        self._reactor = reactor
        self._baud = line.baud
        self._keys = keys
        self.epoch = epoch
        self._clock = clock
        self._log = log
        self._table = Table(epoch)
        self._carousel = Carousel(self._table, timing_of(line.baud))
        self._port = SendingPort(reactor, line.device, line.baud, on_ready=self._pump, log=log)
        self._polling = Polling(
            reactor,
            settings.database,
            source,
            on_rows=self._take_rows,
            on_report=self._take_report,
            clock=clock,
            log=log,
        )
        self._sequence = 0
        self._free_at = 0.0
        self._timer: IDelayedCall | None = None
        self._received_told = False
        self._fault_told = False
        self.frames = self.octets = 0

    @property
    def ready(self) -> bool:
        """Whether the line takes frames."""
        return self._port.ready

    @property
    def rows(self) -> int:
        """Rows on the line."""
        return self._table.state.rows

    @property
    def report(self) -> SourceReport:
        """What the heartbeat says of the database, and of what came in."""
        return self._carousel.report

    def start(self) -> None:
        """Open the port, begin to poll and to send."""
        self._log.info("feed.sender", epoch=self.epoch, link=self._keys.link, baud=self._baud)
        self._polling.start()
        self._port.start()

    def stop(self) -> None:
        """Stop for good."""
        self._cancel_timer()
        self._port.stop()
        self._polling.stop()

    def _take_rows(self, rows: Mapping[RowKey, Row]) -> bool:
        changes = self._table.update(rows)
        for change in changes:
            trace(self._log, "poll", "/".join(key_of(change)), revision=change.revision)
        if changes or self._carousel.generation is None:
            self._carousel.changed(changes, self._reactor.seconds())
        if self._carousel.fault and not self._fault_told:
            self._log.error("feed.table-too-long", why=self._carousel.fault)
        self._fault_told = bool(self._carousel.fault)
        if self._carousel.urgent:
            self._hurry()
        return bool(changes)

    def _take_report(self, report: SourceReport, state_changed: bool) -> None:  # noqa: FBT001
        self._carousel.report = replace(report, received=self._port.octets)
        if state_changed:
            self._carousel.heartbeat_soon()
            self._hurry()
        if self._port.octets and not self._received_told:
            self._received_told = True
            self._log.warning("feed.line-not-one-way", octets=self._port.octets)

    def _pump(self) -> None:
        """Send one frame if the line is free, and come back when it will be free again."""
        self._cancel_timer()
        now = self._reactor.seconds()
        if not self._port.ready:
            return
        if now < self._free_at - LEAD_S:
            self._come_back(self._free_at - LEAD_S - now)
            return
        outgoing = self._carousel.next(now)
        if outgoing is None:
            self._come_back(max(0.0, self._carousel.next_heartbeat - now))
            return
        octets = self._encode(outgoing)
        airtime = airtime_s(len(octets), self._baud)
        self._free_at = max(now, self._free_at) + airtime
        rest = FILLER_IDLE * airtime if outgoing.filler else 0.0
        self._come_back(max(0.0, self._free_at + rest - LEAD_S - now))
        self._port.send(octets)
        self.frames += 1
        self.octets += len(octets)
        for key in outgoing.keys:
            trace(self._log, "wire", "/".join(key), octets=len(octets))

    def _encode(self, outgoing: Outgoing) -> bytes:
        self._sequence += 1
        if self._sequence > MAX_U32:
            raise OverflowError("the epoch's sequence numbers are used up: start again")
        frame = Frame(
            kind=outgoing.kind,
            link=self._keys.link,
            key_id=self._keys.active,
            epoch=self.epoch,
            sequence=self._sequence,
            sent_at_ms=int(to_unix(self._clock.now()) * 1000),
            body=outgoing.body,
            layout=LAYOUT_VERSION,
        )
        return encode(frame, self._keys.key)

    def _hurry(self) -> None:
        """Something urgent is there: do not wait out the rest after a frame of the carousel."""
        if self._timer is not None:
            self._pump()

    def _come_back(self, seconds: float) -> None:
        self._timer = self._reactor.callLater(seconds, self._pump)

    def _cancel_timer(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None
