"""Conflicts between trains, told by themselves: logged when they begin and when they end, counted.

Law: it remembers and tells of changes, once each; what a conflict is, `hub.kernel.unresolved` works
out. It is looked some time after a minute's step, so nothing waits for it, and at most once at a
time. What the manual page lists is the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IDelayedCall

    from hub.figures import HubFigures
    from hub.kernel.objections import Objection
    from hub.mqtt.store_calls import RunInStore
    from hub.store.manual import InForce
    from protocol.times import Instant
    from station_config.runtime.clocks import StationClock
    from station_config.runtime.reactor import Reactor

AFTER_S = 5.0
"""Seconds of station time from a minute's step to the look, within the same minute."""


class ConflictWatch:
    """Which conflicts stand.

    Args:
        reactor: real time.
        clock: station time.
        in_force: says what stands; blocks.
        in_store: runs a blocking call in the store's thread.
        figures: of the process.
        log: the process's log.
    """

    def __init__(
        self,
        reactor: Reactor,
        clock: StationClock,
        in_force: Callable[[Instant], InForce],
        in_store: RunInStore,
        *,
        figures: HubFigures,
        log: FilteringBoundLogger,
    ) -> None:
        self._reactor = reactor
        self._clock = clock
        self._in_force = in_force
        self._in_store = in_store
        self._figures = figures
        self._log = log
        self._due: IDelayedCall | None = None
        self._standing: dict[tuple[str, Objection], None] = {}
        self._stopped = False

    def later(self) -> None:
        """A minute was run."""
        if not self._stopped and (self._due is None or not self._due.active()):
            self._due = self._reactor.callLater(AFTER_S / self._clock.rate, self._now)

    def stop(self) -> None:
        """Look no more; nothing is known of any conflict."""
        self._stopped = True
        if self._due is not None and self._due.active():
            self._due.cancel()
        self._figures.conflicts({})

    def take(self, found: Mapping[str, tuple[Objection, ...]]) -> None:
        """Take what stands now, by run."""
        if self._stopped:
            return
        standing = {(run_id, each): None for run_id, said in found.items() for each in said}
        begun = [each for each in standing if each not in self._standing]
        ended = [each for each in self._standing if each not in standing]
        self._standing = standing
        for run_id, each in begun:
            self._log.warning("conflict.begins", run=run_id, code=each.code.value, why=each.en)
        for run_id, each in ended:
            self._log.info("conflict.ended", run=run_id, code=each.code.value, why=each.en)
        self._figures.conflicts(found, [each.code for _, each in begun])

    def _now(self) -> None:
        looked = self._in_store(lambda: self._in_force(self._clock.now()))
        looked.addCallback(lambda listed: self.take(listed.conflicts))
        looked.addErrback(lambda failure: self._log.warning("conflict.unknown", why=str(failure)))
