from datetime import timedelta

import pytest
import structlog
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock

from hub.steps import RETRY_S, Minute, Steps
from one_way_feed.rows import RowDeleted
from protocol.errors import DeviceError
from protocol.times import from_unix

NOW = from_unix(1_600_000_000)


class StandingClock:
    rate = 1.0

    def now(self):
        return NOW


class Store:
    """Plays the store: keeps what was committed; fails or waits when told."""

    def __init__(self):
        self.committed = []
        self.errors = []
        self.poison = None
        self.waiting = None
        self.hold = False

    def __call__(self, now, changes, minute):
        if self.errors:
            return fail(self.errors.pop(0))
        if self.poison in changes:
            return fail(KeyError("a defect"))
        if self.hold:
            self.waiting = Deferred()
            self.waiting.addCallback(lambda _: self.committed.append((now, changes, minute)))
            return self.waiting
        self.committed.append((now, changes, minute))
        return succeed(None)

    @property
    def changes(self):
        return [change for _, changes, _ in self.committed for change in changes]


def change(number):
    return RowDeleted(("plan", str(number)), (1, number))


@pytest.fixture
def reactor():
    return Clock()


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def pokes():
    return []


@pytest.fixture
def log():
    return structlog.testing.CapturingLogger()


@pytest.fixture
def steps(reactor, store, pokes, log):
    return Steps(
        reactor,
        step=store,
        clock=StandingClock(),
        committed=lambda: pokes.append(None),
        log=log,
    )


def events(log):
    return [call.args[0] for call in log.calls]


def test_what_arrives_together_is_one_step(steps, store, pokes):
    steps.changes([change(1), change(2)])
    assert store.committed == [(NOW, (change(1), change(2)), None)]
    assert pokes == [None]


def test_what_arrives_during_a_step_is_the_next_one(steps, store):
    store.hold = True
    steps.changes([change(1)])
    steps.changes([change(2)])
    steps.changes([change(3)])
    store.hold = False
    store.waiting.callback(None)
    assert [changes for _, changes, _ in store.committed] == [(change(1),), (change(2), change(3))]


def test_minutes_are_worked_off_singly_and_in_order(steps, store):
    store.hold = True
    steps.changes([change(1)])
    for number in (5, 6):
        steps.minute(Minute(number, NOW + timedelta(minutes=number)))
    store.hold = False
    store.waiting.callback(None)
    assert [(at, minute) for at, _, minute in store.committed[1:]] == [
        (NOW + timedelta(minutes=5), 5),
        (NOW + timedelta(minutes=6), 6),
    ]


def test_a_store_that_fails_loses_nothing_and_is_said_once(steps, store, reactor, log):
    store.errors = [DeviceError("disk full"), DeviceError("disk full")]
    steps.changes([change(1)])
    steps.minute(Minute(7, NOW))
    assert store.committed == []
    assert steps.waiting == 2
    reactor.advance(RETRY_S)
    reactor.advance(RETRY_S)
    assert store.committed == [(NOW, (change(1),), 7)]
    assert events(log) == ["store.fails", "store.works-again"]
    assert steps.failed == 2


def test_a_change_that_breaks_the_kernel_does_not_stop_the_others(steps, store, reactor, log):
    store.poison = change(2)
    steps.changes([change(1), change(2), change(3)])
    for _ in range(4):
        reactor.advance(RETRY_S)
    assert store.changes == [change(1), change(3)]
    assert steps.set_aside == 1
    assert "steps.set-aside" in events(log)


def test_after_a_defect_changes_are_taken_together_again(steps, store, reactor):
    store.poison = change(1)
    steps.changes([change(1), change(2)])
    for _ in range(3):
        reactor.advance(RETRY_S)
    steps.changes([change(3), change(4)])
    assert store.committed[-1][1] == (change(3), change(4))


def test_a_failing_minute_is_kept(steps, store, reactor):
    store.errors = [KeyError("a defect")]
    steps.minute(Minute(7, NOW))
    assert steps.waiting == 1
    reactor.advance(RETRY_S)
    assert [minute for _, _, minute in store.committed] == [7]
