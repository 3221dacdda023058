from __future__ import annotations

import pytest
from small_yard import ENDS, LAYOUT

from station_config.diagram import Drawing
from svg_layers.base import draw_base
from svg_layers.drawn import read_geometry
from svg_layers.geometry import Box
from svg_layers.plan import make_plan


def test_the_generated_drawing_is_read_back_as_it_was_planned():
    drawing = Drawing("x.svg", draw_base(LAYOUT, ENDS, "zh").decode())
    found, planned = read_geometry(drawing, LAYOUT), make_plan(LAYOUT).geometry
    assert (found.width, found.height) == (planned.width, planned.height)
    assert found.tracks == planned.tracks
    assert found.platforms == planned.platforms
    assert found.berths == {k: pytest.approx(v, abs=0.001) for k, v in planned.berths.items()}
    assert set(found.waits) == set(planned.waits)


def test_a_drawing_may_say_where_trains_wait():
    svg = draw_base(LAYOUT, ENDS, "zh").decode()
    own = '<rect id="wait-left-north" x="5" y="6" width="70" height="80"/></svg>'
    found = read_geometry(Drawing("x.svg", svg.replace("</svg>", own)), LAYOUT)
    assert found.waits["left", "north"] == Box(5, 6, 70, 80)
