"""Snapshots of the Irish real-time feed: one JSON object a line, a snapshot a minute.

Law: this format only. ``{"ts": ISO time, "trains": [{"TrainCode", "TrainDate", "TrainStatus",
"PublicMessage"}]}``; the message says, in lines parted by a backslash and an n:

```
D334 | Clonsilla to M3 Parkway            | Expected Departure 23:57             status N
D226 | 23:10 - Dublin Heuston to Kildare (7 mins late) | Departed Newbridge next stop Kildare   R
E224 | 11:35 - Howth to Bray(-2 mins late) | TERMINATED Bray at 12:47                           T
```

The feed has no plan of the stops on the way: planned is the recorded time less the lateness told
then. It has no platforms and no cancellations. A train told as departed long before its time is
still standing (`STILL_STANDING`).
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from protocol.times import MINUTE, Instant
from simulators.replay.calls import Options, Reading, RecordedCall, Told, chosen_stop
from simulators.replay.files import all_files, lines_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

RUNNING = re.compile(
    r"(?P<leaves>\d\d:\d\d) - (?P<origin>.+) to (?P<end>.+?) ?\((?P<late>-?\d+) mins? late\)"
)
WAITING = re.compile(r"(?P<origin>.+) to (?P<end>.+)")
EXPECTED = re.compile(r"Expected Departure (?P<leaves>\d\d:\d\d)")
NEWS = re.compile(r"(?P<verb>Departed|Arrived) (?P<stop>.+?) next stop (?P<next>.+)")
ENDED = re.compile(r"TERMINATED (?P<stop>.+) at (?P<ended>\d\d:\d\d)")
FIELDS = ("TrainCode", "TrainDate", "PublicMessage")
HALF_DAY = timedelta(hours=12)
STILL_STANDING = -5
"""Minutes late: the feed reports trains as departed, very early, hours before they leave."""


@dataclass(frozen=True)
class _Report:
    """One train in one snapshot.

    Attributes:
        late: minutes; None before it leaves.
        verb: ``Departed``, ``Arrived``, ``TERMINATED`` or ``Expected``.
        stop: where that was, "" before it leaves.
        clock: HH:MM of leaving the origin; for TERMINATED: of the end.
    """

    at: Instant
    origin: str
    end: str
    late: int | None
    verb: str
    stop: str
    clock: str


_Train = tuple[str, str]
"""(code, date as the feed writes it)."""


def read(paths: Sequence[Path], options: Options) -> Reading:
    """Read snapshots.

    Raises:
        OperatorError: no stop chosen.
    """
    reading = Reading()
    trains: dict[_Train, list[_Report]] = defaultdict(list)
    for path in all_files(paths):
        for number, line in lines_of(path, reading):
            _read_line(line, f"{path}:{number}", trains, reading)
    reading.stops = Counter(
        stop for reports in trains.values() for stop in {r.stop for r in reports} - {""}
    )
    stop = chosen_stop(reading.stops, options)
    for train, reports in trains.items():
        _make_call(train, sorted(reports, key=lambda r: r.at), stop, reading, options)
    return reading


def _read_line(
    line: str, where: str, trains: dict[_Train, list[_Report]], reading: Reading
) -> None:
    try:
        snapshot = json.loads(line)
        at = datetime.fromisoformat(snapshot["ts"]).astimezone(UTC)
    except (ValueError, KeyError, TypeError):
        reading.reject("line is no snapshot", where)
        return
    records = snapshot.get("trains")
    if not isinstance(records, list):
        reading.reject("snapshot without trains", where)
        return
    for record in records:
        _read_record(record, at, where, trains, reading)


def _read_record(
    record: object,
    at: Instant,
    where: str,
    trains: dict[_Train, list[_Report]],
    reading: Reading,
) -> None:
    texts = [record.get(f) for f in FIELDS] if isinstance(record, dict) else []
    if len(texts) != len(FIELDS) or not all(isinstance(t, str) for t in texts):
        reading.reject("train without code, date or message", where)
        return
    code, day, message = (str(t) for t in texts)
    report = _report(at, message)
    if report is None:
        reading.reject("message of an unknown form", f"{where}: {message!r}")
        return
    if not trains[code, day] or _differs(trains[code, day][-1], report):
        trains[code, day].append(report)


def _differs(before: _Report, now: _Report) -> bool:
    return (before.late, before.verb, before.stop, before.clock) != (
        now.late,
        now.verb,
        now.stop,
        now.clock,
    )


def _report(at: Instant, message: str) -> _Report | None:
    lines = [line.strip() for line in message.replace("\\n", "\n").split("\n")]
    if len(lines) < 3:  # noqa: PLR2004 - code, train, news
        return None
    running, news = RUNNING.fullmatch(lines[1]), NEWS.fullmatch(lines[2])
    waiting, expected = WAITING.fullmatch(lines[1]), EXPECTED.fullmatch(lines[2])
    ended = ENDED.fullmatch(lines[2])
    if running and (news or ended):
        origin, end, late = running["origin"], running["end"], int(running["late"])
        if ended:
            return _Report(at, origin, end, late, "TERMINATED", ended["stop"], ended["ended"])
        assert news is not None  # noqa: S101 - one of both
        return _Report(at, origin, end, late, news["verb"], news["stop"], running["leaves"])
    if waiting and expected and not running:
        leaves = expected["leaves"]
        return _Report(at, waiting["origin"], waiting["end"], None, "Expected", "", leaves)
    return None


def _make_call(
    train: _Train, reports: list[_Report], stop: str, reading: Reading, options: Options
) -> None:
    where = f"train {train[0]} of {train[1]}"
    if not any(stop in (r.stop, r.origin, r.end) for r in reports):
        return
    day = _day(train[1])
    if day is None:
        reading.reject("train date is no date", where)
        return
    last = reports[-1]
    starts, ends = last.origin == stop, last.end == stop
    arrival = None if starts else _first(reports, stop, ("Arrived", "TERMINATED"), options)
    departure = None if ends else _first(reports, stop, ("Departed",), options)
    planned = [a and a[0] - a[1] * MINUTE for a in (arrival, departure)]
    if starts:
        planned[1] = _leaves(reports, day, options) or planned[1]
    if not starts and not ends and (arrival is None) != (departure is None):
        # seen in one snapshot only: it stood here for less than a minute
        planned = [planned[0] or planned[1], planned[1] or planned[0]]
    if not any(planned):
        reading.reject("train not seen at the stop", where)
        return
    if all(planned):
        planned[1] = max(p for p in planned if p is not None)
    call = RecordedCall(
        key=f"{day:%Y%m%d}-{train[0]}",
        number=train[0],
        origin=last.origin,
        destination=last.end,
        planned_arrival=planned[0],
        planned_departure=planned[1],
        told=tuple(_told(reports, planned, stop, options)),
        actual_arrival=arrival[0] if arrival else None,
        actual_departure=departure[0] if departure else None,
    )
    reading.accept(call, where)


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%d %b %Y").date()  # noqa: DTZ007 - a date only
    except ValueError:
        return None


def _first(
    reports: list[_Report], stop: str, verbs: tuple[str, ...], options: Options
) -> tuple[Instant, int] | None:
    """Return (when, lateness then) of the first such report at the stop, to the minute."""
    for report in reports:
        if report.stop == stop and report.verb in verbs and _is_moving(report):
            assert report.late is not None  # noqa: S101 - a moving train has a lateness
            at = report.at.replace(second=0, microsecond=0)
            if report.verb == "TERMINATED":
                at = _near(report.clock, report.at, options)
            return at, report.late
    return None


def _is_moving(report: _Report) -> bool:
    return report.late is not None and report.late >= STILL_STANDING


def _near(clock: str, at: Instant, options: Options) -> Instant:
    """Return the instant nearest to `at` at which the local clock shows `clock`."""
    local = at.astimezone(options.zone)
    hour, minute = (int(part) for part in clock.split(":"))
    shown = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if shown - local > HALF_DAY:
        shown -= timedelta(days=1)
    elif local - shown > HALF_DAY:
        shown += timedelta(days=1)
    return shown.astimezone(UTC)


def _leaves(reports: list[_Report], day: date, options: Options) -> Instant | None:
    """The planned departure from the origin: the message's own, else the first expected one."""
    running = [r.clock for r in reports if r.verb in ("Departed", "Arrived")]
    clocks = running or [r.clock for r in reports if r.verb == "Expected"]
    if not clocks:
        return None
    hour, minute = (int(part) for part in clocks[0].split(":"))
    local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=options.zone)
    return local.astimezone(UTC)


def _told(
    reports: list[_Report], planned: list[Instant | None], stop: str, options: Options
) -> list[Told]:
    """Lateness as it was told until the train had left the stop."""
    arrival, departure = planned
    told = []
    for report in reports:
        if report.late is not None and _is_moving(report):
            late = report.late * MINUTE
            leaves = max(departure, departure + late) if departure else None
            told.append(Told(report.at, arrival=arrival and arrival + late, departure=leaves))
        elif report.verb == "Expected" and report.origin == stop and departure is not None:
            told.append(Told(report.at, departure=_near(report.clock, report.at, options)))
        gone = report.verb == "TERMINATED" or (report.verb == "Departed" and _is_moving(report))
        if report.stop == stop and gone:
            break
    return told
