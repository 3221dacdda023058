"""What is looked at: dead loudspeakers, mute voices, full disks, trains that need a person."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from protocol.devices import Severity
from protocol.messages import LinkMode
from subsystems.broadcast.events import RulesChanged, Sinks
from subsystems.broadcast.speech.port import SinkState
from subsystems.broadcast.watch import ASK_STAFF, Watch, Watched
from subsystems.broadcast.zones import PlainZones
from subsystems.kit.faults import Faults
from tests.subsystems.broadcast.conftest import leaving

NOON = datetime(2021, 1, 20, 4, 0, tzinfo=UTC)


@dataclass
class FakeLink:
    """A link of which the test knows everything."""

    at: datetime = NOON
    mode: LinkMode = LinkMode.ONLINE
    confirmed_at: datetime | None = NOON
    estimate_lifetime: timedelta = timedelta(minutes=30)
    held: dict = field(default_factory=dict)
    said: list = field(default_factory=list)

    def __post_init__(self):
        self.faults = Faults(self.now, self.said.append)

    def now(self):
        return self.at

    def runs(self):
        return self.held


class Scene:
    """A watch over a scene that the test sets."""

    def __init__(self):
        self.link = FakeLink()
        self.events = []
        self.sinks = {"rtp-1": SinkState(works=True), "rtp-2": SinkState(works=True)}
        self.engines = {"zh": "espeak-ng"}
        self.ledger = SimpleNamespace(works=True)
        self.archived = True
        state = SimpleNamespace(zones=PlainZones(("hall", "exit")))
        speakers = SimpleNamespace(states=lambda: self.sinks, silent=self._silent)
        works = SimpleNamespace(state=SimpleNamespace(engines=self.engines))
        self.watch = Watch(
            Watched(
                link=self.link,
                driver=SimpleNamespace(state=state, happen=self.events.append),
                loudspeakers=speakers,
                works=works,
                ledger=self.ledger,
                archived=lambda: self.archived,
                started=lambda: True,
            )
        )

    def _silent(self, zones):
        reached = zip(zones, self.sinks.values(), strict=True)
        return tuple(zone for zone, state in reached if not state.works)

    def faults(self):
        return set(self.link.faults.active)


@pytest.fixture
def scene():
    scene = Scene()
    scene.watch.look()
    assert (scene.faults(), scene.events) == (set(), [])
    return scene


def test_a_dead_loudspeaker_is_a_fault_and_its_zone_is_lost_until_it_works(scene):
    scene.sinks["rtp-2"] = SinkState(works=False, why="no route")
    scene.watch.look()
    scene.watch.look()
    assert scene.faults() == {"sink-rtp-2"}
    assert scene.events == [Sinks({"exit": "rtp-2: no route"})]
    scene.sinks["rtp-2"] = SinkState(works=True)
    scene.watch.look()
    assert scene.faults() == set()
    assert scene.events[-1] == Sinks({})


def test_a_language_that_nobody_speaks_is_a_fault(scene):
    scene.engines["zh"] = ""
    scene.watch.look()
    fault = scene.link.faults.active["speech-engine"]
    assert fault.severity is Severity.CRITICAL
    assert "zh" in fault.text["en"]


def test_a_disk_that_cannot_be_written_is_a_fault(scene):
    scene.ledger.works, scene.archived = False, False
    scene.watch.look()
    assert scene.faults() == {"ledger", "archive"}


def test_the_rules_are_asked_anew_when_deviations_lapse_and_when_they_hold_again(scene):
    scene.link.at = NOON + timedelta(minutes=31)
    scene.watch.look()
    assert scene.events == [RulesChanged()]
    scene.watch.look()
    assert len(scene.events) == 1
    scene.link.confirmed_at = scene.link.at
    scene.watch.look()
    assert scene.events == [RulesChanged(), RulesChanged()]


def test_a_late_train_that_nobody_confirms_needs_a_person(scene):
    late = leaving("G2402", 60, late=20)
    scene.link.held = {late.run_id: late}
    assert not scene.watch.look_for_hints()
    scene.link.at = NOON + timedelta(minutes=31)
    assert scene.watch.look_for_hints()
    (hint,) = scene.watch.hints
    assert (hint.train, hint.why) == ("G2402", "lapsed")
    assert "G2402" in scene.link.faults.active[ASK_STAFF].text["zh"]
    assert not scene.watch.look_for_hints(), "nothing new"
    scene.link.confirmed_at = scene.link.at
    assert scene.watch.look_for_hints()
    assert scene.faults() == set()


def test_a_train_with_an_unknown_delay_needs_one_when_the_station_is_alone(scene):
    held = replace(leaving("G2402", 60), held=True)
    scene.link.held = {held.run_id: held}
    assert not scene.watch.look_for_hints()
    scene.link.mode = LinkMode.AUTONOMOUS
    assert scene.watch.look_for_hints()
    assert scene.watch.hints[0].why == "held"
