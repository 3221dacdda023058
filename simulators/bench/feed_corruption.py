"""Frames damaged in every way that a serial line knows, and what the receiver makes of them.

Law: pure and seeded: a run can be had again. A frame counts as wrongly accepted when it passes and
is none of those that were sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from one_way_feed.frame import Chunks, authenticate, unseal
from simulators.line.uart import line_levels, sample

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from one_way_feed.keys import KeyRing

    Damage = Callable[[bytes, bytes, Random], bytes]
    """Damages a frame; the second argument is another frame, for splices."""

BURST_OCTETS = 24
RATIOS = (0.5, 0.9, 0.94, 1.06, 1.1, 2.0)
"""Wrong speeds, the receiver's over the sender's."""


@dataclass
class Outcome:
    """What a campaign has found.

    Attributes:
        frames: damaged.
        untouched: came out of the damage as they were, and are not counted in `frames`.
        crc_wrong: accepted by CRC and stuffing alone, the tag not looked at.
        wrong: accepted by the receiver.
        by_kind: frames by kind of damage.
    """

    frames: int = 0
    untouched: int = 0
    crc_wrong: int = 0
    wrong: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)


def flip(frame: bytes, _other: bytes, random: Random) -> bytes:
    """Flip 1 to 8 bits."""
    damaged = bytearray(frame)
    for _ in range(random.randint(1, 8)):
        damaged[random.randrange(len(damaged))] ^= 1 << random.randrange(8)
    return bytes(damaged)


def burst(frame: bytes, _other: bytes, random: Random) -> bytes:
    """Replace a run of octets by noise."""
    length = random.randint(1, min(BURST_OCTETS, len(frame)))
    at = random.randrange(len(frame) - length + 1)
    return frame[:at] + random.randbytes(length) + frame[at + length :]


def drop(frame: bytes, _other: bytes, random: Random) -> bytes:
    """Lose 1 to 3 octets."""
    damaged = bytearray(frame)
    for _ in range(random.randint(1, 3)):
        del damaged[random.randrange(len(damaged))]
    return bytes(damaged)


def insert(frame: bytes, _other: bytes, random: Random) -> bytes:
    """Gain 1 to 3 octets."""
    damaged = bytearray(frame)
    for _ in range(random.randint(1, 3)):
        damaged.insert(random.randrange(len(damaged) + 1), random.randrange(256))
    return bytes(damaged)


def truncate(frame: bytes, _other: bytes, random: Random) -> bytes:
    """Lose the end, the delimiter kept: the sender lost its power."""
    return frame[: random.randrange(1, len(frame) - 1)] + b"\0"


def splice(frame: bytes, other: bytes, random: Random) -> bytes:
    """Begin as one frame and end as another."""
    return frame[: random.randrange(len(frame))] + other[random.randrange(len(other)) :]


def swap(frame: bytes, _other: bytes, random: Random) -> bytes:
    """Exchange two octets: a sum would not see it."""
    damaged = bytearray(frame)
    a, b = random.randrange(len(damaged)), random.randrange(len(damaged))
    damaged[a], damaged[b] = damaged[b], damaged[a]
    return bytes(damaged)


def seven_bit(frame: bytes, _other: bytes, _random: Random) -> bytes:
    """Lose the eighth bit: one side is set to 7 data bits."""
    return bytes(octet & 0x7F for octet in frame)


def wrong_baud(frame: bytes, _other: bytes, random: Random) -> bytes:
    """Read at another speed."""
    return sample(line_levels(frame), random.choice(RATIOS))


DAMAGES: tuple[tuple[Damage, int], ...] = (
    (flip, 30),
    (burst, 16),
    (drop, 16),
    (insert, 14),
    (truncate, 8),
    (splice, 8),
    (swap, 6),
    (seven_bit, 1),
    (wrong_baud, 1),
)
"""Kinds and how many of a hundred; the last two are slow to make and never come close."""


def campaign(frames: Sequence[bytes], count: int, keys: KeyRing, random: Random) -> Outcome:
    """Damage `count` frames, each between two intact ones, and try to receive them.

    Args:
        frames: as they go over the line, delimiters included.
        count: how many to damage.
        keys: what the frames are signed with.
        random: seeded.
    """
    outcome = Outcome()
    inners = {unseal(frame[1:-1]) for frame in frames}
    kinds = [damage for damage, weight in DAMAGES for _ in range(weight)]
    while outcome.frames < count:
        frame, other = random.choice(frames), random.choice(frames)
        damage = random.choice(kinds)
        damaged = damage(frame, other, random)
        if damaged in (frame, other):
            outcome.untouched += 1
            continue
        outcome.frames += 1
        name = getattr(damage, "__name__", "")
        outcome.by_kind[name] = outcome.by_kind.get(name, 0) + 1
        for chunk in Chunks().feed(damaged + other[:1]):
            inner = unseal(chunk)
            if inner is not None and inner not in inners:
                outcome.crc_wrong += 1
                outcome.wrong += authenticate(inner, keys) is not None
    return outcome
