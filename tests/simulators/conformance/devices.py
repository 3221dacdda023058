"""Devices as their makers would bring them to the kit: real processes, each with its own hook."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from tests.conftest import free_port

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "docs" / "vendor-example"
HERE = Path(__file__).parent
STEPPED = [sys.executable, str(HERE / "stepped.py")]
STATION = "conformance"
ID, SECRET = "board-1", "secret"
LONGEST_S = 560.0
INSTALL_S = 300.0


class Device:
    """One device and the kit that tests it, in a directory of their own."""

    def __init__(
        self, directory, port, command, *, unable=(), kind="display", station=STATION, name=ID
    ):
        self.directory, self.port, self.station, self.kind = directory, port, station, kind
        self.name = name
        directory.mkdir(parents=True, exist_ok=True)
        about = {"command": [str(word) for word in command], "unable": list(unable)}
        (directory / "device.json").write_text(json.dumps(about))
        self.hook = f"{sys.executable} {HERE / 'hook.py'} {directory}"
        self.report = directory / "report.json"
        self.running = None

    def act(self, action):
        subprocess.run([*self.hook.split(), action], check=True, timeout=30)

    def begin(self, *arguments):
        """Start the device, and the kit against it."""
        self.act("start")
        words = [
            "conformance",
            "--device",
            self.name,
            "--station",
            self.station,
            "--kind",
            self.kind,
        ]
        words += ["--hook", self.hook, "--report", str(self.report), *map(str, arguments)]
        if "--broker" not in words:
            words += ["--port", str(self.port)]
        with (self.directory / "kit.log").open("w") as log:
            self.running = subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    "import sys; from station_config.runtime.command import main; sys.exit(main())",
                    *words,
                ],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        return self

    def end(self):
        """Return (exit code, verdict by clause, what was found wrong by clause) of the kit."""
        try:
            code = self.running.wait(LONGEST_S)
        finally:
            if self.running.poll() is None:
                self.running.kill()
                self.running.wait()
            self.act("kill")
        assert self.report.exists(), (self.directory / "kit.log").read_text()[-3000:]
        clauses = json.loads(self.report.read_text())["clauses"]
        verdicts = {clause["id"]: clause["verdict"] for clause in clauses}
        wrong = {
            clause["id"]: [
                f"[{each['scene']}] {each['found']}" for each in clause["checks"] if not each["ok"]
            ]
            for clause in clauses
            if not all(each["ok"] for each in clause["checks"])
        }
        return code, verdicts, wrong


def python_board(
    directory, port, *, source=None, station=STATION, name=ID, secret=SECRET, unable=()
):
    """The example in Python, or `source` in its place."""
    program = EXAMPLES / "board.py"
    directory.mkdir(parents=True, exist_ok=True)
    if source is not None:
        program = directory / "board.py"
        program.write_text(source, encoding="utf-8")
    words = ["127.0.0.1", port, station, name, secret, directory / "screen"]
    command = [*STEPPED, directory / "seconds", program, *words]
    unable = ("damage", *unable)
    return Device(directory, port, command, unable=unable, station=station, name=name)


def script_board(directory, port, websocket):
    """The example in JavaScript, over WebSocket."""
    place = installed()
    address = f"ws://127.0.0.1:{websocket}/mqtt"
    words = [address, STATION, ID, SECRET, directory / "screen"]
    command = ["node", place / "board.mjs", *words]
    return Device(directory, port, command, unable=("damage", "step"))


def why_no_node():
    """Return why the example in JavaScript cannot run here, None if it can."""
    missing = [name for name in ("node", "npm") if shutil.which(name) is None]
    return f"{' and '.join(missing)} not installed: apt-get install nodejs npm" if missing else None


def installed():
    """Return where the example in JavaScript is installed, once for all: in the user's cache."""
    lock = (EXAMPLES / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    place = cache / "station-hub" / f"board-{hashlib.blake2s(lock, digest_size=6).hexdigest()}"
    place.mkdir(parents=True, exist_ok=True)
    done = place / "installed"
    for name in ("package.json", "package-lock.json", "board.mjs"):
        shutil.copy(EXAMPLES / name, place)
    if not done.exists():
        command = ["npm", "ci", "--no-audit", "--no-fund"]
        subprocess.run(command, cwd=place, check=True, capture_output=True, timeout=INSTALL_S)
        done.touch()
    return place


def own(directory, kind, port, *, unable=()):
    """A subsystem of ours, started again when it ends, as a station's init system does."""
    web = free_port()
    secrets = directory / "secrets"
    secrets.mkdir(parents=True)
    (secrets / ID).write_text(SECRET)
    (secrets / ID).chmod(0o600)
    (directory / "deployment.toml").write_text(
        f"""
station = {str(ROOT / "station_config/stations/hohhot_east")!r}
[broker]
host = "127.0.0.1"
port = {port}
secrets = {str(secrets)!r}
embedded = false
[hub]
database = "sqlite:///unused.db"
[subsystems.{kind}]
id = "{ID}"
cache = {str(directory / "cache.db")!r}
host = "127.0.0.1"
port = {web}
"""
    )
    program = [*STEPPED, directory / "seconds", "station", kind]
    words = [*program, "--deployment", directory / "deployment.toml"]
    loop = 'trap exit TERM; while :; do "$@" & wait $!; sleep 0.2; done'
    command = ["sh", "-c", loop, "sh", *words]
    device = Device(directory, port, command, unable=unable, kind=kind, station="hohhot-east")
    device.web = web
    return device


def hub_url(broker):
    """Return the address of a broker as the hub's user."""
    return f"mqtt://hub:{quote(broker.password('hub'))}@127.0.0.1:{broker.port}"
