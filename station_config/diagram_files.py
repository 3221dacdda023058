"""What a station's files say about its track diagram: both ends, and drawings by hand.

Law: reads, notes mistakes with their place and raises none; what a drawing may hold is
`station_config.drawing`'s.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from station_config.checks.tools import check_names, check_unique
from station_config.diagram import Drawing, End, Numbers, Side
from station_config.drawing import read_drawing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lxml import etree

    from protocol.runs import Named
    from station_config.document import Document
    from station_config.mistakes import Mistake
    from station_config.model import Station


@dataclass(frozen=True)
class Diagrams:
    """What was read.

    Attributes:
        drawings: by the date from which their layout is in force.
        mistakes: in the drawings; those in the station's file stand in its document.
        ends: elements, not built before the whole document is valid.
    """

    drawings: dict[str, Drawing] = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = ()
    ends: tuple[etree._Element, ...] = ()

    def of(self, station: Station) -> Station:
        """Return `station` with what was read; its document is valid."""
        layouts = tuple(
            replace(layout, drawing=self.drawings.get(layout.valid_from.isoformat()))
            for layout in station.layouts
        )
        return replace(station, layouts=layouts, ends=tuple(map(_end, self.ends)))


def read_diagrams(document: Document, directory: Path, places: Mapping[str, Named]) -> Diagrams:
    """Return what `document` and the drawings that it names say.

    Args:
        document: the station's file.
        directory: where the drawings are.
        places: that are known, for the ends.
    """
    ends = tuple(document.all("ends/end"))
    check_unique(document, ends, "side", "an end at the side")
    codes = {named.code for named in places.values()}
    for end in ends:
        check_names(document, end)
        unknown = [word for word in end.get("places", "").split() if word not in codes]
        if unknown and places:
            listed = ", ".join(unknown)
            document.error(end, f"places: the places file has no code {listed}", "places")
    drawings: dict[str, Drawing] = {}
    mistakes: list[Mistake] = []
    for layout in document.all("layouts/layout"):
        drawing, found = _drawing(document, layout, directory)
        mistakes += found
        if drawing is not None:
            drawings[_day(layout.get("valid-from", ""))] = drawing
    return Diagrams(drawings, tuple(mistakes), ends)


def _drawing(
    document: Document, layout: etree._Element, directory: Path
) -> tuple[Drawing | None, list[Mistake]]:
    element = layout.find("diagram")
    name = "" if element is None else element.get("file", "")
    if element is None or not name or "/" in name or "\\" in name or name.startswith("."):
        return None, []
    path = directory / name
    if not path.is_file():
        document.error(element, f"there is no file {name!r} in {directory}: add it", "file")
        return None, []
    tracks = [track.get("id", "") for track in layout.iterfind("track")]
    platforms = [platform.get("id", "") for platform in layout.iterfind("platform")]
    return read_drawing(path, tracks, platforms)


def _day(text: str) -> str:
    """Return the date as `Layout.valid_from` writes it; a bad one is told by the schema."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return text


def _end(element: etree._Element) -> End:
    numbers = element.get("numbers")
    return End(
        side=Side(element.attrib["side"]),
        names={e.attrib["lang"]: e.text or "" for e in element.iterfind("name")},
        numbers=Numbers(numbers) if numbers is not None else None,
        places=tuple(element.get("places", "").split()),
    )
