"""The first seconds of a subsystem: no page is told anything by a clock that may be wrong."""

from __future__ import annotations

import pytest
import structlog
from twisted.internet.task import Clock

from subsystems.kit.boot import HEARD_WITHIN_S, LOOK_S, Boot
from subsystems.kit.timekeeper import ClockQuality, Quality


class Stream:
    held = None

    def hold(self):
        self.held = True

    def release(self):
        assert self.held, "once"
        self.held = False


class Booting:
    def __init__(self):
        self.clock, self.streams, self.quality = Clock(), [Stream(), Stream()], Quality.UNSET
        self.boot = Boot(
            self.clock,
            lambda: ClockQuality(self.quality),
            self.streams,
            structlog.get_logger(),
        )

    @property
    def held(self):
        return [stream.held for stream in self.streams]


@pytest.fixture
def booting():
    return Booting()


@pytest.mark.parametrize("before", [Quality.UNSET, Quality.HOLDOVER])
def test_pages_are_told_as_soon_as_the_hub_has_told_the_time(booting, before):
    booting.quality = before
    booting.clock.pump([LOOK_S] * 20)
    assert booting.held == [True, True]
    booting.quality = Quality.SYNCED
    booting.clock.advance(LOOK_S)
    assert booting.held == [False, False]
    assert booting.clock.getDelayedCalls() == []


def test_alone_it_begins_by_its_own_clock_when_a_beat_would_have_come(booting, log_lines):
    booting.clock.pump([LOOK_S] * int(HEARD_WITHIN_S / LOOK_S - 1))
    assert booting.held == [True, True]
    booting.clock.pump([LOOK_S] * 2)
    assert booting.held == [False, False]
    assert booting.clock.getDelayedCalls() == []
    assert [line["event"] for line in log_lines] == ["time.own"]


def test_stopped_it_leaves_no_timer(booting):
    booting.boot.stop()
    assert booting.held == [True, True]
    assert booting.clock.getDelayedCalls() == []
