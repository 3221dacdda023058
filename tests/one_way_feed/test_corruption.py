"""A slice of the corruption campaign; `station bench feed --size nightly` runs all of it."""

from __future__ import annotations

from random import Random

import pytest

from one_way_feed.frame import encode
from simulators.bench.feed_corruption import DAMAGES, campaign
from simulators.bench.feed_link import recording


@pytest.mark.parametrize("seed", range(4))
def test_no_damaged_frame_is_taken_for_another(seed, keys, rows):
    sent = recording(rows(30), 115200, 1.0)
    frames = [encode(each.frame, keys.key) for each in sent]
    outcome = campaign(frames, 15_000, keys, Random(seed))
    assert outcome.frames == 15_000
    assert len(outcome.by_kind) == len(DAMAGES)
    assert (outcome.crc_wrong, outcome.wrong) == (0, 0)
