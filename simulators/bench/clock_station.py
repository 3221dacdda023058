"""Broker, a hub whose time can be stepped, and the clock subsystem, for `station bench clock`.

Law: real processes; the true time is the machine's plus what the hub was moved by.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import tty
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import station_config
from hub.broker.credentials import ensure_secrets
from protocol.errors import DeviceError
from simulators.free_ports import free_ports
from station_config.runtime.deployment import (
    BrokerSettings,
    Deployment,
    HubSettings,
    SubsystemSettings,
    dump_deployment,
)
from station_config.runtime.timekeeping.ntp import NtpPacket, unix_of
from station_config.runtime.timekeeping.telegram import telegram_framer

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

START_S = 25.0
STATION = Path(station_config.__file__).with_name("stations") / "hohhot_east"


def wall() -> float:
    """Return the machine's time."""
    return time.time()  # noqa: TID251 - the scale on which everything is measured


class ClockStation:
    """The processes.

    Attributes:
        ahead_s: how far the hub's time is ahead of the machine's.
        url: of the clock's pages.
    """

    def __init__(self) -> None:
        self.ahead_s = 0.0
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Start everything, and wait until the clock is in step."""
        stack = self._stack
        data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-clock-")))
        first = free_ports(3)
        ports = range(first, first + 3)
        self._sntp = ("127.0.0.1", ports[2])
        self.url = f"http://127.0.0.1:{ports[1]}/"
        self._terminal, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(self._terminal, False)
        stack.callback(os.close, slave)
        stack.callback(os.close, self._terminal)
        deployment = Deployment(
            station=STATION,
            broker=BrokerSettings(port=ports[0], secrets=data / "secrets", store=data / "broker"),
            hub=HubSettings(database="sqlite://"),
            subsystems={
                "clock": SubsystemSettings(
                    id="clock-1",
                    cache=data / "clock.cache",
                    port=ports[1],
                    options={
                        "sntp_port": ports[2],
                        "sntp_host": "127.0.0.1",
                        "lines": [{"device": os.ttyname(slave), "zone": "UTC"}],
                    },
                )
            },
            quiet=True,
        )
        ensure_secrets(deployment)
        file = data / "deployment.toml"
        dump_deployment(deployment, file)
        role = ("-m", "station_config.runtime.command")
        self._child(*role, "broker", "--deployment", str(file))
        self._hub = self._child("-m", "simulators.bench.clock_hub", str(file))
        self._child(*role, "clock", "--deployment", str(file))
        self._wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End everything."""
        self._stack.close()

    def true(self) -> float:
        """Return the hub's time, unix seconds."""
        return wall() + self.ahead_s

    def step(self, seconds: float) -> float:
        """Step the hub's time; return the machine's time at which that happened."""
        assert self._hub.stdin is not None  # noqa: S101 - it is a pipe
        assert self._hub.stdout is not None  # noqa: S101 - likewise
        self._hub.stdin.write(f"step {seconds}\n".encode())
        self._hub.stdin.flush()
        at: float = json.loads(self._hub.stdout.readline())["stepped_at"]
        self.ahead_s += seconds
        return at

    def subsystem_error(self) -> float:
        """Return the clock's station time minus the hub's, seconds."""
        sent = self.true()
        with urllib.request.urlopen(f"{self.url}time", timeout=3) as answer:  # noqa: S310 - our own
            told: float = json.loads(answer.read())["now"] / 1000
        return told - (sent + self.true()) / 2

    def sntp_error(self) -> tuple[float, NtpPacket]:
        """Return what a client of NTP would find its offset from the hub to be, and the answer."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(2)
            sent = self.true()
            client.sendto(NtpPacket(transmitted=int(sent * 1000)).to_bytes(), self._sntp)
            packet = NtpPacket.from_bytes(client.recv(128))
            received = self.true()
        came, left = unix_of(packet.received, sent), unix_of(packet.transmitted, sent)
        return ((came - sent) + (left - received)) / 2, packet

    def telegrams(self, seconds: float) -> list[float]:
        """Return how late after its second each telegram came that came within `seconds`."""
        framer, late = telegram_framer(), list[float]()
        while self._read():  # what nobody has read until now
            pass
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            octets = self._read()
            if not octets:
                time.sleep(0.0002)
                continue
            at = self.true()
            late += [at - _unix(each.value.local) for each in framer.feed(octets)]
        return late

    def _in_step(self) -> bool:
        """Ask its health and not its time server, which answers nobody who asks so often."""
        try:
            with urllib.request.urlopen(f"{self.url}health", timeout=3) as answer:  # noqa: S310 - our own
                told = json.loads(answer.read())
        except OSError:
            return False
        return bool(told["slaves"]["sntp"]["synchronised"]) and told["mode"] == "ONLINE"

    def _read(self) -> bytes:
        try:
            return os.read(self._terminal, 256)
        except BlockingIOError:
            return b""

    def _child(self, *words: str) -> subprocess.Popen[bytes]:
        child = subprocess.Popen(
            [sys.executable, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._stack.callback(_end, child)
        return child

    def _wait(self) -> None:
        ends = time.monotonic() + START_S
        while True:
            if self._in_step():
                return
            if time.monotonic() > ends:
                raise DeviceError(f"waited {START_S:g} s for the clock")
            time.sleep(0.4)


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(10)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()


def _unix(local: object) -> float:
    from datetime import UTC, datetime  # noqa: PLC0415 - a telegram has no zone

    assert isinstance(local, datetime)  # noqa: S101 - see Telegram
    return local.replace(tzinfo=UTC).timestamp()
