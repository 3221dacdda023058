"""One train's call at the station as its source tells it, and how it becomes a row.

Law: the checks that every source needs stand here once. Times are minutes from the local midnight
that begins the source's service date, so 1450 is ten past midnight on the day after.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import time
from typing import TYPE_CHECKING

from station_config.imports.report import Note, Reason
from station_config.model import TimetableRow

if TYPE_CHECKING:
    from collections.abc import Callable

    from protocol.runs import Role
    from station_config.imports.report import Report
    from station_config.service_days import ServiceDays

DAY_MINUTES = 24 * 60
NO_CATEGORY = "OTHER"
"""Category of a train whose number tells none; the same word as `Station.category_of` uses."""

_LETTERS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Call:
    """One call.

    Attributes:
        where: ``file:line`` of the record that it comes from.
        arrival: minutes, None if the train starts here.
        departure: minutes, None if it ends here.
        days: the source's service dates: those of `arrival` and `departure` below 1440.
    """

    where: str
    number: str
    category: str
    role: Role
    origin: str
    destination: str
    arrival: int | None
    departure: int | None
    days: ServiceDays
    track: str | None = None
    stock: str | None = None

    @property
    def first(self) -> int:
        """The first event here."""
        first = self.departure if self.arrival is None else self.arrival
        return 0 if first is None else first


@dataclass(frozen=True)
class Imported:
    """A row and the place that it comes from."""

    where: str
    row: TimetableRow


def imported(call: Call, report: Report) -> Imported | None:
    """Return the row of `call`, None after telling why there is none."""
    reason = _unfit(call)
    if reason is not None:
        report.tell(call.where, reason, call.number)
        return None
    if call.category == NO_CATEGORY:
        report.tell(call.where, Note.NO_CATEGORY, call.number)
    row = TimetableRow(
        arrival_number=None if call.arrival is None else call.number,
        departure_number=None if call.departure is None else call.number,
        category=call.category,
        role=call.role,
        origin=call.origin,
        destination=call.destination,
        arrival=_time_of_day(call.arrival),
        departure=_time_of_day(call.departure),
        track=call.track,
        days=call.days.shifted(call.first // DAY_MINUTES),
        stock=call.stock,
    )
    return Imported(call.where, row)


def without(item: Imported, days: ServiceDays) -> Imported:
    """Return `item` on `days` only."""
    return replace(item, row=replace(item.row, days=days))


def category_in(number: str, category_of: Callable[[str], str | None], *others: str) -> str:
    """Return the category: as the station knows it, else the first letters of one of the texts.

    Args:
        number: the train's number, ``K274/K275`` or ``RE 4301``.
        category_of: the station's own answer, None if it has none.
        others: texts that may begin with the category if the number does not, such as a line.
    """
    known = category_of(number)
    if known is not None:
        return known
    found = (_LETTERS.match(text) for text in (number, *others))
    return next((match.group() for match in found if match), NO_CATEGORY)


def _unfit(call: Call) -> Reason | None:
    if not call.number:
        return Reason.NO_NUMBER
    if not call.origin or not call.destination:
        return Reason.NO_END
    if call.arrival is not None and call.departure is not None:
        if call.departure < call.arrival:
            return Reason.BAD_ORDER
        if call.departure - call.arrival >= DAY_MINUTES:
            return Reason.LONG_STOP
    return Reason.NO_DAYS if call.days.never else None


def _time_of_day(minutes: int | None) -> time | None:
    if minutes is None:
        return None
    return time(minutes % DAY_MINUTES // 60, minutes % 60)
