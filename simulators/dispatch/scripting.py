"""Hands on the dispatching database: for tests and benches that need one change at one moment.

Law: plain SQL on one visit, as a dispatcher would do it; nothing here knows the simulated truth,
which may overwrite what was set with its next change of the same column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, select, update

from simulators.dispatch.changes import DelayState
from simulators.dispatch.database import STAGE_PLAN

if TYPE_CHECKING:
    from collections.abc import Mapping


class UnknownVisitError(LookupError):
    """No such ``plan_id`` in the stage plan."""


def plan_ids(connection: Connection) -> list[str]:
    """Return the visits in the stage plan, by planned time."""
    plan = STAGE_PLAN.c
    first = plan.plan_arr_time
    rows = connection.execute(select(plan.plan_id, first, plan.plan_dep_time)).all()
    return [row[0] for row in sorted(rows, key=lambda row: (row[1] or row[2] or "", row[0]))]


def set_delay(connection: Connection, plan_id: str, minutes: int | None) -> None:
    """Let dispatching say that the visit is `minutes` late, None: that nobody knows.

    Raises:
        UnknownVisitError: not in the stage plan.
    """
    state = DelayState.UNKNOWN if minutes is None else DelayState.KNOWN
    columns = {"arr_delay_min": minutes, "dep_delay_min": minutes, "delay_state": state.value}
    _update(connection, plan_id, columns)


def set_track(connection: Connection, plan_id: str, track: str) -> None:
    """Move the visit to `track`, occupied or not.

    Raises:
        UnknownVisitError: not in the stage plan.
    """
    _update(connection, plan_id, {"arr_track": track, "dep_track": track})


def set_cancelled(connection: Connection, plan_id: str, *, cancelled: bool = True) -> None:
    """Cancel the visit, or take that back.

    Raises:
        UnknownVisitError: not in the stage plan.
    """
    _update(connection, plan_id, {"cancel_flag": int(cancelled)})


def _update(connection: Connection, plan_id: str, columns: Mapping[str, object]) -> None:
    """Columns of an event that the visit does not have stay empty."""
    table = STAGE_PLAN
    row = connection.execute(select(table).where(table.c.plan_id == plan_id)).mappings().first()
    if row is None:
        raise UnknownVisitError(plan_id)
    absent = {
        column
        for kind in ("arr", "dep")
        for column in (f"{kind}_delay_min", f"{kind}_track")
        if row[f"plan_{kind}_time"] is None
    }
    kept = {column: value for column, value in columns.items() if column not in absent}
    connection.execute(update(table).where(table.c.plan_id == plan_id).values(**kept))
