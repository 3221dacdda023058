from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred, execute
from twisted.internet.task import Clock

from hub.mqtt.backlog import BATCH, SETTLE_S, Backlog
from hub.mqtt.store_calls import RETRY_S
from tests.hub.mqtt.conftest import MemoryOutbox


class Way:
    """A backlog whose store answers at once and whose broker answers when the test says so."""

    def __init__(self):
        self.clock = Clock()
        self.outbox = MemoryOutbox()
        self.under_way: list[tuple[int, Deferred]] = []
        self.sent: list[int] = []
        self.backlog = Backlog(self.clock, outbox=self.outbox, store=execute, send=self._send)

    def _send(self, publication):
        answer = Deferred()
        self.sent.append(publication.number)
        self.under_way.append((publication.number, answer))
        return answer

    def confirm(self):
        """The broker confirms everything that is under way."""
        under_way, self.under_way = self.under_way, []
        for _, answer in under_way:
            answer.callback(None)

    def say(self, how_many=1):
        for _ in range(how_many):
            number = self.outbox.number + 1
            self.outbox.commit(f"run/{number}", None)
        self.backlog.poke()


@pytest.fixture
def way():
    return Way()


def test_what_is_confirmed_leaves_the_outbox_when_it_is_quiet(way):
    way.backlog.open()
    way.say()
    way.confirm()
    assert way.outbox.acknowledged == []
    way.clock.advance(SETTLE_S)
    assert way.outbox.acknowledged == [1]
    assert way.outbox.queue == []


def test_a_change_waits_for_no_acknowledgement_and_nothing_is_said_twice(way):
    way.backlog.open()
    for number in range(1, 6):
        way.say()
        assert way.sent == list(range(1, number + 1))
        way.confirm()
        way.clock.advance(SETTLE_S / 2)
    assert way.outbox.acknowledged == []
    way.clock.advance(SETTLE_S)
    assert way.outbox.acknowledged == [1, 2, 3, 4, 5]
    assert way.clock.getDelayedCalls() == []


def test_the_outbox_is_left_with_one_batch_of_confirmed_ones_at_most(way):
    way.backlog.open()
    way.say(3 * BATCH)
    for _ in range(3):
        way.confirm()
    assert way.sent == list(range(1, 3 * BATCH + 1))
    assert way.outbox.acknowledged == list(range(1, 3 * BATCH + 1))


def test_what_was_not_confirmed_is_said_again(way):
    way.backlog.open()
    way.say(2)
    (_, first), (_, second) = way.under_way
    way.backlog.close()
    first.callback(None)
    second.errback(OSError("the connection was lost"))
    assert way.outbox.acknowledged == [1], "closing settles what was confirmed"
    way.under_way.clear()
    way.backlog.open()
    assert way.sent == [1, 2, 2]


def test_a_store_that_fails_is_asked_again_and_nothing_is_lost(way):
    way.backlog.open()
    way.say()
    way.confirm()
    way.outbox.fails = True
    way.clock.advance(SETTLE_S)
    way.say()
    assert way.sent == [1]
    way.outbox.fails = False
    way.clock.advance(RETRY_S)
    assert way.sent == [1, 2]
    way.confirm()
    way.clock.advance(SETTLE_S)
    assert way.outbox.acknowledged == [1, 2]


def test_closing_settles_and_leaves_no_timer(way):
    way.backlog.open()
    way.say()
    way.confirm()
    way.backlog.close()
    assert way.outbox.acknowledged == [1]
    assert way.clock.getDelayedCalls() == []
