"""The diagram of stations of every kind: nothing meets, everything is there, labels included."""

from __future__ import annotations

import re
from itertools import combinations

import pytest
from odd_stations import ODD, odd
from small_yard import trains_of

from station_config.diagram import needed_elements
from svg_layers.base import draw_base
from svg_layers.plan import make_plan


@pytest.fixture(params=ODD)
def station(request, tmp_path):
    return odd(tmp_path, request.param)


def test_everything_is_drawn_and_nothing_meets(station):
    (layout,) = station.layouts
    plan = make_plan(layout)
    boxes = [*trains_of(plan).values(), *plan.geometry.platforms.values()]
    assert not [1 for a, b in combinations(boxes, 2) if a.overlaps(b)]
    svg = draw_base(layout, station.ends, "en").decode()
    ids = re.findall(r'\bid="([^"]+)"', svg)
    assert set(needed_elements(layout)) <= set(ids)
    assert len(ids) == len(set(ids))
