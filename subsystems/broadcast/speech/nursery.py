"""``python -m subsystems.broadcast.speech.nursery``: forks a child for every job.

Law: a process of its own, so that neither numpy nor a speech library is in the broadcast's process.
It loads everything once and does nothing itself: a child begins within milliseconds, has a job and
ends, at its time-out by SIGKILL. Orders come line by line on standard input, answers go to standard
output (`jobs`). It ends with its parent: at the end of its input.
"""

from __future__ import annotations

import os
import selectors
import shutil
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from protocol.errors import StationError
from subsystems.broadcast.speech.jobs import READY, Answer, Order

_orders = msgspec.json.Decoder(Order)
_answers = msgspec.json.Encoder()
CHUNK = 65536


@dataclass
class _Child:
    order: Order
    pid: int
    until: float
    said: bytes = b""


class Nursery:
    """The children that are at work, by the descriptor of their pipe."""

    def __init__(self, orders: int, answers: int) -> None:
        self._orders = orders
        self._answers = answers
        self._selector = selectors.DefaultSelector()
        self._selector.register(orders, selectors.EVENT_READ)
        self._children: dict[int, _Child] = {}
        self._rest = b""

    def run(self) -> None:
        """Work until the input ends."""
        while True:
            for key, _ in self._selector.select(self._patience()):
                if key.fd == self._orders:
                    if not self._take_orders():
                        return
                else:
                    self._listen(key.fd)
            self._kill_late()

    def end(self) -> None:
        """Kill who is still at work."""
        for child in self._children.values():
            _kill(child.pid)

    def _patience(self) -> float | None:
        if not self._children:
            return None
        return max(0.0, min(child.until for child in self._children.values()) - time.monotonic())

    def _take_orders(self) -> bool:
        read = os.read(self._orders, CHUNK)
        *lines, self._rest = (self._rest + read).split(b"\n")
        for line in lines:
            self._fork(_orders.decode(line))
        return bool(read)

    def _fork(self, order: Order) -> None:
        reading, writing = os.pipe()
        pid = os.fork()
        if not pid:
            self._be_child(order, writing)
        os.close(writing)
        self._selector.register(reading, selectors.EVENT_READ)
        self._children[reading] = _Child(order, pid, time.monotonic() + order.longest_s)

    def _be_child(self, order: Order, writing: int) -> None:
        """Do the job; never returns."""
        code = 1
        try:
            nothing = os.open(os.devnull, os.O_RDWR)
            os.dup2(nothing, self._orders)
            os.dup2(nothing, self._answers)
            from subsystems.broadcast.speech.child import answer_to  # noqa: PLC0415 - loaded

            os.write(writing, _answers.encode(answer_to(order)))
            code = 0
        finally:
            # No clean-up of the parent's copies; espeak-ng's would abort.
            os._exit(code)

    def _listen(self, pipe: int) -> None:
        child = self._children[pipe]
        read = os.read(pipe, CHUNK)
        child.said += read
        if read:
            return
        self._selector.unregister(pipe)
        os.close(pipe)
        del self._children[pipe]
        _, status = os.waitpid(child.pid, 0)
        if not child.said:
            late = time.monotonic() >= child.until
            why = f"took longer than {child.order.longest_s:g} s" if late else _ended(status)
            child.said = _answers.encode(Answer(id=child.order.id, ok=False, why=why))
        self.tell(child.said)

    def _kill_late(self) -> None:
        now = time.monotonic()
        for child in self._children.values():
            if now >= child.until:
                _kill(child.pid)

    def tell(self, answer: bytes) -> None:
        """Write one answer."""
        os.write(self._answers, answer + b"\n")


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _ended(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"its process died of signal {-code}" if code < 0 else f"its process ended with {code}"


def load_all() -> dict[str, str]:
    """Load what children need; return versions by name, and reasons in place of them."""
    versions = {"flite": shutil.which("flite") or ""}
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from subsystems.broadcast.speech import child, polish, voice  # noqa: F401, PLC0415 - as said

    try:
        versions["espeak-ng"] = voice.load()
    except StationError as error:
        versions["no espeak-ng"] = error.message
    return versions


def main() -> None:
    """Be the nursery."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.dup(1)
    os.dup2(2, 1)
    nursery = Nursery(0, answers)
    nursery.tell(_answers.encode(Answer(id=READY, versions=load_all())))
    try:
        nursery.run()
    except BrokenPipeError:
        sys.exit(0)
    finally:
        nursery.end()


if __name__ == "__main__":
    main()
