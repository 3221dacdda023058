from __future__ import annotations

from dataclasses import replace

import pytest

from station_config.diagram import Side
from station_config.model import TrackKind
from svg_layers.yard import Rows, YardLayout

WIDE = 1600.0
ROWS = Rows(share=0.6, train=30.0, track=40.0)


def yard(layout, **closed):
    """The northern yard with some tracks closed."""
    tracks = tuple(
        replace(t, closed=closed[t.id], kind=TrackKind.RECEIVING_DEPARTURE) if t.id in closed else t
        for t in layout.tracks
    )
    return YardLayout(replace(layout, tracks=tracks), layout.yards[0], 12.0, ROWS, WIDE)


def test_tracks_that_are_open_at_both_ends_lie_in_the_middle(layout):
    made = yard(layout)
    for segment in made.segments(0.5, 800.0).values():
        assert segment.x1 + segment.x2 == pytest.approx(WIDE, abs=0.2)
    assert made.plan(made.segments(0.5, 800.0)).open == (Side.LEFT, Side.RIGHT)


def test_a_bay_begins_beside_the_ladder_of_its_open_end(layout):
    made = yard(layout, t1=Side.RIGHT)
    bay, through = (made.segments(0.2, 800.0)[t] for t in ("t1", "t3"))
    assert bay.x1 < through.x1
    assert bay.x2 < WIDE / 2 + 100
    platform = made.boxes(0.2, 800.0)["p1"]
    assert bay.x1 <= platform.x
    assert platform.right == pytest.approx(bay.x2, abs=0.2), "its head is at the buffer stop"


def test_a_track_that_shares_its_platform_with_a_through_one_stays_beside_it(layout):
    segments = yard(layout, t3=Side.RIGHT).segments(0.5, 800.0)
    assert (segments["t3"].x1, segments["t3"].x2) == (segments["t4"].x1, segments["t4"].x2)


def test_where_all_tracks_are_closed_no_rail_and_no_strip_is_beyond(layout):
    ids = [t.id for t in layout.tracks if t.yard == "north"]
    made = yard(layout, **dict.fromkeys(ids, Side.LEFT))
    segments = made.segments(0.5, 900.0)
    assert len({s.x1 for s in segments.values()}) == 1
    plan = made.plan(segments)
    assert plan.open == (Side.RIGHT,)
    assert min(x for line in plan.rails for x, _ in line.points) == min(
        segment.x2 for segment in segments.values()
    )
    assert ("left", "north") not in made.waits()
