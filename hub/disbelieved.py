"""Rows of dispatching that the kernel did not believe: counted by reason, the latest listed.

Law: values only; what is kept for long stands in the database (`Operations.rejects`), this is for
who asks how the feed stands now.
"""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING

import msgspec

from protocol.times import Instant

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

    from hub.feed_report import FeedReport
    from hub.kernel.reasons import Rejected
    from hub.store.outcome import StepResult

LATEST = 10
"""So many are listed; all of them are in the journal and in the log."""


class Disbelief(msgspec.Struct, frozen=True, kw_only=True):
    """A row, or a part of one, that was not believed.

    Attributes:
        at: station time.
        row: ``plan/KEY`` or ``log/KEY``.
        reason: code.
        partial: the rest of the row is used.
        zh: the sentence in Chinese.
        en: the sentence in English.
    """

    at: Instant
    row: str
    reason: str
    partial: bool
    zh: str
    en: str


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the rows that came since the hub began; every row is in one of the counts.

    Attributes:
        believed: at least in part.
        held: known already.
        over: about trains long gone: good, and nothing to tell.
        rejected: not believed, by reason.
        parts: of the believed ones, parts that were not, by reason.
        latest: of both, newest first.
    """

    believed: int = 0
    held: int = 0
    over: int = 0
    rejected: dict[str, int] = {}
    parts: dict[str, int] = {}
    latest: list[Disbelief] = []


class Disbelieved:
    """Counts steps' rows.

    Args:
        log: every row that is not believed stands there.
    """

    def __init__(self, log: FilteringBoundLogger) -> None:
        self._log = log
        self._rows: Counter[str] = Counter()
        self._whole: Counter[str] = Counter()
        self._parts: Counter[str] = Counter()
        self._latest: deque[Disbelief] = deque(maxlen=LATEST)

    def note(self, result: StepResult) -> None:
        """Count what one step did."""
        self._rows["believed"] += len(result.rows)
        self._rows["held"] += result.ignored
        self._rows["over"] += len(result.over)
        for each in result.rejected:
            (self._parts if each.partial else self._whole)[each.reason.value] += 1
            self._latest.append(_disbelief(result.now, each))
            self._log.warning("row.rejected", row="/".join(each.key), why=each.en)

    def beside(self, report: FeedReport) -> FeedReport:
        """Return how the lines stand, with what was thought of their rows."""
        return msgspec.structs.replace(report, judgement=self.judgement())

    def judgement(self) -> Judgement:
        """Return the counts."""
        return Judgement(
            believed=self._rows["believed"],
            held=self._rows["held"],
            over=self._rows["over"],
            rejected=dict(sorted(self._whole.items())),
            parts=dict(sorted(self._parts.items())),
            latest=list(reversed(self._latest)),
        )


def _disbelief(at: Instant, rejected: Rejected) -> Disbelief:
    return Disbelief(
        at=at,
        row="/".join(rejected.key),
        reason=rejected.reason.value,
        partial=rejected.partial,
        zh=rejected.zh,
        en=rejected.en,
    )
