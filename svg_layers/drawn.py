"""Where trains stand on a diagram that was drawn by hand: read from the drawing.

Law: pure; the drawing was checked when the station was loaded (`station_config.drawing`), so what
is missing here is a defect of ours. Only straight tracks and rectangles are looked at; the rest of
a drawing may be anything.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from lxml import etree

from protocol.errors import StationError
from station_config.diagram import buffer_element, platform_element, track_element
from station_config.drawing import SVG, box_of, line_of, size_of
from svg_layers.base import buffer_stop
from svg_layers.geometry import Box, Geometry, Place, Segment

if TYPE_CHECKING:
    from station_config.diagram import Drawing
    from station_config.model import Layout

TALLEST = 40.0
CLOSE = 0.78
"""Share of the distance of the closest two tracks that a train is high."""

END = 0.11
"""Width of the strip at either end in which trains wait, as a share of the drawing."""


def read_geometry(drawing: Drawing, layout: Layout) -> Geometry:
    """Return where the trains of `layout` stand on `drawing`.

    Raises:
        StationError: it lacks what was found when it was loaded.
    """
    root = etree.fromstring(drawing.svg.encode(), etree.XMLParser(resolve_entities=False))
    size = size_of(root)
    found = {e.get("id", ""): e for e in root.iter() if e.get("id")}
    if size is None:
        raise StationError("the drawing has lost its viewBox", where=drawing.file)
    tracks = {t.id: Segment(*_known(line_of(found[track_element(t.id)]))) for t in layout.tracks}
    platforms = {
        p.id: Box(*_known(box_of(found[platform_element(p.id)]))) for p in layout.platforms
    }
    waits = _waits(layout, tracks, size)
    for (side, yard), _ in list(waits.items()):
        own = found.get(f"wait-{side}-{yard}")
        box = box_of(own) if own is not None else None
        if box is not None:
            waits[side, yard] = Box(*box)
    berths = {t.id: _berth(tracks[t.id], platforms.get(t.platform or "")) for t in layout.tracks}
    return Geometry(*size, _train_height(tracks), tracks, platforms, waits, berths)


def with_buffers(drawing: Drawing, layout: Layout) -> bytes:
    """Return the drawing with a buffer stop for each closed track that has none of its own."""
    root = etree.fromstring(drawing.svg.encode(), etree.XMLParser(resolve_entities=False))
    geometry = read_geometry(drawing, layout)
    drawn = {e.get("id") for e in root.iter()}
    closed = [t for t in layout.tracks if t.closed and buffer_element(t.id) not in drawn]
    if not closed:
        return drawing.svg.encode()
    stops = "".join(buffer_stop(t, geometry.tracks[t.id], geometry.train) for t in closed)
    group = f'<g xmlns="{SVG}" class="td-buffers" stroke="#4a525b">\n{stops}</g>'
    root.append(etree.fromstring(group))
    return etree.tostring(root, encoding="utf-8")


def _known(numbers: tuple[float, float, float, float] | None) -> tuple[float, float, float, float]:
    if numbers is None:
        raise StationError("the drawing is not the one that was checked")
    return numbers


def _waits(
    layout: Layout, tracks: dict[str, Segment], size: tuple[float, float]
) -> dict[Place, Box]:
    """Beside each yard's tracks at both edges, and above them; the drawing may say otherwise."""
    width, height = size
    waits: dict[Place, Box] = {("unsure", ""): Box(width / 3, 2, width / 3, TALLEST)}
    for yard in layout.yards:
        ys = [y for t in layout.tracks if t.yard == yard.id for y in _heights(tracks[t.id])]
        top, bottom = min(ys, default=0.0) - TALLEST / 2, max(ys, default=height) + TALLEST / 2
        high = max(bottom - top, TALLEST)
        waits["left", yard.id] = Box(4, top, width * END, high)
        waits["right", yard.id] = Box(width * (1 - END) - 4, top, width * END, high)
        waits["unsure", yard.id] = Box(width / 3, max(0, top - TALLEST), width / 3, TALLEST)
    return waits


def _heights(segment: Segment) -> tuple[float, float]:
    return segment.y1, segment.y2


def _train_height(tracks: dict[str, Segment]) -> float:
    ys = sorted(segment.y1 for segment in tracks.values())
    apart = [below - above for above, below in pairwise(ys) if below > above]
    return round(min([TALLEST, *(CLOSE * distance for distance in apart)]), 1)


def _berth(segment: Segment, platform: Box | None) -> tuple[float, float]:
    wide = segment.x2 - segment.x1
    if platform is None or wide <= 0:
        return (0.2, 0.8)
    begin, end = (platform.x - segment.x1) / wide, (platform.right - segment.x1) / wide
    return (max(0.0, begin), min(1.0, end)) if begin < 1 and end > 0 else (0.0, 1.0)
