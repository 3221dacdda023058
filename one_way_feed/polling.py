"""The sender's view of the database: polls in one thread, the table of the last good one.

Law: the reactor never waits for the database. A failed, late or absurd poll leaves the table as it
is and changes only what the heartbeat says; it is logged when it begins and when it ends.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

from one_way_feed.bodies import SourceState
from one_way_feed.carousel import SourceReport
from one_way_feed.plausible import Doubt, mostly_unusable, weigh
from one_way_feed.source import PollFailed
from protocol.times import to_unix

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IDelayedCall, IReactorFromThreads, IReactorTime
    from twisted.python.failure import Failure

    from one_way_feed.mapping import Reject
    from one_way_feed.rows import Row, RowKey
    from one_way_feed.settings import DatabaseSettings
    from one_way_feed.source import Polled, Source
    from station_config.runtime.clocks import StationClock

REJECTS_LOGGED = 20
"""Records logged one by one per poll; the rest are counted."""
LATE_FACTOR = 1.5
"""A poll may take so many statement time-outs before the heartbeat says SLOW."""


class Polling:
    """Polls the database at a set interval.

    Attributes:
        report: what the heartbeat says about the database.
    """

    def __init__(
        self,
        reactor: IReactorTime,
        settings: DatabaseSettings,
        source: Source,
        *,
        on_rows: Callable[[Mapping[RowKey, Row]], bool],
        on_report: Callable[[SourceReport, bool], None],
        clock: StationClock,
        log: FilteringBoundLogger,
    ) -> None:
        """Prepare.

        Args:
            reactor: real time and threads.
            settings: interval, time-outs, limits.
            source: the database.
            on_rows: gets the whole table after each good poll; returns whether it has changed.
            on_report: gets the report after each poll, and whether its state has changed.
            clock: the system's clock.
            log: the process's log.
        """
        self._reactor = reactor
        self._settings = settings
        self._source = source
        self._on_rows = on_rows
        self._on_report = on_report
        self._clock = clock
        self._log = log
        self._pool = ThreadPool(0, 1, "database")
        self._table: Mapping[RowKey, Row] | None = None
        self._doubt = Doubt()
        self._rejects: frozenset[Reject] = frozenset()
        self._next: IDelayedCall | None = None
        self._late: IDelayedCall | None = None
        self.report = SourceReport(poll_interval_ds=round(settings.poll_s * 10))

    def start(self) -> None:
        """Poll now, and then for ever."""
        self._pool.start()
        self._poll()

    def stop(self) -> None:
        """Stop polling; waits for a poll that is under way."""
        for call in (self._next, self._late):
            if call is not None and call.active():
                call.cancel()
        self._pool.stop()
        self._source.close()

    def _poll(self) -> None:
        begun = self._reactor.seconds()
        limit = LATE_FACTOR * self._settings.statement_timeout_s
        self._late = self._reactor.callLater(limit, self._is_late)
        threads: IReactorFromThreads = self._reactor  # type: ignore[assignment]
        polled = deferToThreadPool(threads, self._pool, self._source.poll)
        polled.addCallbacks(self._good, self._bad)
        polled.addErrback(self._defect)
        polled.addBoth(self._again, begun)

    def _again(self, _result: object, begun: float) -> None:
        if self._late is not None and self._late.active():
            self._late.cancel()
        if self._pool.joined:
            return
        wait = max(0.0, begun + self._settings.poll_s - self._reactor.seconds())
        self._next = self._reactor.callLater(wait, self._poll)

    def _good(self, polled: Polled) -> None:
        self._tell_rejects(polled.rejects)
        rejected = len(polled.rejects)
        rows, before = dict(polled.rows), self._table
        # A record that is there but cannot be read: its last good row stays.
        rows.update(
            {key: (before or {})[key] for key in polled.unreadable if key in (before or {})}
        )
        self._doubt, believed = weigh(
            self._doubt,
            None if before is None else before.keys(),
            rows.keys(),
            share=self._settings.vanish_share,
            polls=self._settings.vanish_polls,
        )
        if mostly_unusable(len(polled.rows), rejected):
            why = f"{rejected} records cannot be rows, {len(polled.rows)} can"
            self._report(SourceState.ABSURD, why, rejected=rejected)
        elif not believed:
            why = f"{len(before or ())} rows became {len(rows)}; not believed yet"
            self._report(SourceState.ABSURD, why, rejected=rejected)
        else:
            self._take(rows, rejected)

    def _take(self, rows: Mapping[RowKey, Row], rejected: int) -> None:
        self._table = rows
        now_ms = int(to_unix(self._clock.now()) * 1000)
        changed = self._on_rows(rows) or not self.report.changed_at_ms
        changed_at = now_ms if changed else self.report.changed_at_ms
        self.report = replace(self.report, poll_ok_at_ms=now_ms, changed_at_ms=changed_at)
        limit = self._settings.frozen_after_s
        if limit and now_ms - changed_at > limit * 1000:
            self._report(SourceState.FROZEN, f"no row changed for {limit:g} s", rejected=rejected)
        else:
            self._report(SourceState.OK, "", rejected=rejected)

    def _bad(self, failure: Failure) -> None:
        failure.trap(PollFailed)
        error: PollFailed = failure.value  # type: ignore[assignment]
        self._report(error.state, str(error), rejected=self.report.rejected)

    def _defect(self, failure: Failure) -> None:
        """An error of ours must not end the polling."""
        self._log.error("feed.poll-defect", traceback=failure.getTraceback())
        why = failure.getErrorMessage()
        self._report(SourceState.ABSURD, why, rejected=self.report.rejected)

    def _is_late(self) -> None:
        self._report(SourceState.SLOW, "a poll has not ended", rejected=self.report.rejected)

    def _report(self, state: SourceState, why: str, *, rejected: int) -> None:
        before = self.report.state
        self.report = replace(self.report, state=state, rejected=rejected)
        if state != before:
            told = self._log.info if state == SourceState.OK else self._log.warning
            told("feed.source", state=state.name, before=before.name, why=why)
        self._on_report(self.report, state != before)

    def _tell_rejects(self, rejects: tuple[Reject, ...]) -> None:
        """Log each record that cannot be a row once, when it comes up."""
        fresh = [reject for reject in rejects if reject not in self._rejects]
        self._rejects = frozenset(rejects)
        for reject in fresh[:REJECTS_LOGGED]:
            self._log.warning(
                "feed.row-rejected",
                query=reject.query,
                key=reject.key,
                column=reject.column,
                why=reject.reason,
            )
        if len(fresh) > REJECTS_LOGGED:
            self._log.warning("feed.rows-rejected", more=len(fresh) - REJECTS_LOGGED)
