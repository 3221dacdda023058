"""Settings of the broadcast: what is read, and every mistake with its place."""

from pathlib import Path

import pytest

from protocol.errors import OperatorError
from station_config.runtime.deployment import (
    BrokerSettings,
    Deployment,
    HubSettings,
    SubsystemSettings,
)
from subsystems.broadcast.settings import PIN_FILE, read
from subsystems.broadcast.speech.settings import BrowserSink


@pytest.fixture
def read_from(tmp_path, hohhot):
    def make(**fields):
        settings = SubsystemSettings(id="speech", cache=tmp_path / "b.cache", port=0, **fields)
        broker = BrokerSettings(secrets=tmp_path)
        deployment = Deployment(station=Path(), broker=broker, hub=HubSettings(database=""))
        return read(deployment, settings, hohhot)

    return make


def test_without_anything_browsers_hear_each_zone_by_itself(read_from, tmp_path, hohhot):
    settings = read_from()
    assert settings.folder == tmp_path / "speech"
    assert settings.pin == ""
    assert settings.cap_folder is None
    assert all(isinstance(sink, BrowserSink) for sink in settings.speech.sinks)
    reached = [zone for sink in settings.speech.sinks for zone in sink.zones]
    assert reached == [zone.id for zone in hohhot.announcement_zones]


def test_options_and_files_are_read(read_from, tmp_path):
    (tmp_path / PIN_FILE).write_text("4711\n", encoding="utf-8")
    (tmp_path / "speech.toml").write_text(
        '[[sinks]]\nkind = "rtp"\nname = "hall"\nzones = ["room-1"]\n'
        'address = "127.0.0.1"\nport = 5004\n',
        encoding="utf-8",
    )
    settings = read_from(
        files={"speech": tmp_path / "speech.toml", "cap": tmp_path / "in"},
        options={"origins": ["http://console"], "cap_zones": {"NDC": ["room-1"]}},
    )
    assert settings.pin == "4711"
    assert settings.options.origins == ("http://console",)
    assert settings.options.cap_zones == {"NDC": ("room-1",)}
    assert [sink.name for sink in settings.speech.sinks] == ["hall"]
    assert settings.cap_folder == tmp_path / "in"


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"files": {"speach": Path("x")}}, "speach"),
        ({"options": {"origin": []}}, "origin"),
        ({"options": {"origins": "http://console"}}, "origins"),
        ({"options": {"cap_zones": {"NDC": ["roof"]}}}, "roof"),
        ({"files": {"speech": Path("/nonexistent.toml")}}, "nonexistent"),
    ],
)
def test_every_mistake_is_told_with_its_place(read_from, fields, why):
    with pytest.raises(OperatorError, match=why):
        read_from(**fields)


def test_an_empty_pin_is_no_pin_but_a_mistake(read_from, tmp_path):
    (tmp_path / PIN_FILE).write_text("\n", encoding="utf-8")
    with pytest.raises(OperatorError, match="empty"):
        read_from()
