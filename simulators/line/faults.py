"""Everything that can happen to bytes on a bad line.

Law: pure; bytes in, bytes out, chance from the random source, time as an argument. A fault is drawn
as the gap to the next one, so that a nearly clean line costs next to nothing per byte.

Order on the way: stuck or break (the line itself), wrong speed (the receiver), bits, bursts, lost
bytes, added bytes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from protocol.errors import OperatorError
from simulators.line.uart import BITS_PER_BYTE, line_levels, sample

if TYPE_CHECKING:
    from random import Random

_DATA_BITS = 8
_BREAK = b"\x00"
"""A break reads as one zero byte, however long it is (termios: without IGNBRK, BRKINT, PARMRK)."""


class Silence(StrEnum):
    """Why nothing comes."""

    STUCK = "stuck"
    """The line stays idle: a cable pulled out, a driver dead."""
    BREAK = "break"
    """The line stays low."""


@dataclass(frozen=True)
class FaultSettings:
    """What is wrong with the line. Probabilities are between 0 and 1.

    Attributes:
        bit_error_rate: per data bit: it is flipped.
        burst: per byte: the next `burst_bytes` bytes are noise.
        burst_bytes: length of a burst.
        drop: per byte: it is lost (its start bit was not seen).
        insert: per byte: a random byte comes after it (noise taken for a start bit).
        receiver_ratio: the receiver's speed divided by the sender's.
        stuck: per byte: the line falls silent for `silence_seconds`.
        brk: per byte: a break of `silence_seconds` begins.
        silence_seconds: see there.
    """

    bit_error_rate: float = 0.0
    burst: float = 0.0
    burst_bytes: int = 16
    drop: float = 0.0
    insert: float = 0.0
    receiver_ratio: float = 1.0
    stuck: float = 0.0
    brk: float = 0.0
    silence_seconds: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what is no probability and no speed."""
        for name in ("bit_error_rate", "burst", "drop", "insert", "stuck", "brk"):
            value = getattr(self, name)
            if not 0.0 <= value <= 1.0:
                raise OperatorError(f"{name} is a probability from 0 to 1, not {value}")
        if self.receiver_ratio <= 0 or self.burst_bytes < 1 or self.silence_seconds < 0:
            raise OperatorError("speeds and lengths of a line are greater than 0")


CLEAN = FaultSettings()


@dataclass
class FaultCounters:
    """What has been done to the bytes so far."""

    taken: int = 0
    bits_flipped: int = 0
    bursts: int = 0
    dropped: int = 0
    inserted: int = 0
    silenced: int = 0
    garbled: int = 0
    given: int = 0


@dataclass
class _Gap:
    """Counts down to the next fault of one kind."""

    probability: float
    random: Random
    left: int = field(init=False)

    def __post_init__(self) -> None:
        self.left = self._draw()

    def hits(self, count: int) -> list[int]:
        """Return the positions among the next `count` at which the fault happens."""
        found = []
        position = self.left
        while position < count:
            found.append(position)
            position += 1 + self._draw()
        self.left = position - count
        return found

    def _draw(self) -> int:
        """The number of positions without a fault: the geometric law, from one draw."""
        if self.probability <= 0.0:
            return 1 << 62
        if self.probability >= 1.0:
            return 0
        uniform = 1.0 - self.random.random()
        return int(math.log(uniform) / math.log1p(-self.probability))


class LineFaults:
    """A bad line: takes bytes, gives what arrives of them.

    Args:
        settings: what is wrong.
        random: where chance comes from.

    Attributes:
        counters: what was done so far.
        silence: set by hand: the line is stuck or broken until it is set to None again.
    """

    def __init__(self, settings: FaultSettings, random: Random) -> None:
        self.counters = FaultCounters()
        self.silence: Silence | None = None
        self._settings = settings
        self._random = random
        self._bits = _Gap(settings.bit_error_rate, random)
        self._bursts = _Gap(settings.burst, random)
        self._drops = _Gap(settings.drop, random)
        self._inserts = _Gap(settings.insert, random)
        self._stuck = _Gap(settings.stuck, random)
        self._breaks = _Gap(settings.brk, random)
        self._noise_left = 0
        self._silent_until = -math.inf
        self._was_broken = False

    def carry(self, data: bytes, now: float) -> bytes:
        """Return what arrives when `data` is sent.

        Args:
            data: in the order of sending; may be cut anywhere.
            now: seconds, growing; decides when a silence ends.
        """
        self.counters.taken += len(data)
        given = self._through_silence(data, now)
        if given and self._settings.receiver_ratio != 1.0:
            given = sample(line_levels(given), self._settings.receiver_ratio)
            self.counters.garbled += len(given)
        given = self._flip(given)
        given = self._burst(given)
        given = self._insert(self._drop(given))
        self.counters.given += len(given)
        return given

    def _through_silence(self, data: bytes, now: float) -> bytes:
        if self.silence is not None:
            begins = self.silence is Silence.BREAK and not self._was_broken
            self._was_broken = self.silence is Silence.BREAK
            self.counters.silenced += len(data)
            return _BREAK if begins else b""
        self._was_broken = False
        if now < self._silent_until:
            self.counters.silenced += len(data)
            return b""
        stuck, broken = self._stuck.hits(len(data)), self._breaks.hits(len(data))
        if not stuck and not broken:
            return data
        first = min(stuck + broken)
        self._silent_until = now + self._settings.silence_seconds
        self.counters.silenced += len(data) - first
        return data[:first] + (_BREAK if first in broken else b"")

    def _flip(self, data: bytes) -> bytes:
        hits = self._bits.hits(len(data) * _DATA_BITS)
        if not hits:
            return data
        self.counters.bits_flipped += len(hits)
        flipped = bytearray(data)
        for hit in hits:
            flipped[hit // _DATA_BITS] ^= 1 << hit % _DATA_BITS
        return bytes(flipped)

    def _burst(self, data: bytes) -> bytes:
        begins = self._bursts.hits(len(data))
        if not begins and not self._noise_left:
            return data
        self.counters.bursts += len(begins)
        noisy = bytearray(data)
        for position in range(len(noisy)):
            if position in begins:
                self._noise_left = self._settings.burst_bytes
            if self._noise_left:
                noisy[position] = self._random.randrange(256)
                self._noise_left -= 1
        return bytes(noisy)

    def _drop(self, data: bytes) -> bytes:
        hits = self._drops.hits(len(data))
        if not hits:
            return data
        self.counters.dropped += len(hits)
        lost = set(hits)
        return bytes(byte for position, byte in enumerate(data) if position not in lost)

    def _insert(self, data: bytes) -> bytes:
        hits = self._inserts.hits(len(data))
        self.counters.inserted += len(hits)
        longer = bytearray(data)
        for hit in reversed(hits):
            longer.insert(hit + 1, self._random.randrange(256))
        return bytes(longer)


def seconds_on_the_wire(count: int, baud: int) -> float:
    """Return how long `count` bytes take at `baud` bits a second."""
    return count * BITS_PER_BYTE / baud
