"""Writes the cache in another thread, so that a disk that stalls never stops the reactor.

Law: changes are collected and conflated, one transaction is under way at a time, and a failed one
is tried again later, never in a loop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred, succeed

from protocol.errors import DeviceError
from subsystems.kit.cache import FACTS
from subsystems.kit.timers import Timers

if TYPE_CHECKING:
    from collections.abc import Callable

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IReactorTime
    from twisted.python.failure import Failure

    from subsystems.kit.cache import Cache, Facts, Row

FLUSH_S = 0.5
"""Real seconds that changes are collected."""
RETRY_S = 30.0
"""Real seconds after a failed write; a full disk is not written to in a loop."""


class CacheWriter:
    """Collects changes and writes them in another thread, one transaction at a time.

    Args:
        reactor: for the timer.
        in_thread: runs a blocking call elsewhere, e.g. ``deferToThreadPool`` of the reactor.
        cache: where to.
        log: failures are said when they begin and when they end.
    """

    def __init__(
        self,
        reactor: IReactorTime,
        in_thread: Callable[[Callable[[], None]], Deferred[None]],
        cache: Cache,
        log: FilteringBoundLogger,
    ) -> None:
        self._timers = Timers(reactor)
        self._in_thread = in_thread
        self._cache = cache
        self._log = log
        self._waiting: dict[str, Row | Facts | None] = {}
        self._writing: Deferred[None] | None = None
        self._failing = False

    def put(self, entity: str, value: Row | None) -> None:
        """Remember `value` for `entity`; None forgets it."""
        self._waiting[entity] = value
        self._arm(FLUSH_S)

    def put_facts(self, facts: Facts) -> None:
        """Remember `facts`."""
        self._waiting[FACTS] = facts
        self._arm(FLUSH_S)

    def close(self) -> Deferred[None]:
        """Write what is left and close the file; fires when that is done."""
        self._timers.stop()
        if self._writing is None:
            self._finish()
            return succeed(None)
        return self._writing.addCallback(lambda _: self._finish())

    def _finish(self) -> None:
        try:
            self._cache.write(self._waiting)
        except DeviceError as error:
            self._log.error("cache.write-failed", why=str(error))
        self._cache.close()

    def _arm(self, delay_s: float) -> None:
        if self._writing is None and not self._timers.waiting("flush"):
            self._timers.after("flush", delay_s, self._flush)

    def _flush(self) -> None:
        changes, self._waiting = self._waiting, {}
        self._writing = self._in_thread(lambda: self._cache.write(changes))
        self._writing.addCallbacks(self._written, self._failed, errbackArgs=(changes,))

    def _written(self, _result: None) -> None:
        self._writing = None
        if self._failing:
            self._failing = False
            self._log.warning("cache.writing-again")
        if self._waiting:
            self._arm(FLUSH_S)

    def _failed(self, failure: Failure, changes: dict[str, Row | Facts | None]) -> None:
        self._writing = None
        self._waiting = {**changes, **self._waiting}
        if not self._failing:
            self._failing = True
            self._log.error("cache.write-failed", why=str(failure.value), retry_s=RETRY_S)
        self._arm(RETRY_S)
