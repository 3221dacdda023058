from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock

from hub.minute_clock import Due, MinuteClock, due, sleep
from protocol.times import from_unix, minute_number, minute_start

START = from_unix(1_600_000_020)  # a full minute


class Wall:
    """Station time that tests can set, running with the reactor's clock."""

    def __init__(self, reactor, rate=1.0):
        self.reactor = reactor
        self.rate = rate
        self.offset = timedelta()

    def now(self):
        return START + self.offset + timedelta(seconds=self.reactor.seconds() * self.rate)


@pytest.fixture
def reactor():
    return Clock()


def at(seconds):
    return START + timedelta(seconds=seconds)


FIRST = minute_number(START)


@pytest.mark.parametrize(
    ("seconds", "found"),
    [
        (0.0, Due()),
        (59.999, Due()),
        (60.0, Due((FIRST + 1,))),
        (600.0, Due(tuple(range(FIRST + 1, FIRST + 11)))),
        (660.0, Due((FIRST + 11,), jumped=True)),
        (-120.0, Due()),
        (-121.0, Due((FIRST - 3,), rebased=True)),
    ],
)
def test_what_is_due_after_the_first_minute(seconds, found):
    assert due(FIRST, at(seconds)) == found


def test_sleep_ends_with_the_minute_and_lasts_a_second_at_most():
    assert sleep(at(59.75), 1.0) == pytest.approx(0.25)
    assert sleep(at(0), 1.0) == 1.0
    assert sleep(at(0), 120.0) == pytest.approx(0.5)
    assert sleep(at(59.9999999), 1.0) > 0


class Told:
    """What the clock told: (number, station time then), jumps and rebases apart."""

    def __init__(self, reactor, wall, last=FIRST):
        self.minutes = []
        self.jumped = []
        self.rebased = []
        self.wall = wall
        self.clock = MinuteClock(reactor, wall, self._due)
        self.clock.start(last)

    def _due(self, found):
        if found.rebased:
            self.rebased.extend(found.minutes)
            return
        if found.jumped:
            self.jumped.extend(found.minutes)
        self.minutes.extend((number, self.wall.now()) for number in found.minutes)

    @property
    def numbers(self):
        return [number for number, _ in self.minutes]


def test_ticks_at_the_first_second_of_every_minute(reactor):
    told = Told(reactor, Wall(reactor))
    reactor.pump([0.1] * 1801)
    assert told.numbers == [FIRST + 1, FIRST + 2, FIRST + 3]
    late = [then - minute_start(number) for number, then in told.minutes]
    assert all(timedelta() <= by < timedelta(seconds=0.2) for by in late)


def test_a_faster_station_has_its_minutes_sooner(reactor):
    told = Told(reactor, Wall(reactor, rate=60.0))
    reactor.pump([0.01] * 501)
    assert told.numbers == [FIRST + n for n in (1, 2, 3, 4, 5)]


def test_after_a_short_suspend_every_minute_is_run(reactor):
    wall = Wall(reactor)
    told = Told(reactor, wall)
    wall.offset = timedelta(minutes=7)
    reactor.advance(1)
    assert told.numbers == [FIRST + n for n in range(1, 8)]
    assert told.jumped == []


def test_a_long_gap_is_jumped_and_said(reactor):
    wall = Wall(reactor)
    told = Told(reactor, wall)
    wall.offset = timedelta(hours=2)
    reactor.advance(1)
    assert told.numbers == [FIRST + 120]
    assert told.jumped == [FIRST + 120]


def test_a_clock_set_back_is_said_and_goes_on_from_there(reactor):
    wall = Wall(reactor)
    told = Told(reactor, wall)
    wall.offset = timedelta(hours=-1)
    reactor.advance(1)
    assert told.rebased == [FIRST - 60]
    reactor.pump([1.0] * 61)
    assert told.numbers == [FIRST - 59]


def test_a_stopped_clock_tells_nothing(reactor):
    told = Told(reactor, Wall(reactor))
    told.clock.stop()
    told.clock.stop()
    reactor.pump([1.0] * 120)
    assert told.minutes == []
    assert reactor.getDelayedCalls() == []


def test_at_the_start_it_goes_on_after_the_databases_last_minute(reactor):
    told = Told(reactor, Wall(reactor), last=FIRST - 3)
    assert told.numbers == [FIRST - 2, FIRST - 1, FIRST]
    assert told.clock.last == FIRST


happenings = st.lists(
    st.one_of(
        st.tuples(st.just("run"), st.floats(0.01, 90)),
        st.tuples(st.just("step"), st.floats(-1000, 1500)),
        st.tuples(st.just("slew"), st.floats(-0.5, 0.5)),
    ),
    max_size=12,
)


@given(happenings)
def test_minutes_ascend_one_by_one_unless_said_and_are_never_early(happened):
    reactor = Clock()
    wall = Wall(reactor)
    told = Told(reactor, wall)
    for kind, size in happened:
        if kind == "run":
            reactor.pump([0.25] * int(size * 4))
        else:
            wall.offset += timedelta(seconds=size)
    reactor.pump([0.5] * 4)
    assert all(minute_start(number) <= then for number, then in told.minutes)
    skipped = [(one, other) for one, other in pairwise([FIRST, *told.numbers]) if other != one + 1]
    assert len(skipped) <= len(told.rebased) + len(told.jumped)
    assert minute_number(wall.now()) - told.clock.last in {0, -1, -2}
