"""What the hub does with its database: the one entry point of the kernel, for one dedicated thread.

Law: every method blocks and is called from the same thread. A step is one transaction: facts,
derived state, journal, outbox and the last minute are committed together or not at all. When the
database fails the caller gets a `DeviceError`, nothing has happened, and the same step can be tried
again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.kernel.days import Days
from hub.kernel.replan import require_same_place
from hub.kernel.rulebook import rulebook
from hub.obedience import Obedience
from hub.store.again import take_far_ahead, take_held, take_unplaced
from hub.store.day_build import build_days, drop_plans
from hub.store.marks import mark_open, mark_plan, mark_rebase, mark_step
from hub.store.notices import end_notices
from hub.store.outcome import StepResult, committed, outcome
from hub.store.retention import KEEP_DAYS, drop_done, prune
from hub.store.step import Step
from hub.store.writes import Writes
from protocol.times import minute_number, minute_start
from station_config.runtime.trace import trace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from structlog.typing import FilteringBoundLogger

    from hub.store.database import Transaction
    from one_way_feed.rows import RowChange
    from protocol.times import Instant
    from station_config.model import Station

REBASE_MINUTES = 2
"""A clock this many minutes behind the last one run was set back; less is held (kernel.md)."""


class Operations(Obedience):
    """The train-operations kernel on its database; also the publisher's `Outbox`.

    Args:
        url: SQLAlchemy URL of the database.
        station: what the station is; fixed while the hub runs.
        log: for trace marks, which are made after the commit.
        epoch_floor: the epoch is at least this. Give something that grows even when the database
            is lost (the system's clock in seconds): readers take a lower epoch for a dead hub.
        keep_days: how long journal and rejects are kept.

    Raises:
        OperatorError: the URL or the station's list of rules cannot be used.
    """

    def __init__(
        self,
        url: str,
        station: Station,
        *,
        log: FilteringBoundLogger | None = None,
        epoch_floor: int = 1,
        keep_days: int = KEEP_DAYS,
    ) -> None:
        rulebook(station.policies.rules)
        super().__init__(url, station)
        self._log = log
        self._epoch_floor = epoch_floor
        self._keep_days = keep_days
        self._built: date | None = None
        self._last_minute = -1

    @property
    def last_minute(self) -> int:
        """The last minute that was run and committed: where the minute clock goes on."""
        return self._last_minute

    def open(
        self, now: Instant, *, claim: Callable[[Transaction], None] | None = None, above: int = 0
    ) -> int:
        """Take the database over and bring it to `now`; return the new epoch, `above` at least.

        Creates the tables if there are none. A last minute in the future of `now` means that the
        clock was set back while the hub was away: the states are computed anew. `claim` is called
        in the same transaction; what it raises undoes everything.

        Raises:
            DeviceError: the database failed.
            OperatorError: it was made by another version of the program.
        """
        self._database.create()
        with self._database.transaction() as opened:
            if claim is not None:
                claim(opened)
            stored_epoch, last_minute, next_number = opened.rows(self._statements.read_kernel)[0]
            epoch: int = max(stored_epoch + 1, self._epoch_floor, above + 1)
            minute = minute_number(now)
            was_ahead = last_minute > minute + REBASE_MINUTES
            if was_ahead or last_minute < 0:
                last_minute = minute
            now = max(now, minute_start(last_minute))
            self._mode = self._stored_mode(opened)
            step = self._step(opened, now, next_number)
            if was_ahead:
                take_held(step)
            build_days(step, anew=True)
            step.tick()
            end_notices(step)
            mark_open(step)
            step.writes.flush(opened, self._statements)
            self._write_kernel(opened, stored_epoch, epoch, last_minute, step.writes.next_number)
        self._outbox.epoch = epoch
        self._settle(now, last_minute)
        self._database.analyze()
        return epoch

    def resume(self) -> None:
        """Go on as the hub that wrote the database last: for a day that is lived again.

        Raises:
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            epoch, last_minute, _ = opened.rows(self._statements.read_kernel)[0]
            self._mode = self._stored_mode(opened)
        self._outbox.epoch = epoch
        self._last_minute = last_minute

    def step(
        self, now: Instant, changes: Sequence[RowChange] = (), minute: int | None = None
    ) -> StepResult:
        """Take `changes` in and bring every run that is due to `now`: one transaction.

        Args:
            now: station time. A time before that of an earlier step is held at that.
            changes: rows of dispatching; any order, duplicates are harmless.
            minute: number of the UTC minute whose tick this is, None if it is none. A minute that
                was run before is not run again.

        A minute far before the last one means that the clock was set back: see `rebase`.

        Raises:
            DeviceError: the database failed, or another hub has taken it over. Nothing was done;
                the same step can be tried again.
        """
        if minute is not None and minute < self._last_minute - REBASE_MINUTES:
            self.rebase(now, minute)
        now = max(now, self._latest or now)
        self.end_manual(now)
        with self._database.transaction() as opened:
            _, last_minute, next_number = self._fence(opened)
            if minute is not None and minute <= last_minute:
                if not changes:
                    return StepResult(now=now, ran=False)
                minute = None
            step = self._step(opened, now, next_number)
            step.absorb(changes)
            step.tick()
            new_day = self._days.local_date(now) != self._built
            if new_day:
                take_far_ahead(step)
                build_days(step, anew=False)
            elif minute is not None:
                drop_plans(step)
            if minute is not None:
                end_notices(step)
            mark_step(step, minute, new_day=new_day and self._built is not None)
            step.writes.flush(opened, self._statements)
            reached = last_minute if minute is None else minute
            self._write_kernel(opened, self.epoch, self.epoch, reached, step.writes.next_number)
        self._settle(now, reached)
        return self._result(step, next_number)

    def rebase(self, now: Instant, minute: int) -> StepResult:
        """Go on from `now` after the clock was set back by more than can be held.

        What was said of runs that a clock far ahead has forgotten is taken in again.

        Raises:
            DeviceError: the database failed; nothing was done.
        """
        with self._database.transaction() as opened:
            next_number = self._fence(opened)[2]
            step = self._step(opened, now, next_number)
            take_held(step)
            build_days(step, anew=True)
            mark_rebase(step, minute)
            step.writes.flush(opened, self._statements)
            self._write_kernel(opened, self.epoch, self.epoch, minute, step.writes.next_number)
        self._settle(now, minute)
        return self._result(step, next_number)

    def replan(self, now: Instant, station: Station) -> StepResult:
        """Go on with another timetable: its runs and plans are built, in one transaction.

        What dispatching and persons have said of a run stays.

        Raises:
            DeviceError: the database failed; nothing was done.
            OperatorError: more than the timetable is another one; nothing was done.
        """
        require_same_place(self.station, station)
        now = max(now, self._latest or now)
        self.end_manual(now)
        days = Days(station)
        with self._database.transaction() as opened:
            _, last_minute, next_number = self._fence(opened)
            writes = Writes(now, next_number)
            step = Step(opened, self._statements, station, days, now, writes, mode=self._mode)
            build_days(step, anew=True)
            step.tick()
            told = step.changed
            mark_plan(step)
            step.writes.flush(opened, self._statements)
            again = Writes(now, step.writes.next_number)
            step = Step(opened, self._statements, station, days, now, again, mode=self._mode)
            take_unplaced(step)
            step.tick()
            again.flush(opened, self._statements)
            self._write_kernel(opened, self.epoch, self.epoch, last_minute, again.next_number)
        self.station, self._days = station, days
        self._settle(now, last_minute)
        step.changed[:0] = told
        return self._result(step, next_number)

    def tidy(self, now: Instant) -> None:
        """Do what need not be done within a step: call it between ticks, at least every minute.

        Raises:
            DeviceError: the database failed.
        """
        if minute_number(now) % 60 == 0:
            with self._database.transaction() as opened:
                drop_done(opened, self._statements, now)
                prune(opened, self._statements, now, self._keep_days)
        self._database.checkpoint()

    def _settle(self, now: Instant, last_minute: int) -> None:
        """Remember what was committed."""
        self._latest = now
        self._last_minute = last_minute
        self._built = self._days.local_date(now)

    def _result(self, step: Step, first_number: int) -> StepResult:
        self.look_on(committed(step))
        result = outcome(step, first_number)
        if self._log is not None:
            for key in result.rows:
                trace(self._log, "kernel", key)
        return result
