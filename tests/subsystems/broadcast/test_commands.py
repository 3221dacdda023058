"""``station announce``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from station_config.runtime.command import main

STATIONS = Path(__file__).parents[3] / "station_config" / "stations"
HOHHOT = str(STATIONS / "hohhot_east")


def test_a_day_of_one_kind_in_one_language(capsys):
    asked = ["--kind", "last-call", "--language", "en"]
    assert main(["announce", "list", "--station", HOHHOT, *asked]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "00:33:00  last-call  [room-1]  2021-01-20.z180/last-call/1"
    assert lines[1].strip() == (
        "en  Last call for train Z180 to Beijing West. Check-in is about to close,"
        " at gate A2, platform 2. Please check in at once."
    )
    assert len(lines) == 2 * 96


def test_a_day_for_machines_and_for_one_zone(capsys):
    assert main(["announce", "list", "--station", HOHHOT, "--zone", "exit", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {row["kind"] for row in rows} == {"lost-and-found"}
    assert rows[0]["texts"].keys() == {"zh", "en"}


def test_an_example_of_everything_with_its_reading(capsys):
    assert main(["announce", "list", "--station", HOHHOT, "--samples"]) == 0
    out = capsys.readouterr().out
    assert "platform-change" in out
    assert "lv3 ke4 peng2 you3 men5" in out


def test_another_day(capsys):
    assert main(["announce", "list", "--station", HOHHOT, "--day", "2025-03-01", "--json"]) == 0
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert first["due"].startswith("2025-02-28")  # UTC


@pytest.mark.parametrize("station", ["hohhot_east", "muehlau_am_see"])
def test_a_station_that_can_say_everything(capsys, station):
    assert main(["announce", "check", str(STATIONS / station)]) == 0
    assert "everything that can happen can be said" in capsys.readouterr().out


def test_a_station_that_cannot(tmp_path, capsys):
    assert main(["announce", "check", str(tmp_path)]) == 1
    assert "nothing can be announced" in capsys.readouterr().out


def test_the_station_of_a_deployment(tmp_path, capsys):
    (tmp_path / "secrets").mkdir()
    file = tmp_path / "deployment.toml"
    file.write_text(
        f'station = "{HOHHOT}"\n[broker]\nhost = "127.0.0.1"\nport = 1883\nsecrets = "secrets"\n'
        '[hub]\ndatabase = "sqlite://"\n',
        encoding="utf-8",
    )
    assert main(["announce", "list", "--deployment", str(file), "--kind", "safety"]) == 0
    assert capsys.readouterr().out.count("  safety  [") == 33


def test_a_station_without_a_timetable_has_no_day(tmp_path, capsys):
    shutil.copytree(HOHHOT, tmp_path, dirs_exist_ok=True)
    text = (tmp_path / "station.xml").read_text(encoding="utf-8")
    line = '  <timetable file="timetable.csv" service-date="2021-01-20"/>\n'
    assert line in text
    (tmp_path / "station.xml").write_text(text.replace(line, ""), encoding="utf-8")
    assert main(["announce", "list", "--station", str(tmp_path)]) == 1
    assert "has no timetable" in capsys.readouterr().err
    assert main(["announce", "list", "--station", str(tmp_path), "--day", "2021-01-20"]) == 0
    assert "safety" in capsys.readouterr().out
