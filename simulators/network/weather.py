"""What happens to a packet on a bad network: it is lost, or it comes late.

Law: pure. Packets keep their order (one path, one queue); the random source is an argument.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random


@dataclass(frozen=True)
class Weather:
    """How bad the network is, each way.

    Attributes:
        loss: share of packets that are lost, 0 to 1.
        delay_s: seconds that a packet takes.
        jitter_s: up to so many more seconds, evenly spread.
        cut: nothing gets through.
    """

    loss: float = 0.0
    delay_s: float = 0.0
    jitter_s: float = 0.0
    cut: bool = False


FINE = Weather()


class Passage:
    """One direction of the network."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._waiting: deque[tuple[float, bytes]] = deque()
        self.carried = 0
        self.lost = 0

    def enter(self, packet: bytes, now: float, weather: Weather) -> None:
        """Take a packet at `now`, real seconds."""
        if weather.cut or self._random.random() < weather.loss:
            self.lost += 1
            return
        due = now + weather.delay_s + self._random.random() * weather.jitter_s
        if self._waiting:
            due = max(due, self._waiting[-1][0])
        self._waiting.append((due, packet))

    def leave(self, now: float) -> list[bytes]:
        """Return the packets that have arrived by `now`, in their order."""
        arrived = []
        while self._waiting and self._waiting[0][0] <= now:
            arrived.append(self._waiting.popleft()[1])
        self.carried += len(arrived)
        return arrived

    @property
    def next_due(self) -> float | None:
        """When the next packet arrives, None if none is on its way."""
        return self._waiting[0][0] if self._waiting else None
