"""A hub's publisher with an outbox in memory, and a display that notes what it hears."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

from hub.mqtt.publisher import BrokerAddress, HubIdentity, Publisher
from hub.outbox import Publication
from protocol.codec import decode, encode, encode_body
from protocol.messages import Event, Message, Plan, Request, Source, SourceMode
from station_config.runtime.mqtt import MqttConnection

NOON = datetime(2021, 1, 20, 4, tzinfo=UTC)


@dataclass
class FixedClock:
    """Station time that the test moves."""

    at: datetime = NOON
    rate: float = 60.0

    def now(self):
        return self.at


@dataclass
class MemoryOutbox:
    """The port, in memory. `fails` makes every call fail, as a full disk does.

    The test commits while the publisher's thread acknowledges: one at a time, as transactions are.
    """

    epoch: int = 7
    queue: list[Publication] = field(default_factory=list)
    entities: dict[str, Publication] = field(default_factory=dict)
    acknowledged: list[int] = field(default_factory=list)
    fails: bool = False
    number: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def pending(self, limit):
        self._check()
        with self.lock:
            newest = {p.entity: p.number for p in self.queue if p.retained}
            kept = [p for p in self.queue if newest.get(p.entity, p.number) == p.number]
        return kept[:limit]

    def acknowledge(self, numbers):
        self._check()
        with self.lock:
            self.acknowledged += numbers
            self.queue = [p for p in self.queue if p.number not in set(numbers)]

    def live(self):
        self._check()
        with self.lock:
            return list(self.entities.values())

    def _check(self):
        if self.fails:
            raise OSError(28, "No space left on device")

    def commit(self, entity, body, *, rev=1, valid_until=None, retained=True):
        """What the store does in its transaction. `body` None deletes."""
        with self.lock:
            return self._commit(entity, body, rev, valid_until, retained=retained)

    def _commit(self, entity, body, rev, valid_until, *, retained):
        self.number += 1
        publication = Publication(
            number=self.number,
            entity=entity,
            type_name="plan" if retained else "event",
            rev=rev,
            body=None if body is None else encode_body(body),
            retained=retained,
            issued_at=NOON,
            valid_until=valid_until,
            cause="row-1",
        )
        self.queue = [p for p in self.queue if not retained or p.entity != entity]
        self.queue.append(publication)
        if retained and body is not None:
            self.entities[entity] = publication
        elif retained:
            self.entities.pop(entity, None)
        return publication


class Listener:
    """A device that notes all it hears, decoded."""

    def __init__(self, turning, broker, user="display", filters=None):
        topics = broker.topics
        self.turning = turning
        self.topics = topics
        self.heard: list[tuple[str, Message | None]] = []
        self.ups = 0
        self.user = user
        self.connection = MqttConnection(
            turning.reactor,
            host=broker.host,
            port=broker.port,
            user=user,
            password=broker.password(user),
            make_will=lambda: None,
            subscriptions=[
                (each, 1)
                for each in filters
                or (
                    topics.hub,
                    topics.runs,
                    topics.plans,
                    topics.events,
                    topics.device(user, "resp"),
                )
            ],
            on_up=self._up,
            on_down=lambda _: None,
            on_message=self._note,
            log=structlog.get_logger(),
            random=random.Random(2),
        )

    def start(self):
        self.connection.start()
        self.turning.until(lambda: self.ups)
        return self

    def _up(self):
        self.ups += 1

    def _note(self, topic, payload, _retained):
        message = decode(payload, topic=topic) if payload else None
        self.heard.append((self.topics.entity(topic), message))

    def of(self, entity):
        """Return what was heard of `entity`; None stands for a deletion."""
        return [message for name, message in self.heard if name == entity]

    def ask(self, kind, *, correlation="c1", entities=(), user=None):
        request = Request(correlation=correlation, kind=kind, sent=12.5, entities=entities)
        message = Message(
            t="dev.req", id="x", src=self.user, epoch=0, seq=1, issued_at=NOON, body=request
        )
        self.say("req", encode(message), user=user)

    def say(self, leaf, payload, user=None, *, retain=False):
        topic = self.topics.device(user or self.user, leaf)
        self.turning.result(self.connection.publish(topic, payload, retain=retain))


@dataclass
class Scene:
    """A publisher, its outbox, its clock and its source."""

    turning: object
    broker: object
    outbox: MemoryOutbox = field(default_factory=MemoryOutbox)
    clock: FixedClock = field(default_factory=FixedClock)
    source: Source = field(default_factory=lambda: Source(SourceMode.LIVE, since=NOON))
    opened: list = field(default_factory=list)
    thread: ThreadPool = field(default_factory=lambda: ThreadPool(1, 1))

    def __post_init__(self):
        self.thread.start()  # one, as the store has: calls are served in order

    def publisher(self, **changes):
        reactor = self.turning.reactor
        publisher = Publisher(
            reactor,
            **{
                "topics": self.broker.topics,
                "broker": BrokerAddress(
                    self.broker.host, self.broker.port, self.broker.password("hub")
                ),
                "identity": HubIdentity("hub", "Asia/Shanghai", 900),
                "outbox": self.outbox,
                "run_in_store": self._in_thread,
                "clock": self.clock,
                "source": lambda: self.source,
                "random": random.Random(3),
                "log": structlog.get_logger(),
                **changes,
            },
        )
        self.opened.append(publisher)
        return publisher

    def started(self):
        publisher = self.publisher()
        self.turning.result(publisher.start())
        self.turning.until(lambda: publisher._floor.begun)
        return publisher

    def listener(self, *arguments, **options):
        listener = Listener(self.turning, self.broker, *arguments, **options)
        self.opened.append(listener.connection)
        return listener.start()

    def until(self, holds):
        self.turning.until(holds)

    def plan(self, day=20):
        return Plan(service_date=NOON.date().replace(day=day), runs=())

    def event(self, kind="arrived"):
        return Event(event_id="e1", kind=kind, run_id="2021-01-20.z180", at=NOON)

    def soon(self, seconds):
        return NOON + timedelta(seconds=seconds)

    def _in_thread(self, call):
        return deferToThreadPool(self.turning.reactor, self.thread, call)

    def close(self):
        for each in reversed(self.opened):
            self.turning.result(each.stop())
        self.thread.stop()


@pytest.fixture
def scene(turning, broker, log_lines):  # noqa: ARG001 - keeps the output quiet
    scene = Scene(turning, broker)
    yield scene
    scene.close()
