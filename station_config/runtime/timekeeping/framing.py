"""Frames of a fixed length out of a stream of octets that may begin anywhere and be damaged.

Law: octets in, values out; no port. What a frame says is its own module's. A frame that is not good
is counted and given up octet by octet, so that a good one in the middle of it is not lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from protocol.errors import DeviceError

if TYPE_CHECKING:
    from collections.abc import Callable

Told = TypeVar("Told")


@dataclass(frozen=True)
class Framed(Generic[Told]):
    """A good frame.

    Attributes:
        value: what it says.
        since: octets from its first one to the last one that was fed: how long ago it began.
    """

    value: Told
    since: int


class Framer(Generic[Told]):
    """Finds frames.

    Args:
        head: the octets that a frame begins with.
        length: of a frame in octets.
        parse: makes a value of one; `DeviceError` if it is not good.
        mask: laid over each octet, e.g. 0x7F where the eighth bit is a parity bit.

    Attributes:
        bad: frames that were not good.
        skipped: octets that belonged to no good frame.
        why: what was wrong with the last bad one.
    """

    def __init__(
        self, head: bytes, length: int, parse: Callable[[bytes], Told], *, mask: int = 0xFF
    ) -> None:
        self._head = head
        self._length = length
        self._parse = parse
        self._mask = mask
        self._held = b""
        self.bad = 0
        self.skipped = 0
        self.why = ""

    @property
    def pending(self) -> int:
        """Octets of a frame that has begun and is not whole yet."""
        return len(self._held)

    def feed(self, octets: bytes) -> list[Framed[Told]]:
        """Take octets; return the frames that are whole now."""
        self._held += bytes(each & self._mask for each in octets)
        found: list[Framed[Told]] = []
        while self._begin():
            try:
                value = self._parse(self._held[: self._length])
            except DeviceError as error:
                self.bad += 1
                self.why = error.message
                self._drop(1)
            else:
                found.append(Framed(value, len(self._held)))
                self._held = self._held[self._length :]
        return found

    def _begin(self) -> bool:
        """Drop what no frame begins with; return whether a whole one is there."""
        at = self._held.find(self._head)
        self._drop(at if at >= 0 else self._without_head())
        return len(self._held) >= self._length

    def _without_head(self) -> int:
        """Return how many octets can go: the last ones may be the beginning of a head."""
        for kept in range(len(self._head) - 1, 0, -1):
            if self._held.endswith(self._head[:kept]):
                return len(self._held) - kept
        return len(self._held)

    def _drop(self, octets: int) -> None:
        self.skipped += octets
        self._held = self._held[octets:]
