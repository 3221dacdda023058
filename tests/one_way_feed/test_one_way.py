"""A system-call trace of the receiving process: it never writes to the line."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from random import Random

import pytest

from one_way_feed.frame import encode
from simulators.bench.feed_link import recording

PROGRAM = """
import sys
from pathlib import Path
from one_way_feed.receiver import Receiver
from station_config.runtime.process import run_reactor

device, keys, memory = map(Path, sys.argv[1:])

def start(reactor, log):
    changes = []
    receiver = Receiver(reactor, name="a", device=device, baud=115200, keys=keys, memory=memory,
                        held={}, on_changes=changes.extend, on_status=lambda status: None, log=log)
    receiver.start()
    print("ready", flush=True)

    def look():
        if len(changes) >= 60:
            receiver.stop()
            print("changes", len(changes), flush=True)
            reactor.stop()
        else:
            reactor.callLater(0.05, look)

    look()

sys.exit(run_reactor("receiver", start))
"""


def test_no_write_and_no_tiocsti_on_the_line(terminal, keys, key_file, rows, tmp_path):
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed: apt-get install strace")
    wire, trace = terminal(), tmp_path / "trace"
    command = [sys.executable, "-c", PROGRAM, wire.device, key_file, tmp_path / "mark"]
    process = subprocess.Popen(
        [strace, "-f", "-y", "-e", "trace=desc,network", "-o", trace, *command],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline() == "ready\n", "strace may not trace here"
        wire.write(Random(1).randbytes(500) + b"\x11\x13\x03\r")
        wire.write(b"".join(encode(e.frame, keys.key) for e in recording(rows(30), 115200, 2.0)))
        deadline = time.monotonic() + 30
        while process.poll() is None:
            assert time.monotonic() < deadline
            wire.write(b"")
            time.sleep(0.01)
        assert process.returncode == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    check(trace.read_text().splitlines(), str(wire.device))
    assert wire.read() == b""


def check(trace, device):
    """Only reads, and only after a read-only open."""
    on_it = re.compile(f"<{re.escape(device)}[<>]")
    calls = [line for line in trace if on_it.search(line)]
    assert any(re.search(r"\bread\(", call) for call in calls)
    opened = [call for call in calls if "openat(" in call and f'"{device}"' in call]
    assert opened
    assert all("O_RDONLY" in call and "O_RDWR" not in call for call in opened)
    sending = re.compile(r"\b(p?writev?(64|v2)?|send\w*|splice|tee|vmsplice|sendfile\w*)\(")
    assert [call for call in calls if sending.search(call)] == []
    assert [call for call in calls if "TIOCSTI" in call] == []
