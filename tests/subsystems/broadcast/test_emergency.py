"""Two steps to a takeover, and no third one."""

from datetime import UTC, datetime, timedelta

import pytest

from protocol.errors import OperatorError
from station_config.announcements.model import Prepared
from subsystems.broadcast.emergency import ARMED_S, Arm, Stage, Takeovers, make_takeover
from subsystems.broadcast.manual import Ground
from subsystems.broadcast.model import Kind, Priority

NOW = datetime(2021, 1, 20, 6, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=20)
GROUND = Ground(("hall", "platform-1"), ("zh", "en"), "chime")
FIRE = Prepared("fire", {"en": "Fire"}, {"en": "Leave now.", "zh": "请离开"}, "alarm", 5)


def takeover(name="t1", at_s=0.0, **fields):
    asked = Arm(**{"zones": ("hall",), "prepared": "fire", "minutes": 10, **fields})
    return make_takeover(asked, (FIRE,), GROUND, name=name, now=NOW, now_s=at_s)


def test_a_prepared_text_is_armed_and_executed_once():
    armed = takeover()
    assert armed.stage is Stage.ARMED
    takeovers, done = Takeovers().armed(armed, 0.0).executed("t1", LATER, 20.0)
    occasion = done.occasion
    assert (occasion.kind, occasion.priority) == (Kind.EMERGENCY, Priority.EMERGENCY)
    assert occasion.text == {"zh": "请离开", "en": "Leave now."}
    assert (occasion.chime, occasion.repeats) == ("alarm", 5)
    assert (occasion.due, occasion.latest) == (LATER, LATER + timedelta(minutes=10))
    with pytest.raises(OperatorError, match="already"):
        takeovers.executed("t1", LATER, 21.0)


@pytest.mark.parametrize("at_s", [ARMED_S + 1, 1e6])
def test_what_was_armed_long_ago_is_not_executed(at_s):
    with pytest.raises(OperatorError, match="nothing is armed"):
        Takeovers().armed(takeover(), 0.0).executed("t1", NOW, at_s)


def test_what_was_never_armed_or_is_disarmed_is_not_executed():
    for takeovers in (Takeovers(), Takeovers().armed(takeover(), 0.0).without("t1")):
        with pytest.raises(OperatorError, match="nothing is armed"):
            takeovers.executed("t1", NOW, 1.0)


def test_words_of_ones_own_sound_the_alarm_too():
    own = takeover(prepared="", text={"en": "Gas on platform 1.", "zh": ""})
    assert own.occasion.text == {"en": "Gas on platform 1."}
    assert own.occasion.chime == "alarm"


@pytest.mark.parametrize(
    "fields",
    [
        {"zones": ()},
        {"zones": ("roof",)},
        {"prepared": "flood"},
        {"prepared": "", "text": {"fr": "Feu"}},
        {"prepared": "", "text": {"en": "x" * 1000}},
    ],
)
def test_what_cannot_be_spoken_is_not_armed(fields):
    with pytest.raises(OperatorError):
        takeover(**fields)


def test_nobody_arms_without_end():
    takeovers = Takeovers()
    for n in range(20):
        takeovers = takeovers.armed(takeover(str(n)), 0.0)
    with pytest.raises(OperatorError, match="too many"):
        takeovers.armed(takeover("one more"), 0.0)
    takeovers.armed(takeover("later"), ARMED_S + 1)
