from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from protocol.errors import OperatorError
from station_config.runtime.deployment import (
    BrokerSettings,
    ClockSettings,
    Deployment,
    HubSettings,
    LineSettings,
    SubsystemSettings,
    dump_deployment,
    load_deployment,
)

LEAST = """
station = "station"
[broker]
[hub]
database = "sqlite:///hub.db"
[[hub.lines]]
device = "/dev/ttyS0"
keys = "keys/a"
[subsystems.display]
id = "board-1"
cache = "cache.db"
port = 8080
"""


def written(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_paths_are_relative_to_the_file_and_absolute_ones_stay(tmp_path, monkeypatch):
    path = written(tmp_path / "deployment.toml", LEAST)
    monkeypatch.chdir("/")
    deployment = load_deployment(path)
    assert deployment.station == tmp_path / "station"
    assert deployment.hub.lines[0].keys == tmp_path / "keys" / "a"
    assert deployment.hub.lines[0].device == Path("/dev/ttyS0")
    assert deployment.subsystems["display"].cache == tmp_path / "cache.db"


def test_what_is_written_is_read_again(tmp_path):
    deployment = Deployment(
        station=tmp_path / "s",
        broker=BrokerSettings(port=7, secrets=tmp_path / "secrets", store=tmp_path / "store"),
        hub=HubSettings(
            database="sqlite://",
            state=tmp_path / "state",
            lines=(LineSettings(device=tmp_path / "tty", keys=tmp_path / "k"),),
        ),
        subsystems={"clock": SubsystemSettings(id="clock", cache=tmp_path / "c", port=9)},
        clock=ClockSettings(origin=datetime(2021, 1, 20, tzinfo=UTC), started=5.0, rate=60.0),
        log_json=True,
    )
    dump_deployment(deployment, tmp_path / "d.toml")
    assert load_deployment(tmp_path / "d.toml") == deployment


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("port = 8080", "prot = 8080", "prot"),
        ("port = 8080", 'port = "8080"', r"subsystems\[\.\.\.\]\.port|\$\.subsystems"),
        ('database = "sqlite:///hub.db"\n', "", "database"),
        ("[broker]", "[broker", "where|line|Expected|expected"),
    ],
)
def test_every_mistake_names_the_file_and_the_key(tmp_path, old, new, told):
    path = written(tmp_path / "deployment.toml", LEAST.replace(old, new))
    with pytest.raises(OperatorError, match=told) as caught:
        load_deployment(path)
    assert caught.value.where == str(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(OperatorError, match="No such file") as caught:
        load_deployment(tmp_path / "none.toml")
    assert caught.value.where == str(tmp_path / "none.toml")


def test_a_secret_is_a_file_without_its_line_end(tmp_path):
    deployment = load_deployment(
        written(
            tmp_path / "deployment.toml", LEAST.replace("[broker]", '[broker]\nsecrets = "secrets"')
        )
    )
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "hub").write_text("s3cret\n")
    assert deployment.secret("hub") == "s3cret"
    (secrets / "hub").write_text("\n")
    with pytest.raises(OperatorError, match="'hub' is empty"):
        deployment.secret("hub")
    with pytest.raises(OperatorError, match=r"'board-1': No such file") as caught:
        deployment.secret("board-1")
    assert caught.value.where == str(secrets / "board-1")


def test_station_time_is_the_systems_unless_it_is_simulated(tmp_path):
    real = load_deployment(written(tmp_path / "a.toml", LEAST))
    assert abs((real.station_clock().now() - datetime.now(UTC)).total_seconds()) < 5  # noqa: TID251 - compared with it
    text = LEAST + "[clock]\norigin = 2021-01-20T00:00:00Z\nstarted = 0.0\nrate = 0.0\n"
    simulated = load_deployment(written(tmp_path / "b.toml", text))
    assert simulated.station_clock().now() == datetime(2021, 1, 20, tzinfo=UTC)
