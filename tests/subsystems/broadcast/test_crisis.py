"""Emergencies at the desk: two steps, alerts for later, all clear wherever it was heard."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from protocol.errors import OperatorError
from subsystems.broadcast.asked import EndAsked, MuteAsked, Named
from subsystems.broadcast.cap_meaning import Begin, End
from subsystems.broadcast.emergency import Arm
from subsystems.broadcast.model import Kind, Occasion, Priority
from tests.subsystems.broadcast.desk_stage import AT, DeskStage


@pytest.fixture
def stage(tmp_path, hohhot, words, log_lines):  # noqa: ARG001 - keeps the output quiet
    stage = DeskStage(tmp_path, hohhot, words)
    yield stage
    stage.driver.stop()


def arm(stage, zones=("room-1",), **fields):
    return stage.crisis.arm(Arm(**{"zones": zones, "prepared": "fire", **fields}), "")


def test_arming_says_what_will_be_said_and_says_nothing(stage):
    armed = arm(stage)
    assert armed["zones"] == ("room-1",)
    assert "fire" in armed["text"]["en"]
    assert stage.heard() == {}


def test_the_second_step_takes_over_also_a_muted_zone(stage):
    stage.desk.mute(MuteAsked("room-1", 30), "")
    key = stage.crisis.execute(Named(arm(stage)["name"]), "")["key"]
    assert stage.heard() == {key: ("room-1",)}
    with pytest.raises(OperatorError):
        stage.crisis.execute(Named(key.rpartition("/")[2]), "")


def test_what_is_disarmed_is_not_executed(stage):
    name = arm(stage)["name"]
    stage.crisis.disarm(Named(name), "")
    with pytest.raises(OperatorError, match="nothing is armed"):
        stage.crisis.execute(Named(name), "")
    assert stage.heard() == {}


def test_all_clear_is_said_wherever_it_was_heard_muted_or_not(stage):
    stage.desk.mute(MuteAsked("room-1", 30), "")
    key = stage.crisis.execute(Named(arm(stage)["name"]), "")["key"]
    stage.crisis.end(EndAsked(key), "")
    stage.pass_time(2)
    assert stage.driver.state.takeovers == {}
    assert list(stage.heard(Kind.MANUAL).values()) == [("room-1",)]
    assert stage.driver.state.muted == {"room-1"}


def test_it_can_end_without_a_word(stage):
    key = stage.crisis.execute(Named(arm(stage)["name"]), "")["key"]
    stage.crisis.end(EndAsked(key, say=False), "")
    stage.pass_time(2)
    assert stage.heard() == {}
    with pytest.raises(OperatorError, match="no such emergency"):
        stage.crisis.end(EndAsked(key), "")


def alert(key="cap/1", due=AT, **fields):
    given = {"kind": Kind.EMERGENCY, "priority": Priority.EMERGENCY, "zones": ("exit",)}
    times = {"due": due, "latest": due + timedelta(minutes=5)}
    text = {"en": "Storm"}
    return Occasion(**{**given, **times, "key": key, "languages": ("en",), "text": text, **fields})


def test_an_alert_for_later_takes_nothing_over_before(stage):
    stage.crisis.alert(Begin(alert(due=AT + timedelta(seconds=30))))
    stage.pass_time(29)
    assert stage.driver.state.takeovers == {}
    stage.pass_time(2)
    assert stage.heard() == {"cap/1": ("exit",)}


def test_an_update_takes_the_place_of_what_it_names(stage):
    stage.crisis.alert(Begin(alert()))
    stage.crisis.alert(Begin(alert("cap/2", text={"en": "Worse"}), ends=("cap/1",)))
    stage.pass_time(2)
    assert set(stage.driver.state.takeovers) == {"cap/2"}
    assert set(stage.heard()) == {"cap/2"}


def test_a_cancel_ends_also_what_has_not_begun(stage):
    stage.crisis.alert(Begin(alert(due=AT + timedelta(seconds=30))))
    stage.crisis.alert(End(("cap/1",)))
    stage.pass_time(40)
    assert stage.heard() == {}


def test_a_notice_that_is_spoken_is_silent_when_it_is_withdrawn(stage):
    calm = replace(alert("notice/1"), kind=Kind.NOTICE, priority=Priority.DELAY)
    stage.crisis.speak(calm)
    assert "notice/1" in stage.heard()
    stage.crisis.silence(calm)
    stage.pass_time(2)
    assert stage.heard() == {}
