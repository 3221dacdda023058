"""The hub's process from its first line to its exit code: what it says, and what it waits for."""

import shutil
import socket

import msgspec
import pytest
from sqlalchemy import create_engine, select, update

from hub.store import tables
from protocol.messages import Plan
from station_config.runtime.deployment import LineSettings, dump_deployment
from tests.hub.real_hub import RealHub

pytestmark = pytest.mark.end_to_end


@pytest.fixture
def hub(tmp_path):
    hub = RealHub(tmp_path)
    yield hub
    if hub.process is not None and hub.process.poll() is None:
        hub.kill()


def changed(hub, **settings):
    """Change the deployment's table of the hub."""
    table = msgspec.structs.replace(hub.deployment.hub, **settings)
    hub.deployment = msgspec.structs.replace(hub.deployment, hub=table)
    hub.file.unlink()
    dump_deployment(hub.deployment, hub.file)


def refused(hub):
    """Start it; return its exit code and why it ended."""
    hub.begin()
    code = hub.process.wait(30)
    (line,) = hub.said("process.failed")
    return code, line["why"]


def planned(hub):
    """Return how many runs the day's plan has, as it is to be published."""
    engine = create_engine(hub.deployment.hub.database)
    held = select(tables.retained.c.body).where(tables.retained.c.entity == "plan/2021-01-20")
    with engine.connect() as connection:
        body = connection.execute(held).scalar_one()
    engine.dispose()
    return len(msgspec.json.decode(body, type=Plan).runs)


def test_it_leads_and_leaves_in_order(hub):
    hub.start()
    told = hub.health()
    assert (told["role"], told["store"], told["epoch"] > 0) == ("leading", "works", True)
    assert hub.said("hub.open")[0]["epoch"] == told["epoch"]
    assert hub.stop() == 0, hub.log.read_text()
    assert hub.said("lease.kept") == []


def test_a_database_that_is_not_there_is_waited_for(hub, tmp_path):
    (tmp_path / "away").touch()
    changed(hub, database=f"sqlite:///{tmp_path}/away/hub.sqlite")
    hub.begin()
    hub.until(lambda: hub.said("store.fails"))
    told = hub.health()
    assert (told["ok"], told["role"], told["store"]) == (False, "standing by", "fails")
    status, body = hub.post("reload", b"", Authorization=f"Bearer {hub.token}")
    assert (status, b"waits for its database" in body) == (503, True)
    (tmp_path / "away").unlink()
    hub.until(hub.healthy)
    assert hub.plays("leading")
    assert len(hub.said("store.fails")) == 1, "said once, however often it was tried"
    assert hub.stop() == 0, hub.log.read_text()


def test_one_that_waits_for_its_database_can_be_stopped(hub, tmp_path):
    (tmp_path / "away").touch()
    changed(hub, database=f"sqlite:///{tmp_path}/away/hub.sqlite")
    hub.begin()
    hub.until(lambda: hub.said("store.fails"))
    assert hub.stop() == 0, hub.log.read_text()


def test_a_port_that_is_taken_ends_it_and_is_named(hub):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", hub.deployment.hub.port))
        taken.listen()
        code, why = refused(hub)
    assert code == 1
    assert str(hub.deployment.hub.port) in why


def test_a_database_of_a_newer_program_ends_it(hub):
    hub.start()
    assert hub.stop() == 0, hub.log.read_text()
    engine = create_engine(hub.deployment.hub.database)
    with engine.begin() as connection:
        connection.execute(update(tables.kernel).values(schema_version=999))
    engine.dispose()
    code, why = refused(hub)
    assert code == 1
    assert "schema 999" in why


def test_a_key_that_cannot_be_read_ends_it_and_the_lease_is_given_back(hub, tmp_path):
    line = LineSettings(device=tmp_path / "tty", keys=tmp_path / "no.keys")
    changed(hub, lines=(line,))
    code, why = refused(hub)
    assert (code, "no.keys" in why) == (1, True)
    changed(hub, lines=())
    hub.start()
    assert hub.said("hub.takes-over") == []


def test_one_that_takes_over_reads_the_stations_files_as_they_are_then(hub, tmp_path):
    """The one that led may have been told to read them again long ago."""
    directory = tmp_path / "station"
    shutil.copytree(hub.deployment.station, directory)
    hub.deployment = msgspec.structs.replace(hub.deployment, station=directory)
    changed(hub)
    other = RealHub(tmp_path / "other", hub.deployment.hub.database)
    other.deployment = msgspec.structs.replace(other.deployment, station=directory)
    changed(other)
    hub.start()
    before = planned(hub)
    other.start()
    try:
        assert other.plays("standing by")
        timetable = directory / "timetable.csv"
        *head, _last = timetable.read_text().splitlines()
        timetable.write_text("\n".join(head) + "\n")
        hub.kill()
        other.until(lambda: other.plays("leading"))
        assert other.stop() == 0
        assert planned(other) == before - 1
    finally:
        if other.process.poll() is None:
            other.kill()
