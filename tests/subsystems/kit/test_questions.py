"""Questions to the hub: answered once, or failed with a reason; nothing waits for ever."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from protocol.errors import DeviceError
from protocol.messages import Response, RunQuery
from subsystems.kit.questions import MOST, PATIENCE_S, Questions

QUERY = RunQuery(number="G1")


@pytest.fixture
def asked():
    clock, sent = Clock(), []

    def ask(query):
        sent.append(query)
        return f"q{len(sent)}"

    questions = Questions(clock, ask)
    return clock, sent, questions


def outcome(deferred):
    got = []
    deferred.addBoth(got.append)
    return got


def test_answers_in_any_order_find_their_questions(asked):
    clock, _, questions = asked
    first, second = outcome(questions.ask(QUERY)), outcome(questions.ask(QUERY))
    answer = Response(correlation="q2", kind="query")
    assert questions.answered(answer)
    assert (first, second) == ([], [answer])
    assert not questions.answered(answer), "only once"
    clock.advance(PATIENCE_S)
    assert first[0].check(DeviceError)
    assert clock.getDelayedCalls() == []


def test_a_refusal_says_why(asked):
    _, _, questions = asked
    got = outcome(questions.ask(QUERY))
    questions.answered(Response(correlation="q1", kind="query", ok=False, error="too often"))
    assert "too often" in str(got[0].value)


def test_when_the_connection_goes_all_fail_at_once(asked):
    clock, _, questions = asked
    got = [outcome(questions.ask(QUERY)) for _ in range(3)]
    questions.forget()
    assert all(each[0].check(DeviceError) for each in got)
    assert clock.getDelayedCalls() == []


def test_nothing_is_asked_without_a_hub_or_too_much_at_once(asked):
    clock, sent, questions = asked
    alone = Questions(clock, lambda _query: None)
    assert outcome(alone.ask(QUERY))[0].check(DeviceError)
    waiting = [outcome(questions.ask(QUERY)) for _ in range(MOST + 3)]
    assert (len(sent), sum(bool(each) for each in waiting)) == (MOST, 3)
