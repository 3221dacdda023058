"""The lease carried out in time: what is asked, and what the hub is told."""

from dataclasses import replace

import pytest
import structlog
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from hub.holder import this_process
from hub.lease import DEMOTE_S, RENEW_S, TAKE_S, Held, Holder, Stage
from hub.store.lease import LeaseHeldError
from hub.succession import Succession
from protocol.errors import DeviceError

THERE = Holder("other", "there", "another machine", 7, 8)


class Scene:
    """A hub with calls that the test answers, or that answer themselves by `row`."""

    def __init__(self):
        self.clock = Clock()
        self.row = Held(None, 0)
        self.fails = False
        self.hangs = []
        self.hang = False
        self.faster = False
        self.told = []
        self.broken = []
        self.succession = Succession(
            self.clock,
            seconds=self.clock.seconds,
            calls=self,
            duties=self,
            broken=self.broken.append,
            log=structlog.get_logger(),
        )

    def _answer(self, make):
        deferred = Deferred()

        def fire():
            if self.fails:
                deferred.errback(DeviceError("no database"))
                return
            try:
                deferred.callback(make())
            except Exception as error:  # noqa: BLE001 - as a thread passes it on
                deferred.errback(error)

        if self.hang:
            self.hangs.append(fire)
        else:
            fire()
        return deferred

    def look(self):
        return self._answer(lambda: self.row)

    def claim(self, seen):
        return self._answer(lambda: self._take(seen))

    def _take(self, seen):
        if self.faster or seen != self.row:
            raise LeaseHeldError("another hub was faster")
        self.row = Held(Holder("me", "here"), seen.renewals + 1)

    def renew(self):
        return self._answer(self._more)

    def _more(self):
        ours = self.row.holder == Holder("me", "here")
        if ours:
            self.row = replace(self.row, renewals=self.row.renewals + 1)
        return ours

    def lead(self):
        self.told.append("lead")

    def hush(self):
        self.told.append("hush")

    def speak(self):
        self.told.append("speak")

    def retire(self):
        self.told.append("retire")

    def let(self, seconds):
        for _ in range(int(seconds / 0.25)):
            self.clock.advance(0.25)

    def start(self):
        self.succession.start()
        return self

    @property
    def stage(self):
        return self.succession.lease.stage


@pytest.fixture
def scene(log_lines):
    scene = Scene()
    scene.lines = log_lines
    yield scene
    scene.succession.stop()
    assert not scene.clock.getDelayedCalls()
    assert scene.broken == []


def events(scene):
    return [line["event"] for line in scene.lines]


def test_alone_it_leads_at_once_and_renews(scene):
    scene.start()
    assert scene.told == ["lead"]
    assert scene.succession.status == {"role": "leading"}
    scene.let(100)
    assert scene.row.renewals == pytest.approx(100 / RENEW_S, abs=2)
    assert scene.told == ["lead"]
    assert scene.succession.may_speak()


def test_one_on_another_machine_is_watched_for_the_time_to_take(scene):
    scene.row = Held(THERE, 3)
    scene.start()
    assert scene.succession.status == {
        "role": "standing by",
        "leader": {"host": "there", "pid": 7},
        "takes_over_in_s": TAKE_S,
    }
    scene.let(TAKE_S - 0.5)
    assert scene.told == []
    scene.let(2)
    assert scene.told == ["lead"]
    assert events(scene) == ["hub.stands-by", "hub.takes-over", "hub.lease"]
    assert scene.lines[1]["why"] == "it was silent"


def test_one_that_renews_leads_for_ever_and_is_told_once(scene):
    scene.row = Held(THERE, 0)
    scene.start()
    for n in range(1, 200):
        scene.row = Held(THERE, n)
        scene.let(2)
    assert scene.told == []
    assert events(scene) == ["hub.stands-by"]


def test_a_process_of_this_machine_that_is_gone_is_replaced_at_once(scene):
    scene.row = Held(replace(this_process(), born=1), 3)
    scene.start()
    assert scene.told == ["lead"]
    assert scene.lines[0]["why"] == "its process is gone"


def test_a_faster_one_is_stood_by_to(scene):
    scene.faster = True
    scene.start()
    assert (scene.told, scene.stage) == ([], Stage.STANDING_BY)
    scene.row = Held(THERE, 1)
    scene.let(2)
    assert events(scene) == ["hub.stands-by"]


def test_a_database_that_fails_is_said_once_and_asked_again(scene):
    scene.fails = True
    scene.start()
    scene.let(30)
    assert scene.succession.failing
    assert events(scene) == ["store.fails"]
    scene.fails = False
    scene.let(2)
    assert scene.told == ["lead"]
    assert events(scene) == ["store.fails", "store.answers-again", "hub.lease"]


def test_a_leader_without_its_database_is_silent_in_time_and_goes_on(scene):
    scene.start()
    scene.fails = True
    scene.let(DEMOTE_S + 0.5)
    assert scene.told == ["lead", "hush"]
    assert not scene.succession.may_speak()
    scene.fails = False
    scene.let(RENEW_S + 0.5)
    assert scene.told == ["lead", "hush", "speak"]
    assert scene.succession.may_speak()


def test_a_call_that_does_not_come_back_silences_too_and_is_waited_for(scene):
    scene.start()
    scene.hang = True
    scene.let(DEMOTE_S + RENEW_S)
    assert scene.told == ["lead", "hush"]
    assert len(scene.hangs) == 1, "one call at a time"
    scene.hang = False
    scene.hangs.pop()()
    assert scene.told == ["lead", "hush"], "that was asked for long ago"
    scene.let(RENEW_S)
    assert scene.told == ["lead", "hush", "speak"]


def test_who_is_replaced_retires_and_stands_by(scene):
    scene.start()
    scene.row = Held(THERE, 9)
    scene.let(RENEW_S + 0.5)
    assert scene.told == ["lead", "retire"]
    assert not scene.succession.may_speak()
    scene.let(3)
    assert scene.succession.status["leader"] == {"host": "there", "pid": 7}


def test_who_was_stopped_may_not_speak_before_it_has_looked(scene):
    """SIGSTOP, SIGCONT: the first thing to run need not be the lease's timer."""
    scene.start()
    scene.clock.rightNow += 60  # nothing ran meanwhile
    assert not scene.succession.may_speak()
    assert scene.told == ["lead", "hush"]
    scene.row = Held(THERE, 9)
    scene.let(1)
    assert scene.told == ["lead", "hush", "retire"]


def test_what_nobody_has_foreseen_is_passed_on(scene):
    scene.succession._calls.look = lambda: scene._answer(lambda: 1 / 0)
    scene.start()
    assert scene.broken.pop().check(ZeroDivisionError)
    assert scene.stage is Stage.STANDING_BY
