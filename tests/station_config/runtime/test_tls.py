"""TLS between the broker and everybody, on both brokers, with what can be wrong about it."""

import random
import socket
import ssl
from datetime import UTC, datetime, timedelta

import pytest
import structlog

from hub.broker import authority, nats
from hub.broker.files import find_plugin
from protocol.errors import OperatorError
from station_config.runtime.deployment import TlsSettings
from station_config.runtime.mqtt import MqttConnection
from station_config.runtime.tls import client_context, days_left, explain

NOW = datetime.now(UTC)  # noqa: TID251 - OpenSSL looks at the system's clock


class Place:
    """An authority and what it has issued."""

    def __init__(self, directory):
        self.directory = directory
        authority.init(directory, "Test authority", NOW)

    def server(self, name="broker", *, sans=("127.0.0.1",), now=NOW, days=90, demand=False):
        path = authority.issue(self.directory, name, now, sans=sans, days=days)
        ca = self.directory / "ca.pem" if demand else None
        return nats.ServerTls(path, path.with_suffix(".key"), ca)

    def settings(self, *, clients=False):
        return TlsSettings(
            ca=self.directory / "ca.pem", clients=self.directory if clients else None
        )


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path / "tls")


@pytest.fixture
def secure(broker):
    """Start the broker again with a certificate."""
    if broker.kind == "mosquitto":
        broker.plugin = find_plugin()

    def start(tls):
        broker.stop()
        broker.tls = tls
        broker.start()
        return broker

    return start


class Client:
    def __init__(self, turning, broker, context, *, user="display", host=None):
        self.turning = turning
        self.heard, self.ups = [], []
        self.connection = MqttConnection(
            turning.reactor,
            host=host or broker.host,
            port=broker.port,
            user=user,
            password=broker.password(user),
            make_will=lambda: None,
            subscriptions=[(broker.topics.hub, 1)],
            on_up=lambda: self.ups.append(1),
            on_down=lambda _: None,
            on_message=lambda _, payload, __: self.heard.append(payload),
            log=structlog.get_logger(),
            random=random.Random(1),
            tls=context,
        )
        self.connection.start()

    def is_up(self):
        self.turning.until(lambda: self.ups or self.connection.attempts > 1)
        return bool(self.ups)

    def end(self):
        self.turning.result(self.connection.stop())


def why(log_lines):
    return next(line["why"] for line in log_lines if line["event"] == "mqtt.down")


def test_everything_goes_through_it(place, secure, turning, log_lines):
    broker = secure(place.server())
    context = client_context(place.settings(), "display")
    hub = Client(turning, broker, context, user="hub")
    display = Client(turning, broker, context)
    assert hub.is_up()
    assert display.is_up()
    for number in range(300):
        hub.connection.publish(broker.topics.hub_beat, b"%d" % number)
    turning.until(lambda: len(display.heard) == 300)
    assert display.heard == [b"%d" % number for number in range(300)]
    display.end()
    hub.end()
    assert not [line for line in log_lines if line["event"] == "tls.certificate-ends"]


def test_who_speaks_in_the_clear_is_not_heard(place, secure, turning, log_lines):
    broker = secure(place.server())
    client = Client(turning, broker, None)
    assert not client.is_up()
    client.end()
    assert "does it want TLS" in why(log_lines)
    with socket.create_connection((broker.host, broker.port), timeout=5) as plain:
        plain.sendall(b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x0a\x00\x00")  # an anonymous CONNECT
        try:
            answer = plain.recv(100)
        except ConnectionResetError:
            answer = b""
    assert not answer.startswith(b"\x20"), "it answered CONNACK"


def test_tls_where_nobody_speaks_it_is_told(place, broker, turning, log_lines):
    client = Client(turning, broker, client_context(place.settings(), "display"))
    assert not client.is_up()
    client.end()
    assert "speaks TLS" in why(log_lines)


def test_another_authority_is_not_believed(place, tmp_path, secure, turning, log_lines):
    broker = secure(place.server())
    other = Place(tmp_path / "other")
    client = Client(turning, broker, client_context(other.settings(), "display"))
    assert not client.is_up()
    client.end()
    assert why(log_lines) == (
        "TLS: the certificate is of an authority that is not ours: is tls.ca the right one?"
    )


def test_the_name_is_checked(place, secure, turning, log_lines):
    broker = secure(place.server(sans=("broker.lan",)))
    client = Client(turning, broker, client_context(place.settings(), "display"))
    assert not client.is_up()
    client.end()
    assert "for another name" in why(log_lines)


def test_a_host_name_will_do(place, secure, turning, log_lines):  # noqa: ARG001 - quiet
    broker = secure(place.server(sans=("localhost",)))
    context = client_context(place.settings(), "display")
    client = Client(turning, broker, context, host="localhost")
    assert client.is_up()
    client.end()


def test_an_expired_certificate_says_how_to_renew_it(place, secure, turning, log_lines):
    broker = secure(place.server(now=NOW - timedelta(days=2, hours=1), days=2))
    client = Client(turning, broker, client_context(place.settings(), "display"))
    assert not client.is_up()
    client.end()
    assert "has expired: renew it" in why(log_lines)


def test_one_that_ends_soon_is_a_warning(place, secure, turning, log_lines):
    broker = secure(place.server(days=7))
    client = Client(turning, broker, client_context(place.settings(), "display"))
    assert client.is_up()
    client.end()
    [line] = [line for line in log_lines if line["event"] == "tls.certificate-ends"]
    assert 6 < line["broker_days"] <= 7


def test_certificates_can_be_demanded_of_clients(place, secure, turning, log_lines):
    authority.issue(place.directory, "display", NOW)
    broker = secure(place.server(demand=True))
    honest = Client(turning, broker, client_context(place.settings(clients=True), "display"))
    assert honest.is_up()
    honest.end()
    without = Client(turning, broker, client_context(place.settings(), "display"))
    assert not without.is_up()
    without.end()
    assert "certificate" in why(log_lines)


def test_files_that_are_no_certificates_are_named(place):
    with pytest.raises(OperatorError, match=r"display\.key: cannot read"):
        client_context(place.settings(clients=True), "display")
    (place.directory / "ca.pem").write_text("nothing")
    with pytest.raises(OperatorError, match=r"ca\.pem: is not a certificate"):
        client_context(place.settings(), "display")
    (place.directory / "ca.pem").unlink()
    with pytest.raises(OperatorError, match=r"ca\.pem: cannot read"):
        client_context(place.settings(), "display")


def test_days_left():
    assert days_left(None, 0.0) is None
    assert days_left({"notAfter": "Jan 11 00:00:00 1970 GMT"}, 86_400.0) == 9.0


def test_what_is_not_of_tls_is_told_as_it_is():
    assert explain(ConnectionRefusedError(111, "Connection refused")) == (
        "[Errno 111] Connection refused"
    )
    assert explain(TimeoutError()) == "TimeoutError"
    assert explain(ssl.SSLError(1, "odd one")) == "TLS: odd one"
