"""What the boards of a calm day must say, worked out from the timetable file and nothing else.

Written from the rules in the station's documents, not from the code: it imports nothing of the
project. Minutes are local, counted from midnight of the service date; each train comes every day.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

DAY = 24 * 60
HIGH_SPEED = {"G", "D", "C"}
SHOWN_BEFORE = 180
WAITING_BEFORE = 60
ARRIVAL_LINGERS = 10
DEPARTURE_LINGERS = 1


@dataclass(frozen=True)
class Visit:
    number: str
    category: str
    role: str
    origin: str
    destination: str
    arrival: int | None
    departure: int | None
    track: str = ""

    @property
    def first(self):
        return self.arrival if self.arrival is not None else self.departure


@dataclass(frozen=True)
class Expected:
    number: str
    place: str
    time: str
    status: str


def minutes(text):
    hours, _, rest = text.partition(":")
    return int(hours) * 60 + int(rest)


def clock(at):
    return f"{at // 60 % 24:02d}:{at % 60:02d}"


def visits(timetable: Path):
    """Return every visit of yesterday, today and tomorrow."""
    with timetable.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    found = []
    for day in (-DAY, 0, DAY):
        for row in rows:
            arrival = minutes(row["arrival"]) + day if row["arrival"] else None
            departure = minutes(row["departure"]) + day if row["departure"] else None
            if arrival is not None and departure is not None and departure < arrival:
                departure += DAY
            number = row["departure_number"] or row["arrival_number"]
            found.append(
                Visit(
                    number,
                    row["category"],
                    row["role"],
                    row["origin"],
                    row["destination"],
                    arrival,
                    departure,
                    row["track"],
                )
            )
    return found


def departures(timetable: Path, now: int, told_until: int | None = None):
    """Return the departure board at minute `now`, in the order of its rows.

    Dispatching tells of a train three hours before it comes. Of one that it told nothing of, since
    the hub died at minute `told_until`, no board may claim that it is on time.
    """
    shown = [
        v
        for v in visits(timetable)
        if v.role in {"ORIGIN", "INTERMEDIATE"}
        and v.first - SHOWN_BEFORE <= now < v.departure + DEPARTURE_LINGERS
    ]
    shown.sort(key=lambda v: (v.departure, v.number))
    return [
        Expected(v.number, v.destination, clock(v.departure), departure_status(v, now, told_until))
        for v in shown
    ]


def arrivals(timetable: Path, now: int):
    """Return the arrival board at minute `now`, in the order of its rows."""
    shown = [
        v
        for v in visits(timetable)
        if v.role in {"TERMINUS", "INTERMEDIATE"}
        and v.first - SHOWN_BEFORE <= now < v.arrival + ARRIVAL_LINGERS
    ]
    shown.sort(key=lambda v: (v.arrival, v.number))
    return [Expected(v.number, v.origin, clock(v.arrival), arrival_status(v, now)) for v in shown]


def departure_status(visit, now, told_until):
    closes = visit.departure - 5
    if visit.category in HIGH_SPEED:
        opens = visit.departure - 15
    elif visit.role == "ORIGIN":
        opens = visit.departure - 30
    else:
        opens = visit.arrival - 10
    if now >= closes:
        return "停止检票"
    if now >= closes - 2:
        return "即将停止检票"
    if now >= opens:
        return "正在检票"
    if told_until is None or visit.first - SHOWN_BEFORE <= told_until:
        return "正点"
    return "候车" if now >= visit.departure - WAITING_BEFORE else ""


def arrival_status(visit, now):
    if now >= visit.arrival:
        return "已到达"
    if now >= visit.arrival - 5:
        return "即将进站"
    return "正点"
