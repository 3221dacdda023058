"""One hub, a broker, hundreds of devices: how long until everybody holds what was committed.

Law: real broker, real kernel, store and publisher, real sockets; only the devices are a load
(`simulators.bench.link_crowd`). Everything runs on this machine, so the devices' own work is in
the figures. Brokers stand side by side.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, Any

import msgspec
import psutil

from hub.broker import mosquitto, nats
from hub.broker.permissions import station_permissions
from hub.broker.service import binary
from protocol.errors import DeviceError
from protocol.topics import Topics
from simulators.bench.figure import Figure
from simulators.bench.link_crowd import Crowd
from simulators.bench.link_hub import HUB
from simulators.free_ports import free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

STATION = "hohhot-east"
RUNS = 300
BURST = 50
STORM_AIM_S = 3.0
RECEIPT_AIM_MS = 100.0
"""99th percentile from the commit to the last device's receipt."""

START_S = 20.0
PATIENCE_S = 60.0
SPACING_S = 0.1


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    devices: int
    changes: int
    storms: int


SIZES = {"small": Size(50, 10, 1), "default": Size(500, 40, 2), "nightly": Size(500, 400, 10)}


def run(size: str) -> Iterator[Figure]:
    """Measure with every broker that this machine has."""
    for kind in ("NATS", "Mosquitto"):
        if kind == "Mosquitto" and shutil.which("mosquitto") is None:
            print("mosquitto is not installed: left out", file=sys.stderr)  # noqa: T201
            continue
        with ExitStack() as ended:
            yield from _measure(kind, SIZES[size], ended)


def _measure(kind: str, size: Size, ended: ExitStack) -> Iterator[Figure]:
    directory = Path(ended.enter_context(tempfile.TemporaryDirectory()))
    names = [f"device-{number}" for number in range(size.devices)]
    port = free_ports()
    broker = _broker(kind, directory, port, names)
    ended.callback(_end, broker)
    _wait_for(port)
    hub = _hub(directory, port)
    ended.callback(_end, hub)
    topics = Topics(STATION)
    users = [(name, f"{name}-secret") for name in names]
    filters = (topics.hub, topics.runs, topics.plans, topics.notices)
    crowd = ended.enter_context(closing(Crowd(port, users, filters)))
    everything = RUNS + 2  # state and manifest

    def named(text: str, value: float, unit: str, aim: float | None = None) -> Figure:
        return Figure(figure=f"link: {kind}: {text}", value=round(value, 2), unit=unit, aim=aim)

    crowd.connect()
    crowd.turn(lambda: crowd.all_hold(everything), timeout_s=PATIENCE_S, what="the first picture")
    storms = [_storm(crowd, everything) for _ in range(size.storms)]
    text = f"storm of {size.devices} devices, {RUNS} runs, all in step (worst of {size.storms})"
    yield named(text, max(storms), "s", STORM_AIM_S)
    singles = [_change(hub, crowd, 1, size.devices) for _ in range(size.changes)]
    yield from _spread(named, "one change, commit → each receipt", singles)
    last = [max(receipts) for receipts in singles]
    cuts = quantiles(last, n=100, method="inclusive")
    yield named("one change, commit → last receipt, p50", cuts[49], "ms")
    yield named("one change, commit → last receipt, p99", cuts[98], "ms", RECEIPT_AIM_MS)
    burst = _change(hub, crowd, BURST, size.devices)
    yield named(f"burst of {BURST} runs, commit → last receipt", max(burst), "ms")
    yield named("memory of the broker (RSS)", _rss(broker), "MB")
    yield named("memory of the hub (RSS)", _rss(hub), "MB")


def _storm(crowd: Crowd, everything: int) -> float:
    crowd.drop()
    began = time.monotonic()
    crowd.connect()
    crowd.turn(lambda: crowd.all_hold(everything), timeout_s=PATIENCE_S, what="the storm to end")
    return time.monotonic() - began


def _change(hub: subprocess.Popen[str], crowd: Crowd, runs: int, devices: int) -> list[float]:
    """Change so many runs in one commit; return ms from there to every receipt."""
    rested = time.monotonic() + SPACING_S
    crowd.turn(lambda: time.monotonic() > rested, timeout_s=PATIENCE_S, what="a rest")
    crowd.receipts = {}
    answer = _ask(hub, f"change {runs}")
    topics = Topics(STATION)
    wanted = [(topics.of_entity(entity).encode(), rev) for entity, rev in answer["runs"].items()]
    received = crowd.receipts
    crowd.turn(
        lambda: all(len(received.get(key, ())) >= devices for key in wanted),
        timeout_s=PATIENCE_S,
        what="everybody to receive a change",
    )
    crowd.receipts = None
    return [(at - answer["committed"]) / 1e6 for key in wanted for at in received[key]]


def _spread(named: Any, text: str, passages: list[list[float]]) -> Iterator[Figure]:  # noqa: ANN401
    spans = [span for passage in passages for span in passage]
    cuts = quantiles(spans, n=100, method="inclusive")
    yield named(f"{text}, p50", cuts[49], "ms")
    yield named(f"{text}, p99", cuts[98], "ms")


def _broker(kind: str, directory: Path, port: int, names: list[str]) -> subprocess.Popen[str]:
    devices = dict.fromkeys(names, "display")
    permissions = station_permissions(Topics(STATION), hub=HUB, devices=devices)
    passwords = {each.user: f"{each.user}-secret" for each in permissions}
    if kind == "NATS":
        path = directory / "nats.conf"
        listener = nats.Listener(STATION, "127.0.0.1", port)
        path.write_text(
            nats.configuration(
                listener, store=directory, permissions=permissions, passwords=passwords
            )
        )
        return _started([str(binary()), "-c", str(path)])
    listener = nats.Listener(STATION, "127.0.0.1", port)
    configuration = mosquitto.configuration(listener, directory=directory)
    if os.geteuid() == 0:
        configuration += "user root\n"  # else it could not read its files, which are ours alone
    files = {
        "mosquitto.conf": configuration,
        "acl": mosquitto.access_list(permissions),
        "passwords": mosquitto.password_file(passwords, os.urandom),
    }
    for name, text in files.items():
        (directory / name).write_text(text)
        (directory / name).chmod(0o600)
    return _started(["mosquitto", "-c", str(directory / "mosquitto.conf")])


def _hub(directory: Path, port: int) -> subprocess.Popen[str]:
    words = ["-m", "simulators.bench.link_hub", str(directory), str(port), f"{HUB}-secret"]
    return subprocess.Popen(
        [sys.executable, *words, str(RUNS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def _started(argv: list[str]) -> subprocess.Popen[str]:
    quiet = subprocess.DEVNULL
    return subprocess.Popen(argv, stdin=quiet, stdout=quiet, stderr=quiet, text=True)


def _ask(hub: subprocess.Popen[str], line: str) -> dict[str, Any]:
    if hub.stdin is None or hub.stdout is None:
        raise DeviceError("the bench's hub has no pipe")
    hub.stdin.write(line + "\n")
    hub.stdin.flush()
    answered = hub.stdout.readline()
    if not answered:
        raise DeviceError("the bench's hub has ended")
    answer: dict[str, Any] = msgspec.json.decode(answered)
    return answer


def _rss(process: subprocess.Popen[str]) -> float:
    return float(psutil.Process(process.pid).memory_info().rss) / 2**20


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError as error:
            if time.monotonic() > deadline:
                raise DeviceError("the broker does not start") from error
            time.sleep(0.05)
        else:
            return


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.communicate(timeout=START_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
