"""What devices ask: answered once, refused with a reason, never harmful."""

import random
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from twisted.internet.defer import fail, succeed
from twisted.internet.task import Clock

from hub.mqtt.envelopes import Envelopes
from hub.mqtt.requests import Requests
from protocol.codec import decode, encode
from protocol.messages import Message, Request, RunQuery
from protocol.topics import Topics

NOON = datetime(2021, 1, 20, 4, tzinfo=UTC)


class FixedClock:
    rate = 1.0

    def now(self):
        return NOON


class Desk:
    """Requests with all seams noted."""

    def __init__(self):
        self.reactor = Clock()
        self.reactor.advance(1000)
        self.said, self.wished, self.looked_up = [], [], []
        self.answer = lambda: succeed(((), 7))
        self.topics = Topics("s")
        clock = FixedClock()
        self.requests = Requests(
            self.reactor,
            topics=self.topics,
            envelopes=Envelopes(hub="hub", epoch=1, clock=clock, random=random.Random(1)),
            clock=clock,
            say=lambda topic, payload, *_: self.said.append((topic, decode(payload, topic=topic))),
            may_say=lambda: True,
            resync=self.wished.append,
            find=self._find,
            log=structlog.get_logger(),
        )

    def ask(self, kind, *, device="d1", retained=False, life=10, **fields):
        message = Message(
            t="dev.req",
            id="1",
            src=device,
            epoch=0,
            seq=1,
            issued_at=NOON,
            valid_until=NOON + timedelta(seconds=life),
            body=Request(correlation="c", kind=kind, **fields),
        )
        self.requests.hear(f"dev/{device}/req", encode(message), retained=retained)

    def answers(self):
        said, self.said = self.said, []
        return [message.body for _, message in said]

    def _find(self, query):
        self.looked_up.append(query)
        return self.answer()


@pytest.fixture
def desk(log_lines):  # noqa: ARG001 - keeps the output quiet
    return Desk()


def test_the_time_is_told(desk):
    desk.ask("time", sent=12.5)
    assert desk.said[0][0] == desk.topics.device("d1", "resp")
    (answer,) = desk.answers()
    assert (answer.correlation, answer.kind, answer.sent, answer.utc) == ("c", "time", 12.5, NOON)


def test_a_query_is_answered_when_it_is_looked_up(desk):
    query = RunQuery(number="k1")
    desk.ask("query", query=query)
    (answer,) = desk.answers()
    assert (answer.ok, answer.more, answer.runs) == (True, 7, ())
    assert desk.looked_up == [query]


def test_a_query_without_conditions_means_all(desk):
    desk.ask("query")
    assert desk.looked_up == [RunQuery()]


def test_queries_that_are_too_frequent_are_refused(desk):
    desk.ask("query")
    desk.ask("query")
    desk.ask("query", device="d2")
    assert [answer.ok for answer in desk.answers()] == [True, False, True]
    desk.reactor.advance(0.2)
    desk.ask("query")
    assert [answer.ok for answer in desk.answers()] == [True]


def test_a_database_that_fails_is_an_answer(desk):
    desk.answer = lambda: fail(OSError("full"))
    desk.ask("query")
    (answer,) = desk.answers()
    assert (answer.ok, "database" in answer.error) == (False, True)


def test_unknown_kinds_are_refused_by_name(desk):
    desk.ask("weather")
    (answer,) = desk.answers()
    assert not answer.ok
    assert "weather" in answer.error
    assert desk.requests.status["requests_refused"] == 1


def test_resync_is_wished_for_but_not_too_often(desk):
    desk.ask("resync", entities=("run/x",))
    desk.ask("resync")
    assert [answer.ok for answer in desk.answers()] == [True, False]
    desk.reactor.advance(2)
    desk.ask("resync")
    assert desk.wished == [("run/x",), ()]


def test_what_is_retained_or_too_old_is_not_answered(desk):
    desk.ask("time", retained=True)
    desk.ask("time", life=-1)
    assert desk.said == []
    assert desk.requests.bad == 1


@pytest.mark.parametrize("payload", [b"", b"{", b"[]", b"\xff" * 70_000])
def test_garbage_is_counted(desk, payload):
    desk.requests.hear("dev/d1/req", payload, retained=False)
    assert desk.requests.bad == 1
    assert desk.said == []
