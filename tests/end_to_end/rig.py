"""A whole station as separate processes on either broker, each of which can be killed alone.

Law: nobody restarts anything here but the test. What is started is ended. With a network the hub's
side and the displays' side are two hosts; everything else is as in the demo.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from datetime import time as daytime
from datetime import timedelta

import msgspec

from simulators.demo.child import free_ports, wait_until
from simulators.demo.plan import DemoOptions, roles
from simulators.demo.prepare import find_station, prepare
from simulators.dispatch.database import open_database
from station_config.load import load_station
from station_config.runtime.deployment import dump_deployment, load_deployment

COMMAND = (sys.executable, "-m", "station_config.runtime.command")
ROLES = frozenset({"broker", "line", "dispatch", "feed-sender", "hub", "display"})
FAR = frozenset({"display"})
MOSQUITTO = "/usr/sbin/mosquitto"
BOARD = "waiting-hall-departures"


class Rig:
    """One station under test.

    Args:
        directory: empty.
        broker: ``nats`` or ``mosquitto``.
        at: local time at the start.
        speed: station seconds per real second.
        network: two hosts; None: all on this one.
    """

    def __init__(self, directory, broker, *, at="07:30", speed=1.0, network=None):
        self.broker = broker
        self.network = network
        self.host = network.near.address if network else "127.0.0.1"
        self.options = DemoOptions(
            station=find_station("hohhot_east"),
            data=directory / "station",
            at=daytime.fromisoformat(at),
            speed=speed,
            calm=True,
            port=free_ports(),
            log_json=True,
        )
        self.speed = speed
        self.processes = {}
        self.lost_lines = 0
        prepare(self.options, load_station(self.options.station))
        self._rewrite()

    # What a test does.

    def start(self, *names):
        """Start roles, by default all."""
        for name in names or self.commands:
            assert name not in self.processes, name
            self.processes[name] = self._spawn(name)
        return self

    def kill(self, name):
        """As kill -9 does, children included."""
        process = self.processes.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)

    def freeze(self, name):
        os.killpg(self.processes[name].pid, signal.SIGSTOP)

    def thaw(self, name):
        os.killpg(self.processes[name].pid, signal.SIGCONT)

    def forget_broker(self):
        """Let the broker, which must not be running, have lost everything."""
        assert "broker" not in self.processes
        for name in ("broker", "mosquitto-data"):
            shutil.rmtree(self.options.data / name, ignore_errors=True)
        self._broker_files()

    def ready(self, seconds=45):
        wait_until(self._in_step, seconds, every=0.1, what="the display to be live")
        return self

    def skew(self, name, *, hours):
        """Let a role's own clock be wrong from its next start on: its origin is shifted."""
        deployment = load_deployment(self.deployment)
        clock = deployment.clock
        wrong = msgspec.structs.replace(clock, origin=clock.origin + timedelta(hours=hours))
        path = self.deployment.with_name(f"deployment-{name}.toml")
        dump_deployment(msgspec.structs.replace(deployment, clock=wrong), path)
        words = self.commands[name]
        words[words.index("--deployment") + 1] = str(path)

    def stop(self):
        for name in list(self.processes):
            with suppress(ProcessLookupError):
                os.killpg(self.processes[name].pid, signal.SIGCONT)
            self.kill(name)

    def dispatching(self):
        """A connection to the dispatching database, for a change by hand."""
        return open_database(self.options.dispatch_database)

    def health(self):
        """What the display says of itself."""
        if self.network is None:
            with urllib.request.urlopen(f"{self.url}/health", timeout=5) as answer:
                return json.load(answer)
        script = (
            "import sys,urllib.request as u;"
            "sys.stdout.buffer.write(u.urlopen(sys.argv[1],timeout=5).read())"
        )
        words = self.network.far.command(sys.executable, "-c", script, f"{self.url}/health")
        done = subprocess.run(words, capture_output=True, check=False)
        if done.returncode:
            raise OSError(done.stderr.decode()[-200:])
        return json.loads(done.stdout)

    @property
    def url(self):
        """Of the boards, on the display's own host."""
        return f"http://127.0.0.1:{self.options.boards_port}"

    @property
    def deployment(self):
        return self.options.deployment

    def log(self, event, process):
        """Lines of `event` in the log of a role."""
        path = self.options.data / f"{process}.log"
        lines = path.read_text(errors="replace").splitlines() if path.exists() else []
        return [line for line in lines if f'"event":"{event}"' in line.replace('": "', '":"')]

    # How it is made.

    def _rewrite(self):
        deployment = load_deployment(self.deployment)
        broker = msgspec.structs.replace(
            deployment.broker, host=self.host, embedded=self.broker == "nats"
        )
        self._dump(msgspec.structs.replace(deployment, broker=broker))
        self.commands = {
            role.name: list(role.argv) for role in roles(self.options) if role.name in ROLES
        }
        self._broker_files()

    def _dump(self, deployment):
        self.deployment.unlink()
        dump_deployment(deployment, self.deployment)

    def _broker_files(self):
        if self.broker == "nats":
            return
        out = self.options.data / "mosquitto-data"
        words = ("broker", "config", "mosquitto", "--deployment", str(self.deployment))
        done = subprocess.run(
            [*COMMAND, *words, "--out", str(out)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        file = out / "mosquitto.conf"
        if os.geteuid() == 0:
            file.write_text(file.read_text() + "\nuser root\n")
        self.commands["broker"] = [MOSQUITTO, "-c", str(file)]

    def _spawn(self, name):
        argv = self.commands[name]
        if self.network is not None:
            host = self.network.far if name in FAR else self.network.near
            argv = host.command(*argv)
        with (self.options.data / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    def _in_step(self):
        for name, process in self.processes.items():
            if process.poll() is not None:
                text = (self.options.data / f"{name}.log").read_text(errors="replace")
                raise AssertionError(f"{name} ended: {text[-2000:]}")
        try:
            health = self.health()
        except OSError:
            return False
        source = health.get("source") or {}
        return health.get("mode") == "ONLINE" and source.get("mode") == "LIVE"


class Watch:
    """Looks at a board again and again, and keeps every untruth.

    Attributes:
        looks: how many times it was looked at.
        lines: every honest line seen, in the order of first sight.
    """

    ROWS = """() => {
      const cell = (row, name) =>
        row.querySelector(`[data-column=${name}]`)?.textContent.trim() ?? "";
      return {
        clock: document.getElementById("clock").textContent,
        line: document.getElementById("line").textContent,
        rows: Array.from(document.querySelectorAll("#rows tbody tr[data-run]"), row =>
          [cell(row, "train"), cell(row, "destination"), cell(row, "departure"),
           cell(row, "status").replace(/^[^\\\\p{L}]+/u, "")])};
    }""".replace("\\\\p", "\\p")

    def __init__(self, page, truth):
        self.page = page
        self.truth = truth
        self.looks = 0
        self.faults = []
        self.lines = []

    def open(self, rig):
        """Open the board, and wait until it shows something."""
        self.page.goto(f"{rig.url}/board/{BOARD}?plain&lang=zh")
        self.page.locator("#rows tbody tr[data-run]").first.wait_for()

    def look(self):
        seen = self.page.evaluate(self.ROWS)
        if not seen["clock"]:
            return seen
        hours, minutes = seen["clock"][:5].split(":")
        rows = [tuple(row) for row in seen["rows"]]
        self.looks += 1
        self.faults += self.truth.faults(int(hours) * 60 + int(minutes), rows)
        text = seen["line"].split(" 自 ")[0]
        if not self.lines or self.lines[-1] != text:
            self.lines.append(text)
        return seen

    def until(self, holds, seconds, what):
        """Look until a condition on the honest line holds; nothing untrue may be seen."""
        deadline = time.monotonic() + seconds
        while True:
            seen = self.look()
            assert not self.faults, (what, self.faults[:5])
            if holds(seen):
                return seen
            assert time.monotonic() < deadline, f"waited for {what}; seen {self.lines}"
            self.page.wait_for_timeout(150)

    def for_(self, seconds):
        ends = time.monotonic() + seconds
        self.until(lambda _: time.monotonic() > ends, seconds + 5, "time to pass")

    def live(self, seconds=40):
        return self.until(lambda seen: "实时信息" in seen["line"], seconds, "live data")

    def alone(self, seconds=40):
        return self.until(lambda seen: "自主运行" in seen["line"], seconds, "autonomy")
