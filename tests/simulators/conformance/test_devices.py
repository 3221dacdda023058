"""The kit against real devices: both examples for vendors and our own subsystems.

They all run at the same time, for a run is mostly waiting: the protocol's time-outs are real.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import ExitStack, contextmanager

import pytest

from tests.conftest import STATION, free_port
from tests.simulators.conformance.devices import (
    EXAMPLES,
    ROOT,
    hub_url,
    own,
    python_board,
    script_board,
    why_no_node,
)

pytestmark = pytest.mark.end_to_end

LONGEST_LINES = 120
NOTICES = {"C-6.1", "C-6.2", "C-6.3"}
"""Shown for seconds: who reads a screen on a busy machine may come too late to see them."""
UNSEEN_OF_A_BOARD = {
    "C-6.1",  # it shows no notices
    "C-6.2",
    "C-6.3",
    "C-6.5",  # it does nothing on an event
    "C-6.6",
    "C-6.8",  # it shows nothing that is spoken
    "C-6.9",
    "C-9.8",  # it has no faults
    "C-9.11",  # it speaks nothing
    "C-11.10",  # it keeps no cache
    "C-11.11",  # no leap second comes while it is looked at
    "C-14.3",  # the kit's line is in the clear
}


COMMON = ("C-7.8", "C-7.14", "C-8.5", "C-8.6", "C-9.6", "C-9.8")
OURS = {
    "display": (
        *COMMON,
        *("C-5.2", "C-5.4", "C-5.6", "C-6.1", "C-6.2", "C-6.3", "C-6.8", "C-6.9"),
        *("C-11.9", "C-11.10"),
    ),
    "clock": (*COMMON, "C-1.5", "C-1.6", "C-11.7"),
    "broadcast": (*COMMON, "C-9.11"),
}
"""What is seen of our own subsystems, and must be."""


@pytest.mark.parametrize("name", ["board.py", "board.mjs"])
def test_an_example_is_one_short_file_that_imports_nothing_of_ours(name):
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    lines = text.splitlines()
    assert len(lines) <= LONGEST_LINES
    assert max(map(len, lines)) <= 118
    for package in ("hub", "protocol", "subsystems", "station_config", "simulators"):
        assert f"import {package}" not in text
        assert f"from {package}" not in text


def test_the_examples_and_our_own_subsystems_follow_the_protocol(tmp_path, mosquitto_broker):
    with ExitStack() as stack:
        running = _begin(tmp_path, mosquitto_broker, stack)
        ended = {name: device.end() for name, device in running.items()}
    failed = {name: wrong for name, (code, _, wrong) in ended.items() if code != 0}
    assert not failed
    for name in running:
        if name.startswith("board"):
            unseen = {key for key, said in ended[name][1].items() if said == "not observed"}
            assert unseen <= UNSEEN_OF_A_BOARD | ({"C-11.7"} if name == "board.mjs" else set())
    for name, clauses in OURS.items():
        _, verdicts, wrong = ended[name]
        found = {clause: (verdicts[clause], wrong.get(clause)) for clause in clauses}
        for clause in NOTICES & found.keys():
            if verdicts[clause] == "not observed":
                del found[clause]
        assert found == dict.fromkeys(found, ("passed", None)), name


def _begin(directory, broker, stack):
    relay = free_port()
    name = "board-2"
    secret = broker.password(name)
    foreign = python_board(directory / "m", relay, station=STATION, name=name, secret=secret)
    running = {
        "board.py": python_board(directory / "python", free_port()).begin(),
        "board.py on Mosquitto": foreign.begin("--broker", hub_url(broker), "--relay", relay),
        "clock": own(directory / "clock", "clock", free_port(), unable=["shown"]).begin(
            "--zone", "Asia/Shanghai"
        ),
    }
    running["broadcast"] = own(
        directory / "broadcast", "broadcast", free_port(), unable=["shown", "damage"]
    ).begin("--zone", "Asia/Shanghai")
    display = own(directory / "display", "display", free_port())
    running["display"] = display.begin("--zone", "Asia/Shanghai")
    stack.enter_context(_reader(display))
    if why_no_node() is None:
        websocket = free_port()
        board = script_board(directory / "script", free_port(), websocket)
        running["board.mjs"] = board.begin("--websocket", websocket)
    return running


@contextmanager
def _reader(display):
    address = f"http://127.0.0.1:{display.web}/board/waiting-hall-departures"
    words = ["-m", "tests.simulators.conformance.reader", address, display.directory / "screen"]
    reader = subprocess.Popen([sys.executable, *map(str, words)], cwd=ROOT)
    try:
        yield
    finally:
        reader.terminate()
        reader.wait(20)


@pytest.mark.skipif(why_no_node() is not None, reason=str(why_no_node()))
def test_node_is_there_for_the_example_in_javascript():
    node = str(shutil.which("node"))
    assert subprocess.run([node, "--check", EXAMPLES / "board.mjs"], check=False).returncode == 0
