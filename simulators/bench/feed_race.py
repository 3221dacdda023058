"""How long until a table is complete: ours, plain repetition, Reed-Solomon per block; same line.

Law: pure and seeded. All three fill the same slots of the same recording and lose the same frames;
what differs is which symbol stands in a slot. Completion is counted, which makes 20,000 joins a
matter of seconds; `disagreements` checks the counting against the real reassembly.

The peers get their verification for nothing: they are complete when the last row is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle
from random import Random
from typing import TYPE_CHECKING

from one_way_feed.frame import FrameType
from simulators.bench.feed_link import Loss, join

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulators.bench.feed_link import Sent

    Symbol = tuple[int, int, bool]
    """Block, number within the block's data and parity together, and whether it is data."""

BLOCK = 8
"""Data symbols of a block of the Reed-Solomon peer, with as many of parity: the same share as ours,
in the block length usual where one block is decoded at a time."""


@dataclass(frozen=True)
class Slot:
    """One frame on the line: when, how long, and what it is to the receiver."""

    begun: float
    at: float
    octets: int
    kind: int
    symbol: Symbol | None


@dataclass(frozen=True)
class Course:
    """One way to fill the line.

    Attributes:
        slots: what goes over it.
        need: symbols of each block that must come.
        verified: whether completion needs a manifest or heartbeat, too.
    """

    slots: tuple[Slot, ...]
    need: dict[int, int]
    verified: bool


def ours(sent: Sequence[Sent]) -> Course:
    """Return the recording as it is."""
    slots = tuple(Slot(s.begun, s.at, s.octets, s.frame.kind, _symbol(s)) for s in sent)
    need = {s.frame.body[4]: s.frame.body[6] for s in sent if _symbol(s) is not None}
    return Course(slots, need, verified=True)


def repetition(sent: Sequence[Sent]) -> Course:
    """Return the recording with every data symbol again and again."""
    count = sum(ours(sent).need.values())
    return _filled(sent, cycle((0, n, True) for n in range(count)), {0: count})


def per_block(sent: Sequence[Sent]) -> Course:
    """Return the recording with blocks of 8 data and 8 parity symbols.

    The blocks take turns, so that a burst spreads over them; block after block was much worse.
    """
    count = sum(ours(sent).need.values())
    sizes = [min(BLOCK, count - first) for first in range(0, count, BLOCK)]
    order = [
        (b, n, n < size) for n in range(2 * BLOCK) for b, size in enumerate(sizes) if n < 2 * size
    ]
    return _filled(sent, cycle(order), dict(enumerate(sizes)))


def _symbol(sent: Sent) -> Symbol | None:
    body, kind = sent.frame.body, sent.frame.kind
    if kind not in (FrameType.SNAPSHOT, FrameType.PARITY):
        return None
    data = kind == FrameType.SNAPSHOT
    return body[4], body[7] + (0 if data else body[6]), data


def _filled(sent: Sequence[Sent], order: Iterator[Symbol], need: dict[int, int]) -> Course:
    slots = tuple(
        Slot(s.begun, s.at, s.octets, s.frame.kind, None if _symbol(s) is None else next(order))
        for s in sent
    )
    return Course(slots, need, verified=False)


def joined(course: Course, share: float, burst: int, random: Random) -> tuple[float, int] | None:
    """Return seconds and octets on the line until the table is complete; see `feed_link.join`."""
    begin = random.randrange(len(course.slots) // 2)
    first = course.slots[begin]
    start = first.begun - random.random() * (first.at - first.begun)
    loss = Loss(share, burst, random)
    seen: dict[int, set[tuple[int, bool]]] = {block: set() for block in course.need}
    missing, missing_data = len(course.need), sum(course.need.values())
    manifest, octets = not course.verified, 0
    for slot in course.slots[begin:]:
        octets += slot.octets
        if loss.lost():
            continue
        if slot.symbol is not None:
            block, number, data = slot.symbol
            have = seen[block]
            if len(have) < course.need[block] and (number, data) not in have:
                have.add((number, data))
                missing_data -= data
                missing -= len(have) == course.need[block]
        manifest = manifest or slot.kind == FrameType.MANIFEST
        beat = slot.kind == FrameType.HEARTBEAT and missing_data == 0
        if (manifest and missing == 0) or beat:
            return slot.at - start, octets
    return None


def seeded(seed: int) -> Random:
    """Return a source of chance that can be had again."""
    return Random(seed)  # noqa: S311 - a simulation, no secret


def race(course: Course, share: float, burst: int, joins: int) -> tuple[list[float], list[int]]:
    """Return seconds and octets of so many joins; one that found no end counts as infinite."""
    ends = [joined(course, share, burst, seeded(seed)) for seed in range(joins)]
    return (
        [float("inf") if end is None else end[0] for end in ends],
        [1 << 40 if end is None else end[1] for end in ends],
    )


def disagreements(sent: Sequence[Sent], share: float, burst: int, joins: int) -> int:
    """Return in how many joins counting and the real reassembly end at different frames."""
    course = ours(sent)
    different = 0
    for seed in range(joins):
        counted = joined(course, share, burst, seeded(seed))
        real = join(sent, share, burst, seeded(seed))
        different += (None if counted is None else counted[0]) != real
    return different
