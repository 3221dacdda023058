"""The load of `station bench link` against real brokers."""

from __future__ import annotations

from contextlib import closing
from random import Random

import pytest
import structlog

from protocol.errors import DeviceError
from simulators.bench.link_crowd import Crowd
from station_config.runtime.mqtt import MqttConnection

USERS = [("display", "display-secret"), ("clock", "clock-secret")]


@pytest.fixture
def hub(turning, broker):
    """A connection that may publish everything."""
    ups = []
    connection = MqttConnection(
        turning.reactor,
        host=broker.host,
        port=broker.port,
        user="hub",
        password=broker.password("hub"),
        make_will=lambda: None,
        subscriptions=[],
        on_up=lambda: ups.append(1),
        on_down=lambda _: None,
        on_message=lambda *_: None,
        log=structlog.get_logger(),
        random=Random(1),
    )
    connection.start()
    turning.until(lambda: ups)
    yield connection
    turning.result(connection.stop())


def say(turning, hub, topic, payload):
    turning.result(hub.publish(topic, payload, qos=1, retain=True))


def test_everybody_gets_what_is_retained_and_what_comes(turning, broker, hub):
    topics = broker.topics
    for number in range(40):
        say(
            turning,
            hub,
            topics.run(f"2021-01-20.k{number}"),
            b'{"rev":1,"body":"%s"}' % (b"x" * 700),
        )
    with closing(Crowd(broker.port, USERS, [topics.runs])) as crowd:
        crowd.connect()
        crowd.turn(lambda: crowd.all_hold(40), timeout_s=20, what="what is retained")
        assert crowd.messages == 80
        crowd.receipts = {}
        topic = topics.run("2021-01-20.k7")
        say(turning, hub, topic, b'{"rev":12}')
        key = (topic.encode(), 12)
        crowd.turn(lambda: len(crowd.receipts.get(key, ())) == 2, timeout_s=20, what="the change")
        crowd.drop()
        crowd.connect()
        crowd.turn(lambda: crowd.all_hold(40), timeout_s=20, what="everything again")


def test_a_refusal_is_an_error_not_a_silence(broker):
    with closing(Crowd(broker.port, [("display", "wrong")], [broker.topics.runs])) as crowd:
        crowd.connect()
        with pytest.raises(DeviceError, match=r"refused display|closed the connection of display"):
            crowd.turn(lambda: crowd.all_hold(1), timeout_s=20, what="nothing")
