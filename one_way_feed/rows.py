"""Rows of dispatching data as they go over the line: the feed's own, canonical form.

Law: values only. What a bureau's database looks like is the sender's configuration; what a row
means for passengers is the hub's kernel. A row is whole: the newest of a key replaces the older.

Instants are UTC, made from the database's local times by the sender. Delays become estimates at the
sender, which alone knows the sign of its bureau's delay column.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from protocol.runs import Role
from protocol.times import Instant


class Step(StrEnum):
    """Step of a train's process as the traffic log (行车日志) has it."""

    ARRIVAL_NOTIFIED = "ARRIVAL_NOTIFIED"
    ROUTE_SET = "ROUTE_SET"
    ARRIVED = "ARRIVED"
    DEPARTURE_NOTIFIED = "DEPARTURE_NOTIFIED"
    DEPARTED = "DEPARTED"


class StagePlanRow(msgspec.Struct, frozen=True, kw_only=True, tag="plan"):
    """阶段计划: what dispatching intends for one train's visit.

    Attributes:
        key: dispatching's own identifier of the visit, unique and stable.
        arrival_number: None for ORIGIN.
        departure_number: None for TERMINUS.
        category: as dispatching names it, "" if it does not.
        origin: name or code of the first station, as dispatching writes it.
        destination: likewise of the last.
        arrival_track: track id; may change until the route is set.
        departure_track: differs from `arrival_track` only when the stock is moved.
        estimated_arrival: None when dispatching gives no estimate.
        delay_known: False when dispatching says that nobody knows how late it will be.
    """

    key: str
    arrival_number: str | None = None
    departure_number: str | None = None
    category: str = ""
    role: Role
    origin: str
    destination: str
    arrival_track: str | None = None
    departure_track: str | None = None
    planned_arrival: Instant | None = None
    planned_departure: Instant | None = None
    estimated_arrival: Instant | None = None
    estimated_departure: Instant | None = None
    delay_known: bool = True
    cancelled: bool = False


class TrafficLogRow(msgspec.Struct, frozen=True, kw_only=True, tag="log"):
    """行车日志: what has happened to one train's visit so far.

    Attributes:
        key: `StagePlanRow.key` of the visit.
        step: the last step reached.
        track: the track that the route was set to, or that it stands on.
    """

    key: str
    step: Step | None = None
    actual_arrival: Instant | None = None
    actual_departure: Instant | None = None
    track: str | None = None


Row = StagePlanRow | TrafficLogRow

RowKey = tuple[str, str]
"""(``plan`` or ``log``, key)."""


def row_key(row: Row) -> RowKey:
    """Return what identifies `row` in the table: its kind and its key."""
    return ("plan" if isinstance(row, StagePlanRow) else "log", row.key)


class RowUpserted(msgspec.Struct, frozen=True):
    """The table has a new or changed row.

    Attributes:
        revision: (epoch, number): grows with every change, across restarts of the sender.
    """

    row: Row
    revision: tuple[int, int]


class RowDeleted(msgspec.Struct, frozen=True):
    """Dispatching deleted a row: a tombstone, or absent from a verified whole table."""

    key: RowKey
    revision: tuple[int, int]


RowChange = RowUpserted | RowDeleted
