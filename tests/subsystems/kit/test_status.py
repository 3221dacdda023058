"""The honest line: it never says more than is known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from protocol.messages import LinkMode, Source, SourceMode
from subsystems.kit.status import StatusCode, status_line

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2021, 1, 20, 0, 30, tzinfo=UTC)
SINCE = datetime(2021, 1, 19, 23, 12, 40, tzinfo=UTC)


def source(mode, since=SINCE):
    return Source(mode, since, since)


LIVE = source(SourceMode.LIVE)


def test_live_needs_the_hub_and_dispatching():
    line = status_line(LinkMode.ONLINE, SINCE, LIVE, NOW, ZONE)
    assert (line.code, line.zh, line.en) == (StatusCode.LIVE, "实时信息", "Live")


@pytest.mark.parametrize(
    ("mode", "src"),
    [
        pair
        for pair in product(LinkMode, [None, *map(source, SourceMode)])
        if pair != (LinkMode.ONLINE, LIVE)
    ],
)
def test_nothing_else_is_live(mode, src):
    line = status_line(mode, SINCE, src, NOW, ZONE)
    assert not line.live
    assert "实时" not in line.zh
    assert "live" not in line.en.lower()
    assert line.zh.endswith("07:12")
    assert line.en.endswith("07:12")


def test_autonomous_since():
    line = status_line(LinkMode.AUTONOMOUS, SINCE, LIVE, NOW, ZONE)
    assert (line.zh, line.en) == ("自主运行 自 07:12", "Autonomous since 07:12")


def test_each_silence_of_dispatching_has_its_word():
    words = {
        mode: status_line(LinkMode.ONLINE, SINCE, source(mode), NOW, ZONE).en for mode in SourceMode
    }
    assert words == {
        SourceMode.LIVE: "Live",
        SourceMode.LINK_DOWN: "Dispatching data lost since 07:12",
        SourceMode.SOURCE_STALE: "Dispatching data not updated since 07:12",
        SourceMode.UNVERIFIED: "Dispatching data being verified since 07:12",
    }


def test_another_day_is_told_with_its_date():
    line = status_line(LinkMode.AUTONOMOUS, SINCE, None, NOW + timedelta(days=2), ZONE)
    assert line.en == "Autonomous since 01-20 07:12"


def test_a_hub_that_was_never_heard_is_no_information():
    line = status_line(LinkMode.AUTONOMOUS, None, None, NOW, ZONE)
    assert line.code is StatusCode.NO_DATA
    assert "staff" in line.en
