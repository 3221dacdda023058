"""Tidying waits, is not piled up, and may fail."""

from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from twisted.internet.defer import fail, succeed
from twisted.internet.task import Clock

from hub.tidying import AFTER_S, Tidying
from protocol.errors import DeviceError

NOON = datetime(2021, 1, 20, 4, tzinfo=UTC)


@dataclass
class FixedClock:
    """Station time that stands still."""

    rate: float

    def now(self):
        return NOON


def in_store(call):
    try:
        return succeed(call())
    except DeviceError:
        return fail()


def full(_now):
    raise DeviceError("disk full")


def tidying(reactor, tidy, rate=1.0):
    return Tidying(reactor, FixedClock(rate), tidy, in_store, structlog.get_logger())


def test_it_waits_and_happens_once_for_several_minutes():
    reactor, done = Clock(), []
    later = tidying(reactor, done.append, rate=10.0)
    later.later()
    later.later()
    reactor.advance(AFTER_S / 10 - 0.1)
    assert done == []
    reactor.advance(0.1)
    assert done == [NOON]
    later.later()
    reactor.advance(AFTER_S / 10)
    assert done == [NOON, NOON]


def test_after_a_stop_nothing_is_tidied():
    reactor = Clock()
    later = tidying(reactor, full)
    later.stop()
    later.later()
    later.stop()
    assert reactor.getDelayedCalls() == []


def test_a_failure_is_told(log_lines):
    reactor = Clock()
    later = tidying(reactor, full)
    later.later()
    reactor.advance(AFTER_S)
    assert [line["why"] for line in log_lines] == ["disk full"]
