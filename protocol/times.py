"""Instants: aware datetimes in UTC, and the few things that are done with them.

Law: inside the system an instant is UTC; a zone appears only where a person reads or a timetable is
imported. No function here asks what time it is.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import msgspec

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
"""An aware datetime. Whatever this project makes is in UTC; a vendor's message may carry another
offset, which compares and subtracts alike; a message with a zoneless time is refused."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def from_unix(seconds: float) -> Instant:
    """Return the instant `seconds` after 1970-01-01T00:00:00Z."""
    return _EPOCH + timedelta(seconds=seconds)


def to_unix(instant: Instant) -> float:
    """Return the seconds from 1970-01-01T00:00:00Z to `instant`."""
    return (instant - _EPOCH).total_seconds()


def minute_number(instant: Instant) -> int:
    """Return the number of whole minutes since 1970 UTC: the key of a minute tick."""
    return (instant - _EPOCH) // MINUTE


def minute_start(number: int) -> Instant:
    """Return the instant at which minute `number` begins."""
    return _EPOCH + number * MINUTE


def minutes_between(earlier: Instant, later: Instant) -> int:
    """Return whole minutes from `earlier` to `later`, rounded toward minus infinity."""
    return (later - earlier) // MINUTE


def clock_text(instant: Instant, zone: ZoneInfo) -> str:
    """Return the 24-hour clock time of `instant` in `zone`, ``HH:MM``.

    Boards use the 24-hour clock: Regulation (EU) 1300/2014; GB practice alike.
    """
    return instant.astimezone(zone).strftime("%H:%M")
