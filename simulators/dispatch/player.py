"""Keeps a dispatching database at station time, whatever the changes come from.

Law: the driver; it decides nothing about trains. Changes are applied in order, each not before its
time, late ones at once. A database that cannot be written (locked, disk full, gone) loses no
change: it is told in the log, and tried again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from protocol.errors import OperatorError
from simulators.dispatch.database import apply, clear, local_text, open_database
from station_config.runtime.trace import trace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from sqlalchemy import Engine
    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IDelayedCall, IReactorTime

    from protocol.times import Instant
    from simulators.dispatch.changes import Change
    from station_config.runtime.clocks import StationClock

BATCH = 200
"""Changes in one transaction at most, so that a catch-up does not hold the reactor or a reader."""

RETRY_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 1.0
"""Real seconds between two looks at the station clock, which need not run evenly."""


class Player:
    """Plays changes into a database.

    Args:
        reactor: timers.
        clock: station time.
        zone: of the times in the database.
        database: the SQLite file; made if it is not there.
        changes_from: gives the changes in order, so that all up to its argument, applied to an
            empty database, make the state of that instant. May end.
        log: of the process.
    """

    def __init__(
        self,
        reactor: IReactorTime,
        clock: StationClock,
        zone: ZoneInfo,
        database: Path,
        changes_from: Callable[[Instant], Iterator[Change]],
        log: FilteringBoundLogger,
    ) -> None:
        self._reactor = reactor
        self._clock = clock
        self._zone = zone
        self._path = database
        self._changes_from = changes_from
        self._log = log
        self._engine: Engine | None = None
        self._changes: Iterator[Change] = iter(())
        self._due: list[Change] = []
        self._next: Change | None = None
        self._timer: IDelayedCall | None = None
        self._broken = False

    def start(self) -> None:
        """Bring the database to the state of now, then go on.

        Raises:
            OperatorError: the file cannot be made or is no SQLite database.
        """
        now = self._clock.now()
        self._changes = self._changes_from(now)
        self._next = next(self._changes, None)
        self._due = []
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._engine = open_database(self._path)
            past = self._take_due(now)
            with self._engine.begin() as connection:
                clear(connection)
                apply(connection, past, self._zone)
        except (OSError, SQLAlchemyError) as error:
            raise OperatorError(f"cannot write: {_cause(error)}", where=str(self._path)) from error
        self._log.info("dispatch.started", at=local_text(now, self._zone), changes=len(past))
        self._wait()

    def stop(self) -> None:
        """Stop; the database stays as it is."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def _take_due(self, now: Instant) -> list[Change]:
        due = []
        while self._next is not None and self._next.at <= now:
            due.append(self._next)
            self._next = next(self._changes, None)
        return due

    def _wait(self) -> None:
        if self._due:
            self._timer = self._reactor.callLater(0, self._go_on)
        elif self._next is None:
            self._log.info("dispatch.ended")
        else:
            ahead = (self._next.at - self._clock.now()).total_seconds() / self._clock.rate
            seconds = min(max(ahead, 0.0), LONGEST_WAIT_SECONDS)
            self._timer = self._reactor.callLater(seconds, self._go_on)

    def _go_on(self) -> None:
        self._due += self._take_due(self._clock.now())
        if self._due and not self._write(self._due[:BATCH]):
            self._timer = self._reactor.callLater(RETRY_SECONDS, self._go_on)
            return
        self._wait()

    def _write(self, batch: list[Change]) -> bool:
        """Write the first of the due changes; return False if they have to wait."""
        assert self._engine is not None  # noqa: S101 - timers run between start and stop
        try:
            with self._engine.begin() as connection:
                apply(connection, batch, self._zone)
        except SQLAlchemyError as error:
            if not self._broken:
                self._log.warning("dispatch.database-down", why=_cause(error))
            self._broken = True
            return False
        if self._broken:
            self._broken = False
            self._log.warning("dispatch.database-back", waiting=len(self._due))
        del self._due[: len(batch)]
        for change in batch:
            trace(self._log, "dispatch", change.key, table=change.table.value)
        return True


def _cause(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error)
