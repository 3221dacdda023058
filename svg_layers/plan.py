"""From a layout to lines and boxes: the yards one below another, each with a throat at either end.

Law: pure and deterministic. How the turnouts really lie is not configured, so the throats are
schematic: each track joins the nearest main track, or the middle one, by a ladder of turnouts, and
main tracks lead to both ends. Lengths are to scale as far as there is room.

    end │ throat ╱──── label ═══ segment ═══ label ────╲ throat │ end
    end │ throat ╱──── label ═══ segment ═══] label                   closed at one end
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from svg_layers.geometry import Box, Geometry, Place, Segment
from svg_layers.throat import MARGIN
from svg_layers.yard import HEADER, PLATFORM_SHARE, YardLayout, YardPlan

if TYPE_CHECKING:
    from station_config.model import Layout

NARROWEST, WIDEST = 1600.0, 3000.0
ASPECT = 2.05
"""Width for its height: that of a page's pane on a screen of 16:9."""

BETWEEN = 14.0
"""Room between yards."""

FILLED = 690.0
"""Height that the rows should fill together: then the narrowest drawing fills its pane."""

TALLEST, LOWEST = 46.0, 25.0
"""Height of a track's row, in units; the lowest still has room for a readable number."""

TRAIN_SHARE = 0.74
"""Height of a train, in rows of a track."""

BERTH = (0.2, 0.8)
"""Share of its segment on which a train stands on a track without a platform."""


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
        made = YardLayout(layout, yard, y, row, width)
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


def _round(value: float) -> float:
    return round(value, 1)
