from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from one_way_feed.keys import load_keys
from one_way_feed.settings import load_sender_settings
from protocol.errors import OperatorError
from simulators.demo.child import PORTS
from simulators.demo.plan import DemoOptions, daytime, lasts, make_deployment, origin_of, roles
from simulators.demo.prepare import find_station, prepare
from simulators.free_ports import free_ports
from station_config.load import load_station
from station_config.runtime.deployment import load_deployment


@pytest.fixture(scope="module")
def station():
    return load_station(find_station("hohhot_east"))


def options(station, tmp_path, **others):
    return DemoOptions(station=station.directory, data=tmp_path / "demo", **others)


def test_the_day_begins_at_the_local_time_of_the_timetables_date(station):
    assert origin_of(station, time(6, 30)) == datetime(2021, 1, 19, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["25:00", "seven", ""])
def test_what_is_no_time_of_day_is_said(text):
    with pytest.raises(OperatorError, match="not a time of day"):
        daytime(text)


def test_until_counts_in_real_seconds_and_past_midnight(station, tmp_path):
    assert lasts(options(station, tmp_path)) is None
    evening = options(station, tmp_path, at=time(23, 0), until=time(1, 0), speed=60.0)
    assert lasts(evening) == 120.0


def test_every_role_is_started_with_the_same_deployment(station, tmp_path):
    wanted = options(station, tmp_path, calm=True)
    names = [role.name for role in roles(wanted)]
    assert names == [
        "broker",
        "line",
        "dispatch",
        "feed-sender",
        "hub",
        "display",
        "broadcast",
        "hall",
    ]
    assert [r.name for r in roles(wanted) if "--calm" in r.words] == ["dispatch"]


def test_what_is_prepared_can_be_loaded(station, tmp_path):
    wanted = options(station, tmp_path, port=free_ports(PORTS))
    prepare(wanted, station)
    loaded = load_deployment(wanted.deployment)
    assert loaded.clock is not None
    assert loaded == make_deployment(wanted, loaded.clock.origin, loaded.clock.started)
    assert loaded.secret("hub")
    assert wanted.satellites[0].keys.stat().st_mode & 0o077 == 0


def test_two_lines_have_a_satellite_and_a_key_each(station, tmp_path):
    wanted = options(station, tmp_path, port=free_ports(PORTS), two_lines=True)
    prepare(wanted, station)
    lines = load_deployment(wanted.deployment).hub.lines
    assert [line.name for line in lines] == ["a", "b"]
    assert [load_keys(line.keys).link for line in lines] == [1, 2]
    assert len({line.device for line in lines}) == 2
    senders = [load_sender_settings(each.sender_config) for each in wanted.satellites]
    assert len({sender.line.state for sender in senders}) == 2
    assert len({sender.database.url for sender in senders}) == 1
    names = [role.name for role in roles(wanted)]
    assert names[1:3] == ["line", "line-b"]
    assert [name for name in names if "sender" in name] == ["feed-sender", "feed-sender-b"]


def test_an_earlier_day_is_cleared_and_nothing_else(station, tmp_path):
    wanted = options(station, tmp_path, port=free_ports(PORTS))
    prepare(wanted, station)
    for name in ("hub.sqlite", "mine.txt"):
        (wanted.data / name).touch()
    prepare(wanted, station)
    assert not (wanted.data / "hub.sqlite").exists()
    assert (wanted.data / "mine.txt").exists()


def test_a_directory_of_somebody_else_is_left_alone(station, tmp_path):
    wanted = options(station, tmp_path, port=free_ports(PORTS))
    wanted.data.mkdir()
    (wanted.data / "hub.sqlite").touch()
    with pytest.raises(OperatorError, match="choose another --data"):
        prepare(wanted, station)
    assert (wanted.data / "hub.sqlite").exists()


def test_an_unknown_station_names_those_that_there_are():
    with pytest.raises(OperatorError, match="hohhot_east"):
        find_station("nowhere")


def test_a_directory_is_a_station_too(station):
    assert find_station(str(station.directory)) == Path(station.directory)
