import random
from datetime import timedelta
from pathlib import Path

import pytest
import structlog

from hub.broker.permissions import watcher_permissions
from hub.overview.presence import presence
from protocol.codec import encode, type_name
from protocol.messages import DeviceState, LinkMode, Message
from station_config.runtime.deployment import (
    BrokerSettings,
    Deployment,
    DeviceSettings,
    HubSettings,
)
from station_config.runtime.mqtt import MqttConnection


@pytest.fixture
def deployment(broker, tmp_path):
    broker.add_user(watcher_permissions(broker.topics, "duty"))
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "duty").write_text(broker.password("duty"))
    return Deployment(
        station=Path(),
        broker=BrokerSettings(
            host=broker.host, port=broker.port, secrets=secrets, watchers=("duty",)
        ),
        hub=HubSettings(database="sqlite://"),
        devices={
            "display": DeviceSettings(kind="display"),
            "clock": DeviceSettings(kind="clock"),
        },
    )


def say(turning, broker, device, mode, now, *, valid=timedelta(minutes=5)):
    ups = []
    connection = MqttConnection(
        turning.reactor,
        host=broker.host,
        port=broker.port,
        user=device,
        password=broker.password(device),
        make_will=lambda: None,
        subscriptions=[],
        on_up=lambda: ups.append(1),
        on_down=lambda _: None,
        on_message=lambda *_: None,
        log=structlog.get_logger(),
        random=random.Random(1),
    )
    connection.start()
    turning.until(lambda: ups)
    state = DeviceState(online=True, boot="b", mode=mode, since=now)
    message = Message(
        t=type_name(state),
        id="0" * 32,
        src=device,
        epoch=0,
        seq=1,
        rev=1,
        issued_at=now,
        valid_until=now + valid,
        body=state,
    )
    payload = encode(message)
    topic = broker.topics.device(device, "state")
    turning.result(connection.publish(topic, payload, retain=True))
    turning.result(connection.stop())


def test_devices_are_told_by_their_own_word(deployment, broker, turning, log_lines):  # noqa: ARG001 - quiet
    now = deployment.station_clock().now()
    say(turning, broker, "display", LinkMode.AUTONOMOUS, now)
    say(turning, broker, "clock", LinkMode.ONLINE, now - timedelta(hours=1))
    found = presence(deployment, broker.topics.station)
    assert {name: each.mode for name, each in found.devices.items()} == {
        "display": "AUTONOMOUS",
        "clock": "OFFLINE",  # what it left there is past its validity
    }


def test_without_a_broker_nobody_says(deployment, broker):
    broker.stop()
    assert presence(deployment, broker.topics.station) is None


def test_looking_again_and_again_leaves_nothing_open(deployment, broker):
    presence(deployment, broker.topics.station)
    before = len(list(Path("/proc/self/fd").iterdir()))
    presence(deployment, broker.topics.station)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_without_a_watcher_nobody_may_listen(deployment, broker):
    settings = BrokerSettings(host=broker.host, port=broker.port)
    alone = Deployment(station=Path(), broker=settings, hub=deployment.hub)
    assert presence(alone, broker.topics.station) is None
