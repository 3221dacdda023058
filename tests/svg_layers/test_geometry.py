from __future__ import annotations

import pytest

from svg_layers.geometry import Box, Segment


def test_a_segment_is_measured_along_itself():
    segment = Segment(0, 0, 30, 40)
    assert segment.length == 50
    assert segment.at(0.5) == (15, 20)


@pytest.mark.parametrize(
    ("other", "overlaps"),
    [(Box(5, 5, 10, 10), True), (Box(10, 0, 5, 5), False), (Box(0, 10, 5, 5), False)],
    ids=["inside", "beside", "below"],
)
def test_boxes_that_only_touch_do_not_overlap(other, overlaps):
    assert Box(0, 0, 10, 10).overlaps(other) is overlaps
    assert other.overlaps(Box(0, 0, 10, 10)) is overlaps
