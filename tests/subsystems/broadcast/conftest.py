"""The shipped stations, and runs at the first of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from protocol.identifiers import make_run_id
from protocol.runs import CallTime, Named, Role, Run, Timeline
from station_config.load import load_station
from subsystems.broadcast.vocabulary import vocabulary_of

STATIONS = Path(__file__).parents[3] / "station_config" / "stations"
DAY = date(2021, 1, 20)
NOON = datetime(2021, 1, 20, 4, 0, tzinfo=UTC)
"""12:00 at the station."""
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="session")
def hohhot():
    return load_station(STATIONS / "hohhot_east")


@pytest.fixture(scope="session")
def muehlau():
    return load_station(STATIONS / "muehlau_am_see")


@pytest.fixture(scope="session")
def words(hohhot):
    return vocabulary_of(hohhot)


def at(minutes):
    """The instant so many minutes after noon."""
    return NOON + minutes * MINUTE


def leaving(number="G2402", minutes=60, *, late=0, **other):
    """A train that starts here `minutes` after noon and leaves `late` minutes later."""
    planned, expected = at(minutes), at(minutes + late)
    timeline = Timeline(
        shown_at=planned - 180 * MINUTE,
        waiting_at=expected - 60 * MINUTE,
        gate_shown_at=expected - 20 * MINUTE,
        check_in_opens_at=expected - 15 * MINUTE,
        last_call_at=expected - 7 * MINUTE,
        check_in_closes_at=expected - 5 * MINUTE,
        departs_at=expected,
        departure_shown_until=expected + MINUTE,
    )
    values = {
        "run_id": make_run_id(DAY, number),
        "service_date": DAY,
        "departure_number": number,
        "category": number[0],
        "role": Role.ORIGIN,
        "origin": Named("NDC", {"zh": "呼和浩特东", "en": "Hohhot East"}),
        "destination": Named("QIP", {"zh": "清河", "en": "Qinghe"}),
        "departure": CallTime(planned=planned, estimated=expected if late else None),
        "platform": "5",
        "gates": ("B5",),
        "waiting_room": Named("room-2", {"zh": "第二候车室", "en": "Waiting Room 2"}),
        "timeline": timeline,
    }
    return Run(**{**values, **other})


def through(number="K274", minutes=60, *, late=0, dwell=20, actual=None, **other):
    """A train that comes `minutes` after noon and goes on; `actual`: it came so many after noon."""
    came = None if actual is None else at(actual)
    planned, expected = at(minutes), at(minutes + late)
    goes = expected + dwell * MINUTE
    arrives = came or expected
    timeline = Timeline(
        shown_at=planned - 180 * MINUTE,
        waiting_at=goes - 60 * MINUTE,
        gate_shown_at=goes - 20 * MINUTE,
        check_in_opens_at=expected - 10 * MINUTE,
        last_call_at=goes - 7 * MINUTE,
        check_in_closes_at=goes - 5 * MINUTE,
        approaches_at=arrives - 5 * MINUTE,
        arrives_at=arrives,
        departs_at=goes,
        arrival_shown_until=arrives + 10 * MINUTE,
        departure_shown_until=goes + MINUTE,
    )
    values = {
        "run_id": make_run_id(DAY, number),
        "service_date": DAY,
        "arrival_number": number,
        "departure_number": number,
        "category": number[0],
        "role": Role.INTERMEDIATE,
        "origin": Named("BTC", {"zh": "包头", "en": "Baotou"}),
        "destination": Named("BJP", {"zh": "北京", "en": "Beijing"}),
        "arrival": CallTime(planned=planned, estimated=expected if late else None, actual=came),
        "departure": CallTime(planned=planned + dwell * MINUTE, estimated=goes if late else None),
        "platform": "2",
        "gates": ("A2",),
        "waiting_room": Named("room-1", {"zh": "第一候车室", "en": "Waiting Room 1"}),
        "timeline": timeline,
    }
    return Run(**{**values, **other})


def ending(number="D6752", minutes=60, *, late=0, actual=None, **other):
    """A train that ends here `minutes` after noon."""
    came = None if actual is None else at(actual)
    planned = at(minutes)
    expected = came or at(minutes + late)
    values = {
        "run_id": make_run_id(DAY, number),
        "service_date": DAY,
        "arrival_number": number,
        "category": number[0],
        "role": Role.TERMINUS,
        "origin": Named("BTC", {"zh": "包头", "en": "Baotou"}),
        "destination": Named("NDC", {"zh": "呼和浩特东", "en": "Hohhot East"}),
        "arrival": CallTime(planned=planned, estimated=expected if late else None, actual=came),
        "platform": "9",
        "timeline": Timeline(
            shown_at=planned - 180 * MINUTE,
            approaches_at=expected - 5 * MINUTE,
            arrives_at=expected,
            arrival_shown_until=expected + 10 * MINUTE,
        ),
    }
    return Run(**{**values, **other})


@pytest.fixture(scope="session")
def trains():
    """Makers of runs, and their time: ``trains.at(5)`` is five minutes past noon."""
    return SimpleNamespace(
        leaving=leaving, through=through, ending=ending, at=at, noon=NOON, minute=MINUTE, day=DAY
    )
