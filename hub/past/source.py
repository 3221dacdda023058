"""What a command about the past was asked of: which database, which station, which instant.

Law: arguments in, values out; the only place that reads deployment and station for these commands.
"""

from __future__ import annotations

import locale
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from hub.store.journal import OPEN, PLAN, decode_station
from hub.store.reading import reading
from protocol.errors import OperatorError
from station_config.load import load_station
from station_config.runtime.deployment import load_deployment

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from hub.store.reading import Reader
    from protocol.times import Instant
    from station_config.model import Station


@contextmanager
def opened(arguments: argparse.Namespace) -> Iterator[Reader]:
    """Open the database that was named.

    Raises:
        OperatorError: none was named, or it cannot be read.
    """
    url = arguments.database
    if url is None and arguments.deployment is not None:
        url = load_deployment(arguments.deployment).hub.database
    if url is None:
        raise OperatorError("which database? give --deployment FILE or --database URL")
    with reading(url) as reader:
        yield reader


def given_station(arguments: argparse.Namespace) -> Station | None:
    """Return the station of --station, None: the journal's."""
    return load_station(arguments.station) if arguments.station is not None else None


def station_of(arguments: argparse.Namespace, reader: Reader, at: Instant | None) -> Station:
    """Return the station of --station, else the one with which the hub ran at `at` (None: last).

    Raises:
        OperatorError: the journal knows none.
    """
    given = given_station(arguments)
    if given is not None:
        return given
    starts = reader.starts()
    earlier = [start for start in starts if at is None or start.at <= at] or starts[:1]
    known_as = earlier[-1].station if earlier else ""
    for mark in (
        reader.records(earlier[-1].number, kinds=frozenset({OPEN, PLAN})) if earlier else ()
    ):
        if at is None or mark.at <= at:
            known_as = mark.subject
    record = reader.station(known_as)
    if record is None:
        raise OperatorError("the journal does not know the station; give --station DIR")
    return decode_station(record.detail)


def language_of(arguments: argparse.Namespace) -> str:
    """Return the language that was asked for, else the locale's: zh or en."""
    asked: str | None = arguments.language
    if asked is not None:
        return asked
    found = locale.getlocale()[0] or ""
    return "zh" if found.lower().startswith(("zh", "chinese")) else "en"


def instant(text: str, station: Station, now: Instant | None) -> Instant:
    """Return the instant that `text` names: ISO 8601, local time unless it says its offset.

    A time of day alone is that time on the station's date at `now`.

    Raises:
        OperatorError: it names none.
    """
    zone = station.zone_info
    try:
        if "T" not in text and ":" in text and now is not None:
            clock = time.fromisoformat(text)
            found = datetime.combine(now.astimezone(zone).date(), clock)
        else:
            found = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"{text!r} is no time; write 2021-01-20T14:32, or 14:32"
        raise OperatorError(message, where="--at") from error
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def local_date(text: str, where: str) -> date:
    """Return the date that `text` names.

    Raises:
        OperatorError: it names none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise OperatorError(f"{text!r} is no date; write 2021-01-20", where=where) from error


def first_number(reader: Reader, day: str | None, zone: ZoneInfo | None) -> int:
    """Return the number of the snapshot at which a journal from local date `day` on begins.

    Raises:
        OperatorError: the journal has none so early, or none at all.
    """
    starts = reader.starts()
    if not starts:
        raise OperatorError("the journal has no snapshot; let this program's hub run once")
    if day is None:
        return starts[0].number
    wanted = local_date(day, "--from")
    found = [s.number for s in starts if s.at.astimezone(zone).date() >= wanted]
    before = [s.number for s in starts if s.at.astimezone(zone).date() < wanted]
    same = [s.number for s in starts if s.at.astimezone(zone).date() == wanted]
    if same or (found and before):
        return (same or found)[0]
    known = ", ".join(sorted({s.at.astimezone(zone).date().isoformat() for s in starts})[:1])
    raise OperatorError(f"the journal has no {day}; it begins on {known}", where="--from")
