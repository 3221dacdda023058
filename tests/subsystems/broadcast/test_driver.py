"""The scheduler driven: effects in order, sounds made once, the wait told."""

from datetime import UTC, date, datetime, timedelta

import pytest
import structlog
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from protocol.errors import DeviceError
from subsystems.broadcast.driver import AT_ONCE, Driver, Hands
from subsystems.broadcast.events import Announce, EmergencyBegins, EmergencyEnds, Ended, Mute
from subsystems.broadcast.figures import Counts
from subsystems.broadcast.ledger import Ledger
from subsystems.broadcast.machine import initial
from subsystems.broadcast.model import Kind, Occasion, Part, Priority, Saying, Segment
from subsystems.broadcast.records import Reason
from subsystems.broadcast.speech.port import Clip
from subsystems.broadcast.speech.port import Ended as How
from subsystems.broadcast.zones import PlainZones

AT = datetime(2021, 1, 20, 6, 0, tzinfo=UTC)
DAY = date(2021, 1, 20)


class FakeHeard:
    """The port of the voices, by hand."""

    def __init__(self):
        self.playing = {}
        self.cut = []
        self.backgrounds = []

    def play(self, play, clip, saying, day):
        assert (clip.seconds, saying.shown, day) == (5.0, {"en": play.occasion.key}, DAY)
        self.playing[play.voice] = play

    def cut_off(self, voice, zones):
        self.cut.append((voice, tuple(zones)))

    def background(self, zones, *, silent):
        self.backgrounds.append((tuple(zones), silent))


class Stage:
    """A driver and what it does."""

    def __init__(self, folder, sound=None):
        self.reactor = Clock()
        self.said = {}
        self.asked = []
        self.spoken = []
        self.made = []
        self.waits = []
        self.counts = Counts()
        self.complaints = []
        ledger = Ledger(folder / "ledger.sqlite", "s", self.complaints.append)
        hands = Hands(
            rules=self._rules,
            words=lambda o: Saying((Part("en", o.key, (Segment(o.key),)),)),
            sound=sound or self._sound,
            now=self.now,
            day=lambda at: at.date(),
            spoken=lambda effect, sounded: self.spoken.append((effect, sounded)),
            changed=lambda: None,
        )
        state = initial(PlainZones(("a", "b")))
        self.driver = Driver(
            self.reactor, state, hands, ledger, self.counts, structlog.get_logger()
        )
        self.driver.heard = self.heard = FakeHeard()
        self.driver.waited = self.waits.append
        self.driver.begin()

    def now(self):
        return AT + timedelta(seconds=self.reactor.seconds())

    def _rules(self, source, now, _told):
        self.asked.append((source, now))
        return tuple(each for each in self.said.get(source, ()) if now < each.latest)

    def _sound(self, saying, chime, recording, urgent):
        self.made.append((saying.shown, chime, recording, urgent))
        return succeed(Clip("x.wav", 5.0, "00"))


@pytest.fixture
def stage(tmp_path, log_lines):  # noqa: ARG001 - keeps the output quiet
    stage = Stage(tmp_path)
    yield stage
    stage.driver.stop()
    assert stage.reactor.getDelayedCalls() == []


def occasion(key="k1", kind=Kind.DELAY, **fields):
    given = {"kind": kind, "priority": Priority.DELAY, "zones": ("a",), "languages": ("en",)}
    times = {"due": AT, "latest": AT + timedelta(minutes=5)}
    return Occasion(**{**given, **times, "key": key, "run_id": "run-1", **fields})


def test_what_a_run_has_to_say_is_made_asked_anew_and_spoken(stage):
    stage.said["run-1"] = (occasion(),)
    stage.driver.ask(["run-1"])
    (play,) = stage.heard.playing.values()
    assert stage.made == [({"en": "k1"}, "chime", "", True)]
    assert stage.counts.spoken[Kind.DELAY] == 1
    assert stage.waits == [0.0]
    begun, sounded = stage.spoken[0]
    assert (begun.ended, sounded.saying.shown) == (False, {"en": "k1"})
    stage.reactor.advance(5)
    stage.driver.happen(Ended(play.voice, How.PLAYED, frozenset({"a"})))
    assert stage.spoken[-1][0].ended
    assert stage.driver.state.voices == {}
    for _ in range(400):
        stage.reactor.advance(1)
    assert stage.driver.sounded(play.clip) is None, "its sound is forgotten"


def test_what_is_due_later_is_made_ahead_and_is_not_urgent(stage):
    later = AT + timedelta(seconds=30)
    stage.said["run-1"] = (occasion(due=later, latest=later + timedelta(minutes=5)),)
    stage.driver.ask(["run-1"])
    assert stage.made == [({"en": "k1"}, "chime", "", False)]
    assert stage.heard.playing == {}


def test_what_is_not_true_any_more_is_not_spoken(tmp_path, log_lines):  # noqa: ARG001
    later = Deferred()
    stage = Stage(tmp_path, sound=lambda *_: later)
    stage.said["run-1"] = (occasion(),)
    stage.driver.ask(["run-1"])
    stage.said.clear()
    stage.reactor.advance(0.4)
    later.callback(Clip("x.wav", 5.0, "00"))
    stage.reactor.advance(2)
    assert stage.heard.playing == {}
    stage.driver.stop()


def test_a_sound_that_cannot_be_made_is_given_up_and_told(tmp_path, log_lines):
    def broken(*_):
        failed = Deferred()
        failed.errback(Failure(DeviceError("no voice")))
        return failed

    stage = Stage(tmp_path, sound=broken)
    stage.said["run-1"] = (occasion(),)
    stage.driver.ask(["run-1"])
    for _ in range(400):
        stage.reactor.advance(1)
    assert stage.heard.playing == {}
    assert stage.counts.dropped
    assert "no voice" in str(log_lines)
    stage.driver.stop()


def test_many_runs_are_asked_about_in_turns(stage):
    before = len(stage.asked)
    stage.driver.ask([f"run-{n}" for n in range(AT_ONCE * 2 + 1)])
    assert len(stage.asked) - before == AT_ONCE
    stage.reactor.advance(0)
    stage.reactor.advance(0)
    assert len(stage.asked) - before >= AT_ONCE * 2 + 1


def test_a_muted_zone_is_cut_off_and_counted(stage):
    stage.driver.happen(Announce(occasion("m", Kind.MANUAL, run_id=None)))
    (voice,) = stage.heard.playing
    stage.driver.happen(Mute("a", on=True, by="li"))
    assert stage.heard.cut == [(voice, ("a",))]
    stage.driver.happen(Ended(voice, How.CUT_OFF, frozenset({"a"})))
    assert stage.counts.cut[Reason.MUTED] == 1


def test_the_background_is_silent_while_an_emergency_has_the_zone(stage):
    stage.driver.happen(EmergencyBegins(occasion("e/1", Kind.EMERGENCY, run_id=None)))
    assert stage.heard.backgrounds == [(("a",), True)]
    stage.driver.happen(EmergencyEnds("e/1"))
    assert stage.heard.backgrounds == [(("a",), True), (("a",), False)]


def test_it_wakes_by_itself_when_something_is_due(stage):
    stage.said["run-1"] = (occasion(due=AT + timedelta(seconds=30)),)
    stage.driver.ask(["run-1"])
    for _ in range(60):
        stage.reactor.advance(0.5)
    stage.reactor.advance(0.5)
    assert stage.heard.playing


def test_the_next_life_says_nothing_again(tmp_path, log_lines):  # noqa: ARG001
    first = Stage(tmp_path)
    first.said["run-1"] = (occasion(),)
    first.driver.ask(["run-1"])
    (voice,) = first.heard.playing
    first.reactor.advance(5)
    first.driver.happen(Ended(voice, How.PLAYED, frozenset({"a"})))
    first.driver.stop()
    second = Stage(tmp_path)
    second.reactor.advance(10)
    second.said["run-1"] = (occasion(),)
    second.driver.ask(["run-1"])
    second.reactor.advance(5)
    assert second.heard.playing == {}
    second.driver.stop()


def test_after_the_end_nothing_happens(stage):
    stage.driver.stop()
    stage.said["run-1"] = (occasion(),)
    stage.driver.ask(["run-1"])
    assert stage.heard.playing == {}
