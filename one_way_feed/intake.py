"""Octets of one line in, changes of rows out: frames, anti-replay, table and what was observed.

Law: no port, no clock, no log; `now` (real monotonic seconds) and `wall` (the system's clock) are
arguments. Every frame is counted once, by what became of it. A bad frame loses only itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from one_way_feed.frame import Deframer, Fault, Frame
from one_way_feed.octets import BodyError
from one_way_feed.reassembly import Reassembly
from one_way_feed.status import Counters, Observed, stale_after_s

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from one_way_feed.bodies import Heartbeat
    from one_way_feed.keyring import KeyRing
    from one_way_feed.known import Revision
    from one_way_feed.rows import Row, RowChange, RowKey

    Mark = tuple[int, int]


@dataclass(frozen=True)
class Taken:
    """What one read of the line has brought.

    Attributes:
        changes: rows with another content, in order.
        faults: why frames were not used, one sentence each.
    """

    changes: list[RowChange]
    faults: list[str]


class Intake:
    """One line.

    Attributes:
        observed: when what was heard last; see `status.judge`.
        clock_offset_s: this side's clock minus the sender's at the last frame, None before.
        mark: (epoch, sequence) of the newest frame accepted.
        reassembly: the table.
    """

    def __init__(
        self,
        keys: KeyRing,
        held: Mapping[RowKey, tuple[Row, Revision]],
        mark: Mark,
        remember: Callable[[Mark], None],
    ) -> None:
        """Begin.

        Args:
            keys: the live keys.
            held: rows that the hub holds from before.
            mark: (epoch, sequence) of the newest frame accepted before; what is not newer is a
                replay, and so is an epoch older than a held row's.
            remember: keeps the mark of a frame before the frame is used.
        """
        floor = max((revision[0] for _, revision in held.values()), default=0)
        self.mark = max(mark, (floor, 0))
        self.reassembly = Reassembly(held)
        self.observed = Observed()
        self.clock_offset_s: float | None = None
        self._deframer = Deframer(keys)
        self._remember = remember
        self._counts = dict.fromkeys(Counters.__dataclass_fields__, 0)
        self._heartbeat: Heartbeat | None = None
        self._confirmed = 0

    @property
    def counters(self) -> Counters:
        """Frames by what became of them."""
        return Counters(**self._counts)

    @property
    def heartbeat(self) -> Heartbeat | None:
        """The last heartbeat of any epoch, None before the first."""
        return self._heartbeat

    def use_keys(self, keys: KeyRing) -> None:
        """From now on accept what these keys have signed, and nothing else."""
        self._deframer.keys = keys

    def feed(self, octets: bytes, now: float, wall: float) -> Taken:
        """Take what was read from the line.

        Args:
            octets: any number.
            now: real monotonic seconds.
            wall: seconds since 1970 UTC.
        """
        faults: list[str] = []
        for found in self._deframer.feed(octets):
            if isinstance(found, Fault):
                self._counts[found.value] += 1
            else:
                self._counts[self._accept(found, now, wall, faults)] += 1
        return Taken(self.reassembly.known.drain(), faults)

    def _accept(self, frame: Frame, now: float, wall: float, faults: list[str]) -> str:
        """Use an authentic frame if it is new; return the name of the counter it belongs to."""
        mark = (frame.epoch, frame.sequence)
        if mark <= self.mark:
            return "duplicate" if mark == self.mark else "replayed"
        self._remember(mark)
        self.mark = mark
        self.clock_offset_s = wall - frame.sent_at_ms / 1000
        try:
            self.reassembly.accept(frame)
        except BodyError as error:
            faults.append(error.message)
            return "rejected"
        self._observe(frame, now)
        return "good"

    def _observe(self, frame: Frame, now: float) -> None:
        self.observed = replace(self.observed, frame_at=now)
        confirmed = self.reassembly.known.confirmed > self._confirmed
        if confirmed:
            self._confirmed = self.reassembly.known.confirmed
            self.observed = replace(self.observed, confirmed_at=now)
        beat = self.reassembly.heartbeat
        if beat is None or beat is self._heartbeat:
            return
        self._heartbeat = beat
        age = max(0.0, (frame.sent_at_ms - beat.poll_ok_at_ms) / 1000)
        self.observed = replace(
            self.observed,
            poll_ok_at=now - age if beat.poll_ok_at_ms else None,
            stale_after_s=stale_after_s(beat.poll_interval_ds / 10),
            source=beat.state,
        )
        if confirmed:
            self.observed = replace(self.observed, whole_at=self.observed.poll_ok_at)
