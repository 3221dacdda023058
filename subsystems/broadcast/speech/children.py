"""The broadcast's end of the nursery: orders out, answers in, a new one when it dies.

Law: the only place that starts the nursery. An order whose nursery died is given once more to the
next one; an answer that does not come in time means that the nursery hangs, and it is killed.
Nothing here waits.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from twisted.internet.defer import Deferred
from twisted.internet.error import ProcessExitedAlready
from twisted.internet.protocol import ProcessProtocol

from protocol.errors import DeviceError
from subsystems.broadcast.speech.jobs import READY, Answer, Order

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger
    from twisted.python.failure import Failure

    from station_config.runtime.reactor import Reactor
    from subsystems.broadcast.speech.jobs import Job

MODULE = "subsystems.broadcast.speech.nursery"
TOGETHER = 4
"""Children at a time: two languages and two of the next announcement, on two cores."""
GRACE_S = 3.0
"""What an answer may be late beyond its order's own time-out."""
FIRST_RETRY_S = 0.2
LAST_RETRY_S = 10.0

_answers = msgspec.json.Decoder(Answer)
_orders = msgspec.json.Encoder()


@dataclass
class _Waiting:
    order: Order
    done: Deferred[Answer]
    given: int = 0
    timer: Any = None


class Children:
    """Has jobs done, each by a process of its own.

    Args:
        reactor: must handle SIGCHLD.
        log: says when the nursery starts and dies.
        python: the interpreter.
    """

    def __init__(
        self, reactor: Reactor, log: FilteringBoundLogger, *, python: str = sys.executable
    ) -> None:
        self._reactor = reactor
        self._log = log
        self._python = python
        self._queue: deque[_Waiting] = deque()
        self._working: dict[int, _Waiting] = {}
        self._nursery: _Pipe | None = None
        self._next = 0
        self._retry: Any = None
        self._wait = FIRST_RETRY_S
        self._ready: list[Deferred[dict[str, str]]] = []
        self._ended: Deferred[None] | None = None
        self.versions: dict[str, str] = {}
        self.starts = 0

    @property
    def pid(self) -> int | None:
        """The nursery's process id, None while there is none."""
        return None if self._nursery is None else self._nursery.transport.pid

    def start(self) -> Deferred[dict[str, str]]:
        """Start the nursery; fires with versions by name when it is ready."""
        ready: Deferred[dict[str, str]] = Deferred()
        self._ready.append(ready)
        if self._nursery is None and self._retry is None:
            self._spawn()
        return ready

    def do(self, job: Job, longest_s: float, *, urgent: bool = False) -> Deferred[Answer]:
        """Have a job done.

        Args:
            job: what.
            longest_s: real seconds after which its child is killed.
            urgent: before those that are not begun.

        Raises:
            DeviceError: (in the Deferred) why there is no sound.
        """
        self._next += 1
        waiting = _Waiting(Order(self._next, longest_s, job), Deferred())
        (self._queue.appendleft if urgent else self._queue.append)(waiting)
        self._give()
        return waiting.done

    def close(self) -> Deferred[None]:
        """End the nursery; what is not done yet fails."""
        self._ended = Deferred()
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        for waiting in (*self._working.values(), *self._queue):
            self._fail(waiting, "the broadcast ends")
        self._queue.clear()
        self._working.clear()
        if self._nursery is None:
            self._ended.callback(None)
        else:
            self._nursery.end()
        return self._ended

    def _spawn(self) -> None:
        self._retry = None
        self.starts += 1
        self._nursery = _Pipe(self._on_line, self._on_end)
        argv = [self._python, "-m", MODULE]
        self._reactor.spawnProcess(self._nursery, argv[0], argv, env=dict(os.environ))

    def _give(self) -> None:
        while self.versions and self._nursery and self._queue and len(self._working) < TOGETHER:
            waiting = self._queue.popleft()
            waiting.given += 1
            late = waiting.order.longest_s + GRACE_S
            waiting.timer = self._reactor.callLater(late, self._hangs)
            self._working[waiting.order.id] = waiting
            self._nursery.transport.write(_orders.encode(waiting.order) + b"\n")

    def _on_line(self, line: bytes) -> None:
        try:
            answer = _answers.decode(line)
        except msgspec.DecodeError as error:
            self._log.error("speech.nursery-said", line=line[:200], why=str(error))
            return
        if answer.id == READY:
            self._on_ready(answer.versions)
        elif waiting := self._working.pop(answer.id, None):
            waiting.timer.cancel()
            if answer.ok:
                waiting.done.callback(answer)
            else:
                self._fail(waiting, answer.why)
        self._give()

    def _on_ready(self, versions: dict[str, str]) -> None:
        self.versions = versions
        self._log.info("speech.nursery-ready", pid=self.pid, **_words(versions))
        waiting, self._ready = self._ready, []
        for ready in waiting:
            ready.callback(versions)

    def _hangs(self) -> None:
        self._log.error("speech.nursery-hangs", pid=self.pid)
        if self._nursery is not None:
            self._nursery.kill()

    def _on_end(self, reason: Failure) -> None:
        lived = bool(self.versions)
        self._nursery, self.versions = None, {}
        if self._ended is not None:
            self._ended.callback(None)
            return
        lost, self._working = list(self._working.values()), {}
        for waiting in reversed(lost):
            self._again(waiting)
        self._wait = FIRST_RETRY_S if lived else min(2 * self._wait, LAST_RETRY_S)
        self._log.error("speech.nursery-died", why=str(reason.value), retry_s=self._wait)
        self._retry = self._reactor.callLater(self._wait, self._spawn)

    def _again(self, waiting: _Waiting) -> None:
        if waiting.timer.active():
            waiting.timer.cancel()
        if waiting.given > 1:
            self._fail(waiting, "the process that speaks died twice over it")
        else:
            self._queue.appendleft(waiting)

    def _fail(self, waiting: _Waiting, why: str) -> None:
        if waiting.timer is not None and waiting.timer.active():
            waiting.timer.cancel()
        waiting.done.errback(DeviceError(why, where="speech"))


def _words(versions: dict[str, str]) -> dict[str, str]:
    return {name.replace("-", "_").replace(" ", "_"): value for name, value in versions.items()}


class _Pipe(ProcessProtocol):
    """The nursery as a process."""

    transport: Any

    def __init__(self, on_line: Any, on_end: Any) -> None:  # noqa: ANN401 - callables
        self._on_line = on_line
        self._on_end = on_end
        self._rest = b""

    def outReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._on_line(line)

    def errReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """What libraries print says nothing that the answer does not."""

    def end(self) -> None:
        """Close its input: it ends with it."""
        self.transport.closeStdin()

    def kill(self) -> None:
        with suppress(ProcessExitedAlready):
            self.transport.signalProcess("KILL")

    def processEnded(self, reason: Failure) -> None:  # noqa: N802 - Twisted's name
        self._on_end(reason)
