from __future__ import annotations

from dataclasses import replace

from diagram_days import shipped

from hub.diagram.bases import Bases
from station_config.diagram import Drawing
from svg_layers.base import digest, draw_base


def test_a_layout_has_a_base_layer_in_each_language_of_the_console():
    station = shipped("hohhot_east")
    bases = Bases(station)
    base = bases.of(station.layouts[-1])
    assert set(base.ground.base) == {"zh", "en"}
    for known_as in base.ground.base.values():
        assert digest(bases.file(known_as)) == known_as
    assert bases.file("0" * 64) is None


def test_another_layout_is_another_file():
    station = shipped("hohhot_east")
    digests = [tuple(Bases(station).of(each).ground.base.values()) for each in station.layouts]
    assert len(set(digests)) == len(station.layouts)


def test_a_page_is_told_tracks_yards_and_ends():
    station = shipped("hohhot_east")
    ground = Bases(station).of(station.layouts[-1]).ground
    assert [t.label for t in ground.tracks][:4] == ["1", "II", "III", "4"]
    assert [(t.platform, t.main) for t in ground.tracks][:2] == [("1", False), (None, True)]
    assert list(ground.yards) == ["north", "south"]
    assert ground.ends["left"]["zh"] == "包头方向"


def test_a_drawing_by_hand_stands_for_the_generated_one():
    station = shipped("muehlau_am_see")
    layout = station.layouts[0]
    svg = draw_base(layout, station.ends, "de").decode().replace('viewBox="0 0', 'viewBox="0 0 ')
    drawn = replace(layout, drawing=Drawing("own.svg", svg))
    base = Bases(station).of(drawn)
    assert base.ground.base == dict.fromkeys(("zh", "en"), digest(svg.encode()))
    assert base.files == {digest(svg.encode()): svg.encode()}
