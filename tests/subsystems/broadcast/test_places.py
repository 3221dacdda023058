"""Where a run is announced, and when a zone is quiet."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from station_config.announcements.model import Announcements, Area, Place, Quiet, ZonePlace
from subsystems.broadcast.model import Priority
from subsystems.broadcast.places import (
    StationZones,
    names_of,
    priority_of,
    within,
    word_of,
    zones_at,
    zones_of,
)


def heard(run, places, station):
    return zones_of(run, places, station, station.announcements)


@pytest.mark.parametrize(
    ("place", "zones"),
    [
        (Place.WAITING_ROOM, ("room-2",)),
        (Place.GATE, ("room-2",)),
        (Place.PLATFORM, ("platform-5",)),
        (Place.EXIT, ("exit",)),
        (Place.FORECOURT, ("forecourt",)),
        (Place.FORMER_PLATFORM, ("platform-7",)),
        (Place.FORMER_GATE, ("room-3",)),
    ],
)
def test_the_places_of_a_run(hohhot, trains, place, zones):
    run = trains.leaving(platform_changed_from="7", gates_changed_from=("C7",))
    assert heard(run, [place], hohhot) == zones


def test_several_places_in_the_order_of_the_configuration(hohhot, trains):
    run = trains.leaving()
    assert heard(run, [Place.EXIT, Place.PLATFORM, Place.FORECOURT], hohhot) == (
        "forecourt",
        "platform-5",
        "exit",
    )
    assert len(heard(run, [Place.EVERYWHERE], hohhot)) == 14


def test_who_does_not_know_the_room_may_wait_in_any_and_no_platform_is_none(hohhot, trains):
    run = trains.leaving(waiting_room=None, platform=None, gates=())
    assert heard(run, [Place.WAITING_ROOM], hohhot) == ("room-1", "room-2", "room-3")
    assert heard(run, [Place.PLATFORM, Place.GATE, Place.FORMER_PLATFORM], hohhot) == ()
    strange = trains.leaving(platform="77", gates=("?",))
    assert heard(strange, [Place.PLATFORM, Place.GATE], hohhot) == ()


def test_a_gate_with_loudspeakers_of_its_own(hohhot, trains):
    zones = (ZonePlace("room-2", Area.GATE, gates=("b5",)), ZonePlace("room-3", Area.GATE))
    own = Announcements(zones=zones)
    everywhere = {z.id for z in hohhot.announcement_zones} - {"room-2", "room-3"}
    found = set(zones_of(trains.leaving(), [Place.GATE], hohhot, own))
    assert found == everywhere | {"room-2", "room-3"}
    elsewhere = set(zones_of(trains.leaving(gates=("A1",)), [Place.GATE], hohhot, own))
    assert elsewhere == everywhere | {"room-3"}


def test_a_zone_of_which_nothing_is_said_hears_everything(hohhot, trains):
    every = tuple(z.id for z in hohhot.announcement_zones)
    assert zones_of(trains.leaving(), [Place.PLATFORM], hohhot, Announcements()) == every
    assert zones_at([Place.EXIT], hohhot, Announcements()) == every


def test_zones_of_a_kind(hohhot):
    own = hohhot.announcements
    assert zones_at([Place.EXIT, Place.FORECOURT], hohhot, own) == ("forecourt", "exit")
    assert len(zones_at([Place.EVERYWHERE], hohhot, own)) == 14


def test_names_for_people(hohhot):
    assert names_of(["exit", "?"], hohhot, "en") == "Exit, ?"


def test_zones_hear_each_other_both_ways(hohhot):
    zones = StationZones(hohhot)
    assert zones.order[0] == "forecourt"
    assert zones.neighbours("room-2") == {"room-1", "room-3"}
    assert zones.neighbours("exit") == {"forecourt"}


def test_quiet_hours_over_midnight(hohhot):
    zones = StationZones(hohhot)
    night = datetime(2021, 1, 20, 16, 30, tzinfo=UTC)  # 00:30 there
    day = datetime(2021, 1, 20, 4, tzinfo=UTC)
    assert zones.rests("room-1", night, Priority.COURTESY)
    assert zones.rests("room-1", night, Priority.DELAY)
    assert not zones.rests("room-1", night, Priority.CHECK_IN)
    assert not zones.rests("room-1", night, Priority.EMERGENCY)
    assert not zones.rests("room-1", day, Priority.COURTESY)
    assert (zones.gain_db("room-1", night), zones.gain_db("room-1", day)) == (-4.0, 0.0)
    assert (zones.gain_db("forecourt", night), zones.gain_db("forecourt", day)) == (-3.0, 3.0)


def test_quiet_hours_are_the_clocks_on_the_wall(muehlau):
    """On 2025-03-30 the clocks in Germany go from 02:00 to 03:00, in October back."""
    quiet = (Quiet(time(2, 30), time(3, 30), frozenset()),)
    own = replace(muehlau.announcements, zones=(ZonePlace("building", quiet=quiet),))
    zones = StationZones(replace(muehlau, announcements=own))

    def rests(hour, minute, *, month):
        now = datetime(2025, month, 30 if month == 3 else 26, hour, minute, tzinfo=UTC)
        return zones.rests("building", now, Priority.DELAY)

    assert [rests(0, 59, month=3), rests(1, 0, month=3), rests(1, 30, month=3)] == [
        False,  # 01:59
        True,  # 03:00, for half an hour: 02:30 was left out
        False,  # 03:30
    ]
    assert [rests(0, 30, month=10), rests(1, 0, month=10), rests(1, 30, month=10)] == [
        True,  # 02:30 in summer
        False,  # 02:00 in winter
        True,  # 02:30 in winter
    ]


@pytest.mark.parametrize(
    ("clock", "begins", "ends", "is_within"),
    [
        (time(12), time(11), time(13), True),
        (time(11), time(11), time(13), True),
        (time(13), time(11), time(13), False),
        (time(23), time(22), time(6), True),
        (time(6), time(22), time(6), False),
        (time(5), None, time(6), True),
        (time(7), time(6), None, True),
        (time(5), time(6), None, False),
        (time(5), None, None, True),
    ],
)
def test_hours_of_the_day(clock, begins, ends, is_within):
    assert within(clock, begins, ends) is is_within


def test_priorities_as_words():
    assert [priority_of(word_of(p)) for p in Priority] == list(Priority)
    assert word_of(Priority.LAST_CALL) == "last-call"
