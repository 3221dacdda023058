"""From a layout to lines and boxes: the yards one below another, each with a throat at either end.

Law: pure and deterministic. How the turnouts really lie is not configured, so the throats are
schematic: each track joins the nearest main track, or the middle one, by a ladder of turnouts, and
main tracks lead to both ends. Lengths are to scale as far as there is room.

    end │ throat ╱──── label ═══ segment ═══ label ────╲ throat │ end
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from station_config.model import TrackKind
from svg_layers.geometry import Box, Geometry, Place, Segment
from svg_layers.rows import What, rows_of

if TYPE_CHECKING:
    from station_config.model import Layout, Yard
    from svg_layers.rows import Row

NARROWEST, WIDEST = 1600.0, 3000.0
ASPECT = 2.05
"""Width for its height: that of a page's pane on a screen of 16:9."""

MARGIN = 12.0
END = 196.0
"""Width of the strip at either end in which trains wait that come or have left."""

HEADER = 40.0
BETWEEN = 14.0
"""Room above a yard's first row, and between yards."""

FILLED = 690.0
"""Height that the rows should fill together: then the narrowest drawing fills its pane."""

TALLEST, LOWEST = 46.0, 25.0
"""Height of a track's row, in units; the lowest still has room for a readable number."""

PLATFORM_SHARE = 0.66
TRAIN_SHARE = 0.74
LADDER = 0.16
STEEPEST = 1.1
"""Longest ladder as a share of the width, and how far it goes inwards for a unit downwards."""

FIRST = 40.0
"""From the strip at an end to the first turnout of a ladder: there main tracks are joined."""

LABEL = 84.0
"""Room for a track's label and its signal, between the turnout and its segment."""

SHORTEST_TRACK, SHORTEST_PLATFORM = 0.34, 0.24
"""Shares of the longest segment that there is room for: shorter ones are not to scale."""

BERTH = (0.2, 0.8)
"""Share of its segment on which a train stands on a track without a platform."""


@dataclass(frozen=True)
class Line:
    """A rail that is only looked at: points from left to right."""

    points: tuple[tuple[float, float], ...]
    main: bool = False


@dataclass(frozen=True)
class YardPlan:
    """One yard: its box, its rails beside the segments, and its turnouts."""

    id: str
    box: Box
    rails: tuple[Line, ...]
    turnouts: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Plan:
    """The whole drawing."""

    geometry: Geometry
    yards: tuple[YardPlan, ...]


def make_plan(layout: Layout) -> Plan:
    """Return the plan of `layout`; equal layouts give equal plans."""
    row = _row_height(layout)
    width = _width(layout, row)
    y = MARGIN
    yards = []
    for yard in layout.yards:
        made = _Yard(layout, yard, y, row, width)
        yards.append(made)
        y = made.box.bottom + BETWEEN
    height = y - BETWEEN + MARGIN
    scale = min((s for made in yards for s in made.scales()), default=1.0)
    widest = max((s for made in yards for s in made.available.values()), default=width)
    tracks: dict[str, Segment] = {}
    platforms: dict[str, Box] = {}
    berths: dict[str, tuple[float, float]] = {}
    waits: dict[Place, Box] = {("unsure", ""): Box(width / 2 - 200, 2, 400, MARGIN)}
    for made in yards:
        tracks |= made.segments(scale, widest)
        platforms |= made.boxes(scale, widest)
        waits |= made.waits()
    for track in layout.tracks:
        berths[track.id] = _berth(tracks[track.id], platforms.get(track.platform or ""))
    geometry = Geometry(width, height, _round(row * TRAIN_SHARE), tracks, platforms, waits, berths)
    return Plan(geometry, tuple(made.plan(tracks) for made in yards))


def _row_height(layout: Layout) -> float:
    rows = len(layout.tracks) + PLATFORM_SHARE * len(layout.platforms)
    fixed = len(layout.yards) * HEADER
    return _round(max(LOWEST, min(TALLEST, (FILLED - fixed) / max(rows, 1.0))))


def _width(layout: Layout, row: float) -> float:
    rows = len(layout.tracks) + PLATFORM_SHARE * len(layout.platforms)
    height = rows * row + len(layout.yards) * (HEADER + BETWEEN) + 2 * MARGIN
    return _round(max(NARROWEST, min(WIDEST, height * ASPECT)))


def _berth(segment: Segment, platform: Box | None) -> tuple[float, float]:
    if platform is None or segment.length == 0:
        return BERTH
    begin = (platform.x - segment.x1) / (segment.x2 - segment.x1)
    end = (platform.right - segment.x1) / (segment.x2 - segment.x1)
    return max(0.0, round(begin, 4)), min(1.0, round(end, 4))


class _Yard:
    """A yard while it is laid out: first heights, then widths when the common scale is known."""

    def __init__(self, layout: Layout, yard: Yard, top: float, row: float, width: float) -> None:
        self._width = width
        self.id = yard.id
        self._lengths = {t.id: t.length_m for t in layout.tracks}
        self._platform_lengths = {p.id: p.length_m for p in layout.platforms}
        self._rows = rows_of(layout, yard.id)
        self._row = row
        self._middle: list[tuple[Row, float, float]] = []
        y = top + HEADER
        for each in self._rows:
            high = row if each.what is What.TRACK else row * PLATFORM_SHARE
            self._middle.append((each, _round(y + high / 2), high))
            y += high
        self.box = Box(MARGIN, top, width - 2 * MARGIN, _round(y + 8 - top))
        mains = {t.id for t in layout.tracks if t.kind is TrackKind.MAIN}
        self._tracks = [(r.id, at) for r, at, _ in self._middle if r.what is What.TRACK]
        self.mains = _mains(self._tracks, mains)
        self._lead = {track: _nearest(at, self.mains) for track, at in self._tracks}
        farthest = max((abs(at - self._lead[t]) for t, at in self._tracks), default=0.0)
        self._slope = min(STEEPEST, LADDER * width / farthest) if farthest else STEEPEST
        self.available = {t: _round(width - 2 * self._inner(t, at)) for t, at in self._tracks}

    def scales(self) -> list[float]:
        """Units for a metre with which each track would just fit."""
        return [self.available[t] / self._lengths[t] for t, _ in self._tracks]

    def segments(self, scale: float, widest: float) -> dict[str, Segment]:
        """Where trains stand, with the common scale."""
        found = {}
        for track, at in self._tracks:
            long = max(self._lengths[track] * scale, SHORTEST_TRACK * widest)
            half = min(long, self.available[track]) / 2
            found[track] = Segment(
                _round(self._width / 2 - half), at, _round(self._width / 2 + half), at
            )
        return found

    def boxes(self, scale: float, widest: float) -> dict[str, Box]:
        """The platforms; none reaches into a ladder."""
        segments = self.segments(scale, widest)
        found = {}
        for index, (row, at, high) in enumerate(self._middle):
            if row.what is What.PLATFORM:
                beside = self._beside(index)
                room = min((segments[t].length for t in beside), default=widest)
                wanted = max(self._platform_lengths[row.id] * scale, SHORTEST_PLATFORM * widest)
                wide, thick = _round(min(wanted, room)), _round(high - 4)
                x, y = _round((self._width - wide) / 2), _round(at - thick / 2)
                found[row.id] = Box(x, y, wide, thick)
        return found

    def waits(self) -> dict[Place, Box]:
        """Where trains wait that are not on a track."""
        y, high = self.box.y + HEADER, self.box.height - HEADER - 8
        left = Box(MARGIN + 6, y, END - 20, high)
        right = Box(self._width - MARGIN - END + 14, y, END - 20, high)
        middle = Box(self._width / 2 - 220, self.box.y + 3, 600, HEADER - 5)
        return {("left", self.id): left, ("right", self.id): right, ("unsure", self.id): middle}

    def plan(self, segments: dict[str, Segment]) -> YardPlan:
        """The rails from the segments to the ends, and the turnouts."""
        rails: list[Line] = []
        turnouts: list[tuple[float, float]] = []
        for track, at in self._tracks:
            through = at in self.mains
            segment = segments[track]
            start = self.box.x if through else self._turnout(track, at)
            for side in (_same, self._mirrored):
                outer, inner = (side(start), at), (side(segment.x1), at)
                points = [outer, inner]
                if not through and self._is_last(track, at):
                    points.insert(0, (side(self._first()), self._lead[track]))
                if not through:
                    turnouts.append(outer)
                if points[-1] != points[-2] or len(points) > 2:  # noqa: PLR2004 - a bend
                    rails.append(Line(tuple(points), main=through))
        rails += self._crossovers()
        return YardPlan(self.id, self.box, tuple(rails), tuple(turnouts))

    def _mirrored(self, x: float) -> float:
        return _round(self._width - x)

    def _first(self) -> float:
        return MARGIN + END + FIRST

    def _turnout(self, track: str, at: float) -> float:
        return _round(self._first() + abs(at - self._lead[track]) * self._slope)

    def _inner(self, track: str, at: float) -> float:
        return self._turnout(track, at) + LABEL

    def _is_last(self, track: str, at: float) -> bool:
        """Whether the ladder that `track` is on ends with it: then it draws the ladder."""
        lead = self._lead[track]
        same = [
            y for t, y in self._tracks if self._lead[t] == lead and (y - lead) * (at - lead) > 0
        ]
        return abs(at - lead) == max(abs(y - lead) for y in same)

    def _beside(self, index: int) -> list[str]:
        """Return the nearest track above and below row `index`."""
        above = [r.id for r, _, _ in self._middle[:index] if r.what is What.TRACK][-1:]
        below = [r.id for r, _, _ in self._middle[index:] if r.what is What.TRACK][:1]
        return above + below

    def _crossovers(self) -> list[Line]:
        """Between neighbouring main tracks: one down, one up, at each end."""
        left, right = MARGIN + END + 2, MARGIN + END + FIRST - 8
        return [
            Line(((side(left), upper), (side(right), lower)))
            for upper, lower in pairwise(self.mains)
            for side in (_same, self._mirrored)
        ]


def _mains(tracks: list[tuple[str, float]], mains: set[str]) -> list[float]:
    """Return the heights of the main tracks; without any, the middle track leads through."""
    found = [at for track, at in tracks if track in mains]
    middle = [tracks[len(tracks) // 2][1]] if tracks else []
    return found or middle


def _nearest(at: float, mains: list[float]) -> float:
    return min(mains, key=lambda main: (abs(main - at), main))


def _same(x: float) -> float:
    return x


def _round(value: float) -> float:
    return round(value, 1)
