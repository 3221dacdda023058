"""Where is spoken: which zones hear each other, which rest at night, how loud each is.

Law: pure. What the scheduler asks about zones is the port `Zones`; the station's configuration
answers it. Nothing here knows what is spoken.

Two zones are neighbours if people in one hear the other well enough to be confused. Neighbours
never speak at the same moment, but the same words in unison.

    saying for A B D, A and B neighbours:   {A B} together, {D} by itself   (`parts`)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from protocol.times import Instant
    from subsystems.broadcast.model import Priority


class Zones(Protocol):
    """What the scheduler asks about the station's zones."""

    @property
    def order(self) -> tuple[str, ...]:
        """Ids of all zones, as configured."""
        ...

    def neighbours(self, zone: str) -> frozenset[str]:
        """Return the zones that hear `zone`; symmetric, without itself."""
        ...

    def rests(self, zone: str, now: Instant, priority: Priority) -> bool:
        """Return whether quiet hours forbid `priority` in `zone` at `now`; never an emergency."""
        ...

    def gain_db(self, zone: str, now: Instant) -> float:
        """Return the loudness of `zone` at `now` against normal."""
        ...


@dataclass(frozen=True)
class PlainZones:
    """Zones that never rest.

    Attributes:
        order: ids.
        heard: by zone, those that hear it; symmetric.
    """

    order: tuple[str, ...]
    heard: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def neighbours(self, zone: str) -> frozenset[str]:
        """Return the zones that hear `zone`."""
        return self.heard.get(zone, frozenset())

    def rests(self, zone: str, now: Instant, priority: Priority) -> bool:  # noqa: ARG002 - port
        """Return False."""
        return False

    def gain_db(self, zone: str, now: Instant) -> float:  # noqa: ARG002 - port
        """Return 0."""
        return 0.0


class Surveyed:
    """Zones whose order and neighbours were asked once: they are asked thousands of times a second.

    Args:
        zones: what is configured.
    """

    def __init__(self, zones: Zones) -> None:
        self._zones = zones
        self.order = zones.order
        self._heard = {zone: zones.neighbours(zone) for zone in self.order}

    def neighbours(self, zone: str) -> frozenset[str]:
        """Return the zones that hear `zone`."""
        return self._heard.get(zone, frozenset())

    def rests(self, zone: str, now: Instant, priority: Priority) -> bool:
        """Return whether quiet hours forbid `priority` in `zone` at `now`."""
        return self._zones.rests(zone, now, priority)

    def gain_db(self, zone: str, now: Instant) -> float:
        """Return the loudness of `zone` at `now` against normal."""
        return self._zones.gain_db(zone, now)


def mutual(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """Return who hears whom, of `pairs` that hear each other."""
    heard: dict[str, set[str]] = {}
    for one, other in pairs:
        heard.setdefault(one, set()).add(other)
        heard.setdefault(other, set()).add(one)
    return {zone: frozenset(others - {zone}) for zone, others in heard.items()}


def halo(zones: Zones, some: Iterable[str]) -> frozenset[str]:
    """Return `some` and their neighbours: nothing else may be spoken there meanwhile."""
    some = frozenset(some)
    return some.union(*(zones.neighbours(zone) for zone in some))


def parts(zones: Zones, some: Iterable[str]) -> list[tuple[str, ...]]:
    """Return `some` in parts that do not hear each other, each in the order of the configuration.

    A part begins everywhere at the same moment; parts begin when they can.
    """
    left = set(some)
    found = []
    for first in zones.order:
        if first not in left:
            continue
        part, edge = {first}, {first}
        while edge:
            edge = {n for zone in edge for n in zones.neighbours(zone)} & left - part
            part |= edge
        left -= part
        found.append(tuple(zone for zone in zones.order if zone in part))
    return found
