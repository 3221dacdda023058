"""The hub of `station bench link`: the real kernel, store and publisher, driven through a pipe.

Law: nothing is measured here but the moments of commits, on the monotonic clock that all processes
of a machine share. A line ``change N`` on standard input changes N runs in one step; the answer is
a line of JSON: ``{"committed": ns, "runs": {"run/…": rev}}``.
"""

from __future__ import annotations

import sys
import threading
import time
from functools import partial
from itertools import count
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING

import msgspec
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

import station_config
from hub.mqtt.publisher import BrokerAddress, HubIdentity, Publisher
from protocol.topics import Topics
from simulators.bench.kernel_load import Load, url_of
from station_config.load import load_station
from station_config.runtime.clocks import SystemClock
from station_config.runtime.process import run_reactor

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger
    from twisted.internet.defer import Deferred

    from one_way_feed.rows import RowUpserted
    from station_config.runtime.reactor import Reactor

HUB = "hub"
STEP_MINUTES = 20
"""Estimates jump to and fro by so much: small steps need not be told."""


def main() -> int:
    """Run the hub of the bench; arguments: directory, port of the broker, password, calls."""
    directory, port, password, calls = sys.argv[1:]

    def start(reactor: Reactor, log: FilteringBoundLogger) -> Deferred[None]:
        hub = BenchHub(reactor, log, Path(directory), int(calls))
        return hub.start(BrokerAddress("127.0.0.1", int(port), password))

    return run_reactor("bench-hub", start, quiet=True)


class BenchHub:
    """Real parts, a made-up day."""

    def __init__(
        self, reactor: Reactor, log: FilteringBoundLogger, directory: Path, calls: int
    ) -> None:
        stations = Path(station_config.__file__).with_name("stations")
        self._load = Load(load_station(stations / "hohhot_east"))
        self._operations = self._load.filled(url_of(directory / "hub.sqlite"), calls)
        self._calls = calls
        self._turns = count(1)
        self._reactor = reactor
        self._log = log
        self._pool = ThreadPool(1, 1, name="store")
        self._clock = SystemClock(origin=self._load.midnight, started=time.time())  # noqa: TID251 - its own origin
        self._publisher: Publisher | None = None

    def start(self, broker: BrokerAddress) -> Deferred[None]:
        """Connect; then take orders."""
        self._pool.start()
        self._reactor.addSystemEventTrigger("after", "shutdown", self._pool.stop)
        self._publisher = Publisher(
            self._reactor,
            topics=Topics(self._load.station.id),
            broker=broker,
            identity=HubIdentity(HUB, self._load.station.zone),
            outbox=self._operations,
            run_in_store=lambda call: deferToThreadPool(self._reactor, self._pool, call),
            clock=self._clock,
            source=lambda: None,
            random=SystemRandom(),
            log=self._log,
        )
        started = self._publisher.start()
        return started.addCallback(
            lambda _: threading.Thread(target=self._listen, daemon=True).start()
        )

    def _listen(self) -> None:
        for line in sys.stdin:
            self._reactor.callFromThread(self._change, int(line.split()[1]))
        self._reactor.callFromThread(self._reactor.stop)

    def _change(self, runs: int) -> None:
        turn = next(self._turns)
        late = STEP_MINUTES * (turn % 2 + 1)
        calls = ((turn // 2 + number) % self._calls for number in range(runs))
        rows = [self._load.change(self._load.row(number, late)) for number in calls]
        step = partial(self._commit, rows)
        deferToThreadPool(self._reactor, self._pool, step).addCallback(self._committed)

    def _commit(self, rows: list[RowUpserted]) -> dict[str, object]:
        self._operations.step(self._clock.now(), rows)
        committed = time.monotonic_ns()
        waiting = self._operations.pending(2 * self._calls)
        runs = {each.entity: each.rev for each in waiting if each.retained}
        return {"committed": committed, "runs": runs}

    def _committed(self, answer: dict[str, object]) -> None:
        if self._publisher is not None:
            self._publisher.poke()
        sys.stdout.write(msgspec.json.encode(answer).decode() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
