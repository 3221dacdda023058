"""What follows a minute's step without haste: the database is tidied, conflicts are looked for.

Law: wiring. Each waits by itself, so neither keeps the next step waiting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.conflict_watch import ConflictWatch
from hub.tidying import Tidying

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

    from hub.figures import HubFigures
    from hub.mqtt.store_calls import RunInStore
    from hub.operations import Operations
    from station_config.runtime.clocks import StationClock
    from station_config.runtime.reactor import Reactor


class AfterMinute:
    """Begins what follows.

    Args:
        reactor: real time.
        clock: station time.
        operations: the database.
        in_store: runs a blocking call in the store's thread.
        figures: of the process.
        log: the process's log.
    """

    def __init__(
        self,
        reactor: Reactor,
        clock: StationClock,
        operations: Operations,
        in_store: RunInStore,
        *,
        figures: HubFigures,
        log: FilteringBoundLogger,
    ) -> None:
        self._tidying = Tidying(reactor, clock, operations.tidy, in_store, log)
        self._conflicts = ConflictWatch(
            reactor, clock, operations.in_force, in_store, figures=figures, log=log
        )

    def later(self) -> None:
        """A minute was run."""
        self._conflicts.later()
        self._tidying.later()

    def stop(self) -> None:
        """Begin nothing more."""
        self._conflicts.stop()
        self._tidying.stop()
