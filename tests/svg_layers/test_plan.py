from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from small_yard import layouts, trains_of

from station_config.diagram import Side
from svg_layers.plan import make_plan
from svg_layers.throat import BLIND, END, MARGIN


@settings(max_examples=50, deadline=None)
@given(layout=layouts())
def test_nothing_overlaps_in_any_layout(layout):
    plan = make_plan(layout)
    named = {**{f"track {k}": b for k, b in trains_of(plan).items()}, **plan.geometry.platforms}
    touching = [(a, b) for (a, x), (b, y) in combinations(named.items(), 2) if x.overlaps(y)]
    assert touching == []
    for (_, first), (_, second) in combinations([(y.id, y.box) for y in plan.yards], 2):
        assert not first.overlaps(second)


@settings(max_examples=50, deadline=None)
@given(layout=layouts())
def test_everything_is_on_the_drawing_and_between_both_ends(layout):
    plan = make_plan(layout)
    geometry = plan.geometry
    assert set(geometry.tracks) == {t.id for t in layout.tracks}
    assert set(geometry.platforms) == {p.id for p in layout.platforms}
    for segment in geometry.tracks.values():
        assert BLIND <= segment.x1 < segment.x2 <= geometry.width - BLIND
        assert 0 < segment.y1 == segment.y2 < geometry.height
    for box in [*geometry.platforms.values(), *(y.box for y in plan.yards)]:
        assert box.x >= 0
        assert box.right <= geometry.width
        assert box.bottom <= geometry.height
    for begin, end in geometry.berths.values():
        assert 0 <= begin < end <= 1
    yards = {track.id: track.yard for track in layout.tracks}
    for name, segment in geometry.tracks.items():
        if ("left", yards[name]) in geometry.waits:
            assert segment.x1 > MARGIN + END
        if ("right", yards[name]) in geometry.waits:
            assert segment.x2 < geometry.width - MARGIN - END


@settings(max_examples=20, deadline=None)
@given(layout=layouts())
def test_rails_meet_the_segments_at_the_ends_that_are_open_and_at_no_other(layout):
    plan = make_plan(layout)
    ends = {point for yard in plan.yards for line in yard.rails for point in line.points}
    for track in layout.tracks:
        on = plan.geometry.tracks[track.id]
        for side, point in ((Side.LEFT, (on.x1, on.y1)), (Side.RIGHT, (on.x2, on.y2))):
            assert (point in ends) is (track.closed is not side)


@settings(max_examples=20, deadline=None)
@given(layout=layouts())
def test_equal_layouts_give_equal_plans(layout):
    assert make_plan(layout) == make_plan(layout)


def test_a_longer_track_is_not_shorter(layout):
    tracks = make_plan(layout).geometry.tracks
    assert tracks["t1"].length < tracks["t2"].length


def test_trains_stand_before_their_platform(layout):
    geometry = make_plan(layout).geometry
    begin, end = geometry.berths["t3"]
    box, segment = geometry.platforms["p2"], geometry.tracks["t3"]
    assert segment.at(begin)[0] == pytest.approx(box.x, abs=0.1)
    assert segment.at(end)[0] == pytest.approx(box.right, abs=0.1)
