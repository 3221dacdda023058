from datetime import timedelta

import pytest
import structlog
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock

from hub.kernel.objections import Answer
from hub.kernel.override import ClearOverride
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


def test_rows_wait_for_the_present_while_minutes_are_caught_up_with(steps, store):
    store.hold = True
    steps.minute(Minute(4, NOW - timedelta(minutes=3)))
    for number in (5, 6):
        steps.minute(Minute(number, NOW - timedelta(minutes=7 - number)))
    steps.changes([change(1)])
    store.hold = False
    store.waiting.callback(None)
    assert store.committed[1:] == [
        (NOW - timedelta(minutes=2), (), 5),
        (NOW, (change(1),), 6),
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


# --- persons' commands


def command(number):
    return ClearOverride(command_id=str(number), who="Li", why="x", run_id="r")


class Obedient:
    """Plays the store for commands; fails when told."""

    def __init__(self):
        self.obeyed = []
        self.errors = []

    def __call__(self, now, told):
        if self.errors:
            return fail(self.errors.pop(0))
        self.obeyed.append((now, told))
        return succeed(Answer(command_id=told.command_id, accepted=True))


@pytest.fixture
def obedient():
    return Obedient()


@pytest.fixture
def commanded(reactor, store, pokes, log, obedient):
    return Steps(
        reactor,
        step=store,
        clock=StandingClock(),
        committed=lambda: pokes.append(None),
        log=log,
        obey=obedient,
    )


def test_a_command_is_answered_when_it_is_committed(commanded, obedient, pokes):
    answers = []
    commanded.command(command(1)).addCallback(answers.append)
    assert obedient.obeyed == [(NOW, command(1))]
    assert answers == [Answer(command_id="1", accepted=True)]
    assert pokes == [None]


def test_commands_come_before_what_else_waits(commanded, store, obedient):
    store.hold = True
    commanded.changes([change(1)])
    commanded.changes([change(2)])
    commanded.command(command(1))
    commanded.command(command(2))
    assert commanded.waiting == 4
    store.hold = False
    seen = []
    store.waiting.addCallback(lambda _: seen.append(list(obedient.obeyed)))
    store.waiting.callback(None)
    assert [told.command_id for _, told in obedient.obeyed] == ["1", "2"]
    assert store.changes == [change(1), change(2)]
    assert commanded.waiting == 0


def test_a_command_waits_for_a_store_that_fails(commanded, obedient, reactor, log):
    obedient.errors = [DeviceError("disk full")]
    answers = []
    commanded.command(command(1)).addCallback(answers.append)
    commanded.changes([change(1)])
    assert (answers, commanded.waiting) == ([], 2)
    reactor.advance(RETRY_S)
    assert [answer.command_id for answer in answers] == ["1"]
    assert commanded.waiting == 0
    assert events(log) == ["store.fails", "store.works-again"]


def test_a_command_that_breaks_the_kernel_is_told_and_stops_nothing(
    commanded, obedient, store, log
):
    obedient.errors = [KeyError("a defect")]
    failures = []
    commanded.command(command(1)).addErrback(failures.append)
    commanded.changes([change(1)])
    assert failures[0].check(KeyError)
    assert store.changes == [change(1)]
    assert commanded.set_aside == 1
    assert events(log) == ["steps.set-aside"]


def test_who_went_away_does_not_stop_the_command(commanded, obedient, reactor):
    obedient.errors = [DeviceError("disk full")]
    waiting = commanded.command(command(1)).addErrback(lambda _: None)
    waiting.cancel()
    reactor.advance(RETRY_S)
    assert [told.command_id for _, told in obedient.obeyed] == ["1"]


def test_without_somebody_to_obey_a_command_is_an_error(steps):
    with pytest.raises(DeviceError, match="nobody takes commands"):
        steps.command(command(1))


def order(name):
    return ClearOverride(command_id=name, run_id="r", who="Li", why="x")


def test_who_waits_for_an_answer_when_the_hub_retires_is_told(reactor, log, store):
    obeying = Deferred()
    steps = Steps(
        reactor,
        step=store,
        clock=StandingClock(),
        committed=lambda: None,
        log=log,
        obey=lambda _now, _command: obeying,
    )
    told = []
    for name in ("under way", "waits"):
        answered = steps.command(order(name))
        answered.addErrback(lambda failure: told.append((failure.value.where, str(failure.value))))
    steps.stop()
    assert [where for where, _ in told] == ["waits"], "the other may be committed this moment"
    obeying.errback(DeviceError("another hub has taken the database over"))
    assert [where for where, _ in told] == ["waits", "under way"]
    assert all("leads no longer" in why for _, why in told)
    assert not reactor.getDelayedCalls()


def test_a_step_that_is_tried_again_is_not_when_the_hub_has_retired(reactor, steps, store):
    store.errors = [DeviceError("no database")]
    steps.changes([change(1)])
    steps.stop()
    assert not reactor.getDelayedCalls()
    steps.changes([change(2)])
    steps.minute(Minute(5, NOW))
    assert store.committed == []
