"""Telegrams to slave clocks: on the second, through a real terminal."""

from __future__ import annotations

import os
import time
import tty
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
import structlog
from twisted.internet.task import Clock

from protocol.errors import OperatorError
from protocol.master_clock import MasterClock
from protocol.times import from_unix
from station_config.runtime.timekeeping.meinberg import decode_meinberg, meinberg_framer
from station_config.runtime.timekeeping.telegram import decode_telegram, telegram_framer
from subsystems.clock.options import SlaveLineOptions
from subsystems.clock.slave_line import SlaveLine
from subsystems.clock.told_time import Time
from subsystems.kit.timekeeper import ClockQuality, Quality

MASTER = MasterClock(source="gps", uncertainty_s=0.001, stratum=1)
GOOD = ClockQuality(Quality.SYNCED, 0.0, 0.001, 0.0, 1.0, hub="synced", master=MASTER)
SHANGHAI = ZoneInfo("Asia/Shanghai")
LEAP = 1_483_228_800
RATE = 2.5
"""A machine that is away for a third of a second still leaves nothing out."""


def now():
    return from_unix(time.time())  # noqa: TID251 - the time that is told


class Terminal:
    """A slave clock's end; what comes, with when."""

    def __init__(self, reactor):
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        os.set_blocking(self.master, False)
        self.device = os.ttyname(self.slave)
        self.got = []
        self.reactor = reactor

    def read(self):
        try:
            octets = os.read(self.master, 4096)
        except BlockingIOError:
            return
        self.got.append((time.time(), octets))  # noqa: TID251 - when it came

    def close(self):
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def terminal(turning):
    terminal = Terminal(turning.reactor)
    yield terminal
    terminal.close()


def line(reactor, device, quality=GOOD, at=now, rate=1.0, zone=SHANGHAI, **options):
    told = Time(at, quality if callable(quality) else lambda: quality, rate, zone)
    made = SlaveLineOptions(device=device, **options)
    return SlaveLine(reactor, told, made, structlog.get_logger())


@pytest.mark.parametrize("form", ["telegram", "meinberg"])
def test_each_second_is_told_once_at_its_beginning(turning, terminal, form):
    sending = line(turning.reactor, terminal.device, form=form)
    sending.start()

    def enough():
        terminal.read()
        return len(terminal.got) >= 4

    turning.until(enough)
    sending.stop()
    framer = telegram_framer() if form == "telegram" else meinberg_framer()
    told = [(at, f.value) for at, octets in terminal.got for f in framer.feed(octets)]
    seconds = [value.local.replace(tzinfo=SHANGHAI).timestamp() for _, value in told]
    assert [b - a for a, b in pairwise(seconds)] == [1.0] * (len(told) - 1)
    late = [at - second for (at, _), second in zip(told, seconds, strict=True)]
    assert min(late) >= -0.001
    assert sorted(late)[len(late) // 2] < 0.1, late
    assert (sending.skipped, framer.bad) == (0, 0)


def test_it_says_when_nobody_vouches(tmp_path):
    suspect = ClockQuality(Quality.SYNCED, 0.0, 0.001, 0.0, 1.0, hub="suspect", master=MASTER)
    for quality, locked in ((GOOD, True), (suspect, False), (ClockQuality(Quality.UNSET), False)):
        made = line(Clock(), tmp_path, quality)
        assert decode_telegram(made.frame(LEAP)).locked is locked
        string = decode_meinberg(line(Clock(), tmp_path, quality, form="meinberg").frame(LEAP))
        assert string.holdover is not locked
        assert string.never_synced is (quality.quality is Quality.UNSET)


def test_the_60th_second_is_told_and_nothing_is_left_out(turning, terminal):
    """Ten seconds around the midnight of a leap second, a little faster."""
    began = time.monotonic()

    def straight():
        return LEAP - 4 + (time.monotonic() - began) * RATE

    def at():
        true = straight()
        resting = LEAP <= true < LEAP + 1
        return from_unix(LEAP - 1e-6 if resting else true - (true >= LEAP))

    def quality():
        resting = LEAP <= straight() < LEAP + 1
        return ClockQuality(**{**GOOD.__dict__, "leap_second": resting})

    zone = ZoneInfo("UTC")
    sending = line(turning.reactor, terminal.device, quality, at, RATE, zone, form="meinberg")
    sending.start()

    def enough():
        terminal.read()
        return straight() > LEAP + 5.5

    turning.until(enough)
    sending.stop()
    framer = meinberg_framer()
    told = [f.value for _, octets in terminal.got for f in framer.feed(octets)]
    seconds = [60 if each.leap_second else each.local.second for each in told]
    assert [s for s in seconds if s in {57, 58, 59, 60, 0, 1, 2, 3}] == [57, 58, 59, 60, 0, 1, 2, 3]


def test_a_zone_of_its_own_and_one_that_is_none(tmp_path):
    utc = line(Clock(), tmp_path, zone=SHANGHAI)
    other = SlaveLineOptions(device=tmp_path, zone="Mars/Base")
    assert decode_telegram(utc.frame(LEAP)).local.hour == 8
    with pytest.raises(OperatorError, match="Mars/Base"):
        SlaveLine(Clock(), Time(now, lambda: GOOD, 1.0, SHANGHAI), other, structlog.get_logger())
