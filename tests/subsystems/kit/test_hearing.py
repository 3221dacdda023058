"""What a device listens to."""

from pathlib import Path

from protocol.topics import Topics
from station_config.runtime.deployment import SubsystemSettings
from subsystems.kit.duties import Willing
from subsystems.kit.hearing import subscriptions

SETTINGS = SubsystemSettings(id="d1", cache=Path("d1.cache"), port=0)


def test_only_commands_are_heard_at_qos_1():
    heard = dict(subscriptions(Topics("s"), SETTINGS, "display", Willing()))
    assert {topic for topic, qos in heard.items() if qos == 1} == {
        "pis/1/s/grp/display/+/cmd",
        "pis/1/s/dev/d1/cmd",
    }


def test_what_is_spoken_is_heard_by_those_who_want_it():
    assert "pis/1/s/spoken" not in dict(subscriptions(Topics("s"), SETTINGS, "clock", Willing()))
    willing = Willing(spoken=lambda _spoken: None)
    assert ("pis/1/s/spoken", 0) in subscriptions(Topics("s"), SETTINGS, "display", willing)
