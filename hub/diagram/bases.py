"""The base layers of a station: one a layout and language, by digest, and what stands where on it.

Law: made once a layout and kept; no clock, no network. A drawing by hand stands for the generated
one in every language.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from station_config.model import TrackKind
from svg_layers.base import digest, draw_base
from svg_layers.drawn import read_geometry, with_buffers
from svg_layers.plan import make_plan

if TYPE_CHECKING:
    from station_config.model import Layout, Station, Track
    from svg_layers.geometry import Geometry

LANGUAGES = ("zh", "en")
"""Of the console's pages."""


class TrackName(msgspec.Struct, frozen=True, omit_defaults=True):
    """A track, for the table and the chart.

    Attributes:
        id: as dispatching calls it.
        label: as staff read it.
        yard: id of its yard.
        platform: label of its platform.
        main: trains may pass on it.
        closed: end at which it ends at a buffer stop, ``""``: open at both.
    """

    id: str
    label: str
    yard: str
    platform: str | None = None
    main: bool = False
    closed: str = ""


class Ground(msgspec.Struct, frozen=True):
    """What a page has to know of a layout.

    Attributes:
        base: digest of the base layer by language: `/diagram/DIGEST.svg`.
        width: of the drawing, in its units.
        height: likewise.
        train: height of a train.
        yards: names by language, by id, in order.
        tracks: in order.
        ends: names by language, by side.
    """

    base: dict[str, str]
    width: float
    height: float
    train: float
    yards: dict[str, dict[str, str]]
    tracks: tuple[TrackName, ...]
    ends: dict[str, dict[str, str]]


@dataclass(frozen=True)
class Base:
    """The base layers of one layout.

    Attributes:
        files: by digest.
    """

    layout: Layout
    geometry: Geometry
    ground: Ground
    files: dict[str, bytes]


def make_base(station: Station, layout: Layout) -> Base:
    """Return the base layers of one layout of a station."""
    drawing = layout.drawing
    if drawing is not None:
        geometry = read_geometry(drawing, layout)
        drawn = dict.fromkeys(LANGUAGES, with_buffers(drawing, layout))
    else:
        geometry = make_plan(layout).geometry
        drawn = {each: draw_base(layout, station.ends, each) for each in LANGUAGES}
    labels = {platform.id: platform.label for platform in layout.platforms}
    ground = Ground(
        base={language: digest(svg) for language, svg in drawn.items()},
        width=geometry.width,
        height=geometry.height,
        train=geometry.train,
        yards={yard.id: yard.names for yard in layout.yards},
        tracks=tuple(_named(track, labels) for track in layout.tracks),
        ends={end.side.value: end.names for end in station.ends},
    )
    return Base(layout, geometry, ground, {digest(svg): svg for svg in drawn.values()})


def _named(track: Track, platforms: dict[str, str]) -> TrackName:
    return TrackName(
        id=track.id,
        label=track.label,
        yard=track.yard,
        platform=platforms.get(track.platform or ""),
        main=track.kind is TrackKind.MAIN,
        closed=track.closed.value if track.closed is not None else "",
    )


class Bases:
    """The base layers of a station's layouts, each made when it is first asked for.

    Args:
        station: whose.
    """

    def __init__(self, station: Station) -> None:
        self.station = station
        self._by_date: dict[str, Base] = {}

    def of(self, layout: Layout) -> Base:
        """Return the base layers of a layout."""
        key = layout.valid_from.isoformat()
        if key not in self._by_date:
            self._by_date[key] = make_base(self.station, layout)
        return self._by_date[key]

    def file(self, known_as: str) -> bytes | None:
        """Return a base layer by its digest, None if no layout of the station has it."""
        for layout in self.station.layouts:
            found = self.of(layout).files.get(known_as)
            if found is not None:
                return found
        return None
