"""The machine of a chip: its table is total, and whatever happens, what is said is over once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subsystems.broadcast.speech.chips.frames import Reply
from subsystems.broadcast.speech.chips.machine import (
    TABLE,
    Cut,
    Heard,
    ImpossibleError,
    Lost,
    Mode,
    Opened,
    Over,
    Say,
    Send,
    State,
    TimedOut,
    Wait,
    step,
)
from subsystems.broadcast.speech.port import Ended

ONE, TWO = b"one", b"two"


def after(*events):
    state, effects = State(), ()
    for event in events:
        state, effects = step(state, event)
    return state, effects


READY = (Opened(), Heard(Reply.IDLE))


def test_a_text_is_sent_when_the_chip_is_idle_and_over_when_it_says_so():
    state, effects = after(*READY, Say((ONE,)))
    assert effects[0] is Send.TEXT
    state, effects = after(*READY, Say((ONE,)), Heard(Reply.TAKEN), Heard(Reply.IDLE))
    assert effects == (Over(Ended.PLAYED), Wait(None))
    assert (state.mode, state.works, state.texts) == (Mode.IDLE, True, ())


def test_the_second_text_waits_until_the_first_is_spoken():
    saying = (*READY, Say((ONE, TWO)), Heard(Reply.TAKEN))
    state, effects = after(*saying, Heard(Reply.SPEAKING))
    assert Send.TEXT not in effects
    state, effects = after(*saying, Heard(Reply.IDLE))
    assert effects[0] is Send.TEXT
    assert state.texts == (TWO,)


def test_a_chip_that_speaks_when_the_port_opens_is_waited_for():
    state, effects = after(Opened(), Say((ONE,)), Heard(Reply.SPEAKING))
    assert Send.TEXT not in effects
    _, effects = step(state, Heard(Reply.IDLE))
    assert effects[0] is Send.TEXT


def test_a_refused_frame_is_sent_three_times():
    said = (*READY, Say((ONE,)))
    bad = Heard(Reply.REFUSED)
    assert after(*said, bad, bad)[1][0] is Send.TEXT
    state, effects = after(*said, bad, bad, bad)
    assert Over(Ended.FAILED) in effects
    assert (state.works, state.why) == (False, "the chip does not understand a frame")


def test_a_chip_that_falls_silent_fails_what_it_says():
    late = (TimedOut(),) * 4
    state, effects = after(*READY, Say((ONE,)), Heard(Reply.TAKEN), *late)
    assert Over(Ended.FAILED) in effects
    assert not state.works


def test_a_lost_end_of_text_is_found_by_asking():
    asked = (*READY, Say((ONE,)), Heard(Reply.TAKEN), TimedOut())
    assert after(*asked)[1][0] is Send.STATUS
    assert Over(Ended.PLAYED) in after(*asked, Heard(Reply.TAKEN), Heard(Reply.IDLE))[1]


def test_who_is_cut_off_is_stopped_and_the_next_one_heard_after_it():
    state, effects = after(*READY, Say((ONE,)), Heard(Reply.TAKEN), Cut())
    assert effects[:2] == (Send.STOP, Over(Ended.CUT_OFF))
    state, effects = step(state, Say((TWO,)))
    assert effects == ()
    state, effects = step(state, Heard(Reply.TAKEN))
    assert effects[0] is Send.STATUS
    state, effects = step(state, Heard(Reply.IDLE))
    assert effects[0] is Send.TEXT
    assert state.texts == (TWO,)


def test_a_lost_port_fails_what_is_said_and_opens_again():
    state, effects = after(*READY, Say((ONE,)), Lost("unplugged"))
    assert effects == (Over(Ended.FAILED), Wait(None))
    assert (state.mode, state.works, state.why) == (Mode.CLOSED, False, "unplugged")
    assert step(state, Opened())[1][0] is Send.STATUS


EVENTS = st.sampled_from(
    [
        Opened(),
        Lost("gone"),
        Say((ONE,)),
        Say((ONE, TWO)),
        Cut(),
        TimedOut(),
        *map(Heard, Reply),
    ]
)


@given(st.lists(EVENTS, max_size=80))
def test_whatever_happens_what_is_said_is_over_once(events):
    state, saying = State(), 0
    for event in events:
        try:
            following, effects = step(state, event)
        except ImpossibleError:
            assert (state.mode, type(event)) not in TABLE or isinstance(event, Say | Cut)
            continue
        saying += isinstance(event, Say)
        saying -= sum(isinstance(effect, Over) for effect in effects)
        assert saying in {0, 1}
        assert bool(following.texts) == bool(saying)
        if Send.TEXT in effects:
            assert following.mode is Mode.SENT
        state = following
        if state.mode not in {Mode.CLOSED, Mode.IDLE}:
            waits = [effect for effect in effects if isinstance(effect, Wait)]
            assert all(wait.seconds for wait in waits)


def test_nothing_can_be_said_twice_at_once():
    state, _ = after(*READY, Say((ONE,)))
    with pytest.raises(ImpossibleError):
        step(state, Say((TWO,)))
    for mode, event in TABLE:
        assert isinstance(mode, Mode)
        assert event in {Opened, Lost, Say, Cut, Heard, TimedOut}
