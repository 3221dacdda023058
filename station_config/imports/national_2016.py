"""The format of the national high-speed timetable of 2016 (12306 as crawled by Parse12306).

Law: a train is a block of successive lines, one a stop; a block ends where train, days or ids
change or the sequence does not grow. Columns that are read:

    train          number, several with a slash: ``D281/D284``
    origin, terminus
    seq            1 is the first stop; numbers may be missing
    station        name
    arrive, depart ``HH:MM``, ``----`` for none; a stop's time before that of the stop before is on
                   the next day
    running_days   ``ALL`` or dates ``2016-02-03|2016-02-04``: days on which the train STARTS, so a
                   call after midnight has the date after
    raw_ids        optional; tells apart two trains of one number

The first stop's arrival and the last one's departure are not read: they repeat the other time, or
are 00:00. The table of stations has names and codes in columns whose headings are known to be
wrong: what is asked for is looked for in every cell of a line, and stands for every cell of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING

from protocol.errors import OperatorError
from protocol.runs import Role
from station_config.imports.calls import DAY_MINUTES, Call, Imported, category_in, imported
from station_config.imports.records import records
from station_config.imports.report import Reason
from station_config.service_days import DAILY, ServiceDays

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from station_config.imports.records import Source
    from station_config.imports.report import Report

NONE = "----"
EVERY_DAY = "ALL"
LONGEST_MINUTES = 12 * 60
"""No stop, and no way between two, takes longer: then a time was mistyped and goes back."""

_COLUMNS = ("train", "origin", "terminus", "seq", "station", "arrive", "depart", "running_days")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_NUMERIC = re.compile(r"[\d.+-]*")
_SUGGESTIONS = 5


@dataclass(frozen=True)
class _Stop:
    line: int
    train: str
    origin: str
    terminus: str
    seq: int | None
    station: str
    arrive: str
    depart: str
    running_days: str
    raw_ids: str

    @property
    def block(self) -> tuple[str, ...]:
        return self.train, self.running_days, self.raw_ids


def read_national(
    stop_times: Source,
    wanted: Iterable[str],
    report: Report,
    category_of: Callable[[str], str | None] = lambda _number: None,
) -> list[Imported]:
    """Return the rows of the station.

    Args:
        stop_times: the table of stops.
        wanted: the station's names, see `names_of`.
        report: takes what is not used.
        category_of: see `category_in`.

    Raises:
        OperatorError: it is another table, or no train calls at such a station.
    """
    names = frozenset(wanted)
    seen: set[str] = set()
    found: list[Imported] = []
    calls = 0
    for block in _blocks(stop_times, report):
        seen.update(stop.station for stop in block)
        for place in (n for n, stop in enumerate(block) if stop.station in names):
            calls += 1
            call = _call(stop_times, block, place, report, category_of)
            row = None if call is None else imported(call, report)
            if row is not None:
                found.append(row)
    if not calls:
        raise OperatorError(_not_found(names, seen), where=stop_times.name)
    return found


def names_of(stations: Source, wanted: str, report: Report) -> frozenset[str]:
    """Return everything that the table of stations calls `wanted`; itself if it has no such.

    Raises:
        OperatorError: there are several, or it is no table.
    """
    table = [
        (line, tuple(cell for cell in cells if not _NUMERIC.fullmatch(cell)))
        for line, cells in _cells(stations, report)
    ]
    exact = [found for found in table if wanted in found[1]]
    folded = wanted.casefold()
    matches = exact or [found for found in table if folded in map(str.casefold, found[1])]
    if len(matches) > 1:
        listed = "; ".join(f"{' '.join(cells[:2])} (line {line})" for line, cells in matches)
        message = f"{wanted!r} is more than one station: {listed}: give a name or code of one"
        raise OperatorError(message, where=stations.name)
    return frozenset({wanted}).union(*(cells for _, cells in matches))


def _cells(stations: Source, report: Report) -> Iterator[tuple[int, tuple[str, ...]]]:
    first = next(iter(stations.open()), b"").decode("utf-8-sig", "replace").strip()
    header = tuple(name.strip() for name in first.split(","))
    if len(header) < len(("name", "code")):
        raise OperatorError("not a table of stations: give one", where=stations.at(1))
    return records(stations, header, (), report)


def _blocks(source: Source, report: Report) -> Iterator[list[_Stop]]:
    block: list[_Stop] = []
    for line, cells in records(source, _COLUMNS, ("raw_ids",), report):
        train, origin, terminus, seq, *rest = cells
        number = int(seq) if seq.isascii() and seq.isdigit() else None
        stop = _Stop(line, train, origin, terminus, number, *rest)
        if block and (stop.block != block[-1].block or not _grows(block, stop)):
            yield block
            block = []
        block.append(stop)
    if block:
        yield block


def _grows(block: Sequence[_Stop], stop: _Stop) -> bool:
    """Return whether `stop` may follow; one whose place cannot be read is passed over."""
    last = next((s.seq for s in reversed(block) if s.seq is not None), None)
    return stop.seq is None or last is None or stop.seq > last


def _call(
    source: Source,
    block: Sequence[_Stop],
    place: int,
    report: Report,
    category_of: Callable[[str], str | None],
) -> Call | None:
    """Return the call of the stop at `place` of `block`, None after telling why not."""
    stop = block[place]
    where = source.at(stop.line)
    role = _role(block, place)
    days = _days(stop.running_days)
    reason = _unfit(block, role, days, stop)
    if reason is not None or days is None:
        said = f"{stop.arrive} {stop.depart}, {stop.running_days[:40]}"
        report.tell(where, reason or Reason.BAD_DAYS, f"{stop.train} {said}")
        return None
    times = _times(block, place)
    reason = _untimely(times, days)
    if reason is not None:
        report.tell(where, reason, f"{stop.train} {stop.arrive} {stop.depart}")
        return None
    return Call(
        where=where,
        number=stop.train,
        category=category_in(stop.train, category_of),
        role=role,
        origin=stop.origin,
        destination=stop.terminus,
        arrival=times.arrival,
        departure=times.departure,
        days=days,
    )


def _role(block: Sequence[_Stop], place: int) -> Role:
    stop = block[place]
    if place == 0 and (stop.seq == 1 or stop.station == stop.origin):
        return Role.ORIGIN
    if place == len(block) - 1 and stop.station == stop.terminus:
        return Role.TERMINUS
    return Role.INTERMEDIATE


def _unfit(
    block: Sequence[_Stop], role: Role, days: ServiceDays | None, stop: _Stop
) -> Reason | None:
    needed = [stop.arrive] * (role is not Role.ORIGIN) + [stop.depart] * (role is not Role.TERMINUS)
    if stop.seq is None:
        return Reason.BAD_SEQUENCE
    if any(text in ("", NONE) for text in needed):
        return Reason.NO_TIME
    if not all(_TIME.fullmatch(text) for text in needed):
        return Reason.BAD_TIME
    if days is None:
        return Reason.BAD_DAYS
    begins = block[0].seq == 1 or block[0].station == block[0].origin
    return None if begins or days == DAILY else Reason.START_MISSING


def _days(text: str) -> ServiceDays | None:
    """Return the days on which the train starts, None if one cannot be read."""
    if text == EVERY_DAY:
        return DAILY
    try:
        return ServiceDays.of_dates(date.fromisoformat(part.strip()) for part in text.split("|"))
    except ValueError:
        return None


@dataclass
class _Times:
    """Times at a stop in minutes since the midnight before the start, and how sure they are.

    Attributes:
        longest_way: longest time from an event to the next one before this stop.
    """

    now: int = 0
    arrival: int | None = None
    departure: int | None = None
    longest_way: int = 0


def _times(block: Sequence[_Stop], place: int) -> _Times:
    times = _Times()
    for n, stop in enumerate(block[: place + 1]):
        before, role = times.now, _role(block, n)
        times.arrival = None if role is Role.ORIGIN else _next(times, stop.arrive)
        if n:
            times.longest_way = max(times.longest_way, (times.arrival or before) - before)
        times.departure = None if role is Role.TERMINUS else _next(times, stop.depart)
        if n < place and times.arrival is not None:
            times.longest_way = max(times.longest_way, times.now - times.arrival)
    return times


def _next(times: _Times, text: str) -> int | None:
    """Return the first instant after `times.now` at which clocks show `text`, None for no time."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    of_day = int(found[1]) * 60 + int(found[2])
    times.now += (of_day - times.now) % DAY_MINUTES
    return times.now


def _untimely(times: _Times, days: ServiceDays) -> Reason | None:
    """Return why the times cannot be true: a long way is more likely a time that goes back."""
    standing = 0
    if times.arrival is not None and times.departure is not None:
        standing = times.departure - times.arrival
    if standing > LONGEST_MINUTES:
        return Reason.BAD_ORDER
    if times.longest_way > LONGEST_MINUTES and days != DAILY:
        return Reason.TIMES_BACK
    return None


def _not_found(names: frozenset[str], seen: set[str]) -> str:
    near = {n for name in names for n in get_close_matches(name, seen, _SUGGESTIONS, 0.5)}
    near |= {n for name in names for n in seen if name and (name in n or n in name)}
    hint = f": is it {', '.join(sorted(near)[:_SUGGESTIONS])}?" if near else ""
    return f"no train calls at {' or '.join(sorted(names))}{hint}"
