"""A timetable as CSV: one line a call; columns by their usual names, Chinese or English.

Law: this format only. The day is given, the file has none. A line without arrival starts here, one
without departure ends here; a departure before its arrival is after midnight.
"""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from protocol.errors import OperatorError
from simulators.replay.calls import Options, Reading, RecordedCall, chosen_stop
from simulators.replay.files import all_files, lines_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from protocol.times import Instant

NAMES = {
    "number": ("train", "train_number", "departure_number", "车次", "number"),
    "arrival_number": ("arrival_number",),
    "arrival": ("arrive", "arrival", "arr_time", "arrival_time", "到点", "到达时间"),
    "departure": ("depart", "departure", "dep_time", "departure_time", "开点", "出发时间"),
    "origin": ("origin", "from", "始发站", "始发"),
    "destination": ("terminus", "destination", "to", "终到站", "终到"),
    "category": ("category", "class", "type", "车型", "类型"),
    "track": ("track", "platform", "股道", "站台"),
    "stop": ("station", "stop", "车站", "站名"),
    "role": ("role",),
}
NO_TIME = frozenset({"", "-", "--", "----", "none", "null"})
PASSES = frozenset({"PASS", "通过"})


def read(paths: Sequence[Path], options: Options) -> Reading:
    """Read timetables.

    Raises:
        OperatorError: no day given; several stops and none chosen.
    """
    if options.day is None:
        raise OperatorError("a timetable has no date of its own: give one with --date")
    reading = Reading()
    files = all_files(paths)
    for path in files:
        reading.stops.update(row["stop"] for _, row in _rows(path, Reading()) if row.get("stop"))
    stop = chosen_stop(reading.stops, options) if reading.stops else None
    seen: Counter[str] = Counter()
    for path in files:
        for where, row in _rows(path, reading):
            if stop is None or row.get("stop") == stop:
                _make_call(row, where, options.day, seen, reading, options)
    return reading


def _rows(path: Path, reading: Reading) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield (where, {our name: text}); lines that begin with # are comments."""
    numbers: list[int] = []

    def lines() -> Iterator[str]:
        for number, line in lines_of(path, reading):
            if not line.startswith("#") and line.strip():
                numbers.append(number)
                yield line

    table = csv.reader(lines())
    header = next(table, [])
    columns = {name.strip().lower(): index for index, name in enumerate(header)}
    ours = {
        name: columns[alias]
        for name, aliases in NAMES.items()
        for alias in reversed(aliases)
        if alias in columns
    }
    if "number" not in ours or not {"arrival", "departure"} & ours.keys():
        reading.reject("no columns of a timetable", f"{path}: {', '.join(header)}")
        return
    for cells in table:
        where = f"{path}:{numbers[-1]}"
        if len(cells) < len(header):
            reading.reject("line is too short", where)
            continue
        yield where, {name: cells[index].strip() for name, index in ours.items()}


def _make_call(
    row: dict[str, str],
    where: str,
    day: date,
    seen: Counter[str],
    reading: Reading,
    options: Options,
) -> None:
    number = row.get("number") or row.get("arrival_number") or ""
    if not number:
        reading.reject("no train number", where)
        return
    try:
        arrival, departure = _clock(row.get("arrival")), _clock(row.get("departure"))
    except ValueError:
        reading.reject("time is no HH:MM", where)
        return
    here = row.get("stop")
    arrival = None if here and here == row.get("origin") else arrival
    departure = None if here and here == row.get("destination") else departure
    late = arrival is not None and departure is not None and departure < arrival
    seen[number] += 1
    nth = f"-{seen[number]}" if seen[number] > 1 else ""
    track = row.get("track") or None
    call = RecordedCall(
        key=f"{day:%Y%m%d}-{number}{nth}",
        number=number,
        category=row.get("category", ""),
        origin=row.get("origin") or "?",
        destination=row.get("destination") or "?",
        planned_arrival=_instant(day, arrival, options),
        planned_departure=_instant(day + timedelta(days=late), departure, options),
        arrival_track=track,
        departure_track=track,
        passes=row.get("role", "") in PASSES,
    )
    reading.accept(call, where)


def _clock(text: str | None) -> time | None:
    if text is None or text.lower() in NO_TIME:
        return None
    return time.fromisoformat(text.zfill(5))


def _instant(day: date, at: time | None, options: Options) -> Instant | None:
    if at is None:
        return None
    return datetime.combine(day, at, tzinfo=options.zone).astimezone(UTC)
