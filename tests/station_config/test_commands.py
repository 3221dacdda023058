"""``station config check``."""

from __future__ import annotations

import json

from station_config.runtime.command import main


def test_a_good_station_exits_0(draft, capsys):
    assert main(["config", "check", str(draft.directory)]) == 0
    assert "0 errors, 0 warnings: the station can be loaded" in capsys.readouterr().out


def test_every_mistake_is_printed_and_the_exit_is_1(draft, capsys):
    draft.spoil("station.xml", 'rows="10"', 'rows="none"')
    draft.spoil("station.xml", 'page-time="PT10S"', 'page-time="PT1S"')
    assert main(["config", "check", str(draft.directory)]) == 1
    first, second, last = capsys.readouterr().out.splitlines()
    line = draft.line_of("station.xml", 'rows="none"')
    assert first.startswith(f"{draft.directory}/station.xml:{line}: error: rows='none'")
    assert "warning: page-time" in second
    assert last.endswith("1 error, 1 warning: the station is not loaded")


def test_json_is_for_machines(draft, capsys):
    draft.spoil("timetable.csv", "07:00,,1", "07:00,,7")
    assert main(["config", "check", "--json", str(draft.directory)]) == 1
    (mistake,) = json.loads(capsys.readouterr().out)
    assert mistake["file"] == str(draft.directory / "timetable.csv")
    assert (mistake["line"], mistake["severity"]) == (3, "error")
    assert "track '7'" in mistake["message"]
