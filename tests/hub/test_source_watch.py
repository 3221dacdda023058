"""The source's state over time: told when its mode changes, and only then."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import structlog

from hub.source_watch import SourceWatch
from one_way_feed.status import LineStatus
from protocol.messages import SourceMode

NOW = datetime(2021, 1, 20, 4, tzinfo=UTC)


class FixedClock:
    rate = 1.0

    def now(self):
        return NOW


@pytest.fixture
def told():
    return []


@pytest.fixture
def watch(told, log_lines):  # noqa: ARG001 - keeps the output quiet
    return SourceWatch(FixedClock(), lambda: told.append(1), structlog.get_logger())


def test_nothing_is_known_before_the_first_report(watch, told):
    assert watch.source is None
    assert told == []


def test_changes_of_the_mode_are_told(watch, told):
    live = LineStatus(name="a", mode=SourceMode.LIVE)
    watch.take(live)
    watch.take(live)
    assert (watch.source.mode, len(told)) == (SourceMode.LIVE, 1)
    watch.take(replace(live, mode=SourceMode.LINK_DOWN))
    assert (watch.source.mode, len(told)) == (SourceMode.LINK_DOWN, 2)


def test_the_best_line_counts(watch):
    watch.take(LineStatus(name="a", mode=SourceMode.LIVE))
    watch.take(LineStatus(name="b", mode=SourceMode.LINK_DOWN))
    assert watch.source.mode is SourceMode.LIVE
