"""The commands that ask, on a file as the process leaves it."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import stat
from datetime import timedelta

import pytest

from protocol.errors import DeviceError, OperatorError
from station_config.runtime.command import main
from station_config.runtime.deployment import (
    BrokerSettings,
    ClockSettings,
    Deployment,
    HubSettings,
    SubsystemSettings,
    dump_deployment,
)
from subsystems.staff_notices.desk import KIND, run
from subsystems.staff_notices.people import FILE, check_pin, read_people
from subsystems.staff_notices.record import record
from subsystems.staff_notices.service import store_path
from subsystems.staff_notices.store import Store
from tests.subsystems.staff_notices.conftest import MIDNIGHT, STATIONS

DAY = ("--from", "2021-01-20T00:00", "--until", "2021-01-22T00:00")


@pytest.fixture
def empty(tmp_path):
    """A deployment that has kept nothing yet."""
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    path = tmp_path / "deployment.toml"
    settings = SubsystemSettings(id="staff-1", cache=tmp_path / "s.cache", port=0)
    dump_deployment(
        Deployment(
            station=STATIONS / "hohhot_east",
            broker=BrokerSettings(secrets=secrets),
            hub=HubSettings(database="sqlite://"),
            clock=ClockSettings(origin=MIDNIGHT, started=0.0),
            subsystems={KIND: settings},
        ),
        path,
    )
    return path, store_path(settings), secrets


@pytest.fixture
def kept(empty, office, through, make):
    """A watering post that signed and was told anew; returns the file of the notices."""
    made = office(through, now=through.arrival.planned - timedelta(hours=1))
    made.until(through.arrival.planned - 14 * make.minute)
    made.sign(made.of("watering", through.run_id, "arrival"))
    made.change(make.change(through, track="6", platform="3"))
    store = Store(empty[1])
    store.write(record(made.effects, made.now))
    store.close()
    return empty[1]


@pytest.fixture
def ask(empty, capsysbinary):
    def command(*words):
        code = main([KIND, *words, "--deployment", str(empty[0])])
        return code, capsysbinary.readouterr().out.decode()

    return command


@pytest.mark.usefixtures("kept")
def test_the_audit_tells_who_was_told_what(ask, through):
    code, told = ask("audit", "--post", "watering", "--train", through.arrival_number, *DAY)
    assert code == 0
    kinds = [line.split()[3] for line in told.splitlines()]
    assert kinds == ["issue", "sign", "supersede", "issue"]
    assert "王芳" in told.splitlines()[1]
    assert ask("audit", "--train", "NONE1", *DAY) == (0, "")


@pytest.mark.usefixtures("kept")
def test_the_audit_as_json_is_one_object_a_line(ask):
    lines = [json.loads(line) for line in ask("audit", "--json", *DAY)[1].splitlines()]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert {line["post"] for line in lines} >= {"watering", "inspection"}


@pytest.mark.usefixtures("kept")
def test_at_an_instant_is_the_minutes_around_it(ask, through, hohhot, make):
    at = (through.arrival.planned - 15 * make.minute).astimezone(hohhot.zone_info)
    assert "issue" in ask("audit", "--at", f"{at:%Y-%m-%dT%H:%M}")[1]
    later = at + timedelta(minutes=30)
    assert ask("audit", "--at", f"{later:%Y-%m-%dT%H:%M}")[1] == ""


def test_a_chain_that_does_not_hold_is_an_exit_code(ask, kept):
    code, told = ask("audit", "--verify", *DAY)
    assert code == 0
    assert "the audit holds" in told
    file = sqlite3.connect(kept)
    for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        file.execute(f"DROP TRIGGER {name}")
    file.execute("UPDATE audit SET line = replace(line, '王芳', '李明')")
    file.commit()
    file.close()
    code, told = ask("audit", "--verify", *DAY)
    assert code == 1
    assert "does NOT hold" in told


@pytest.mark.usefixtures("kept")
def test_the_list_shows_what_is_open(ask):
    every = ask("list", "--post", "watering", *DAY)[1].splitlines()
    opened = ask("list", "--post", "watering", "--open", *DAY)[1].splitlines()
    assert len(every) == 2
    assert len(opened) == 1
    assert "王芳" in every[0]
    assert opened == every[1:]


@pytest.mark.usefixtures("kept")
def test_a_shift_comes_as_text_csv_and_page(ask):
    words = ("shift", "--post", "watering", *DAY)
    rows = list(csv.reader(io.StringIO(ask(*words, "--csv")[1].removeprefix("\ufeff"))))
    assert len(rows) == 3
    assert len(ask(*words)[1].splitlines()) == 2
    assert ask(*words, "--print")[1].startswith("<!doctype html>")


@pytest.mark.usefixtures("kept")
def test_what_is_not_there_is_said(ask, empty):
    assert ask("list", "--post", "kitchen")[0] != 0
    with pytest.raises(OperatorError, match=r"kitchen.*watering"):
        main_run(empty[0], "list", post="kitchen")


def test_before_anything_was_kept_it_says_so_and_makes_no_file(empty):
    with pytest.raises(DeviceError, match="no notices"):
        main_run(empty[0], "list", post="")
    assert not empty[1].exists()


def main_run(path, action, **given):
    """Do a command past the front that turns errors into exit codes."""
    from argparse import Namespace  # noqa: PLC0415 - here alone

    return run(Namespace(deployment=path, action=action, **given))


def test_a_person_is_put_on_the_list_once(ask, empty, monkeypatch):
    path = empty[2] / FILE
    monkeypatch.setattr("sys.stdin", io.StringIO("2468\n"))
    assert ask("person", "0417", "王芳")[0] == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert check_pin(read_people(path)["0417"], "2468")
    before = path.read_bytes()
    monkeypatch.setattr("sys.stdin", io.StringIO("1111\n"))
    assert ask("person", "0417", "李明")[0] != 0
    assert path.read_bytes() == before
