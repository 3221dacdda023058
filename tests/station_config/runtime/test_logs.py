"""The log as a process writes it, in a process of its own: it is set up once for all."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

BEGIN = "from station_config.runtime.logs import configure\n"
FAIL = BEGIN + (
    "from twisted.internet.defer import fail\n"
    "log = configure('hub', as_json=True)\n"
    "log.info('hub.open', rows=3, name='东')\n"
    "fail(ValueError('nobody looked'))\n"
)


def run(text, **options):
    options = {"capture_output": True, "text": True, "timeout": 30} | options
    return subprocess.run([sys.executable, "-c", text], check=True, **options)


def test_json_is_one_object_a_line_and_has_twisteds_failures():
    event, *_, failure = map(json.loads, run(FAIL).stderr.splitlines())
    assert (event["event"], event["process"], event["level"]) == ("hub.open", "hub", "info")
    assert (event["rows"], event["name"]) == (3, "东")
    assert event["timestamp"].endswith("Z")
    assert (failure["event"], failure["level"]) == ("twisted", "error")
    assert failure["said"] == "nobody looked"
    assert "ValueError" in failure["traceback"]


@pytest.mark.parametrize(("quiet", "told"), [(False, ["calm", "loud"]), (True, ["loud"])])
def test_quiet_is_warnings_only(quiet, told):
    text = f"log = configure('x', as_json=True, quiet={quiet})\nlog.info('calm')\nlog.error('loud')"
    lines = run(BEGIN + text).stderr.splitlines()
    assert [json.loads(line)["event"] for line in lines] == told


def test_a_log_that_nobody_can_take_stops_no_work():
    text = BEGIN + "log = configure('x')\nfor n in range(9):\n    log.info('e', n=n)\nprint('done')"
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        done = run(text, stderr=full, stdout=subprocess.PIPE, capture_output=False)
    assert done.stdout == "done\n"
