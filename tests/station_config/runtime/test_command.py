from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points

import pytest

from station_config.runtime.command import GROUP, Command, main

HEAVY = ("sqlalchemy", "twisted.web", "twisted.internet.reactor", "paho", "lxml", "playwright")


def test_every_role_explains_itself(capsys):
    roles = {point.name for point in entry_points(group=GROUP)}
    assert {"hub", "broker", "display", "clock", "demo", "feed-sender", "config"} <= roles
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert all(role in told for role in roles)


@pytest.mark.parametrize("role", sorted(point.name for point in entry_points(group=GROUP)))
def test_a_role_shows_an_example_that_begins_with_its_name(role, capsys):
    with pytest.raises(SystemExit) as ended:
        main([role, "--help"])
    assert ended.value.code == 0
    assert f"station {role}" in capsys.readouterr().out.partition("examples:")[2]


def test_help_loads_nothing_heavy():
    text = (
        "import sys\nfrom station_config.runtime.command import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print([m for m in {HEAVY} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_what_the_operator_did_wrong_is_one_line_and_exit_code_one(capsys, tmp_path):
    assert main(["display", "--deployment", str(tmp_path / "none.toml")]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("station: ")
    assert "none.toml" in told.err
    assert told.err.count("\n") == 1


def test_an_unknown_role_is_refused_with_those_that_there_are(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["nonsense"])
    assert ended.value.code == 2
    assert "'nonsense'" in capsys.readouterr().err


def test_a_reader_that_has_enough_is_no_error():
    argv = f"{sys.executable} -m station_config.runtime.command --help | head -c 1"
    done = subprocess.run(
        ["/bin/bash", "-o", "pipefail", "-c", argv],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.stderr == ""
    assert done.returncode in {0, 141}


def test_a_command_is_what_the_entry_point_names():
    assert all(isinstance(point.load(), Command) for point in entry_points(group=GROUP))
