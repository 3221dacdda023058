"""What posts are told of a real day, against a reading of the timetable that shares no code."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

import station_config
from protocol.runs import Role
from station_config.posts.model import Moment
from subsystems.staff_notices.moments import (
    Ground,
    Known,
    Place,
    Seen,
    first_seen,
    moved,
    number_of,
    wanted,
)

TIMETABLE = Path(station_config.__file__).parent / "stations/hohhot_east/timetable.csv"
SLOW = {"Z", "T", "K", "Y", "L", "PK", "PT"}
NORTH = {"1", "2", "3", "4", "5", "6", "7"}


def minutes(text):
    hours, _, rest = text.partition(":")
    return int(hours) * 60 + int(rest)


def expected():
    """(post, moment, number, minute told), from the CSV and the posts' rules as they are written.

    The sample day has check-in from 15 to 5 minutes before every departure, approach at 3.
    """
    with TIMETABLE.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    found = Counter()
    for row in rows:
        numbers = dict.fromkeys(filter(None, (row["arrival_number"], row["departure_number"])))
        for post, moment, minute in (*arriving(row), *departing(row)):
            found[post, moment, "/".join(numbers), minute % 1440] += 1
    return found


def arriving(row):
    if not row["arrival"]:
        return
    at = minutes(row["arrival"])
    yield "enquiry", "arrival", at - 5
    yield "police", "approach", at - 3
    yield "pa-room", "approach", at - 3
    if row["track"] in NORTH:
        yield "inspection", "arrival", at - 15
        if row["category"] in SLOW:
            yield "watering", "arrival", at - 15


def departing(row):
    if not row["departure"]:
        return
    at = minutes(row["departure"])
    yield "pa-room", "departure", at
    yield "pa-room", "check-in-soon", at - 20
    yield "pa-room", "check-in-closes", at - 5
    yield "gates", "check-in-soon", at - 20
    yield "gates", "check-in-closes", at - 6
    if row["role"] == "ORIGIN":
        yield "signal-box", "departure", at - 5
        if row["track"] in NORTH:
            yield "inspection", "departure", at - 10


def test_a_real_day_is_told_as_the_timetable_says(office, day, make):
    made = office(*day.values(), now=make.midnight - timedelta(hours=2))
    made.until(make.midnight + timedelta(hours=26))
    issued = Counter(
        (
            n.post,
            n.moment.value,
            n.facts.number,
            int((n.issued_at - make.midnight).total_seconds() // 60) % 1440,
        )
        for _, n, action in made.told
        if action is None
    )
    assert sum(issued.values()) > 800
    assert issued == expected()


@pytest.fixture
def known(through):
    return Known(through, None, first_seen(through), stale=False)


def found(hohhot, known, post):
    posts = tuple(p for p in hohhot.posts.posts if p.id == post)
    return {w.rule.of: w for w in wanted(posts, known, Ground(hohhot))}


def test_a_train_whose_place_nobody_knows_is_told_to_posts_with_places(hohhot, through, make):
    nowhere = make.change(through, track=None, platform=None)
    known = Known(nowhere, None, first_seen(nowhere), stale=False)
    assert Moment.ARRIVAL in found(hohhot, known, "watering")
    south = make.change(through, track="9", platform="4")
    known = Known(south, None, first_seen(south), stale=False)
    assert Moment.ARRIVAL not in found(hohhot, known, "watering")


def test_a_held_train_has_no_instant_but_its_plan(hohhot, through, make):
    held = make.change(through, held=True)
    known = Known(held, None, first_seen(held), stale=False)
    arrival = found(hohhot, known, "watering")[Moment.ARRIVAL]
    assert arrival.due is None
    assert (arrival.facts.time, arrival.facts.held) == (None, True)
    assert arrival.at == held.arrival.planned


def test_silence_of_dispatching_makes_deviations_unconfirmed_and_nothing_else(
    hohhot, through, make
):
    late = make.change(through, late=20)
    for run, wanted_ in ((late, True), (through, False)):
        known = Known(run, None, first_seen(run), stale=True)
        assert found(hohhot, known, "watering")[Moment.ARRIVAL].facts.unconfirmed is wanted_


def test_stock_is_told_with_its_track(hohhot, day, make):
    origin = next(r for r in day.values() if r.role is Role.ORIGIN and r.track in NORTH)
    feeder = next(r for r in day.values() if r.role is Role.TERMINUS)
    fed = make.change(origin, feeder=feeder.run_id)
    known = Known(fed, feeder, first_seen(fed), stale=False)
    stock = found(hohhot, known, "inspection")[Moment.STOCK]
    assert stock.facts.stock == number_of(feeder)
    assert stock.facts.stock_track == feeder.track
    assert stock.due == feeder.timeline.arrives_at - timedelta(minutes=10)
    gone = make.change(feeder, cancelled=True)
    stock = found(hohhot, Known(fed, gone, first_seen(fed), stale=False), "inspection")[
        Moment.STOCK
    ]
    assert (stock.due, stock.facts.held) == (None, True)


def test_where_tracks_lie(hohhot, through):
    ground = Ground(hohhot)
    assert ground.place(through).yard == "north"
    assert ground.place(through, Seen("9", "")) == Place("9", "4", "south")
    assert ground.place(through, Seen("", "5")) == Place(None, "5", "south")
    assert ground.place(through, Seen("", "")) == Place()


def test_what_counts_as_moved(through, make):
    assert not moved(through, first_seen(through))
    elsewhere = make.change(through, track="9", platform="4", platform_changed_from="2")
    assert first_seen(elsewhere) == Seen("", "2")
    assert moved(elsewhere, first_seen(elsewhere))
    assert moved(elsewhere, Seen("4", "2"))
    assert not moved(make.change(through, track=None, platform=None), Seen("4", "2"))
