"""Child processes that are kept alive, and that never outlive us.

Law: a child is started, watched, started again (`station_config.runtime.restarts` says when), and
stopped in the reverse order of starting: SIGTERM, then SIGKILL after its grace. Should we be killed
ourselves, our children see it: ours by end of file on their standard input (``STATION_PARENT_FD``),
foreign programs by `station_config.runtime.leash`. What children say passes on line by line.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import ProcessExitedAlready
from twisted.internet.protocol import ProcessProtocol

from station_config.runtime.process import PARENT_FD
from station_config.runtime.restarts import Record, after_exit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from structlog.typing import FilteringBoundLogger
    from twisted.python.failure import Failure

    from station_config.runtime.reactor import Reactor

LEASH = Path(__file__).with_name("leash.py")
LONGEST_LINE = 64 * 1024
"""A child that writes more without a newline has it broken there."""

DRAIN_S = 1.0
"""How long the pipes of a dead child may stay open: a grandchild can hold them for ever."""

OnLine = Callable[[str, bytes], None]
"""Gets the child's name and one line without its newline."""


@dataclass(frozen=True)
class Child:
    """A program to be kept running.

    Attributes:
        name: stands in the log.
        argv: absolute path of the program and its arguments.
        env: added to our environment.
        foreign: not one of our processes: it does not watch ``STATION_PARENT_FD``.
        grace_s: real seconds from SIGTERM to SIGKILL.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    foreign: bool = False
    grace_s: float = 8.0


def pass_on(_name: str, line: bytes) -> None:
    """Write a child's line to our standard error, unchanged."""
    sys.stderr.buffer.write(line + b"\n")
    sys.stderr.buffer.flush()


class Supervisor:
    """Keeps children running until `stop`."""

    def __init__(
        self, reactor: Reactor, log: FilteringBoundLogger, *, on_line: OnLine = pass_on
    ) -> None:
        """Start nothing yet.

        Args:
            reactor: must handle SIGCHLD (`reactor.run` does).
            log: says starts, exits and restarts.
            on_line: gets every line of every child, from standard output and error alike.
        """
        self._reactor = reactor
        self._log = log
        self._on_line = on_line
        self._kept: dict[str, _Kept] = {}
        self._stopped: Deferred[None] | None = None

    def start(self, child: Child) -> None:
        """Start `child` and keep it running.

        Raises:
            ValueError: there is one of this name, or we are stopping.
        """
        if child.name in self._kept or self._stopped is not None:
            raise ValueError(f"child {child.name!r} cannot be started (again)")
        self._kept[child.name] = _Kept(self._reactor, self._log, self._on_line, child)
        self._kept[child.name].spawn()

    def pid(self, name: str) -> int | None:
        """Return the process id of a child, None while it is not running."""
        return self._kept[name].pid

    def starts(self, name: str) -> int:
        """Return how often a child has been started."""
        return self._kept[name].starts

    def stop(self) -> Deferred[None]:
        """Stop all children, the last started first. Fires when none is left."""
        if self._stopped is None:
            self._stopped = Deferred()
            self._stop_next(None)
        waiter: Deferred[None] = Deferred()
        self._stopped.addBoth(_fire, waiter)
        return waiter

    def _stop_next(self, _: object) -> None:
        if self._kept:
            _, kept = self._kept.popitem()
            kept.stop().addCallback(self._stop_next)
        elif self._stopped is not None:
            self._stopped.callback(None)


def _fire(_: object, waiter: Deferred[None]) -> None:
    waiter.callback(None)


class _Kept(ProcessProtocol):
    """One child over all its lives."""

    def __init__(
        self,
        reactor: Reactor,
        log: FilteringBoundLogger,
        on_line: OnLine,
        child: Child,
    ) -> None:
        self._reactor = reactor
        self._log = log.bind(child=child.name)
        self._on_line = on_line
        self._child = child
        self._record = Record()
        self._process: Any = None
        self.starts = 0
        self._born = 0.0
        self._partial = {1: b"", 2: b""}
        self._last_line = b""
        self._timer: Any = None
        self._stopping: Deferred[None] | None = None

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def spawn(self) -> None:
        child = self._child
        argv = _leashed(child.argv) if child.foreign else child.argv
        self._timer = None
        self.starts += 1
        self._born = self._reactor.seconds()
        self._process = self._reactor.spawnProcess(
            self, argv[0], argv, env={**os.environ, **child.env, PARENT_FD: "0"}
        )
        self._log.info("child.started", pid=self.pid)

    def stop(self) -> Deferred[None]:
        self._cancel_timer()
        if self._process is None:
            return succeed(None)
        self._stopping = Deferred()
        self._signal("TERM")
        self._timer = self._reactor.callLater(self._child.grace_s, self._kill)
        return self._stopping

    def childDataReceived(self, childFD: int, data: bytes) -> None:  # noqa: N802, N803 - Twisted's
        *lines, rest = (self._partial[childFD] + data).split(b"\n")
        if len(rest) > LONGEST_LINE:
            lines.append(rest)
            rest = b""
        self._partial[childFD] = rest
        for line in lines:
            self._say(line)

    def processExited(self, reason: Failure) -> None:  # noqa: ARG002, N802 - Twisted's
        self._cancel_timer()
        self._timer = self._reactor.callLater(DRAIN_S, self._process.loseConnection)

    def processEnded(self, reason: Failure) -> None:  # noqa: N802 - Twisted's name
        self._cancel_timer()
        self._process = None
        for number, rest in self._partial.items():
            if rest:
                self._say(rest)
            self._partial[number] = b""
        if self._stopping is not None:
            self._log.info("child.stopped")
            self._stopping.callback(None)
        else:
            self._restart_later(reason.value)

    def _restart_later(self, status: Any) -> None:  # noqa: ANN401 - ProcessDone | ProcessTerminated
        lived = self._reactor.seconds() - self._born
        self._record = after_exit(self._record, lived_s=lived, code=status.exitCode)
        fields = {
            "code": status.exitCode,
            "signal": status.signal,
            "lived_s": round(lived, 1),
            "retry_s": self._record.delay_s,
        }
        if self._record.hopeless:
            said = self._last_line.decode("utf-8", "replace")
            self._log.error("child.keeps-failing", times=self._record.quick, said=said, **fields)
        else:
            self._log.warning("child.exited", **fields)
        self._timer = self._reactor.callLater(self._record.delay_s, self.spawn)

    def _say(self, line: bytes) -> None:
        self._last_line = line
        self._on_line(self._child.name, line)

    def _kill(self) -> None:
        self._timer = None
        self._log.warning("child.killed", grace_s=self._child.grace_s)
        self._signal("KILL")

    def _signal(self, name: str) -> None:
        with suppress(ProcessExitedAlready):
            self._process.signalProcess(name)

    def _cancel_timer(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None


def _leashed(argv: tuple[str, ...]) -> tuple[str, ...]:
    return (sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), *argv)
