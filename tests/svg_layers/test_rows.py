from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from small_yard import layouts

from station_config.load import load_station
from svg_layers.rows import What, rows_of

STATIONS = Path(__file__).parents[2] / "station_config" / "stations"


def written(layout, yard):
    """The rows as text: ``|1|`` is platform 1."""
    return " ".join(f"|{r.id}|" if r.what is What.PLATFORM else r.id for r in rows_of(layout, yard))


@pytest.mark.parametrize(
    ("station", "yard", "rows"),
    [
        ("hohhot_east", "north", "|1| 1 2 3 4 |2| 5 6 |3| 7"),
        ("muehlau_am_see", "main", "|1a| 1a |1| 1 4 2 |2| |3| 3"),
    ],
)
def test_platforms_stand_as_on_the_ground(station, yard, rows):
    layout = load_station(STATIONS / station).layouts[-1]
    assert written(layout, yard) == rows


def test_an_island_stands_between_its_tracks(layout):
    assert written(layout, "north") == "|p1| t1 t2 t3 |p2| t4"


@given(layout=layouts())
def test_every_track_and_platform_has_one_row_and_tracks_keep_their_order(layout):
    rows = [row for yard in layout.yards for row in rows_of(layout, yard.id)]
    tracks = [r.id for r in rows if r.what is What.TRACK]
    assert tracks == [t.id for yard in layout.yards for t in layout.tracks if t.yard == yard.id]
    platforms = [r.id for r in rows if r.what is What.PLATFORM]
    assert sorted(platforms) == sorted(p.id for p in layout.platforms)
