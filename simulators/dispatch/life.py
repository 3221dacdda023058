"""A fate told to the database, change by change.

Law: pure. What is written is what a dispatcher's system would write at that moment, never the
truth ahead of its time.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from simulators.dispatch.changes import (
    ROLE_CODES,
    Change,
    DelayState,
    StepCode,
    Table,
    Value,
)
from simulators.dispatch.tracks import route_set_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from protocol.times import Instant
    from simulators.dispatch.fates import Fate
    from simulators.dispatch.visits import Visit

REMOVED_AFTER = timedelta(minutes=30)
"""A row stays in the tables so long after the last event."""

NOTIFIED_BEFORE_ARRIVAL = timedelta(minutes=10)
NOTIFIED_BEFORE_DEPARTURE = timedelta(minutes=3)


def changes_of(fate: Fate) -> list[Change]:
    """Return everything that the database is told about the visit, in the order of time."""
    told = [*_plan(fate), *_log(fate)]
    removed = fate.ends + REMOVED_AFTER
    key = fate.visit.key
    told = [c for c in told if c.at < removed]
    told.extend(Change(removed, table, key, None) for table in (Table.LOG, Table.PLAN))
    return sorted(told, key=lambda change: change.at)


def plan_row(fate: Fate) -> dict[str, Value]:
    """Return the row of the stage plan as it is when the visit appears."""
    visit, row = fate.visit, fate.visit.row
    return {
        "arr_train_no": row.arrival_number if visit.arrival else None,
        "dep_train_no": row.departure_number if visit.departure else None,
        "train_type": row.category,
        "role": ROLE_CODES[row.role],
        "start_station": row.origin,
        "end_station": row.destination,
        "arr_track": None,
        "dep_track": None,
        **track_columns(visit, row.track),
        "plan_arr_time": visit.arrival,
        "plan_dep_time": visit.departure,
        "cancel_flag": 0,
        **delay_columns(fate, fate.estimates[0].minutes),
    }


def delay_columns(fate: Fate, minutes: int | None) -> dict[str, Value]:
    """Return the delay columns when the train is `minutes` late, None: nobody knows."""
    if minutes is None:
        unknown = DelayState.UNKNOWN.value
        return {"arr_delay_min": None, "dep_delay_min": None, "delay_state": unknown}
    arrives = fate.visit.arrival is not None
    return {
        "arr_delay_min": minutes if arrives else None,
        "dep_delay_min": fate.departure_delay(minutes),
        "delay_state": DelayState.KNOWN.value,
    }


def delay_at(fate: Fate, at: Instant) -> dict[str, Value]:
    """Return the delay columns as they should stand at `at`."""
    known = [e for e in fate.estimates if e.at <= at] or [fate.estimates[0]]
    return delay_columns(fate, known[-1].minutes)


def track_columns(visit: Visit, track: str | None) -> dict[str, Value]:
    """Return the track columns that the visit has, set to `track`."""
    columns: dict[str, Value] = {"arr_track": track} if visit.arrival else {}
    return columns | ({"dep_track": track} if visit.departure else {})


def step_at(fate: Fate, at: Instant) -> Value:
    """Return the step that the log should show at `at`, None before the first."""
    reached = [c.values["step"] for c in _log(fate) if c.at <= at and c.values]
    return reached[-1] if reached else None


def _plan(fate: Fate) -> Iterator[Change]:
    key = fate.visit.key
    yield Change(fate.appears, Table.PLAN, key, plan_row(fate))
    for estimate in fate.estimates[1:]:
        columns = delay_columns(fate, estimate.minutes)
        yield Change(estimate.at + fate.lag, Table.PLAN, key, columns)
    if fate.track_change is not None:
        columns = track_columns(fate.visit, fate.track_change.track)
        yield Change(fate.track_change.at, Table.PLAN, key, columns)
    if fate.cancelled_at is not None:
        yield Change(fate.cancelled_at, Table.PLAN, key, {"cancel_flag": 1})


def _log(fate: Fate) -> Iterator[Change]:
    """The steps of the process; a cancelled train has none."""
    key, lag = fate.visit.key, fate.lag
    if fate.arrival is None and fate.departure is None:
        return
    if fate.arrival is not None:
        notified = max(fate.appears, fate.arrival - NOTIFIED_BEFORE_ARRIVAL)
        yield _step(key, notified, StepCode.ARRIVAL_NOTIFIED)
    yield _step(key, route_set_at(fate), StepCode.ROUTE_SET, track_no=fate.track)
    if fate.arrival is not None:
        arrived = fate.arrival + lag
        yield _step(key, arrived, StepCode.ARRIVED, act_arr_time=fate.arrival)
    if fate.departure is not None:
        earliest = (fate.arrival or fate.appears) + lag
        notified = max(earliest, fate.departure - NOTIFIED_BEFORE_DEPARTURE)
        yield _step(key, notified, StepCode.DEPARTURE_NOTIFIED)
        departed = fate.departure + lag
        yield _step(key, departed, StepCode.DEPARTED, act_dep_time=fate.departure)


def _step(key: str, at: Instant, step: StepCode, **columns: Value) -> Change:
    return Change(at, Table.LOG, key, {"step": step.value, **columns})
