"""Days on the diagram: the shipped stations' real days by the kernel's own rules, and a station of
36 tracks that is invented."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import msgspec

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

STATIONS = Path(__file__).parents[3] / "station_config" / "stations"
MINUTE = timedelta(minutes=1)

HOHHOT = ("hohhot_east", "2021-01-20", "10:00", "13:52")
SMALL = ("muehlau_am_see", "2025-03-28", "06:00", "09:03")
INVENTED = ("invented", "2021-01-20", "08:00", "09:10")
"""Station, day, from when a hub has lived, and now: local times. The reference station's is its
busiest hour."""


def shipped(name):
    return load_station(STATIONS / name)


def day_runs(station, day, now):
    """Return the runs of three days by the timetable, with the kernel's timelines."""
    days = Days(station)
    around = (day - timedelta(days=1), day, day + timedelta(days=1))
    return {f.run_id: derive(f, station, now) for each in around for f in days.facts(each)}


def local(station, day, clock):
    return datetime.combine(day, time.fromisoformat(clock), station.zone_info).astimezone(UTC)


def moved(run, minutes, punctuality=None, **fields):
    """Return `run` estimated `minutes` later, its timeline shifted by as much."""
    shift = minutes * MINUTE
    for name in ("arrival", "departure"):
        call = getattr(run, name)
        if call is not None:
            fields[name] = msgspec.structs.replace(
                call, estimated=call.planned + shift, uncertainty_s=120
            )
    timeline = {
        name: at + shift
        for name in run.timeline.__struct_fields__
        if (at := getattr(run.timeline, name)) is not None
    }
    told = Punctuality.DELAYED if minutes > 0 else Punctuality.EARLY
    fields["punctuality"] = punctuality or (told if minutes else Punctuality.ON_TIME)
    return msgspec.structs.replace(run, timeline=type(run.timeline)(**timeline), **fields)


def held(run):
    """Return `run` with an unknown delay: nothing of its timeline is left but its showing."""
    timeline = type(run.timeline)(shown_at=run.timeline.shown_at)
    return msgspec.structs.replace(run, held=True, timeline=timeline)


def invented(tracks=36, trains=200, seed=7):
    """Return a station of so many tracks in three yards, with so many trains from eight to ten."""
    chance = random.Random(seed)
    layout = invented_layout(tracks)
    rows = tuple(_row(chance, number, layout) for number in range(trains))
    base = shipped("hohhot_east")
    ends = (
        End(Side.LEFT, {"zh": "西线", "en": "West line"}, Numbers.ODD),
        End(Side.RIGHT, {"zh": "东线", "en": "East line"}, Numbers.EVEN),
    )
    return replace(
        base,
        id="invented",
        names={"zh": "三十六道站", "en": "Thirty-six Tracks"},
        layouts=(layout,),
        timetable=Timetable(date(2021, 1, 20), rows),
        ends=ends,
    )


def invented_layout(tracks):
    yards = [("north", "普速场", "Conventional"), ("middle", "城际场", "Intercity")]
    yards.append(("south", "高速场", "High speed"))
    made, platforms = [], []
    for number in range(1, tracks + 1):
        yard = yards[(number - 1) * 3 // tracks][0]
        place = (number - 1) % (tracks // 3)
        if place in {tracks // 6 - 1, tracks // 6}:
            made.append(
                Track(str(number), roman(number), yard, TrackKind.MAIN, None, 700 + 10 * number)
            )
            continue
        pair = f"{(number + (place > tracks // 6)) // 2}"
        if not any(p.id == pair for p in platforms):
            platforms.append(Platform(pair, str(len(platforms) + 1), yard, 450))
        kind = TrackKind.RECEIVING_DEPARTURE
        made.append(Track(str(number), str(number), yard, kind, pair, 650))
    named = tuple(Yard(i, {"zh": zh, "en": en}) for i, zh, en in yards)
    room = WaitingRoom("hall", {"zh": "候车厅", "en": "Hall"})
    gate = Gate("a", "A", "hall", tuple(p.id for p in platforms))
    return Layout(date(2010, 1, 1), named, tuple(platforms), tuple(made), (room,), (gate,))


def roman(number):
    text = ""
    for value, sign in ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):
        while number >= value:
            text, number = text + sign, number - value
    return text


def _row(chance, number, layout):
    stopping = [t for t in layout.tracks if t.platform is not None]
    mains = [t for t in layout.tracks if t.platform is None]
    role = chance.choices([Role.INTERMEDIATE, Role.ORIGIN, Role.TERMINUS, Role.PASS], [6, 2, 2, 1])[
        0
    ]
    minute = 8 * 60 + number * 120 // 200
    stop = chance.randrange(3, 16)
    at = time(minute // 60 % 24, minute % 60)
    leaves = time((minute + stop) // 60 % 24, (minute + stop) % 60)
    name = f"{chance.choice('GDKZ')}{1000 + number}"
    track = mains[number % len(mains)] if role is Role.PASS else stopping[number % len(stopping)]
    return TimetableRow(
        None if role is Role.ORIGIN else name,
        None if role is Role.TERMINUS else name,
        name[0],
        role,
        "包头",
        "北京北",
        None if role is Role.ORIGIN else at,
        None if role is Role.TERMINUS else (at if role is Role.PASS else leaves),
        track.id,
    )
