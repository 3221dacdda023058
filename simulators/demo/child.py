"""The demo as a child process: for benches and end-to-end tests.

Law: starts `station demo`, reads its log, stops it as Ctrl-C does. It asks the processes only what
anybody may ask them: their log and their web pages.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from typing import IO, TYPE_CHECKING, Any, TypeVar

from protocol.errors import DeviceError
from simulators.free_ports import free_ports

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from types import TracebackType
    from typing import Self

START_S = 45.0
STOP_S = 40.0
PORTS = 7
"""That the demo takes, one after another."""

T = TypeVar("T")


def wait_until(
    question: Callable[[], T], seconds: float, *, every: float = 0.05, what: str = "it"
) -> T:
    """Ask `question` until its answer is true, and return that.

    Raises:
        DeviceError: it was not within `seconds` of real time.
    """
    ends = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > ends:
            raise DeviceError(f"waited {seconds:g} s for {what}")
        time.sleep(every)


class DemoProcess:
    """`station demo --log-json`, running.

    Attributes:
        data: its directory.
        port: of the boards; clock, broker, hub's status and kiosk have the next ones.
        lines: its log so far, one dictionary a line.
    """

    def __init__(self, data: Path, *arguments: str, env: Mapping[str, str] | None = None) -> None:
        """Start it.

        Args:
            data: an empty or new directory.
            *arguments: further words of the command line.
            env: added to our environment.
        """
        self.data = data
        self.port = free_ports(PORTS)
        self.lines: list[dict[str, Any]] = []
        words = ("demo", "--data", str(data), "--port", str(self.port), "--log-json", *arguments)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "station_config.runtime.command", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **(env or {})},
        )
        streams = (self.process.stdout, self.process.stderr)
        self._readers = [
            threading.Thread(target=self._read, args=(stream,), daemon=True) for stream in streams
        ]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it."""
        self.stop()

    @property
    def url(self) -> str:
        """Address of the boards."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def hub_url(self) -> str:
        """Address of the hub's status."""
        return f"http://127.0.0.1:{self.port + 3}"

    @property
    def broadcast_url(self) -> str:
        """Address of the broadcast's pages."""
        return f"http://127.0.0.1:{self.port + 5}"

    @property
    def notices_url(self) -> str:
        """Address of staff notices."""
        return f"http://127.0.0.1:{self.port + 6}"

    @property
    def kiosk_url(self) -> str:
        """Address of the kiosk."""
        return f"http://127.0.0.1:{self.port + 4}"

    def board_url(self, board: str) -> str:
        """Address of one board."""
        return f"{self.url}/board/{board}"

    def log(self, event: str, process: str | None = None) -> list[dict[str, Any]]:
        """Return the lines of `event` so far."""
        return [
            line
            for line in list(self.lines)
            if line.get("event") == event and process in {None, line.get("process")}
        ]

    def json(self, path: str) -> Any:  # noqa: ANN401 - whatever it answers
        """Return what the display answers at `path`."""
        with urllib.request.urlopen(self.url + path, timeout=5) as answer:  # noqa: S310 - our own
            return json.load(answer)

    def ready(self) -> Self:
        """Wait until the display is in step with the hub and dispatching's table is verified.

        Raises:
            DeviceError: it ended, or does not get there.
        """
        wait_until(self._online, START_S, every=0.1, what="the display to be online")
        return self

    def stop(self) -> int:
        """End it as Ctrl-C does; return its exit code.

        Raises:
            subprocess.TimeoutExpired: it does not end; it is killed then.
        """
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(signal.SIGINT)
        try:
            code = self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        for reader in self._readers:
            reader.join(5)
        return code

    def _read(self, stream: IO[bytes]) -> None:
        with stream:
            for line in stream:
                text = line.decode("utf-8", "replace").rstrip()
                try:
                    self.lines.append(json.loads(text))
                except ValueError:
                    self.lines.append({"event": "text", "text": text})

    def _online(self) -> bool:
        if self.process.poll() is not None:
            raise DeviceError(f"the demo ended: {self.lines[-20:]}")
        try:
            health = self.json("/health")
        except OSError:
            return False
        source = health.get("source") or {}
        return bool(health.get("mode") == "ONLINE" and source.get("mode") == "LIVE")
