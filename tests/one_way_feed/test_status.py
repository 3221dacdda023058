from __future__ import annotations

from dataclasses import replace

import pytest

from one_way_feed.bodies import SourceState
from one_way_feed.status import Observed, judge, stale_after_s
from one_way_feed.timing import timing_of
from protocol.messages import SourceMode

FAST = timing_of(115200)
FINE = Observed(frame_at=100.0, poll_ok_at=100.0, source=SourceState.OK, confirmed_at=100.0)


def test_before_anything_was_heard():
    assert judge(Observed(), FAST, 100.0) is SourceMode.LINK_DOWN


@pytest.mark.parametrize(
    ("changes", "after", "mode"),
    [
        ({}, 0.0, SourceMode.LIVE),
        ({}, 3.4, SourceMode.LIVE),
        ({}, 3.6, SourceMode.LINK_DOWN),
        ({"frame_at": 109.9}, 9.9, SourceMode.LIVE),
        ({"frame_at": 110.1}, 10.1, SourceMode.SOURCE_STALE),
        ({"frame_at": 110.1, "poll_ok_at": 110.0}, 10.1, SourceMode.UNVERIFIED),
        ({"poll_ok_at": None}, 0.0, SourceMode.SOURCE_STALE),
        ({"confirmed_at": None}, 0.0, SourceMode.UNVERIFIED),
        ({"source": SourceState.UNREACHABLE}, 0.0, SourceMode.LIVE),
        ({"source": SourceState.SLOW}, 0.0, SourceMode.LIVE),
        ({"source": SourceState.ABSURD}, 0.0, SourceMode.SOURCE_STALE),
        ({"source": SourceState.FROZEN}, 0.0, SourceMode.SOURCE_STALE),
        ({"source": SourceState.SCHEMA_CHANGED}, 0.0, SourceMode.SOURCE_STALE),
        ({"source": 99}, 0.0, SourceMode.SOURCE_STALE),
    ],
)
def test_three_kinds_of_silence(changes, after, mode):
    assert judge(replace(FINE, **changes), FAST, 100.0 + after) is mode


def test_a_slow_poll_interval_gives_more_patience():
    assert [stale_after_s(seconds) for seconds in (0.5, 2, 10)] == [10.0, 10.0, 30.0]


def test_a_slow_line_gets_more_patience():
    assert timing_of(9600).link_timeout_s == 7.0
    assert timing_of(57600) == FAST
