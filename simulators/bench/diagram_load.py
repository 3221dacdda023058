"""A station that is invented: any number of tracks in three yards, and a busy morning.

Law: for the diagram's bench and tests; nothing is measured here. Everything follows from a seed.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace as changed

import station_config
from hub.kernel.days import Days
from hub.kernel.derive import derive
from protocol.runs import Punctuality, Role
from station_config.diagram import End, Numbers, Side
from station_config.load import load_station
from station_config.model import (
    Gate,
    Layout,
    Platform,
    Timetable,
    TimetableRow,
    Track,
    TrackKind,
    WaitingRoom,
    Yard,
)

if TYPE_CHECKING:
    from protocol.runs import Run
    from protocol.times import Instant
    from station_config.model import Station

STATIONS = Path(station_config.__file__).with_name("stations")
REFERENCE = STATIONS / "hohhot_east"
DAY = date(2021, 1, 20)
BEGIN = 8 * 60
"""Minute of the day at which the morning begins; it lasts two hours."""

MORNING = 120
_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def invented(tracks: int = 36, trains: int = 200, seed: int = 7) -> Station:
    """Return a station of so many tracks, with so many trains from eight to ten."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, nothing secret
    layout = invented_layout(tracks)
    rows = tuple(_row(chance, number, trains, layout) for number in range(trains))
    ends = (
        End(Side.LEFT, {"zh": "西线", "en": "West line"}, Numbers.ODD),
        End(Side.RIGHT, {"zh": "东线", "en": "East line"}, Numbers.EVEN),
    )
    return replace(
        load_station(REFERENCE),
        id="invented",
        names={"zh": "三十六道站", "en": "Thirty-six Tracks"},
        layouts=(layout,),
        timetable=Timetable(DAY, rows),
        ends=ends,
    )


def invented_layout(tracks: int) -> Layout:
    """Return a layout of so many tracks: in each yard two main tracks between islands."""
    names = (("north", "普速场", "Conventional"), ("middle", "城际场", "Intercity"))
    yards = (*names, ("south", "高速场", "High speed"))
    made: list[Track] = []
    platforms: list[Platform] = []
    each = tracks // 3
    for number in range(1, tracks + 1):
        yard, place = yards[min(2, (number - 1) // each)][0], (number - 1) % each
        if place in {each // 2 - 1, each // 2}:
            label, metres = _roman(number), 700 + 10 * number
            made.append(Track(str(number), label, yard, TrackKind.MAIN, None, metres))
            continue
        island = f"{yard}-{(place + (place < each // 2)) // 2}"
        if all(platform.id != island for platform in platforms):
            platforms.append(Platform(island, str(len(platforms) + 1), yard, 450))
        kind = TrackKind.RECEIVING_DEPARTURE
        made.append(Track(str(number), str(number), yard, kind, island, 650))
    named = tuple(Yard(i, {"zh": zh, "en": en}) for i, zh, en in yards)
    room = WaitingRoom("hall", {"zh": "候车厅", "en": "Hall"})
    gate = Gate("a", "A", "hall", tuple(p.id for p in platforms))
    return Layout(date(2010, 1, 1), named, tuple(platforms), tuple(made), (room,), (gate,))


def day_runs(station: Station, day: date, now: Instant) -> dict[str, Run]:
    """Return the runs of three days by the timetable, with the kernel's timelines."""
    days = Days(station)
    around = (day - timedelta(days=1), day, day + timedelta(days=1))
    return {f.run_id: derive(f, station, now) for each in around for f in days.facts(each)}


def moved(run: Run, minutes: int) -> Run:
    """Return `run` estimated `minutes` later, its timeline shifted by as much."""
    shift = timedelta(minutes=minutes)
    calls = {
        name: changed(call, estimated=call.planned + shift, uncertainty_s=120)
        for name in ("arrival", "departure")
        if (call := getattr(run, name)) is not None
    }
    timeline = {
        name: at + shift
        for name in run.timeline.__struct_fields__
        if (at := getattr(run.timeline, name)) is not None
    }
    told = Punctuality.DELAYED if minutes > 0 else Punctuality.EARLY
    return changed(
        run,
        timeline=type(run.timeline)(**timeline),
        punctuality=told if minutes else Punctuality.ON_TIME,
        **calls,
    )


def _roman(number: int) -> str:
    text = ""
    for value, sign in _ROMAN:
        while number >= value:
            text, number = text + sign, number - value
    return text


def _row(chance: random.Random, number: int, trains: int, layout: Layout) -> TimetableRow:
    stopping = [t for t in layout.tracks if t.platform is not None]
    mains = [t for t in layout.tracks if t.platform is None]
    roles = [Role.INTERMEDIATE, Role.ORIGIN, Role.TERMINUS, Role.PASS]
    role = chance.choices(roles, [6, 2, 2, 1])[0]
    minute = BEGIN + number * MORNING // trains
    stop = 0 if role is Role.PASS else chance.randrange(3, 16)
    name = f"{chance.choice('GDKZ')}{1000 + number}"
    track = mains[number % len(mains)] if role is Role.PASS else stopping[number % len(stopping)]
    comes, leaves = role is not Role.ORIGIN, role is not Role.TERMINUS
    return TimetableRow(
        name if comes else None,
        name if leaves else None,
        name[0],
        role,
        "包头",
        "北京北",
        _clock(minute) if comes else None,
        _clock(minute + stop) if leaves else None,
        track.id,
    )


def _clock(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)
