"""Real processes: a supervising process runs in its own, with the reactor and SIGCHLD it needs."""

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

PATIENCE_S = 15

PROLOGUE = """
import sys
from station_config.runtime.process import run_reactor
from station_config.runtime.supervisor import Child, Supervisor

PYTHON = sys.executable

def supervise(*children):
    def start(reactor, log):
        supervisor = Supervisor(reactor, log)
        reactor.addSystemEventTrigger("before", "shutdown", supervisor.stop)
        for child in children:
            supervisor.start(child)
    sys.exit(run_reactor("supervisor", start, as_json=True))

def script(text, **options):
    return Child(options.pop("name", "child"), (PYTHON, "-u", "-c", text), **options)
"""

OURS = """
import os
from station_config.runtime.process import run_reactor
run_reactor('ours', lambda reactor, log: print('ours is', os.getpid(), flush=True))
"""


class Supervised:
    """A supervising process and all it writes."""

    def __init__(self, tmp_path, text):
        self.path = tmp_path / "stderr"
        with self.path.open("wb") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-c", PROLOGUE + textwrap.dedent(text)],
                stderr=stderr,
                start_new_session=True,
            )

    @property
    def said(self):
        return self.path.read_text()

    def until(self, holds):
        deadline = time.monotonic() + PATIENCE_S
        while not (value := holds(self.said)):
            assert time.monotonic() < deadline, self.said
            time.sleep(0.02)
        return value

    def pids(self, word):
        """Return the numbers that children said of themselves: ``WORD is PID``."""
        return [int(line.split()[-1]) for line in self.said.splitlines() if f"{word} is" in line]

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)


@pytest.fixture
def supervised(tmp_path):
    started = []

    def make(text):
        started.append(Supervised(tmp_path, text))
        return started[-1]

    yield make
    for each in started:
        if each.process.poll() is None:
            each.process.kill()
            each.process.wait()
        for pid in (*each.pids("child"), *each.pids("ours")):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


SLEEPER = "script(\"import os,time; print('child is', os.getpid()); time.sleep(60)\", foreign=True)"


def test_passes_lines_on_unchanged_and_starts_again_after_a_kill(supervised):
    supervisor = supervised(f"supervise({SLEEPER})")
    supervisor.until(lambda _: supervisor.pids("child"))
    os.kill(supervisor.pids("child")[0], signal.SIGKILL)
    supervisor.until(lambda _: len(supervisor.pids("child")) == 2)
    assert f"child is {supervisor.pids('child')[1]}\n" in supervisor.said
    assert '"signal": 9' in supervisor.said
    assert supervisor.end() == 0
    assert gone(supervisor.pids("child")[1])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("kind", ["ours", "child"])
def test_no_child_outlives_its_supervisor(supervised, number, kind):
    ours = f"script({OURS!r})"
    supervisor = supervised(f"supervise({ours if kind == 'ours' else SLEEPER})")
    (pid,) = supervisor.until(lambda _: supervisor.pids(kind))
    supervisor.end(number)
    supervisor.until(lambda _: gone(pid))


def test_stops_in_reverse_order_and_kills_what_does_not_listen(supervised):
    supervisor = supervised("""
        STUBBORN = "import signal,time; signal.signal(15, 1); print('deaf'); time.sleep(60)"
        MILD = "import time; print('mild'); time.sleep(60)"
        supervise(
            script(STUBBORN, name="first", grace_s=0.3), script(MILD, name="second")
        )
    """)
    supervisor.until(lambda said: "deaf" in said and "mild" in said)
    assert supervisor.end() == 0
    events = [
        (name, event)
        for line in supervisor.said.splitlines()
        for name in ("first", "second")
        for event in ("child.killed", "child.stopped")
        if f'"child": "{name}"' in line and f'"event": "{event}"' in line
    ]
    assert events == [
        ("second", "child.stopped"),
        ("first", "child.killed"),
        ("first", "child.stopped"),
    ]


def test_what_fails_each_time_at_once_is_said_aloud_with_its_last_words(supervised):
    supervisor = supervised("""
        import station_config.runtime.restarts as restarts
        restarts.FIRST_S = 0.01  # not to wait in a test
        supervise(script("import sys; sys.exit('port 1883 is taken')"))
    """)
    line = supervisor.until(
        lambda said: next((x for x in said.splitlines() if "child.keeps-failing" in x), None)
    )
    assert '"level": "error"' in line
    assert "port 1883 is taken" in line
    assert '"retry_s": 30.0' in line
    assert supervisor.end() == 0


def test_a_last_line_without_newline_and_a_very_long_one_pass(supervised):
    supervisor = supervised("""
        supervise(script("import sys; sys.stdout.write('x' * 200000 + 'end'); sys.exit(3)"))
    """)
    supervisor.until(lambda said: "xend\n" in said)
    supervisor.until(lambda said: '"code": 3' in said)
    assert supervisor.said.count("x" * 1000) >= 3


def test_a_leashed_program_is_not_hit_by_ctrl_c_at_the_terminal(supervised):
    supervisor = supervised(f"supervise({SLEEPER})")
    (pid,) = supervisor.until(lambda _: supervisor.pids("child"))
    assert os.getsid(pid) != os.getsid(supervisor.process.pid)
    os.killpg(supervisor.process.pid, signal.SIGINT)
    assert supervisor.process.wait(PATIENCE_S) == 0
    assert '"child.stopped"' in supervisor.said
    assert '"child.exited"' not in supervisor.said
