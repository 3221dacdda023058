from __future__ import annotations

from dataclasses import replace

import pytest
from lxml import etree
from small_yard import ENDS, LAYOUT

from station_config.diagram import Drawing, Side
from svg_layers.base import draw_base
from svg_layers.drawn import read_geometry, with_buffers
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


def test_a_drawing_gets_the_buffer_stops_that_it_has_not_drawn_itself():
    drawing = Drawing("x.svg", draw_base(LAYOUT, ENDS, "zh").decode())
    assert with_buffers(drawing, LAYOUT) == drawing.svg.encode()
    bay = replace(LAYOUT.tracks[0], closed=Side.RIGHT)
    layout = replace(LAYOUT, tracks=(bay, *LAYOUT.tracks[1:]))
    root = etree.fromstring(with_buffers(drawing, layout))
    (stop,) = root.iterfind(".//{*}path[@class='td-buffer']")
    assert stop.get("id") == "buffer-t1"
    assert f"H{make_plan(LAYOUT).geometry.tracks['t1'].x2:g}V" in stop.get("d")
    own = drawing.svg.replace("</svg>", '<path id="buffer-t1" d="M1 1h1"/></svg>')
    assert with_buffers(Drawing("x.svg", own), layout) == own.encode()


def test_a_drawing_may_say_where_trains_wait():
    svg = draw_base(LAYOUT, ENDS, "zh").decode()
    own = '<rect id="wait-left-north" x="5" y="6" width="70" height="80"/></svg>'
    found = read_geometry(Drawing("x.svg", svg.replace("</svg>", own)), LAYOUT)
    assert found.waits["left", "north"] == Box(5, 6, 70, 80)
