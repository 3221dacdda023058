"""Which platform and gate belong to a track, read from the station's file and nothing else.

It imports nothing of the project.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from pathlib import Path


class Layout:
    """The last layout of a station.

    Attributes:
        platforms: label of the platform by track.
        gates: label of the gate by label of the platform.
        screens: label of the gate by identifier of a gate's screen.
    """

    def __init__(self, file: Path) -> None:
        station = ET.parse(file).getroot()  # noqa: S314 - the station's own file
        layout = station.findall("layouts/layout")[-1]
        labels = {p.get("id"): p.get("label") for p in layout.findall("platform")}
        tracks = [t for t in layout.findall("track") if t.get("platform")]
        names = {g.get("id"): g.get("label") for g in layout.findall("gate")}
        self.platforms = {
            key: labels[t.get("platform")] for t in tracks for key in (t.get("id"), t.get("label"))
        }
        self.gates = {
            labels[each]: g.get("label")
            for g in layout.findall("gate")
            for each in g.get("platforms").split()
        }
        self.screens = {
            board.get("id"): names[board.get("gate")]
            for board in station.findall("boards/board")
            if board.get("gate")
        }
