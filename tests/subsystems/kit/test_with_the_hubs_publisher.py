"""The seam: the hub's own publisher on one side, a subsystem's link on the other, a real broker."""

from __future__ import annotations

import random

import pytest
import structlog
from twisted.internet.defer import execute

from hub.mqtt.publisher import BrokerAddress, HubIdentity, Publisher
from hub.outbox import Publication
from protocol.codec import encode_body, type_name
from protocol.messages import LinkMode
from station_config.runtime.clocks import SystemClock
from subsystems.kit.link import Timings
from subsystems.kit.timekeeper import Quality


class MemoryOutbox:
    """The port: everything live in a dictionary."""

    def __init__(self, epoch, make):
        self.epoch, self.make, self.entities, self.queue = epoch, make, {}, []

    def pending(self, limit):
        return self.queue[:limit]

    def acknowledge(self, numbers):
        self.queue = [p for p in self.queue if p.number not in set(numbers)]

    def live(self):
        return [p for p in self.entities.values() if p.body is not None]

    def commit(self, body, *, deleted=False):
        entity = self.make.entity(body)
        before = self.entities.get(entity)
        self.entities[entity] = Publication(
            number=len(self.queue) + 1000 * (0 if before is None else before.rev),
            entity=entity,
            type_name=type_name(body),
            rev=1 if before is None else before.rev + 1,
            body=None if deleted else encode_body(body),
            retained=True,
            issued_at=self.make.T0,
            valid_until=None,
        )
        self.queue.append(self.entities[entity])


@pytest.fixture
def publisher(turning, make):
    """Starts the hub's publisher with an outbox; all are stopped at the end."""
    started = []

    def start(broker, outbox):
        publisher = Publisher(
            turning.reactor,
            topics=broker.topics,
            broker=BrokerAddress(broker.host, broker.port, broker.password("hub")),
            identity=HubIdentity(hub="hub", zone="Asia/Shanghai"),
            outbox=outbox,
            run_in_store=execute,
            clock=SystemClock(make.T0, make.BEGAN, wall=turning.reactor.seconds),
            source=lambda: make.live,
            random=random.Random(3),
            log=structlog.get_logger(),
        )
        started.append(publisher)
        turning.result(publisher.start())
        return publisher

    yield start
    for each in started:
        turning.result(each.stop())


def test_changes_and_deletions_reach_the_subsystem(broker, turning, cast, make, publisher):
    outbox = MemoryOutbox(3, make)
    for number in ("G1", "G2"):
        outbox.commit(make.run(number))
    hub = publisher(broker, outbox)
    link = cast.link(broker).link
    turning.until(lambda: link.mode is LinkMode.ONLINE, 20.0)
    assert len(link.runs()) == 2
    turning.until(lambda: link.clock_quality.quality is Quality.SYNCED)

    outbox.commit(make.run("G1", late=4))
    outbox.commit(make.run("G2"), deleted=True)
    hub.poke()
    turning.until(lambda: set(link.runs()) == {make.run("G1").run_id})
    turning.until(lambda: link.runs()[make.run("G1").run_id].departure.delay_minutes == 4)
    turning.for_seconds(1.5)  # the manifest that follows agrees
    assert link.mode is LinkMode.ONLINE
    assert link.details()["missing"] == 0


def test_a_hub_that_restarts_is_live_again(broker, turning, cast, make, publisher):
    outbox = MemoryOutbox(3, make)
    for number in range(300):
        outbox.commit(make.run(f"G{number}"))
    first = publisher(broker, outbox)
    link = cast.link(broker, timings=Timings()).link
    turning.until(lambda: link.mode is LinkMode.ONLINE, 20.0)
    first._connection._session._client.socket().shutdown(2)
    first._connection._running = False
    turning.until(lambda: link.mode is LinkMode.SUSPECT)

    outbox.epoch = 4
    publisher(broker, outbox)
    turning.until(lambda: link.mode is LinkMode.ONLINE, 20.0)  # how soon: station bench chain
    assert len(link.runs()) == 300
