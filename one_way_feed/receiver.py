"""The receiving end of one line, in the hub's process.

Law: wiring only: the port's octets to `Intake`, what comes of them to the hub, the mode by `judge`.
Nothing here can send.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from one_way_feed.intake import Intake
from one_way_feed.keys import load_keys
from one_way_feed.memory import Memory
from one_way_feed.port import ReceivingPort
from one_way_feed.row_codec import key_of
from one_way_feed.status import LineStatus, judge
from one_way_feed.timing import timing_of
from protocol.errors import DeviceError, OperatorError
from protocol.times import to_unix
from station_config.runtime.clocks import system_clock
from station_config.runtime.trace import trace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IDelayedCall, IReactorTime

    from one_way_feed.rows import Row, RowChange, RowKey
    from station_config.runtime.clocks import StationClock

TICK_S = 0.5
STATUS_EVERY_S = 5.0
SYNC_EVERY_S = 10.0
CLOCK_BOUND_S = 30.0
"""Clocks further apart than this are an alarm: one is wrong, or frames were held back."""


class Receiver:
    """One line.

    Attributes:
        status: its state now.
        link: number of the link, from the keys.
    """

    def __init__(  # noqa: PLR0913 - one keyword for each thing that the line needs
        self,
        reactor: IReactorTime,
        *,
        name: str,
        device: Path,
        baud: int,
        keys: Path,
        memory: Path,
        held: Mapping[RowKey, tuple[Row, tuple[int, int]]],
        on_changes: Callable[[list[RowChange]], None],
        on_status: Callable[[LineStatus], None],
        log: FilteringBoundLogger,
        clock: StationClock | None = None,
    ) -> None:
        """Prepare a line.

        Args:
            reactor: real time and descriptors.
            name: stands in status and log.
            device: serial port.
            baud: its rate.
            keys: the key file; read again when it changes.
            memory: file of the greatest (epoch, sequence) accepted.
            held: rows that the hub holds from before, with their revisions.
            on_changes: gets what one read has changed, in order, never empty.
            on_status: gets the status at each change of mode, and every 5 s.
            log: the process's log.
            clock: the true time (not a simulation's), the system's clock by default: the sender's
                is compared with it.

        Raises:
            OperatorError: the key file cannot be used.
            DeviceError: the memory file cannot be used.
        """
        self._reactor = reactor
        self._clock = clock or system_clock()
        self._log = log.bind(line=name)
        self._on_changes = on_changes
        self._on_status = on_status
        self._timing = timing_of(baud)
        self._keys = keys
        ring = load_keys(keys)
        self.link = ring.link
        self._keys_stamp = self._stamp()
        self._memory = Memory(memory)
        self._intake = Intake(ring, held, self._memory.mark, self._remember)
        self._port = ReceivingPort(
            reactor, device, baud, on_octets=self._take, on_open=self._port_changed, log=self._log
        )
        self._alarms: set[str] = set()
        self._tick: IDelayedCall | None = None
        self._stopped = False
        self._status_due = self._sync_due = 0.0
        self.status = LineStatus(name=name, since_mono=reactor.seconds())

    @property
    def intake(self) -> Intake:
        """What was heard, to be read only."""
        return self._intake

    def start(self) -> None:
        """Open the port and begin to receive."""
        if self._memory.damaged:
            self._log.error("feed.memory-damaged", why="anti-replay begins anew")
        self.status = replace(self.status, since_mono=self._reactor.seconds())
        self._port.start()
        self._on_tick()

    def stop(self) -> None:
        """Close the port for good."""
        if self._stopped:
            return
        self._stopped = True
        if self._tick is not None:
            self._tick.cancel()
        self._port.stop()
        self._memory.close()

    def _take(self, octets: bytes) -> None:
        taken = self._intake.feed(octets, self._reactor.seconds(), to_unix(self._clock.now()))
        for fault in taken.faults:
            self._log.warning("feed.frame-rejected", why=fault)
        if taken.changes:
            total = self.status.changes + len(taken.changes)
            self.status = replace(self.status, changes=total)
            for change in taken.changes:
                trace(self._log, "decode", "/".join(key_of(change)), revision=change.revision)
            self._on_changes(taken.changes)
        self._judge()

    def _remember(self, mark: tuple[int, int]) -> None:
        """Keep the mark; a failing disk is an alarm, and must not take the boards down."""
        try:
            self._memory.advance(mark)
        except DeviceError as error:
            self._alarm("feed.memory-unwritable", holds=True, why=error.message)
        else:
            self._alarm("feed.memory-unwritable", holds=False)

    def _port_changed(self, is_open: bool) -> None:  # noqa: FBT001 - the callback's one argument
        self.status = replace(self.status, port_open=is_open)

    def _alarm(self, event: str, *, holds: bool, **fields: object) -> None:
        """Log when what `event` says begins to hold, and when it ends."""
        if holds == (event in self._alarms):
            return
        (self._alarms.add if holds else self._alarms.remove)(event)
        self._log.warning(event, holds=holds, **fields)

    def _on_tick(self) -> None:
        self._tick = self._reactor.callLater(TICK_S, self._on_tick)
        now = self._reactor.seconds()
        self._judge()
        if now >= self._status_due:
            self._reread_keys()
            self._publish()
        if now >= self._sync_due:
            self._sync_due = now + SYNC_EVERY_S
            self._reactor.callInThread(self._memory.sync)  # type: ignore[attr-defined]

    def _judge(self) -> None:
        now = self._reactor.seconds()
        mode = judge(self._intake.observed, self._timing, now)
        if mode != self.status.mode:
            self._log.warning("feed.mode", mode=mode.value, before=self.status.mode.value)
            self.status = replace(self.status, mode=mode, since_mono=now)
            self._publish()

    def _publish(self) -> None:
        now, intake, before = self._reactor.seconds(), self._intake, self.status
        self._status_due = now + STATUS_EVERY_S
        known, beat = intake.reassembly.known, intake.heartbeat
        fresh, offset = intake.observed.poll_ok_at, intake.clock_offset_s
        self.status = replace(
            before,
            source_age_s=None if fresh is None else now - fresh,
            source=intake.observed.source,
            verified=known.verified,
            rows=len(known),
            generation=intake.reassembly.generation,
            counters=intake.counters,
            octets=self._port.octets,
            restored=intake.reassembly.restored,
            conflicts=known.conflicts,
            source_rejected=beat.rejected if beat else 0,
            sender_received=beat.received if beat else 0,
            clock_offset_s=offset,
            clocks_apart=offset is not None and abs(offset) > CLOCK_BOUND_S,
            line_errors=self._port.line_errors(),
            damaged=self._port.damaged,
        )
        self._sound_alarms(before)
        self._on_status(self.status)

    def _sound_alarms(self, before: LineStatus) -> None:
        """What is more than a bad line: each is said when it begins and when it ends."""
        counters, old = self.status.counters, before.counters
        self._alarm("feed.forged", holds=counters.forged > old.forged, frames=counters.forged)
        replayed = counters.replayed > old.replayed
        self._alarm("feed.replayed", holds=replayed, frames=counters.replayed)
        conflicts = self.status.conflicts > before.conflicts
        self._alarm("feed.conflict", holds=conflicts, rows=self.status.conflicts)
        apart, offset = self.status.clocks_apart, self.status.clock_offset_s
        self._alarm("feed.clocks-apart", holds=apart, seconds=offset)
        received = self.status.sender_received
        self._alarm("feed.line-not-one-way", holds=received > 0, octets=received)

    def _stamp(self) -> int:
        try:
            return self._keys.stat().st_mtime_ns
        except OSError:
            return 0

    def _reread_keys(self) -> None:
        """Take changed keys up without a restart; a file that cannot be used changes nothing."""
        stamp = self._stamp()
        if stamp == self._keys_stamp:
            return
        self._keys_stamp = stamp
        try:
            ring = load_keys(self._keys)
        except OperatorError as error:
            self._log.warning("feed.keys-unusable", why=str(error))
        else:
            self._intake.use_keys(ring)
            self.link = ring.link
            self._log.info("feed.keys", fingerprints=ring.fingerprints())
