from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from one_way_feed.commands import FEED_KEY
from one_way_feed.intake import Intake
from one_way_feed.keys import load_keys

STATION = Path(sys.executable).with_name("station")


def station(*arguments):
    return subprocess.run(
        [STATION, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60
    )


def test_the_life_of_a_key_file(tmp_path):
    path = tmp_path / "feed.keys"
    made = station("feed-key", "new", path, "--link", 2)
    assert made.returncode == 0
    assert made.stdout.startswith("link 2  key 0  ")
    assert station("feed-key", "new", path).returncode == 1
    turned = station("feed-key", "rotate", path)
    assert turned.stdout.count("active") == 1
    assert len(turned.stdout.splitlines()) == 2
    assert station("feed-key", "show-fingerprint", path).stdout == turned.stdout
    assert all(key.hex() not in turned.stdout for key in load_keys(path).keys.values())
    assert FEED_KEY.examples
    assert "0 to 15" in station("feed-key", "new", tmp_path / "b", "--link", 16).stderr


def test_check_says_what_is_wrong(config):
    assert "no mistake" in station("feed-sender", "--check", config.save()).stdout
    config.values["queries"][0]["columns"]["colour"] = "c"
    wrong = station("feed-sender", "--check", config.save())
    assert wrong.returncode == 1
    assert "columns.colour" in wrong.stderr


def test_the_satellite_loads_neither_broker_nor_web(config):
    program = (
        "import sys; from station_config.runtime.command import main;"
        f"code = main(['feed-sender', '--check', {str(config.save())!r}]);"
        "import one_way_feed.sender;"
        "loaded = [m for m in ('paho', 'twisted.web', 'lxml', 'serial') if m in sys.modules];"
        "assert not loaded, loaded; sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_the_sender_as_a_process(config, bureau, terminal, keys, end):
    wire = terminal()
    config.values["line"]["device"] = str(wire.device)
    bureau.plan("P1")
    process = subprocess.Popen(
        [STATION, "feed-sender", config.save()], stderr=subprocess.PIPE, text=True
    )
    try:
        intake = Intake(keys, {}, (0, 0), lambda _mark: None)
        deadline = time.monotonic() + 20
        while not intake.reassembly.known.confirmed:
            assert time.monotonic() < deadline
            intake.feed(wire.read(), 0.0, 0.0)
            time.sleep(0.01)
        assert list(intake.reassembly.known.rows) == [("plan", "P1")]
        process.send_signal(end)
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def test_a_state_file_that_cannot_be_kept_is_one_line(config, tmp_path):
    (tmp_path / "file").touch()
    config.values["line"]["state"] = str(tmp_path / "file" / "state")
    done = station("feed-sender", config.save())
    assert done.returncode == 1
    assert "cannot keep marks" in done.stderr
    assert "Traceback" not in done.stderr
