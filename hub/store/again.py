"""Rows of dispatching that are held and looked at once more, for the time is another one.

Law: inside a step's transaction, and only rows as they are held: dispatching sends what changes,
so nobody will send them again. A row that was too early is looked at when its time has come, one
for a day too far ahead on every new day, all when the clock was set back, and those without a train
or a time when the timetable is another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.kernel.absorb import OVER
from hub.kernel.intake import AHEAD_DAYS, DAY
from hub.kernel.reasons import Reason
from hub.store.records import to_change
from one_way_feed.rows import RowUpserted, StagePlanRow

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from hub.kernel.conclude import Stored
    from hub.store.step import Step
    from one_way_feed.rows import RowChange
    from protocol.times import Instant

_OF_ANOTHER_TIMETABLE = (Reason.MISSING_TIME, Reason.UNKNOWN_TRAIN)
"""Verdicts that follow from what the timetable does not have."""

_OF_ANOTHER_TIME = frozenset({OVER, Reason.PAST_DAY.value})
"""Verdicts that a clock too far ahead makes."""


def early_rows(step: Step, runs: Iterable[Stored]) -> list[RowChange]:
    """Return the rows about `runs` that told too early of something and may be believed now."""
    early = [run.facts.early for run in runs if run.facts.early is not None]
    keys = sorted({each.key for each in early if each.at <= step.now})
    return [
        to_change(record)
        for statement, named in step.statements.feed_rows.batches(keys)
        for record in step.opened.rows(statement, **named)
        if record[0] == "log" and _stands(record) and record[6] == Reason.NOT_YET
    ]


def take_far_ahead(step: Step) -> None:
    """Look again at the rows for days that were too far ahead until now."""
    found = step.opened.rows(step.statements.rows_judged, of_verdict=Reason.FAR_AHEAD.value)
    held = [to_change(record) for record in sorted(found) if _stands(record)]
    step.take_again([change for change in held if _is_near(change, step.now)])


def take_unplaced(step: Step) -> None:
    """Look again at the rows that the timetable left without a train or a time: it is another."""
    found = [
        record
        for reason in _OF_ANOTHER_TIMETABLE
        for record in step.opened.rows(step.statements.rows_judged, of_verdict=reason.value)
    ]
    step.take_again([to_change(record) for record in sorted(found) if _stands(record)])


def take_held(step: Step) -> None:
    """Take in again what was said of runs that are forgotten: the clock was set back.

    Whatever was thought to be over, or of a past day, by a clock that was ahead may be neither.
    """
    step.opened.run(step.statements.drop_visits_of_nobody)
    known = {record[0] for record in step.opened.rows(step.statements.all_runs)}
    again = [
        to_change(record)
        for record in step.opened.rows(step.statements.all_feed_rows)
        if _stands(record)
        and (record[6] in _OF_ANOTHER_TIME or (record[6] is None and record[5] not in known))
    ]
    step.take_again(again)


def _is_near(change: RowChange, now: Instant) -> bool:
    row = change.row if isinstance(change, RowUpserted) else None
    if not isinstance(row, StagePlanRow):
        return False
    planned = [at for at in (row.planned_arrival, row.planned_departure) if at is not None]
    return min(planned, default=now) <= now + AHEAD_DAYS * DAY


def _stands(record: tuple[Any, ...]) -> bool:
    return record[4] is not None
