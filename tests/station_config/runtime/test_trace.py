from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest

SAY = """
from station_config.runtime.logs import configure
from station_config.runtime.trace import trace
trace(configure("hub", as_json=True), "kernel", "run-1", rev=3)
"""


def said(value):
    environment = {k: v for k, v in os.environ.items() if k != "STATION_TRACE"}
    environment |= {} if value is None else {"STATION_TRACE": value}
    done = subprocess.run(
        [sys.executable, "-c", SAY], env=environment, capture_output=True, text=True, check=True
    )
    return done.stderr


@pytest.mark.parametrize("value", [None, "0", ""])
def test_nothing_is_said_unless_it_is_asked_for(value):
    assert said(value) == ""


def test_a_mark_has_its_key_and_the_machines_one_monotonic_clock():
    before = time.monotonic_ns()
    line = json.loads(said("1"))
    assert before < line["mono_ns"] < time.monotonic_ns()
    assert (line["event"], line["key"], line["rev"]) == ("trace.kernel", "run-1", 3)
