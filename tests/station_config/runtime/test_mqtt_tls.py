"""Over TLS: bytes that the TLS layer has buffered wake no poll, and must not be left lying."""

import random
import shutil
import ssl
import subprocess

import pytest
import structlog

from station_config.runtime.mqtt import MqttConnection


@pytest.fixture
def certificate(tmp_path):
    openssl = shutil.which("openssl")
    assert openssl is not None
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    files = ["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem")]
    subprocess.run(
        [openssl, "req", "-x509", *key, *subject, *files], check=True, capture_output=True
    )
    return tmp_path


def test_three_hundred_messages_in_one_burst_all_arrive(
    mosquitto_broker, certificate, turning, log_lines
):
    mosquitto_broker.stop()
    mosquitto_broker.extra = f"certfile {certificate}/cert.pem\nkeyfile {certificate}/key.pem\n"
    mosquitto_broker.start()
    topic = mosquitto_broker.topics.event("changed")
    heard, ups = [], []
    connection = MqttConnection(
        turning.reactor,
        host=mosquitto_broker.host,
        port=mosquitto_broker.port,
        user="hub",
        password=mosquitto_broker.password("hub"),
        make_will=lambda: None,
        subscriptions=[(topic, 1)],
        on_up=lambda: ups.append(1),
        on_down=lambda _: None,
        on_message=lambda _, payload, __: heard.append(int(payload)),
        log=structlog.get_logger(),
        random=random.Random(1),
        tls=ssl.create_default_context(cafile=str(certificate / "cert.pem")),
    )
    connection.start()
    turning.until(lambda: ups)
    for number in range(300):
        connection.publish(topic, b"%d" % number)
    turning.until(lambda: len(heard) == 300)
    assert heard == list(range(300))
    turning.result(connection.stop())
    assert log_lines[-1]["event"] == "mqtt.up"
