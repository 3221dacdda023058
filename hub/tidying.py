"""When the database is tidied: some time after a minute's step, not behind it.

Law: what a minute has changed is said first, and no row waits for tidying. Its failure is told and
changes nothing; the next minute tries again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IDelayedCall

    from hub.mqtt.store_calls import RunInStore
    from protocol.times import Instant
    from station_config.runtime.clocks import StationClock
    from station_config.runtime.reactor import Reactor

AFTER_S = 20.0
"""Seconds of station time from a minute's step to tidying, within the same minute."""


class Tidying:
    """Tidies at most once at a time.

    Args:
        reactor: real time.
        clock: station time.
        tidy: does it; blocks.
        in_store: runs a blocking call in the store's thread.
        log: the process's log.
    """

    def __init__(
        self,
        reactor: Reactor,
        clock: StationClock,
        tidy: Callable[[Instant], None],
        in_store: RunInStore,
        log: FilteringBoundLogger,
    ) -> None:
        self._reactor = reactor
        self._clock = clock
        self._tidy = tidy
        self._in_store = in_store
        self._log = log
        self._due: IDelayedCall | None = None

    def later(self) -> None:
        """A minute was run."""
        if self._due is None or not self._due.active():
            self._due = self._reactor.callLater(AFTER_S / self._clock.rate, self._now)

    def stop(self) -> None:
        """Tidy no more."""
        if self._due is not None and self._due.active():
            self._due.cancel()

    def _now(self) -> None:
        tidied = self._in_store(lambda: self._tidy(self._clock.now()))
        tidied.addErrback(lambda failure: self._log.warning("store.untidy", why=str(failure.value)))
