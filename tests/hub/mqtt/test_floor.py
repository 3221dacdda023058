"""Who has the floor: listening, yielding, coming back, covering what a dead hub said late."""

from datetime import UTC, datetime

import pytest
import structlog
from twisted.internet.task import Clock

from hub.mqtt.floor import GONE_S, LISTEN_S, STATE, Floor
from protocol.codec import encode
from protocol.messages import HubState, Message, Plan

NOON = datetime(2021, 1, 20, 4, tzinfo=UTC)


def state(epoch, name="x", *, online=True):
    body = HubState(online=online, hub="hub-2")
    return encode(
        Message(t="hub.state", id=name, src="hub-2", epoch=epoch, seq=1, issued_at=NOON, body=body)
    )


def plan(epoch):
    body = Plan(service_date=NOON.date(), runs=())
    return encode(
        Message(t="plan", id="p", src="hub-2", epoch=epoch, seq=1, issued_at=NOON, body=body)
    )


class Scene:
    def __init__(self):
        self.clock = Clock()
        self.leads = True
        self.told = []
        self.floor = Floor(
            self.clock,
            epoch=7,
            may_speak=lambda: self.leads,
            begin=lambda: self.told.append("begin"),
            silence=lambda: self.told.append("silence"),
            repeat=lambda entity: self.told.append(f"repeat {entity}"),
            overruled=lambda epoch: self.told.append(f"overruled {epoch}"),
            log=structlog.get_logger(),
        )
        self.floor.rivals.said("m")

    def begun(self):
        self.floor.up()
        self.clock.advance(LISTEN_S)
        assert self.told.pop() == "begin"
        return self.floor

    def hear(self, payload, entity=STATE, *, retained=False):
        return self.floor.hear(entity, payload, retained=retained)


@pytest.fixture
def scene(log_lines):
    scene = Scene()
    scene.lines = log_lines
    yield scene
    scene.floor.down()
    assert not scene.clock.getDelayedCalls()


def test_it_listens_before_it_speaks(scene):
    scene.floor.up()
    assert not scene.floor.may_say()
    scene.clock.advance(LISTEN_S - 0.01)
    assert scene.told == []
    scene.clock.advance(0.01)
    assert scene.told == ["begin"]
    assert scene.floor.may_say()


def test_a_state_that_is_retained_ends_the_listening(scene):
    scene.floor.up()
    scene.hear(state(6, online=False), retained=True)
    assert scene.told == ["begin"]
    scene.clock.advance(10)
    assert scene.told == ["begin"]


def test_a_higher_epoch_that_is_there_is_not_spoken_over(scene):
    scene.floor.up()
    scene.hear(state(9), retained=True)
    scene.hear(plan(9), "plan/2021-01-20", retained=True)
    scene.clock.advance(10 * GONE_S)
    assert scene.told == []
    assert not scene.floor.may_say()
    assert [line["event"] for line in scene.lines] == ["hub.rival"]


def test_what_a_higher_epoch_retains_is_no_ghost(scene):
    scene.begun()
    assert scene.hear(plan(6), "plan/2021-01-18", retained=True)
    assert scene.hear(plan(7), "plan/2021-01-18", retained=True)
    assert scene.hear(b"{", "plan/2021-01-18", retained=True)
    assert not scene.hear(plan(9), "plan/2021-01-18", retained=True)
    scene.floor.down()


def test_one_that_speaks_up_is_yielded_to_at_once_and_said_once(scene):
    scene.begun()
    scene.hear(state(9))
    scene.hear(plan(9), "plan/2021-01-20")
    scene.hear(state(9, "y"))
    assert scene.told == ["silence"]
    assert not scene.floor.may_say()
    assert [line["log_level"] for line in scene.lines] == ["error"]


def test_one_that_is_gone_for_a_while_is_followed(scene):
    scene.begun()
    scene.hear(state(9))
    scene.hear(state(9, online=False))
    scene.clock.advance(GONE_S - 0.1)
    assert scene.told == ["silence"]
    scene.clock.advance(0.1)
    assert scene.told == ["silence", "overruled 9"]
    assert not scene.floor.may_say(), "not with this epoch"


def test_one_that_restarts_keeps_the_floor(scene):
    scene.begun()
    scene.hear(state(9))
    scene.hear(state(9, online=False))
    scene.clock.advance(GONE_S / 2)
    scene.hear(state(10))
    scene.clock.advance(10 * GONE_S)
    assert scene.told == ["silence"]
    assert scene.floor.rivals.told["epoch"] == 10


def test_one_without_a_state_is_gone_when_it_is_heard_no_more(scene):
    scene.begun()
    for _ in range(5):
        scene.hear(plan(9), "plan/2021-01-20")
        scene.clock.advance(GONE_S - 0.1)
    assert scene.told == ["silence"]
    scene.clock.advance(0.2)
    assert scene.told == ["silence", "overruled 9"]


def test_a_broker_that_comes_back_without_the_other_is_waited_with(scene):
    scene.begun()
    scene.hear(state(9))
    scene.floor.down()
    scene.clock.advance(10 * GONE_S)
    scene.floor.up()
    scene.clock.advance(GONE_S - 0.1)
    assert "overruled 9" not in scene.told
    scene.clock.advance(0.1)
    assert scene.told[-1] == "overruled 9"


def test_a_broker_that_comes_back_with_the_other_is_its(scene):
    scene.begun()
    scene.hear(state(9))
    scene.floor.down()
    scene.floor.up()
    scene.hear(state(9), retained=True)
    scene.clock.advance(10 * GONE_S)
    assert "overruled 9" not in scene.told
    assert scene.told.count("begin") == 0


def test_what_a_dead_hub_says_late_is_covered(scene):
    scene.begun()
    scene.hear(state(6, online=False))
    scene.hear(plan(6), "plan/2021-01-20")
    scene.hear(b"not a message")
    assert scene.told == [f"repeat {STATE}", "repeat plan/2021-01-20", f"repeat {STATE}"]
    assert scene.floor.zombies == 3


def test_our_own_words_are_nobodys(scene):
    scene.begun()
    scene.hear(state(7, "m"))
    scene.hear(plan(7), "plan/2021-01-20")
    scene.hear(b"", "plan/2021-01-20")
    assert scene.told == []


def test_without_the_lease_nothing_is_said(scene):
    floor = scene.begun()
    scene.leads = False
    assert not floor.may_say()
    floor.hush()
    assert scene.told == ["silence"]
    scene.leads = True
    assert not floor.may_say()
    floor.speak()
    assert scene.told == ["silence", "begin"]
    assert floor.may_say()


def test_a_lease_that_comes_back_makes_no_way_past_a_rival(scene):
    floor = scene.begun()
    floor.hush()
    scene.hear(state(9))
    floor.speak()
    assert scene.told == ["silence"]


def test_a_lease_that_comes_back_while_listening_goes_on_listening(scene):
    scene.floor.hush()
    scene.floor.up()
    scene.floor.speak()
    assert scene.told == []
    scene.clock.advance(LISTEN_S)
    assert scene.told == ["begin"]
