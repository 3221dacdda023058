"""Where things stand on the diagram: values that the base, the trains and their tests share.

Law: pure values in units of the drawing; nothing is computed from a layout here (see `plan`) and
nothing is drawn. x grows to the right, y downwards.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Place = tuple[Literal["track", "left", "right", "unsure"], str]
"""Where a train is drawn: on a track (its id), at an end of a yard (the yard's id), or in a yard
but nobody knows at which end or on which track. Yard ``""``: not even the yard is known."""


@dataclass(frozen=True)
class Segment:
    """A straight piece of track on which trains stand, from its left to its right end."""

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def length(self) -> float:
        """In units."""
        return float(((self.x2 - self.x1) ** 2 + (self.y2 - self.y1) ** 2) ** 0.5)

    def at(self, share: float) -> tuple[float, float]:
        """Return the point at `share` (0 to 1) of the way from left to right."""
        return self.x1 + (self.x2 - self.x1) * share, self.y1 + (self.y2 - self.y1) * share


@dataclass(frozen=True)
class Box:
    """A rectangle: its upper left corner and its size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Where it ends to the right."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Where it ends below."""
        return self.y + self.height

    def overlaps(self, other: Box) -> bool:
        """Return whether both share more than an edge."""
        aside = self.x >= other.right or other.x >= self.right
        return not (aside or self.y >= other.bottom or other.y >= self.bottom)


@dataclass(frozen=True)
class Geometry:
    """Where the trains of one layout stand.

    Attributes:
        width: of the whole drawing.
        height: likewise.
        train: height of a train.
        tracks: the piece on which trains stand, by track.
        platforms: by platform.
        waits: where trains wait that come or have left, by (side, yard), and ``("unsure", yard)``.
        berths: share of its segment before its platform, ``(from, to)``, by track.
    """

    width: float
    height: float
    train: float
    tracks: dict[str, Segment]
    platforms: dict[str, Box]
    waits: dict[Place, Box] = field(default_factory=dict)
    berths: dict[str, tuple[float, float]] = field(default_factory=dict)
