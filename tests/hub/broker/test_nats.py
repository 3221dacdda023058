import socket
import time
from pathlib import Path

import bcrypt
import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from hub.broker import nats
from hub.broker.permissions import Permissions, station_permissions
from protocol.topics import Topics
from tests.conftest import free_port

LISTENER = nats.Listener("st", "127.0.0.1", 1883)


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        ("pis/1/st/run/2021-01-20.z180", ("pis.1.st.run.2021-01-20//z180",)),
        ("pis/1/a.b/run/+", ("pis.1.a//b.run.*",)),
        ("pis/1/st/#", ("pis.1.st", "pis.1.st.>")),
        ("#", (">",)),
    ],
)
def test_subjects_of_a_topic_filter(topic, expected):
    assert nats.subjects(topic) == expected


def test_the_configuration_names_every_user_and_nothing_else():
    permissions = station_permissions(Topics("st"), hub="hub", devices={"clock-1": "clock"})
    text = nats.configuration(
        nats.Listener("st", "127.0.0.1", 1883),
        store=Path("/var/lib/station"),
        permissions=permissions,
        passwords={"hub": "h#1", "clock-1": "c"},
    )
    assert text.count("user:") == 2
    assert text.count('allowed_connection_types: ["MQTT"]') == 2
    assert 'password: "h#1"' in text
    assert 'publish: {allow: ["pis.1.st", "pis.1.st.>"]}' in text
    assert '"pis.1.st.dev.clock-1.state"' in text
    assert "no_auth_user" not in text


def test_nothing_granted_is_everything_denied():
    """To NATS an empty allow list is no restriction."""
    text = configured(Permissions("mute", reads=(), writes=()))
    assert text.count('{deny: [">"]}') == 2
    assert "allow: []" not in text


def test_passwords_can_be_hashed():
    words = nats.hashed({"hub": "secret"})
    assert words["hub"].startswith("$2a$04$")
    assert bcrypt.checkpw(b"secret", words["hub"].encode())
    assert nats.hashed({"hub": "secret"}) != words


def configured(granted, listener=LISTENER):
    return nats.configuration(
        listener, store=Path("/var/lib/st"), permissions=[granted], passwords={granted.user: "x"}
    )


def test_with_tls_there_is_no_way_in_without():
    tls = nats.ServerTls(Path("/c"), Path("/k"), Path("/ca"))
    text = configured(
        Permissions("u", (), ()), nats.Listener("st", "10.0.0.5", 8883, tls, websocket=8884)
    )
    assert text.count('cert_file: "/c"') == 2
    assert text.count("verify: true") == 2
    assert "no_tls" not in text
    assert '["MQTT", "MQTT_WS"]' in text


def websocket_client(broker, user, password):
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=user, transport="websockets")
    client.ws_set_options(path="/mqtt")
    client.username_pw_set(user, password)
    client.codes, client.granted = [], []
    client.on_connect = lambda _c, _u, _f, code, _p: client.codes.append(code.is_failure)
    client.on_subscribe = lambda _c, _u, _m, codes, _p: client.granted.extend(
        not code.is_failure for code in codes
    )
    client.connect(broker.host, broker.websocket)
    return client


def turn(client, holds):
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        client.loop(0.02)


def test_websocket_has_the_same_rules(nats_broker):
    """Browsers come in by path /mqtt; NATS's own protocol over WebSocket is refused to all."""
    nats_broker.stop()
    nats_broker.websocket = free_port()
    nats_broker.start()
    topics = nats_broker.topics
    client = websocket_client(nats_broker, "display", "display-secret")
    turn(client, lambda: client.codes)
    client.subscribe([(topics.runs, 1), (topics.everything, 1)])
    turn(client, lambda: client.granted)
    assert (client.codes, client.granted) == ([False], [True, False])
    client.disconnect()
    stranger = websocket_client(nats_broker, "display", "wrong")
    turn(stranger, lambda: stranger.codes)
    assert stranger.codes == [True]
    assert speaks_nats(nats_broker, "display") == b"-ERR 'Authorization Violation'"


def speaks_nats(broker, user):
    """Return the answer to CONNECT of NATS's own protocol, over WebSocket."""
    with socket.create_connection((broker.host, broker.websocket), timeout=10) as sock:
        sock.sendall(
            b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        heard = b""
        while b"\r\n\r\n" not in heard:
            heard += sock.recv(4096)
        assert heard.startswith(b"HTTP/1.1 101")
        said = b'CONNECT {"user":"%s","pass":"%s-secret","verbose":true}\r\n' % (
            (user.encode(),) * 2
        )
        sock.sendall(bytes((0x82, 0x80 | len(said), 0, 0, 0, 0)) + said)
        while b"-ERR" not in heard and b"+OK" not in heard:
            more = sock.recv(4096)
            if not more:
                break
            heard += more
    found = heard.find(b"-ERR")
    return heard[found:].split(b"\r\n")[0] if found >= 0 else heard
