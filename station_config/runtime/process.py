"""One process of a deployment: what every composition root does before and after its own wiring.

Law: the only importer of the global reactor. Before the first timer `reactor.seconds` becomes
monotonic, for with the system's clock every timer stalls when that clock steps back. A process ends
cleanly on SIGINT and SIGTERM, and when the parent that gave it ``STATION_PARENT_FD`` is gone.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING, cast

from twisted.internet.abstract import FileDescriptor
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.error import ReactorNotRunning

from protocol.errors import StationError
from station_config.runtime.deployment import load_deployment
from station_config.runtime.logs import configure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from structlog.typing import FilteringBoundLogger
    from twisted.python.failure import Failure

    from station_config.runtime.deployment import Deployment
    from station_config.runtime.reactor import Reactor

    Start = Callable[[Reactor, Deployment, FilteringBoundLogger], object]

PARENT_FD = "STATION_PARENT_FD"
"""Environment variable: descriptor of a pipe whose other end the parent holds open."""

ORPHAN_S = 15
"""Real seconds that an orderly stop may take when the parent is gone."""

EXIT_FAILED = 1


class _ParentWatch(FileDescriptor):
    """Stops the reactor when the parent's end of the pipe closes, so that no child is orphaned."""

    def __init__(self, reactor: Reactor, fd: int, log: FilteringBoundLogger) -> None:
        super().__init__(reactor)
        self._fd = fd
        self._log = log
        self._stop = reactor.stop
        self.connected = 1

    def fileno(self) -> int:
        """Return the descriptor that the reactor watches."""
        return self._fd

    def doRead(self) -> None:  # noqa: N802 - Twisted's name
        """Anything readable is the end: nobody ever writes."""
        self.stopReading()
        self._end()

    def connectionLost(self, reason: Failure) -> None:  # noqa: N802 - Twisted's name
        """A pipe that is closed while empty is not readable: the reactor says so here."""
        super().connectionLost(reason)
        self._end()

    def _end(self) -> None:
        self._log.warning("process.parent-gone", stop_within_s=ORPHAN_S)
        signal.alarm(ORPHAN_S)  # nobody is left who would kill us, should the stop hang
        with suppress(ReactorNotRunning):
            self._stop()


def run_process(name: str, path: Path, start: Start) -> int:
    """Run one process until it is told to stop.

    Args:
        name: stands in every line of its log.
        path: the deployment file.
        start: wires the process; gets reactor, deployment and log; may return a Deferred. If it
            fails, the process says why in one line and ends.

    Returns:
        The exit code: 0 after an orderly stop, 1 when `start` failed.

    Raises:
        OperatorError: the deployment file cannot be used.
    """
    deployment = load_deployment(path)
    return run_reactor(
        name,
        lambda reactor, log: start(reactor, deployment, log),
        as_json=deployment.log_json,
        quiet=deployment.quiet,
    )


def run_reactor(
    name: str,
    start: Callable[[Reactor, FilteringBoundLogger], object],
    *,
    as_json: bool = False,
    quiet: bool = False,
) -> int:
    """Run one process that has no deployment file (the satellite, the demo); see `run_process`."""
    from twisted.internet import reactor as installed  # noqa: PLC0415, TID251 - composition root

    reactor = cast("Reactor", installed)
    log = configure(name, as_json=as_json, quiet=quiet)
    reactor.seconds = time.monotonic  # type: ignore[method-assign]
    codes = [0]
    ending: list[bool] = []

    def failed(failure: Failure) -> None:
        if ending:  # it was told to stop while it began, and what it waited for has been closed
            log.info("process.start-interrupted", why=str(failure.value))
            return
        codes[0] = EXIT_FAILED
        if failure.check(StationError):
            log.error("process.failed", why=str(failure.value))
        else:
            log.error("process.failed", why=failure.getTraceback())
        reactor.stop()

    def begin() -> None:
        started: Deferred[object] = maybeDeferred(start, reactor, log)
        started.addErrback(failed)

    if PARENT_FD in os.environ:
        with suppress(PermissionError):  # refused to the leader of a session: it is apart already
            os.setpgid(0, 0)  # Ctrl-C at the terminal is the parent's, who stops us in order
        watch = _ParentWatch(reactor, int(os.environ[PARENT_FD]), log)
        watch.startReading()
        # Afterwards the reactor closes what it still watches: that is no parent's end.
        reactor.addSystemEventTrigger("during", "shutdown", watch.stopReading)
    reactor.addSystemEventTrigger("before", "shutdown", ending.append, True)
    reactor.callWhenRunning(begin)
    reactor.run()
    return codes[0]
