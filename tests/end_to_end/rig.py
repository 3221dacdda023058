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
import urllib.request
from contextlib import suppress
from datetime import time as daytime
from datetime import timedelta
from pathlib import Path

import msgspec

from hub.broker.credentials import ensure_secrets
from protocol.topics import Topics
from simulators.demo.child import PORTS, wait_until
from simulators.demo.plan import HALL, DemoOptions, roles
from simulators.demo.prepare import find_station, prepare
from simulators.dispatch.database import open_database
from simulators.free_ports import free_ports
from station_config.load import load_station
from station_config.runtime.deployment import dump_deployment, load_deployment

COMMAND = (sys.executable, "-m", "station_config.runtime.command")
FAR = frozenset({"display", HALL})
RECORDER = "recorder"
SECOND = "hub-2"
WITH_US = ("setpriv", "--pdeathsig", "KILL", "--")
"""A test that is killed itself leaves no station behind."""
MOSQUITTO = "/usr/sbin/mosquitto"


class Rig:
    """One station under test.

    Args:
        directory: empty.
        broker: ``nats`` or ``mosquitto``.
        at: local time at the start.
        speed: station seconds per real second.
        network: two hosts; None: all on this one.
        second: a second hub with a line of its own: ``shared``, on the same database, or
            ``stranger``, on another one; ``hub-2``, which is not started with the rest.
    """

    def __init__(self, directory, broker, *, at="07:30", speed=1.0, network=None, second=None):
        self.broker = broker
        self.network = network
        self.host = network.near.address if network else "127.0.0.1"
        self.options = DemoOptions(
            station=find_station("hohhot_east"),
            data=directory / "station",
            at=daytime.fromisoformat(at),
            speed=speed,
            calm=True,
            port=free_ports(PORTS),
            log_json=True,
            two_lines=second is not None,
        )
        self.speed = speed
        self.processes = {}
        station = load_station(self.options.station)
        prepare(self.options, station)
        self.root = Topics(station.id).root
        self.messages = self.options.data / "messages.jsonl"
        self._rewrite(second)

    # What a test does.

    def start(self, *names):
        """Start roles, by default all."""
        for name in names or [each for each in self.commands if each != SECOND]:
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

    def health(self, url=None):
        """What a server says of itself, the boards' by default."""
        url = url or self.url
        if self.network is None:
            with urllib.request.urlopen(f"{url}/health", timeout=5) as answer:
                return json.load(answer)
        script = (
            "import sys,urllib.request as u;"
            "sys.stdout.buffer.write(u.urlopen(sys.argv[1],timeout=5).read())"
        )
        words = self.network.far.command(sys.executable, "-c", script, f"{url}/health")
        done = subprocess.run(words, capture_output=True, check=False)
        if done.returncode:
            raise OSError(done.stderr.decode()[-200:])
        return json.loads(done.stdout)

    @property
    def url(self):
        """Of the boards, on the display's own host."""
        return f"http://127.0.0.1:{self.options.boards_port}"

    @property
    def kiosk_url(self):
        """Of the kiosk, on the same host."""
        return f"http://127.0.0.1:{self.options.kiosk_port}"

    @property
    def clock(self):
        """Station time as all processes count it: its origin, and when that was."""
        return load_deployment(self.deployment).clock

    @property
    def deployment(self):
        return self.options.deployment

    def log(self, event, process):
        """Lines of `event` in the log of a role."""
        path = self.options.data / f"{process}.log"
        lines = path.read_text(errors="replace").splitlines() if path.exists() else []
        return [line for line in lines if f'"event":"{event}"' in line.replace('": "', '":"')]

    # How it is made.

    def _rewrite(self, second):
        deployment = load_deployment(self.deployment)
        stranger = second == "stranger"
        broker = msgspec.structs.replace(
            deployment.broker,
            host=self.host,
            embedded=self.broker == "nats",
            hubs=(SECOND,) if stranger else (),
        )
        lines = deployment.hub.lines
        hub = msgspec.structs.replace(deployment.hub, lines=lines[:1])
        deployment = msgspec.structs.replace(deployment, broker=broker, hub=hub)
        self._dump(deployment, self.deployment)
        ensure_secrets(deployment)
        self.commands = {role.name: list(role.argv) for role in roles(self.options)}
        self._add_recorder(deployment)
        if second is not None:
            self._add_hub(deployment, lines[1:], stranger=stranger)
        self._broker_files()

    def _dump(self, deployment, path):
        path.unlink(missing_ok=True)
        dump_deployment(deployment, path)

    def _add_recorder(self, deployment):
        user = deployment.hub.id
        words = (self.host, deployment.broker.port, user, deployment.broker.secrets / user)
        script = Path(__file__).with_name("recorder.py")
        self.commands[RECORDER] = [
            *(sys.executable, str(script), *map(str, words), f"{self.root}/#", str(self.messages))
        ]

    def _add_hub(self, deployment, lines, *, stranger):
        """Another machine with a line of its own; a stranger has a name and a database too."""
        data = self.options.data
        hub = msgspec.structs.replace(
            deployment.hub, lines=lines, state=data / "hub-2-state", port=None
        )
        if stranger:
            other = f"sqlite:///{data / 'hub-2.sqlite'}"
            broker = msgspec.structs.replace(deployment.broker, hubs=(deployment.hub.id,))
            hub = msgspec.structs.replace(hub, id=SECOND, database=other)
            deployment = msgspec.structs.replace(deployment, broker=broker)
        path = data / "deployment-hub-2.toml"
        self._dump(msgspec.structs.replace(deployment, hub=hub), path)
        self.commands[SECOND] = [*COMMAND, "hub", "--deployment", str(path)]

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
        argv = [*WITH_US, *argv]
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
            told = [self.health(), self.health(self.kiosk_url)]
        except OSError:
            return False
        return all(
            health.get("mode") == "ONLINE" and (health.get("source") or {}).get("mode") == "LIVE"
            for health in told
        )
