"""A process from its beginning to its end, in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

HEAD = """
import os, sys, time
from protocol.errors import DeviceError
from station_config.runtime.process import run_process, run_reactor
def say(*words): print(*words, flush=True)
"""
STAY = (
    HEAD
    + """
def start(reactor, log):
    say("monotonic", abs(reactor.seconds() - time.monotonic()) < 1)
    reactor.addSystemEventTrigger("before", "shutdown", lambda: say("goodbye"))
    reactor.callLater(0, say, "ready")
sys.exit(run_reactor("x", start, as_json=True))
"""
)


class Child:
    def __init__(self, text, **options):
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen([sys.executable, "-c", text], **pipes, **options)

    def until(self, line):
        for told in self.process.stdout:
            if told.strip() == line:
                return
        raise AssertionError(self.process.stderr.read())

    def end(self):
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out.split(), [json.loads(line) for line in err.splitlines()]


@pytest.fixture
def child():
    made = []

    def make(text, **options):
        made.append(Child(text, **options))
        return made[-1]

    yield make
    for each in made:
        if each.process.poll() is None:
            each.process.kill()
        each.process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_an_orderly_stop(child, number):
    one = child(STAY)
    one.until("monotonic True")
    one.until("ready")
    one.process.send_signal(number)
    assert one.end() == (0, ["goodbye"], [])


@pytest.mark.parametrize(
    ("error", "why"),
    [
        ("DeviceError('the port is gone')", "the port is gone"),
        ("ZeroDivisionError('ours')", "Traceback"),
    ],
)
def test_a_start_that_fails_says_why_and_ends(child, error, why):
    text = (
        f"def start(reactor, log): raise {error}\nsys.exit(run_reactor('x', start, as_json=True))"
    )
    code, _, lines = child(HEAD + text).end()
    assert code == 1
    (line,) = lines
    assert line["event"] == "process.failed"
    assert why in line["why"]
    assert ("Traceback" in line["why"]) == (why == "Traceback")


WAITS = (
    HEAD
    + """
from twisted.internet.defer import Deferred
def start(reactor, log):
    begun = Deferred()
    closed = DeviceError("what it waited for is closed")
    reactor.addSystemEventTrigger("before", "shutdown", begun.errback, closed)
    reactor.callLater(0, say, "waits")
    return begun
sys.exit(run_reactor("x", start, as_json=True))
"""
)


def test_who_stops_it_while_it_begins_has_not_made_it_fail(child):
    one = child(WAITS)
    one.until("waits")
    one.process.send_signal(signal.SIGTERM)
    code, _, (line,) = one.end()
    assert (code, line["event"]) == (0, "process.start-interrupted")


def test_it_ends_when_its_parent_is_gone(child):
    ours, theirs = os.pipe()
    environment = os.environ | {"STATION_PARENT_FD": str(ours)}
    one = child(STAY, env=environment, pass_fds=[ours])
    os.close(ours)
    one.until("ready")
    os.close(theirs)
    code, said, lines = one.end()
    assert (code, said) == (0, ["goodbye"])
    assert [line["event"] for line in lines] == ["process.parent-gone"]


def test_the_deployment_is_given_and_says_how_to_log(child, tmp_path):
    path = tmp_path / "deployment.toml"
    path.write_text('station = "s"\nlog_json = true\nquiet = true\n[broker]\n[hub]\ndatabase = "d"')
    text = f"""
from pathlib import Path
def start(reactor, deployment, log):
    log.info("not.said"), log.warning("said", station=str(deployment.station))
    reactor.callLater(0, reactor.stop)
sys.exit(run_process("hub", Path({str(path)!r}), start))
"""
    code, _, lines = child(HEAD + text).end()
    assert code == 0
    assert [(line["event"], line["process"], line["station"]) for line in lines] == [
        ("said", "hub", str(tmp_path / "s"))
    ]
