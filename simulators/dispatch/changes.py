"""One timed change of the dispatching database.

Law: values only. Instants are UTC here; `database` writes them as the station's local time.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from protocol.runs import Role
from protocol.times import Instant

if TYPE_CHECKING:
    from collections.abc import Mapping

Value = str | int | Instant | None


class Table(StrEnum):
    """Which table a change is in."""

    PLAN = "stage_plan"
    LOG = "traffic_log"


class StepCode(StrEnum):
    """``traffic_log.step``: what the bureau writes for a step of the process."""

    ARRIVAL_NOTIFIED = "BD"
    ROUTE_SET = "PL"
    ARRIVED = "DD"
    DEPARTURE_NOTIFIED = "CB"
    DEPARTED = "FC"


class DelayState(StrEnum):
    """``stage_plan.delay_state``: whether anybody knows how late the train will be."""

    KNOWN = "K"
    UNKNOWN = "U"


ROLE_CODES = {Role.ORIGIN: "SF", Role.TERMINUS: "ZD", Role.INTERMEDIATE: "TG", Role.PASS: "TT"}
"""``stage_plan.role``: 始发, 终到, through stop, through without stop."""


@dataclass(frozen=True)
class Change:
    """What is done to one row at an instant.

    Attributes:
        at: when, in station time.
        table: where.
        key: ``plan_id`` of the row.
        values: columns to set (the row is made if it is not there); None deletes the row.
    """

    at: Instant
    table: Table
    key: str
    values: Mapping[str, Value] | None
