"""The lines that the hub listens to, as one source of rows.

Law: wiring: receivers to the merge, what comes of it to the steps, what somebody should know to the
log. Which line is believed is `one_way_feed.merge`'s.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from hub.feed_report import FeedReport, Figures, LastTakeover, differing_fields, report
from one_way_feed.merge import Merge, MergedLine, OneKey, Takeover
from one_way_feed.receiver import Receiver
from one_way_feed.rows import RowUpserted, row_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IDelayedCall

    from one_way_feed.disagreement import Conflict
    from one_way_feed.rows import Row, RowChange, RowKey
    from one_way_feed.status import LineStatus
    from station_config.runtime.clocks import StationClock
    from station_config.runtime.deployment import LineSettings
    from station_config.runtime.reactor import Reactor

TICK_S = 0.5
"""Real seconds between two looks at who should lead."""
NEVER = (0, 0)


class Lines:
    """All lines of a hub."""

    def __init__(  # noqa: PLR0913 - one keyword for each thing that the lines need
        self,
        reactor: Reactor,
        *,
        settings: Sequence[LineSettings],
        state: Path,
        held: Sequence[RowChange],
        epoch: int,
        on_changes: Callable[[list[RowChange]], None],
        on_status: Callable[[LineStatus], None],
        log: FilteringBoundLogger,
        clock: StationClock,
    ) -> None:
        """Prepare the lines.

        Args:
            reactor: real time and descriptors.
            settings: of each line.
            state: directory of what each has accepted.
            held: dispatching's table as the hub holds it, deleted rows as deletions.
            epoch: of the hub; what the lines tell gets greater revisions than all of `held`.
            on_changes: gets the changes of the one table, never none.
            on_status: gets each line's status, after its rows.
            log: the process's log.
            clock: the true time (not a simulation's): the senders' clocks are compared with it.

        Raises:
            OperatorError: a key file cannot be used.
            DeviceError: a file of marks cannot be used.
        """
        self._reactor = reactor
        self._log = log
        self._clock = clock
        self._on_changes = on_changes
        self._on_status = on_status
        self._tick: IDelayedCall | None = None
        self._last_takeover: LastTakeover | None = None
        rows = {row_key(c.row): c.row for c in held if isinstance(c, RowUpserted)}
        state.mkdir(parents=True, exist_ok=True)
        # A line's revisions are its sender's: of what the hub holds no line has said anything yet.
        seed = {key: (row, NEVER) for key, row in rows.items()}
        self._figures = {line.name: Figures(line, reactor.seconds()) for line in settings}
        self.receivers = [self._make_receiver(line, state, seed) for line in settings]
        self._merged = {
            line.name: MergedLine(line.name, receiver.link, receiver.intake.reassembly.known)
            for line, receiver in zip(settings, self.receivers, strict=True)
        }
        epoch = max([epoch, *(change.revision[0] + 1 for change in held)])
        self._merge = Merge(tuple(self._merged.values()), rows, epoch)

    def start(self) -> None:
        """Begin to listen."""
        for receiver in self.receivers:
            receiver.start()
        self._tick = self._reactor.callLater(TICK_S, self._on_tick)

    def stop(self) -> None:
        """Listen no more."""
        if self._tick is not None:
            self._tick.cancel()
            self._tick = None
        for receiver in self.receivers:
            receiver.stop()

    def report(self) -> FeedReport:
        """Return how the lines stand now."""
        figures = [
            self._figures[receiver.status.name].line_report(
                receiver.status, receiver.intake.observed, self._reactor.seconds()
            )
            for receiver in self.receivers
        ]
        return report(self._merge, figures, self._last_takeover, self._reactor.seconds())

    def _make_receiver(
        self, line: LineSettings, state: Path, held: dict[RowKey, tuple[Row, tuple[int, int]]]
    ) -> Receiver:
        return Receiver(
            self._reactor,
            name=line.name,
            device=line.device,
            baud=line.baud,
            keys=line.keys,
            memory=state / f"line-{line.name}.state",
            held=held,
            on_changes=partial(self._told, line.name),
            on_status=self._line_status,
            log=self._log,
            clock=self._clock,
        )

    def _on_tick(self) -> None:
        self._tick = self._reactor.callLater(TICK_S, self._on_tick)
        for receiver in self.receivers:
            self._hear(receiver, ())

    def _told(self, name: str, changes: Sequence[RowChange]) -> None:
        self._hear(self._receiver(name), changes)

    def _line_status(self, status: LineStatus) -> None:
        self._figures[status.name].note(status, self._reactor.seconds())
        self._hear(self._receiver(status.name), ())
        self._on_status(status)

    def _receiver(self, name: str) -> Receiver:
        return next(each for each in self.receivers if each.status.name == name)

    def _hear(self, receiver: Receiver, changes: Sequence[RowChange]) -> None:
        line = self._merged[receiver.status.name]
        line.link, line.mode = receiver.link, receiver.status.mode
        line.epoch, line.whole_at = receiver.intake.mark[0], receiver.intake.observed.whole_at
        merged = self._merge.hear(line, changes, self._reactor.seconds())
        for news in self._merge.news():
            self._say(news, len(merged))
        if merged:
            self._on_changes(merged)

    def _say(self, news: Takeover | OneKey | Conflict, rows: int) -> None:
        if isinstance(news, Takeover):
            self._last_takeover = LastTakeover(
                news.before, news.mode, news.lead, self._reactor.seconds()
            )
            self._log.warning(
                "feed.takeover",
                line=news.lead,
                before=news.before,
                because=news.mode.value,
                rows=rows,
                in_part=self._merge.in_part,
                conflicts=len(self._merge.disagreements.conflicts),
            )
        elif isinstance(news, OneKey):
            self._log.error(
                "feed.two-senders-one-key", link=news.link, lines=news.lines, holds=news.holds
            )
        else:
            self._log.error(
                "feed.lines-disagree",
                line=news.line,
                lead=self._merge.lead,
                row="/".join(news.key),
                holds=news.holds,
                differ=differing_fields(news.ours, news.theirs),
            )
