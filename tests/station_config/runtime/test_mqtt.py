import random

import pytest
import structlog

from protocol.errors import DeviceError
from station_config.runtime.mqtt import MqttConnection, Will, next_delay
from station_config.runtime.mqtt_session import READ_BUDGET
from station_config.runtime.mqtt_window import SIZE


class Client:
    """An owner that notes what it is told."""

    def __init__(self, turning, broker, user, subscriptions=(), will=None, **changes):
        self.turning = turning
        self.ups = 0
        self.downs = []
        self.messages = []
        self.connection = MqttConnection(
            turning.reactor,
            **{
                "host": broker.host,
                "port": broker.port,
                "user": user,
                "password": broker.password(user),
                "make_will": lambda: will,
                "subscriptions": subscriptions,
                "on_up": self.on_up,
                "on_down": self.downs.append,
                "on_message": lambda *message: self.messages.append(message),
                "log": structlog.get_logger(),
                "random": random.Random(1),
                **changes,
            },
        )

    def on_up(self):
        self.ups += 1

    def start(self):
        self.connection.start()
        self.turning.until(lambda: self.ups)
        return self

    def stop(self):
        self.turning.result(self.connection.stop())

    def publish(self, topic, payload, **options):
        return self.turning.result(self.connection.publish(topic, payload, **options))


@pytest.fixture
def client(turning, broker, log_lines):  # noqa: ARG001 - keeps the output quiet
    made = []

    def make(user, *arguments, **options):
        made.append(Client(turning, broker, user, *arguments, **options))
        return made[-1]

    yield make
    for each in made:
        each.stop()


def test_publishes_receives_and_replays_what_is_retained(broker, client, turning):
    topics = broker.topics
    run = topics.run("2021-01-20.z180")
    hub = client("hub").start()
    hub.publish(run, b"one", retain=True)
    display = client("display", [(topics.runs, 1)]).start()
    turning.until(lambda: display.messages)
    hub.publish(run, b"two", retain=True)
    turning.until(lambda: len(display.messages) == 2)
    assert display.messages == [(run, b"one", True), (run, b"two", False)]


def test_comes_back_after_the_broker_was_killed(broker, client, turning):
    hub = client("hub", [(broker.topics.requests, 1)]).start()
    broker.kill()
    turning.until(lambda: hub.downs)
    assert not hub.connection.connected
    broker.start()
    turning.until(lambda: hub.ups == 2)
    hub.publish(broker.topics.hub_state, b"x")


def test_what_was_under_way_fails_when_the_connection_is_lost(broker, client, turning):
    hub = client("hub").start()
    broker.kill()
    under_way = hub.connection.publish(broker.topics.hub_state, b"x")
    with pytest.raises(DeviceError, match="not acknowledged"):
        turning.result(under_way)
    with pytest.raises(DeviceError, match="not connected"):
        turning.result(hub.connection.publish(broker.topics.hub_state, b"x"))


def test_a_lost_connection_leaves_the_will_and_a_goodbye_does_not(broker, client, turning):
    state = broker.topics.device("display", "state")
    hub = client("hub", [(broker.topics.device_states, 1)]).start()
    display = client("display", will=Will(state, b"gone")).start()
    display.stop()
    turning.for_seconds(0.3)
    assert hub.messages == []
    display = client("display", will=Will(state, b"gone")).start()
    display.connection._session.drop("torn off")
    turning.until(lambda: hub.messages)
    assert hub.messages == [(state, b"gone", False)]


def test_a_wrong_password_is_said_and_tried_again(client, turning, log_lines):
    hub = client("hub", password="wrong")
    hub.connection.start()
    turning.until(lambda: hub.connection.attempts == 2)
    assert hub.ups == 0
    assert hub.downs == []
    assert any(line["event"] == "mqtt.down" and "refused" in line["why"] for line in log_lines)


def test_a_refused_subscription_is_an_error_and_no_connection(nats_broker, turning, log_lines):
    hub = Client(turning, nats_broker, "display", [("pis/1/other/#", 1)])
    hub.connection.start()
    turning.until(lambda: hub.downs)
    assert hub.ups == 0
    assert "pis/1/other/#" in hub.downs[0]
    assert any(line["event"] == "mqtt.subscription-refused" for line in log_lines)
    hub.stop()


def test_more_than_a_window_at_once_arrives_in_order(broker, client, turning):
    topic = broker.topics.event("changed")
    display = client("display", [(broker.topics.events, 1)]).start()
    hub = client("hub").start()
    count = SIZE * 15 + 1
    sent = [hub.connection.publish(topic, b"%d" % number) for number in range(count)]
    turning.result(sent[-1])
    turning.until(lambda: len(display.messages) == count)
    assert [int(payload) for _, payload, _ in display.messages] == list(range(count))


def test_a_storm_takes_only_its_share_of_a_turn(broker, client, turning):
    display = client("display", [(broker.topics.events, 0)]).start()
    hub = client("hub").start()
    for number in range(500):
        hub.connection.publish(broker.topics.event("changed"), b"%d" % number, qos=0)
    per_turn = [0]
    while sum(per_turn) < 500:
        turning.until(lambda: len(display.messages) > sum(per_turn))
        per_turn.append(len(display.messages) - sum(per_turn))
    assert max(per_turn) <= READ_BUDGET + 1
    assert len(per_turn) < 400


def test_a_callback_that_raises_is_logged_and_ends_nothing(broker, client, turning, log_lines):
    def raises(*_):
        raise RuntimeError("bad message")

    display = client("display", [(broker.topics.events, 1)], on_message=raises).start()
    hub = client("hub").start()
    hub.publish(broker.topics.event("changed"), b"1")
    hub.publish(broker.topics.event("changed"), b"2")
    turning.until(lambda: display.connection.failed_messages == 2)
    assert display.downs == []
    assert any(line["event"] == "mqtt.callback-failed" for line in log_lines)


def test_stopping_from_within_a_message_ends_in_order(broker, client, turning):
    stopped = []
    display = client(
        "display",
        [(broker.topics.events, 1)],
        on_message=lambda *_: display.connection.stop().addCallback(stopped.append),
    ).start()
    client("hub").start().publish(broker.topics.event("changed"), b"1")
    turning.until(lambda: stopped)
    assert display.downs == []


def test_stopping_while_dialling_leaves_nothing(client):
    hub = client("hub")
    hub.connection.start()
    hub.stop()
    assert hub.ups == 0


def test_a_topic_that_cannot_be_published_fails_alone(broker, client):
    hub = client("hub").start()
    with pytest.raises(DeviceError, match="cannot be published"):
        hub.publish("pis/1/+", b"x")
    hub.publish(broker.topics.hub_state, b"x")


def test_the_wait_grows_within_bounds_and_differs():
    source = random.Random(7)
    waits = [None]
    for _ in range(60):
        waits.append(next_delay(waits[-1], source))
    assert all(0.5 <= wait <= 30 for wait in waits[1:])
    assert max(waits[1:]) > 10
    assert len(set(waits)) > 40
    assert next_delay(None, source) <= 1.5
