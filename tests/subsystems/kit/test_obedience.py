"""Commands: done at most once, in time, when ONLINE; the same id is answered the same, always."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from protocol.commands import Ack, AckStage, Command, CommandKind, FailReason
from protocol.messages import LinkMode, Message
from subsystems.kit.obedience import (
    MOST,
    Answer,
    Arrived,
    Finished,
    Keep,
    Obey,
    Report,
    State,
    Woken,
    step,
)

T0 = datetime(2021, 1, 20, 4, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
STATE = State(frozenset({"identify", "restart", "test"}))


def arrived(command_id="c1", kind="identify", **fields):
    body = Command(command_id=command_id, kind=kind)
    life = fields.pop("life", 10 * SECOND)
    epoch = fields.pop("of", 3)
    sent = fields.pop("sent", T0)
    message = Message(
        t="cmd",
        id="0",
        src="hub",
        epoch=epoch,
        seq=1,
        issued_at=sent,
        valid_until=None if life is None else sent + life,
        body=body,
    )
    return Arrived(
        message, body, **{"retained": False, "mode": LinkMode.ONLINE, "epoch": 3, **fields}
    )


def answers(effects):
    return [e.ack for e in effects if isinstance(e, Answer)]


def obeyed(effects):
    return [e.command.command_id for e in effects if isinstance(e, Obey)]


def test_it_is_on_disk_before_it_is_answered_and_answered_before_it_is_done():
    _, effects = step(STATE, arrived(), T0 + SECOND)
    assert [type(e) for e in effects] == [Keep, Answer, Obey]
    assert effects[0].remembered.ack == effects[1].ack
    assert answers(effects)[0].stage is AckStage.ACCEPTED


def test_a_retry_is_answered_as_the_first_and_not_done_again():
    state, _ = step(STATE, arrived(), T0)
    state, effects = step(state, arrived(), T0 + 2 * SECOND)
    assert effects == (Answer(Ack(command_id="c1", stage=AckStage.ACCEPTED)),)
    done = Ack(command_id="c1", stage=AckStage.DONE, result={"n": 1})
    state, effects = step(state, Finished(done), T0 + 3 * SECOND)
    assert answers(effects) == [done]
    for at in (4, 20, 60):
        state, effects = step(state, arrived(), T0 + at * SECOND)
        assert effects == (Answer(done),)


@pytest.mark.parametrize(
    ("change", "late_s", "stage", "reason"),
    [
        ({}, 10.1, AckStage.EXPIRED, ""),
        ({"life": 3600 * SECOND}, 10.1, AckStage.EXPIRED, ""),
        ({"life": 2 * SECOND}, 2.1, AckStage.EXPIRED, ""),
        ({"mode": LinkMode.SYNCING}, 1, AckStage.FAILED, FailReason.NOT_ONLINE),
        ({"mode": LinkMode.SUSPECT}, 1, AckStage.FAILED, FailReason.NOT_ONLINE),
        ({"mode": LinkMode.AUTONOMOUS}, 1, AckStage.FAILED, FailReason.NOT_ONLINE),
        ({"kind": "x-acme.dance"}, 1, AckStage.FAILED, FailReason.UNKNOWN_KIND),
    ],
)
def test_what_is_not_done_is_answered_with_its_reason_and_so_again(change, late_s, stage, reason):
    state, effects = step(STATE, arrived(**change), T0 + late_s * SECOND)
    (ack,) = answers(effects)
    assert (ack.stage, ack.reason, obeyed(effects)) == (stage, reason, [])
    _, effects = step(state, arrived(), T0 + SECOND)  # ONLINE by now, yet the answer stands
    assert (answers(effects), obeyed(effects)) == ([ack], [])


def test_lives_are_real_seconds():
    fast, long = replace(STATE, rate=60.0), arrived(life=3600 * SECOND)
    assert obeyed(step(fast, long, T0 + 599 * SECOND)[1]) == ["c1"]
    assert obeyed(step(fast, long, T0 + 601 * SECOND)[1]) == []


@pytest.mark.parametrize("bad", [{"retained": True}, {"life": None}, {"of": 2}])
def test_what_no_hub_may_say_is_neither_done_nor_answered(bad):
    state, effects = step(STATE, arrived(**bad), T0)
    assert [type(e) for e in effects] == [Report]
    assert state == STATE


def test_a_new_life_ends_what_the_last_one_began():
    state, _ = step(STATE, arrived("a", "identify"), T0)
    state, _ = step(state, arrived("b", CommandKind.RESTART), T0)
    state, effects = step(state, Woken(), T0 + SECOND)
    told = {a.command_id: (a.stage, a.reason) for a in answers(effects)}
    assert told == {
        "a": (AckStage.FAILED, FailReason.INTERRUPTED),
        "b": (AckStage.DONE, ""),
    }
    assert step(state, Woken(), T0 + SECOND)[1] == ()
    late = Ack(command_id="a", stage=AckStage.DONE)
    assert step(state, Finished(late), T0)[1] == ()


def test_what_is_long_past_is_forgotten_from_the_disk_too():
    state, _ = step(STATE, arrived("old"), T0)
    state, effects = step(state, arrived("new", sent=T0 + 71 * SECOND), T0 + 71 * SECOND)
    assert Keep("old", None) in effects
    assert set(state.known) == {"new"}


def test_a_flood_is_answered_and_not_done():
    state = STATE
    for n in range(MOST):
        state, _ = step(state, arrived(str(n)), T0)
    _, effects = step(state, arrived("more"), T0)
    assert (answers(effects)[0].reason, obeyed(effects)) == (FailReason.BUSY, [])


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 30), st.sampled_from(LinkMode))))
def test_equal_events_give_equal_effects(history):
    def run():
        state, all_effects = STATE, []
        for number, at, mode in sorted(history, key=lambda each: each[1]):
            state, effects = step(state, arrived(str(number), mode=mode), T0 + at * SECOND)
            all_effects.append(effects)
        return all_effects

    assert run() == run()


class Lives(RuleBasedStateMachine):
    """A device that is killed between any two effects, a hub that repeats itself."""

    def __init__(self):
        super().__init__()
        self.disk, self.done, self.final = {}, [], {}
        self.now = T0
        self.state = STATE

    def perform(self, effects, upto):
        for effect in effects[:upto]:
            if isinstance(effect, Keep):
                if effect.remembered is None:
                    self.disk.pop(effect.command_id, None)
                else:
                    self.disk[effect.command_id] = effect.remembered
            if isinstance(effect, Obey):
                self.done.append(effect.command.command_id)
            if isinstance(effect, Answer) and effect.ack.stage is not AckStage.ACCEPTED:
                before = self.final.setdefault(effect.ack.command_id, effect.ack)
                assert before == effect.ack, "two answers for one id"

    def live(self, event, survives):
        state, effects = step(self.state, event, self.now)
        self.perform(effects, len(effects) if survives else 1)
        if survives:
            self.state = state
        else:
            self.wake()

    def wake(self):
        self.state, effects = step(replace(STATE, known=dict(self.disk)), Woken(), self.now)
        self.perform(effects, len(effects))

    @rule(
        number=st.integers(0, 4),
        mode=st.sampled_from(LinkMode),
        survives=st.booleans(),
        kind=st.sampled_from(["identify", "restart", "nonsense"]),
    )
    def command(self, number, mode, survives, kind):
        self.live(arrived(str(number), kind, mode=mode), survives)

    @rule(number=st.integers(0, 4), survives=st.booleans())
    def finish(self, number, survives):
        if str(number) in self.done:
            self.live(Finished(Ack(command_id=str(number), stage=AckStage.DONE)), survives)

    @rule()
    def die(self):
        self.wake()

    @rule(seconds=st.integers(1, 4))
    def wait(self, seconds):
        self.now = min(self.now + seconds * SECOND, T0 + 60 * SECOND)

    @invariant()
    def nothing_is_done_twice(self):
        assert len(self.done) == len(set(self.done))


TestLives = Lives.TestCase
