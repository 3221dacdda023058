"""The simulated master clock tells what it is told to."""

from __future__ import annotations

import random

import pytest
from twisted.internet.task import Clock

from simulators.devices.clock.master_clock import MasterClock
from station_config.runtime.timekeeping.meinberg import decode_meinberg
from station_config.runtime.timekeeping.telegram import Span, decode_telegram

MIDNIGHT = 1_483_228_800


@pytest.fixture
def made(tmp_path):
    def make(form, start=MIDNIGHT - 5.5, **given):
        reactor = Clock()
        reactor.rightNow = start
        clock = MasterClock(
            reactor,
            tmp_path / "link",
            form=form,
            wall=reactor.seconds,
            random=random.Random(1),
            **given,
        )
        clock.start()
        clocks.append(clock)
        return clock, reactor

    clocks = []
    yield make
    for clock in clocks:
        clock.stop()


def test_a_telegram_each_second_of_its_own_time(made):
    clock, reactor = made("telegram", zone="Asia/Shanghai")
    reactor.pump([0.001] * 3600)
    assert clock.sent == 4
    told = decode_telegram(clock.frame(MIDNIGHT))
    assert (told.local.hour, told.locked) == (8, True)
    clock.faults.holdover = True
    assert not decode_telegram(clock.frame(MIDNIGHT)).locked


def test_the_sums_span(made):
    clock, _ = made("telegram", span=Span.FRAME)
    assert decode_telegram(clock.frame(MIDNIGHT), span=Span.FRAME)


def test_what_a_string_says_of_itself(made):
    clock, _ = made("meinberg", zone="Europe/Berlin")
    clock.faults.never_synced = clock.faults.holdover = True
    told = decode_meinberg(clock.frame(MIDNIGHT))
    assert (told.never_synced, told.holdover, told.utc, told.summer) == (True, True, False, False)


def test_a_leap_second_is_told_and_then_it_is_a_second_behind(made):
    clock, reactor = made("meinberg")
    clock.faults.leap = 1
    assert decode_meinberg(clock.frame(MIDNIGHT - 1)).leap_announced
    assert decode_meinberg(clock.frame(MIDNIGHT)).leap_second
    reactor.pump([0.001] * 7000)
    assert (clock.faults.offset_s, clock.faults.leap) == (-1.0, 0)
    assert not decode_meinberg(clock.frame(MIDNIGHT)).leap_second


def test_silence_and_its_end(made):
    clock, reactor = made("telegram")
    clock.faults.silent = True
    reactor.pump([0.01] * 300)
    assert clock.sent == 0
    clock.faults.silent = False
    reactor.pump([0.01] * 200)
    assert clock.sent == 2
