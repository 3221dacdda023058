"""The state of the dispatching source through all reports of its lines.

Law: it remembers and tells of changes; what the state is, `hub.source` works out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.source import source_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from structlog.typing import FilteringBoundLogger

    from one_way_feed.status import LineStatus
    from protocol.messages import Source
    from station_config.runtime.clocks import StationClock


class SourceWatch:
    """The state of the source through all reports of its lines.

    Args:
        clock: station time.
        changed: called when the mode is another than before.
        log: the process's log.

    Attributes:
        source: the present state, None before the first report.
    """

    def __init__(
        self, clock: StationClock, changed: Callable[[], None], log: FilteringBoundLogger
    ) -> None:
        self._clock = clock
        self._changed = changed
        self._log = log
        self._statuses: dict[str, LineStatus] = {}
        self.source: Source | None = None

    def take(self, status: LineStatus) -> None:
        """Take a line's report."""
        self._statuses[status.name] = status
        before = self.source
        self.source = source_of(
            self._statuses.values(), before=before, now=self._clock.now(), rate=self._clock.rate
        )
        if before is None or before.mode is not self.source.mode:
            self._log.info("source", mode=self.source.mode.value)
            self._changed()
