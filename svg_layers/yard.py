"""One yard while it is laid out: first heights, then widths when the common scale is known.

Law: pure. A track that is closed at one end (尽头线) is not led to there. Beside through tracks a
bay begins at its open end, close to the ladder; where all tracks are closed at the same end, as in
a terminus, their buffer stops stand in one line, and the drawing has nothing beyond.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from station_config.diagram import Side
from station_config.model import TrackKind
from svg_layers.geometry import Box, Segment
from svg_layers.rows import What, rows_of
from svg_layers.throat import END, MARGIN, Throat

if TYPE_CHECKING:
    from station_config.model import Layout, Yard
    from svg_layers.geometry import Place
    from svg_layers.rows import Row
    from svg_layers.throat import Points

HEADER = 40.0
"""Room above a yard's first row."""

FOOT = 8.0
"""Room below its last."""

SHORTEST_TRACK, SHORTEST_PLATFORM = 0.34, 0.24
"""Shares of the longest segment that there is room for: shorter ones are not to scale."""


@dataclass(frozen=True)
class Rows:
    """How high rows are, in units.

    Attributes:
        share: height of a platform's row, in rows of a track.
        train: height of a train; of the two kinds below, likewise a share.
        track: height of a track's row.
    """

    share: float
    train: float
    track: float = 1.0

    @property
    def platform(self) -> float:
        """Height of a platform's row."""
        return self.share * self.track


ROOMY = Rows(share=0.66, train=0.74)
"""Platforms have their name inside."""

THIN = Rows(share=0.5, train=0.86)
"""Many tracks: platforms have their name beside them."""


@dataclass(frozen=True)
class Line:
    """A rail that is only looked at: points from its end of the yard inwards."""

    points: Points
    main: bool = False


@dataclass(frozen=True)
class YardPlan:
    """One yard: its box, its rails beside the segments, and its turnouts.

    Attributes:
        open: the ends that tracks lead to.
        beside: by platform: the nearest track above and below.
    """

    id: str
    box: Box
    rails: tuple[Line, ...]
    turnouts: tuple[tuple[float, float], ...]
    open: tuple[Side, ...]
    beside: dict[str, list[str]]


class YardLayout:
    """A yard of a layout.

    Args:
        layout: whose.
        yard: which.
        top: where it begins.
        rows: how high they are.
        width: of the whole drawing.

    Attributes:
        available: length that there is room for, by track.
    """

    def __init__(self, layout: Layout, yard: Yard, top: float, rows: Rows, width: float) -> None:
        self._width = width
        self.id = yard.id
        self._known = {t.id: t for t in layout.tracks if t.yard == yard.id}
        self._platform_lengths = {p.id: p.length_m for p in layout.platforms}
        self._middle: list[tuple[Row, float, float]] = []
        y = top + HEADER
        for each in rows_of(layout, yard.id):
            high = rows.track if each.what is What.TRACK else rows.platform
            self._middle.append((each, _round(y + high / 2), high))
            y += high
        self.box = Box(MARGIN, top, width - 2 * MARGIN, _round(y + FOOT - top))
        self._at = {r.id: at for r, at, _ in self._middle if r.what is What.TRACK}
        self._throats = {side: self._throat(side) for side in Side}
        self._heads = {track: self._head(track) for track in self._at}
        self._centre = self._find_centre()
        self.available = {t: self._room(at) for t, at in self._at.items()}

    def scales(self) -> list[float]:
        """Units for a metre with which each track would just fit."""
        return [self.available[t] / self._known[t].length_m for t in self._at]

    def segments(self, scale: float, widest: float) -> dict[str, Segment]:
        """Where trains stand, with the common scale."""
        found = {}
        for track, at in self._at.items():
            long = max(self._known[track].length_m * scale, SHORTEST_TRACK * widest)
            x1, x2 = self._between(track, min(long, self.available[track]))
            found[track] = Segment(_round(x1), at, _round(x2), at)
        return found

    def boxes(self, scale: float, widest: float) -> dict[str, Box]:
        """The platforms; none reaches into a ladder."""
        segments = self.segments(scale, widest)
        found = {}
        for index, (row, at, high) in enumerate(self._middle):
            if row.what is What.PLATFORM:
                wanted = max(self._platform_lengths[row.id] * scale, SHORTEST_PLATFORM * widest)
                room = min((segments[t].length for t in self._beside(index)), default=widest)
                x, wide = self._along(row.id, min(wanted, room), segments)
                thick = _round(high - 4)
                found[row.id] = Box(_round(x), _round(at - thick / 2), _round(wide), thick)
        return found

    def waits(self) -> dict[Place, Box]:
        """Where trains wait that are not on a track."""
        y, high = self.box.y + HEADER, self.box.height - HEADER - FOOT
        middle = Box(self._width / 2 - 220, self.box.y + 3, 600, HEADER - 5)
        found: dict[Place, Box] = {("unsure", self.id): middle}
        for side in self._leading():
            x = MARGIN + 6 if side is Side.LEFT else self._width - MARGIN - END + 14
            found[side.value, self.id] = Box(x, y, END - 20, high)
        return found

    def plan(self, segments: dict[str, Segment]) -> YardPlan:
        """The rails from the segments to the ends, and the turnouts."""
        rails: list[Line] = []
        turnouts: list[tuple[float, float]] = []
        for track, at in self._at.items():
            on = segments[track]
            for side in (side for side in Side if self._known[track].closed is not side):
                throat = self._throats[side]
                start = on.x1 if side is Side.LEFT else self._width - on.x2
                points = self._seen(side, throat.rails(at, _round(start)))
                rails.append(Line(points, main=throat.leads_out(at)))
                if not throat.leads_out(at):
                    turnouts.append(points[-2])
        for side in Side:
            rails += [Line(self._seen(side, each)) for each in self._throats[side].crossovers()]
        beside = {
            row.id: self._beside(index)
            for index, (row, _, _) in enumerate(self._middle)
            if row.what is What.PLATFORM
        }
        return YardPlan(self.id, self.box, tuple(rails), tuple(turnouts), self._leading(), beside)

    def _throat(self, side: Side) -> Throat:
        tracks = [(t, at) for t, at in self._at.items() if self._known[t].closed is not side]
        mains = {t.id for t in self._known.values() if t.kind is TrackKind.MAIN}
        return Throat(tracks, mains, self._width)

    def _leading(self) -> tuple[Side, ...]:
        return tuple(side for side in Side if self._throats[side].leads)

    def _head(self, track: str) -> Side | None:
        """Return the end at which a track and all others of its platform are closed."""
        ends = {self._known[t].closed for t in self._group(track)}
        return ends.pop() if len(ends) == 1 else None

    def _group(self, track: str) -> list[str]:
        platform = self._known[track].platform
        return [t for t in self._at if t == track or (platform and platform == self._served(t))]

    def _served(self, track: str) -> str | None:
        return self._known[track].platform

    def _find_centre(self) -> float:
        """Return the middle of what there is room for; it is lopsided where a throat is missing."""
        if len(self._leading()) != 1:
            return self._width / 2
        left, right = (
            max(self._throats[side].inner(at) for at in self._at.values()) for side in Side
        )
        return _round((left + self._width - right) / 2)

    def _room(self, at: float) -> float:
        left = self._centre - self._throats[Side.LEFT].inner(at)
        right = self._width - self._throats[Side.RIGHT].inner(at) - self._centre
        return _round(2 * min(left, right))

    def _between(self, track: str, long: float) -> tuple[float, float]:
        """Return from where to where a track of such a length lies."""
        head = self._heads[track]
        if head is None:
            return self._centre - long / 2, self._centre + long / 2
        anchor = head.other if self._throats[head].leads else head
        near = max(self._throats[anchor].inner(self._at[t]) for t in self._group(track))
        far = self._width - self._throats[anchor.other].inner(self._at[track])
        end = min(near + long, far)
        return (near, end) if anchor is Side.LEFT else (self._width - end, self._width - near)

    def _along(
        self, platform: str, wide: float, segments: dict[str, Segment]
    ) -> tuple[float, float]:
        """Return where a platform begins, and its width: at the buffer stops where all have one."""
        own = [t for t in self._at if self._served(t) == platform]
        head = self._heads[own[0]] if own else None
        if head is None:
            return self._centre - wide / 2, wide
        begin, end = max(segments[t].x1 for t in own), min(segments[t].x2 for t in own)
        wide = min(wide, end - begin)
        return (begin if head is Side.LEFT else end - wide), wide

    def _beside(self, index: int) -> list[str]:
        """Return the nearest track above and below row `index`."""
        above = [r.id for r, _, _ in self._middle[:index] if r.what is What.TRACK][-1:]
        below = [r.id for r, _, _ in self._middle[index:] if r.what is What.TRACK][:1]
        return above + below

    def _seen(self, side: Side, points: Points) -> Points:
        """Return points that are counted from an end as they are on the drawing."""
        if side is Side.LEFT:
            return points
        return tuple((_round(self._width - x), y) for x, y in points)


def _round(value: float) -> float:
    return round(value, 1)
