"""From a layout to lines and boxes: the yards one below another, each with a throat at either end.

Law: pure and deterministic. How the turnouts really lie is not configured, so the throats are
schematic: each track joins the nearest main track, or the middle one, by a ladder of turnouts, and
main tracks lead to both ends. Lengths are to scale as far as there is room.

    end │ throat ╱──── label ═══ segment ═══ label ────╲ throat │ end
    end │ throat ╱──── label ═══ segment ═══] label                   closed at one end
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from station_config.diagram import Side
from svg_layers.geometry import Box, Geometry, Place, Segment
from svg_layers.throat import MARGIN
from svg_layers.yard import HEADER, ROOMY, THIN, Rows, YardLayout, YardPlan

if TYPE_CHECKING:
    from station_config.model import Layout, Track

NARROWEST, WIDEST = 1600.0, 3000.0
ASPECT = 2.1
"""Width for its height: that of a page's pane on a screen of 16:9."""

BETWEEN = 14.0
"""Room between yards."""

FILLED = 690.0
"""Height that the rows should fill together: then the narrowest drawing fills its pane."""

TALLEST, LOWEST = 70.0, 25.0
"""Height of a track's row, in units; the lowest still has room for a readable number."""

DENSE = 36.0
"""Below this height of a row trains and labels fill it, and platforms are thin."""

HIGHEST = HEADER - 6.0
"""Of a train: so high are those that stand in a yard's head; a higher one is no easier to read."""

BUFFER = 17.0
"""From a train to the buffer stop."""

BERTH = (0.2, 0.8)
"""Share of its segment on which a train stands on a track without a platform."""


@dataclass(frozen=True)
class Plan:
    """The whole drawing."""

    geometry: Geometry
    yards: tuple[YardPlan, ...]


def make_plan(layout: Layout) -> Plan:
    """Return the plan of `layout`; equal layouts give equal plans."""
    rows = _rows(layout)
    width = _width(layout, rows)
    y = MARGIN
    yards = []
    for yard in layout.yards:
        made = YardLayout(layout, yard, y, rows, width)
        yards.append(made)
        y = made.box.bottom + BETWEEN
    height = _round(y - BETWEEN + MARGIN)
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
        platform = platforms.get(track.platform or "")
        berths[track.id] = _berth(track, tracks[track.id], platform)
    geometry = Geometry(width, height, rows.train, tracks, platforms, waits, berths)
    return Plan(geometry, tuple(made.plan(tracks) for made in yards))


def _rows(layout: Layout) -> Rows:
    roomy = _fitting(layout, ROOMY.share)
    if roomy < DENSE:
        row = _fitting(layout, THIN.share)
        return replace(THIN, track=row, train=_round(row * THIN.train))
    return replace(ROOMY, track=roomy, train=_round(min(HIGHEST, roomy * ROOMY.train)))


def _fitting(layout: Layout, share: float) -> float:
    rows = len(layout.tracks) + share * len(layout.platforms)
    fixed = len(layout.yards) * HEADER
    return _round(max(LOWEST, min(TALLEST, (FILLED - fixed) / max(rows, 1.0))))


def _width(layout: Layout, rows: Rows) -> float:
    high = len(layout.tracks) * rows.track + len(layout.platforms) * rows.platform
    height = high + len(layout.yards) * (HEADER + BETWEEN) + 2 * MARGIN
    return _round(max(NARROWEST, min(WIDEST, height * ASPECT)))


def _berth(track: Track, on: Segment, platform: Box | None) -> tuple[float, float]:
    """Return the share of a track before its platform, clear of its buffer stop."""
    if platform is None or on.length == 0:
        return BERTH
    begin, end = (platform.x - on.x1) / on.length, (platform.right - on.x1) / on.length
    clear = BUFFER / on.length
    least = clear if track.closed is Side.LEFT else 0.0
    most = 1.0 - clear if track.closed is Side.RIGHT else 1.0
    return max(least, round(begin, 4)), min(most, round(end, 4))


def _round(value: float) -> float:
    return round(value, 1)
