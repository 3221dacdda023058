from pathlib import Path

import pytest

from hub.broker import nats
from hub.broker.permissions import station_permissions
from protocol.topics import Topics


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
