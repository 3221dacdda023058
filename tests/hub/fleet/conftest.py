"""A fleet over a clock of the test's, with wishes in memory; what it says is noted."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from twisted.internet.defer import fail, succeed
from twisted.internet.task import Clock

from hub.fleet.fleet import Fleet
from hub.fleet.register import Expected
from hub.fleet.wishes import changed
from hub.mqtt.envelopes import Envelopes
from protocol.codec import decode, encode, type_name
from protocol.messages import DeviceState, LinkMode, Message
from protocol.topics import Topics

NOON = datetime(2021, 1, 20, 4, tzinfo=UTC)
EXPECTED = {"board-1": Expected("display", ("hall",)), "clock-1": Expected("clock")}


class StationTime:
    """Station time that follows the test's reactor."""

    rate = 1.0

    def __init__(self, reactor):
        self._reactor = reactor

    def now(self):
        return NOON + timedelta(seconds=self._reactor.seconds())


@dataclass
class MemoryWishes:
    """The port, in memory. `fails` makes every call fail."""

    held: dict = field(default_factory=dict)
    fails: bool = False

    def all(self):
        if self.fails:
            raise OSError(28, "No space left on device")
        return dict(self.held)

    def change(self, device, leaf, fields):
        self.held[device, leaf] = changed(leaf, self.held.get((device, leaf)), fields)
        return self.held[device, leaf]


class Yard:
    """The fleet and what is about it."""

    def __init__(self):
        self.reactor = Clock()
        self.time = StationTime(self.reactor)
        self.wishes = MemoryWishes()
        self.topics = Topics("s")
        self.said = []
        self.fleet = Fleet(
            self.reactor,
            topics=self.topics,
            expected=EXPECTED,
            wishes=self.wishes,
            in_store=self._in_store,
            clock=self.time,
            random=random.Random(1),
            log=structlog.get_logger(),
        )

    def begin(self, epoch=5):
        envelopes = Envelopes(hub="hub", epoch=epoch, clock=self.time, random=random.Random(2))
        self.fleet.begin(self._say, envelopes)

    def hear(self, device, body, *, retained=False, leaf=None, life=90):
        now = self.time.now()
        message = Message(
            t=type_name(body),
            id="1",
            src=device,
            epoch=0,
            seq=1,
            issued_at=now,
            valid_until=None if life is None else now + timedelta(seconds=life),
            body=body,
        )
        leaf = leaf or message.t.removeprefix("dev.")
        self.fleet.hear(f"dev/{device}/{leaf}", encode(message), retained=retained)

    def online(self, device, **fields):
        since = self.time.now()
        state = DeviceState(online=True, boot="b", mode=LinkMode.ONLINE, since=since, **fields)
        self.hear(device, state)

    def of(self, entity):
        """Return what was said on `entity`."""
        return [message for topic, message, _ in self.said if self.topics.entity(topic) == entity]

    def _say(self, topic, payload, qos, retain):
        self.said.append((topic, decode(payload, topic=topic), (qos, retain)))
        return succeed(None)

    def _in_store(self, call):
        try:
            return succeed(call())
        except Exception:  # noqa: BLE001 - as a thread pool does
            return fail()


@pytest.fixture
def yard(log_lines):  # noqa: ARG001 - keeps the output quiet
    yard = Yard()
    yield yard
    yard.fleet.stop()
    assert yard.reactor.getDelayedCalls() == []
