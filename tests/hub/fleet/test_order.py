"""The way of a command: the table is total, times are exact, it always ends."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.fleet.order import (
    NO_ANSWER,
    NO_END,
    TABLE,
    Answered,
    Ended,
    IllegalEventError,
    Order,
    SendAgain,
    Stage,
    Tick,
    next_at,
    step,
)
from protocol.commands import Ack, AckStage

SENT_S = 100.0
FRESH = Order(sent_s=SENT_S)


def said(stage, reason=""):
    return Answered(Ack(command_id="c", stage=stage, reason=reason))


def run(order, events):
    """Apply (real second, event)s; return the order and all effects."""
    effects = []
    for now_s, event in events:
        order, more = step(order, event, now_s)
        effects += more
    return order, effects


def test_every_stage_knows_every_event():
    assert set(TABLE) == set(itertools.product(Stage, [*AckStage, None]))


def test_without_an_answer_it_is_sent_three_times_and_expires():
    order, found = FRESH, []
    while (due_s := next_at(order)) is not None:
        order, effects = step(order, Tick(), due_s)
        found += [(due_s - SENT_S, effect) for effect in effects]
    assert found == [(2.0, SendAgain(2)), (4.0, SendAgain(3)), (10.0, Ended())]
    assert (order.stage, order.reason) == (Stage.EXPIRED, NO_ANSWER)


def test_accepted_is_not_sent_again_and_has_a_minute():
    order, effects = run(FRESH, [(101.5, said(AckStage.ACCEPTED))])
    assert (order.stage, effects, next_at(order)) == (Stage.ACCEPTED, [], 161.5)
    order, effects = run(order, [(161.4, Tick()), (161.5, Tick())])
    assert (order.stage, order.reason, effects) == (Stage.EXPIRED, NO_END, [Ended()])


@pytest.mark.parametrize("end", [AckStage.DONE, AckStage.FAILED, AckStage.EXPIRED])
@pytest.mark.parametrize("before", [[], [(101, said(AckStage.ACCEPTED))]])
def test_an_end_is_an_end(before, end):
    order, effects = run(FRESH, [*before, (102, said(end, "why"))])
    assert (order.stage, order.reason, effects) == (Stage(end.value), "why", [Ended()])
    assert next_at(order) is None
    again, effects = step(order, said(AckStage.FAILED, "late"), 103)
    assert (again, effects) == (order, ())


def test_time_does_not_pass_for_what_has_ended():
    order, _ = step(FRESH, said(AckStage.DONE), 101)
    with pytest.raises(IllegalEventError):
        step(order, Tick(), 102)


def test_a_tick_too_early_does_nothing():
    assert step(FRESH, Tick(), 101.9) == (FRESH, ())


def test_a_late_tick_after_a_pause_expires_at_once():
    order, effects = step(FRESH, Tick(), 500.0)
    assert (order.stage, effects) == (Stage.EXPIRED, (Ended(),))


@given(
    st.lists(
        st.tuples(st.floats(0, 30), st.none() | st.sampled_from(AckStage)),
        max_size=12,
    )
)
def test_in_any_history_it_ends_once_and_is_sent_three_times_at_most(history):
    order, now_s, ends, attempts = FRESH, SENT_S, 0, 1
    for passed_s, stage in history:
        now_s += passed_s
        while (due_s := next_at(order)) is not None and due_s <= now_s:
            order, effects = step(order, Tick(), due_s)
            ends += effects.count(Ended())
            attempts += len(effects) - effects.count(Ended())
        if stage is not None:
            order, effects = step(order, said(stage), now_s)
            ends += effects.count(Ended())
    assert attempts <= 3
    assert attempts == order.attempt
    assert ends == order.ended
    if now_s >= SENT_S + 70 + 30:
        assert order.ended
