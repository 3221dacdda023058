"""A small station built by hand, rows about its trains, and databases of both kinds.

Law: everything built here is a frozen value, so that one station serves a whole session.
"""

from __future__ import annotations

import itertools
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hub.kernel.draft import Context
from hub.kernel.facts import Facts, Planned
from hub.kernel.rulebook import DEFAULT_ORDER
from one_way_feed.rows import RowDeleted, RowUpserted, StagePlanRow, Step, TrafficLogRow
from protocol.runs import Named, Role
from station_config.model import (
    Anchor,
    Category,
    Gate,
    Layout,
    LeadTime,
    Platform,
    Policies,
    Station,
    Timetable,
    TimetableRow,
    Track,
    TrackKind,
    WaitingRoom,
    Windows,
    Yard,
)

DAY = date(2021, 1, 20)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def minutes(number):
    return timedelta(minutes=number)


def _track(name, platform, kind=TrackKind.RECEIVING_DEPARTURE):
    return Track(f"t{name}", name, "yard", kind, platform, 600)


LAYOUT = Layout(
    valid_from=date(2020, 1, 1),
    yards=(Yard("yard", {"en": "Yard"}),),
    platforms=tuple(Platform(f"p{n}", str(n), "yard", 500) for n in (1, 2, 3)),
    tracks=(
        _track("1", "p1"),
        _track("2", None, TrackKind.MAIN),
        _track("3", "p2"),
        _track("4", "p3"),
    ),
    waiting_rooms=(WaitingRoom("w1", {"en": "Room 1"}), WaitingRoom("w2", {"en": "Room 2"})),
    gates=(
        Gate("g1", "A1", "w1", ("p1", "p2")),
        Gate("g2", "A2", "w1", ("p1",)),
        Gate("g3", "B3", "w2", ("p2",)),
    ),
)
"""Platform 3 has no gate before it."""

LEAD_TIMES = (
    LeadTime(minutes(15), minutes(2), minutes(5)),
    LeadTime(
        minutes(10),
        minutes(2),
        minutes(5),
        opens_before=Anchor.ARRIVAL,
        categories=frozenset({"K"}),
        role=Role.INTERMEDIATE,
    ),
    LeadTime(minutes(30), minutes(2), minutes(5), categories=frozenset({"K"}), role=Role.ORIGIN),
)

TIMETABLE = Timetable(
    DAY,
    (
        TimetableRow(
            "K1", "K1", "K", Role.INTERMEDIATE, "East", "West", time(10, 0), time(10, 20), "t1"
        ),
        TimetableRow(None, "G2", "G", Role.ORIGIN, "Here", "South", None, time(11, 0), "t3"),
        TimetableRow("G3", None, "G", Role.TERMINUS, "South", "Here", time(12, 0), None, "t3"),
        TimetableRow(
            "K5/K4", "K4", "K", Role.INTERMEDIATE, "East", "West", time(23, 50), time(0, 10), "t1"
        ),
        TimetableRow("T9", "T9", "T", Role.PASS, "East", "West", time(13, 0), time(13, 0), "t2"),
    ),
)


class Build:
    """Makes values for tests; times are the small station's local ones, ``HH:MM[:SS]``."""

    day = DAY

    def __init__(self):
        self._revisions = itertools.count(1)

    def at(self, local, day=DAY):
        return datetime.combine(day, time.fromisoformat(local), SHANGHAI).astimezone(UTC)

    def station(self, **changes):
        station = Station(
            id="small",
            names={"en": "Small"},
            codes={},
            zone="Asia/Shanghai",
            languages=("zh", "en"),
            layouts=(LAYOUT,),
            announcement_zones=(),
            boards=(),
            categories=tuple(Category(c, {"en": c}, (c,)) for c in "GKT"),
            lead_times=LEAD_TIMES,
            windows=Windows(
                shown=minutes(180),
                waiting=minutes(60),
                gate=minutes(20),
                approach=minutes(5),
                departure_linger=minutes(1),
                arrival_linger=minutes(10),
            ),
            policies=Policies(minutes(30), minutes(4), DEFAULT_ORDER),
            places={"East": Named("E", {"zh": "东", "en": "East"})},
            timetable=TIMETABLE,
            directory=Path("/nowhere"),
        )
        return replace(station, **changes)

    def planned(self, **changes):
        """K1: arrives 10:00, leaves 10:20, track 1."""
        entry = {
            "arrival_number": "K1",
            "departure_number": "K1",
            "category": "K",
            "role": Role.INTERMEDIATE,
            "origin": "East",
            "destination": "West",
            "arrival": self.at("10:00"),
            "departure": self.at("10:20"),
            "track": "t1",
        }
        return Planned(**(entry | changes))

    def plan(self, key="k1", **changes):
        """The stage plan's row of K1, nothing estimated."""
        row = {
            "key": key,
            "arrival_number": "K1",
            "departure_number": "K1",
            "role": Role.INTERMEDIATE,
            "origin": "East",
            "destination": "West",
            "arrival_track": "t1",
            "departure_track": "t1",
            "planned_arrival": self.at("10:00"),
            "planned_departure": self.at("10:20"),
        }
        return StagePlanRow(**(row | changes))

    def log(self, key="k1", **changes):
        return TrafficLogRow(key=key, **changes)

    def facts(self, **changes):
        said = {"timetable": self.planned()} | changes
        return Facts(run_id="2021-01-20.k1", service_date=DAY, **said)

    def context(self, facts=None, station=None, now=None):
        station = station or self.station()
        facts = facts or self.facts()
        return Context(facts, station, station.layout_on(DAY), now or self.at("08:00"))

    def upsert(self, row):
        """The change that brings `row`, newer than all before."""
        return RowUpserted(row, (1, next(self._revisions)))

    def delete(self, kind, key):
        return RowDeleted((kind, key), (1, next(self._revisions)))

    Step = Step
    Role = Role


@pytest.fixture(scope="session")
def build():
    return Build()


@pytest.fixture(scope="session")
def station(build):
    return build.station()


QUICK = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a place, no file name

KINDS = ("sqlite", "postgresql")
"""Everything that uses a hub's database runs on both."""


class SqliteFiles:
    """Databases in files of a directory."""

    def __init__(self, directory):
        self._directory = directory
        self._numbers = itertools.count(1)

    def take(self):
        return f"sqlite:///{self._directory}/hub{next(self._numbers)}.db"

    def give_back(self, url):
        for left in Path(url.removeprefix("sqlite:///")).parent.glob(f"{Path(url).name}*"):
            left.unlink()


class Taken:
    """Call it for the URL of an empty database; what is not given back is so in the end."""

    def __init__(self, databases):
        self._databases = databases
        self._urls = []

    def __call__(self):
        self._urls.append(self._databases.take())
        return self._urls[-1]

    def give_back(self, url):
        self._urls.remove(url)
        self._databases.give_back(url)

    def close(self):
        while self._urls:
            self.give_back(self._urls[-1])


def databases_of(kind, request, directory):
    if kind == "sqlite":
        return SqliteFiles(directory)
    return request.getfixturevalue("postgresql_databases")


@pytest.fixture(params=KINDS)
def new_database(request, tmp_path):
    """See `Taken`; all databases of a test are of one kind."""
    taken = Taken(databases_of(request.param, request, tmp_path))
    yield taken
    taken.close()


@pytest.fixture(params=KINDS)
def quick_database(request):
    """As `new_database`, in memory where that can be: for what is not about the disk."""
    with tempfile.TemporaryDirectory(dir=QUICK) as directory:
        taken = Taken(databases_of(request.param, request, directory))
        yield taken
        taken.close()


@pytest.fixture(params=KINDS, scope="module")
def module_database_url(request, tmp_path_factory):
    """A database that the tests of a module share."""
    taken = Taken(databases_of(request.param, request, tmp_path_factory.mktemp("database")))
    yield taken()
    taken.close()


@pytest.fixture
def database_url(new_database):
    """An empty database of either kind."""
    return new_database()
