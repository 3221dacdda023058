"""The days that a report is about, as a page asks for them.

Law: a question's days and what speaks against them; nothing is counted here.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

import msgspec

from hub.past.punctuality import ON_TIME_MIN
from protocol.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.defer import Deferred

    from hub.console.office import Office
    from hub.store.reading import Reader

MOST_DAYS = 92
"""A quarter: a report over more is a matter of the command line."""
_LIMIT = Annotated[int, msgspec.Meta(ge=0, le=120)]
_DAY = Annotated[str, msgspec.Meta(max_length=10)]


class Days(msgspec.Struct, frozen=True, kw_only=True):
    """Local service dates from `first` to `last`, ``YYYY-MM-DD``; none: today.

    Attributes:
        on_time: so many whole minutes late are on time.
    """

    first: _DAY = ""
    last: _DAY = ""
    on_time: _LIMIT = ON_TIME_MIN


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A file for a spreadsheet."""

    name: str
    text: str


def range_of(office: Office, days: Days) -> tuple[date, date]:
    """Return the first and the last day that are asked for.

    Raises:
        OperatorError: one is no date, they are in the wrong order, or too many.
    """
    station, now = office.desk().station, office.desk().clock.now()
    today = now.astimezone(station.zone_info).date()
    first = _date(days.first, "first") or today
    last = _date(days.last, "last") or max(first, today)
    if last < first:
        raise OperatorError("it is before the first day", where="last")
    if last - first >= timedelta(days=MOST_DAYS):
        raise OperatorError(f"at most {MOST_DAYS} days; more with `station report`", where="last")
    return first, last


def sheet_of(
    office: Office, days: Days, text: Callable[[Reader, date, date], str], about: str = ""
) -> Deferred[Sheet]:
    """Return what `text` writes of the days that are asked for, in a file that names them.

    Raises:
        OperatorError: see `range_of`.
    """
    first, last = range_of(office, days)
    name = f"{office.desk().station.id}-{about}{first}-{last}.csv"
    return office.desk().past(lambda reader: Sheet(name=name, text=text(reader, first, last)))


def _date(text: str, where: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise OperatorError(f"{text!r} is not a date like 2021-01-20", where=where) from error
