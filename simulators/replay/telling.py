"""Recorded calls as timed changes of the dispatching database, alike for all formats.

Law: pure. A row lives as in the simulator: from 3 h before its first planned event to 30 min after
its last. What was told before it appears is in it when it appears. Where a recording has no actual
times, a train that was not cancelled came and left when it was last expected to. A train whose last
event never happened keeps its row until everything was told: a delivery may tell hours later that
it was cancelled, or is still here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.dispatch.changes import (
    ROLE_CODES,
    Change,
    DelayState,
    StepCode,
    Table,
    Value,
)
from simulators.dispatch.fates import HORIZON
from simulators.dispatch.life import REMOVED_AFTER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from protocol.times import Instant
    from simulators.replay.calls import RecordedCall, Told


def changes_of_calls(calls: Iterable[RecordedCall]) -> list[Change]:
    """Return all changes, in the order of time."""
    changes = [change for call in calls for change in changes_of_call(call)]
    return sorted(changes, key=lambda change: change.at)


def changes_of_call(call: RecordedCall) -> list[Change]:
    """Return everything that the database is told about one call, in the order of time."""
    appears = call.planned[0] - HORIZON
    told = sorted(call.told, key=lambda t: t.at)
    changes = [Change(appears, Table.PLAN, call.key, _plan_row(call))]
    for news in told:
        columns = _columns(call, news)
        if columns:
            changes.append(Change(max(news.at, appears), Table.PLAN, call.key, columns))
    log = _log(call, told)
    changes += log
    heard = [] if _is_over(call, log) else [news.at for news in told]
    removed = max([*call.planned, *(c.at for c in log), *heard]) + REMOVED_AFTER
    changes = [c for c in changes if c.at < removed]
    changes += [Change(removed, table, call.key, None) for table in (Table.LOG, Table.PLAN)]
    return sorted(changes, key=lambda change: change.at)


def _plan_row(call: RecordedCall) -> dict[str, Value]:
    return {
        "arr_train_no": call.number if call.planned_arrival else None,
        "dep_train_no": call.number if call.planned_departure else None,
        "train_type": call.category,
        "role": ROLE_CODES[call.role],
        "start_station": call.origin,
        "end_station": call.destination,
        "arr_track": call.arrival_track if call.planned_arrival else None,
        "dep_track": call.departure_track if call.planned_departure else None,
        "plan_arr_time": call.planned_arrival,
        "plan_dep_time": call.planned_departure,
        "arr_delay_min": None,
        "dep_delay_min": None,
        "delay_state": DelayState.KNOWN.value,
        "cancel_flag": 0,
    }


def _columns(call: RecordedCall, news: Told) -> dict[str, Value]:
    columns: dict[str, Value] = {}
    for event, planned, expected, track in (
        ("arr", call.planned_arrival, news.arrival, news.arrival_track),
        ("dep", call.planned_departure, news.departure, news.departure_track),
    ):
        if planned is not None and expected is not None:
            columns[f"{event}_delay_min"] = round((expected - planned).total_seconds() / 60)
        if planned is not None and track is not None:
            columns[f"{event}_track"] = track
    if news.cancelled is not None:
        columns["cancel_flag"] = int(news.cancelled)
    if news.delay_known is not None:
        known = DelayState.KNOWN if news.delay_known else DelayState.UNKNOWN
        columns["delay_state"] = known.value
    return columns


def _log(call: RecordedCall, told: list[Told]) -> list[Change]:
    arrival, departure = _actual_times(call, told)
    planned = call.arrival_track or call.departure_track
    tracks = [planned, *(t.arrival_track or t.departure_track for t in told)]
    track = next((t for t in reversed(tracks) if t), None)
    changes = []
    for at, step, column in (
        (arrival, StepCode.ARRIVED, "act_arr_time"),
        (departure, StepCode.DEPARTED, "act_dep_time"),
    ):
        if at is not None:
            values: dict[str, Value] = {"step": step.value, column: at, "track_no": track}
            changes.append(Change(at, Table.LOG, call.key, values))
    return changes


def _is_over(call: RecordedCall, log: list[Change]) -> bool:
    last = "act_dep_time" if call.planned_departure else "act_arr_time"
    return any(change.values and last in change.values for change in log)


def _actual_times(call: RecordedCall, told: list[Told]) -> tuple[Instant | None, Instant | None]:
    """Recorded, else as last expected; a departure is never before its arrival."""
    cancelled = [t.cancelled for t in told if t.cancelled is not None]
    unknown = [t.delay_known for t in told if t.delay_known is not None]
    if call.actual_arrival or call.actual_departure:
        return call.actual_arrival, call.actual_departure
    if (cancelled and cancelled[-1]) or (unknown and not unknown[-1]):
        return None, None
    arrivals = [t.arrival for t in told if t.arrival is not None]
    departures = [t.departure for t in told if t.departure is not None]
    arrival = (arrivals or [call.planned_arrival])[-1] if call.planned_arrival else None
    departure = (departures or [call.planned_departure])[-1] if call.planned_departure else None
    if arrival is not None and departure is not None:
        departure = max(arrival, departure)
    return arrival, departure
