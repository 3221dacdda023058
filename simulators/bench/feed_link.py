"""The link in simulated time: the real carousel, a line that loses frames, the real reassembly.

Law: pure and seeded; what is left out is only the port. A receiver joins at a random moment of an
unchanging table, as after a hub's restart with an empty disk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from one_way_feed.carousel import Carousel
from one_way_feed.frame import OVERHEAD, Frame
from one_way_feed.reassembly import Reassembly
from one_way_feed.row_codec import LAYOUT_VERSION
from one_way_feed.sender import FILLER_IDLE
from one_way_feed.table import Table
from one_way_feed.timing import airtime_s, timing_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from random import Random

    from one_way_feed.rows import Row, RowKey

EPOCH = 7
KINDS_FOR_A_TABLE = 6


@dataclass(frozen=True)
class Sent:
    """One frame on the line.

    Attributes:
        at: second at which its last bit has arrived.
        begun: second at which its first bit left.
        frame: the frame.
        octets: its length on the line.
    """

    at: float
    begun: float
    frame: Frame
    octets: int


class Loss:
    """Loses frames in bursts of a fixed length, a given share of them in the long run."""

    def __init__(self, share: float, burst: int, random: Random) -> None:
        self._random = random
        self._burst = burst
        self._begin = share / (share + burst * (1 - share))
        # Somewhere in the middle of things: the first frame is lost as often as any other.
        self._left = random.randint(1, burst) if random.random() < share else 0

    def lost(self) -> bool:
        """Return whether the next frame is lost."""
        if not self._left and self._random.random() < self._begin:
            self._left = self._burst
        if self._left:
            self._left -= 1
            return True
        return False


def recording(rows: Mapping[RowKey, Row], baud: int, seconds: float) -> list[Sent]:
    """Return what a sender with that table puts on the line, from its start."""
    return list(_sent(rows, baud, seconds))


def _sent(rows: Mapping[RowKey, Row], baud: int, seconds: float) -> Iterator[Sent]:
    table = Table(EPOCH)
    carousel = Carousel(table, timing_of(baud))
    carousel.changed(table.update(rows), 0.0)
    now, sequence = 0.0, 0
    while now < seconds:
        outgoing = carousel.next(now)
        if outgoing is None:
            return
        sequence += 1
        frame = Frame(
            kind=outgoing.kind,
            link=1,
            key_id=0,
            epoch=EPOCH,
            sequence=sequence,
            sent_at_ms=int(now * 1000),
            body=outgoing.body,
            layout=LAYOUT_VERSION,
        )
        octets = len(outgoing.body) + OVERHEAD
        airtime = airtime_s(octets, baud)
        yield Sent(now + airtime, now, frame, octets)
        now += airtime * (1 + (FILLER_IDLE if outgoing.filler else 0))


def join(sent: Sequence[Sent], share: float, burst: int, random: Random) -> float | None:
    """Return after how many seconds a receiver that joins somewhere has a verified table.

    Args:
        sent: a recording much longer than that takes.
        share: of the frames that are lost.
        burst: so many in a row.
        random: seeded.

    Returns:
        Seconds, None if the recording was too short.
    """
    begin = random.randrange(len(sent) // 2)
    joined = sent[begin].begun - random.random() * (sent[begin].at - sent[begin].begun)
    loss = Loss(share, burst, random)
    reassembly = Reassembly({})
    for each in sent[begin:]:
        if loss.lost():
            continue
        reassembly.accept(each.frame)
        if reassembly.known.confirmed:
            return each.at - joined
    return None


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of `values` do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
