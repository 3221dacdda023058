"""What can come to a station's hub: rows, good and dirty, and the stations that they come to.

Law: values and strategies for tests; nothing here knows what the hub makes of them. A recipe is a
small value that says how a row departs from the timetable, so that failures shrink well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from hypothesis import strategies as st
from msgspec.structs import replace as changed

from one_way_feed.rows import RowDeleted, RowUpserted, StagePlanRow, Step, TrafficLogRow
from protocol.runs import Role
from station_config.load import load_station
from station_config.model import Timetable, TimetableRow

STATIONS = Path(__file__).parents[3] / "station_config" / "stations"


def minutes(number):
    return timedelta(minutes=number)


def _row(numbers, category, role, arrival, departure, track, stock=None):
    came, left = numbers
    ends = ("East", "West")
    return TimetableRow(came, left, category, role, *ends, arrival, departure, track, stock=stock)


@dataclass(frozen=True)
class Scene:
    """A station, the instant at which its hub first starts, and tracks to be spoken of."""

    station: object
    begin: datetime
    tracks: tuple[str | None, ...]


def hohhot():
    """Gates, check-in, three kinds of lead time; before noon."""
    station = load_station(STATIONS / "hohhot_east")
    inter, origin, end, passing = Role.INTERMEDIATE, Role.ORIGIN, Role.TERMINUS, Role.PASS
    rows = (
        _row(("K1", "K1"), "K", inter, time(10, 0), time(10, 20), "4"),
        _row((None, "G2"), "G", origin, None, time(11, 0), "10", "S"),
        _row((None, "K8"), "K", origin, None, time(11, 30), "1"),
        _row(("G3", None), "G", end, time(10, 40), None, "12", "S"),
        _row(("K5/K4", "K4"), "K", inter, time(23, 50), time(0, 10), "5"),
        _row(("T9", "T9"), "T", passing, time(10, 30), time(10, 30), "2"),
    )
    table = Timetable(date(2021, 1, 20), rows)
    begin = datetime(2021, 1, 20, 1, 0, tzinfo=UTC)  # 09:00
    return Scene(replace(station, timetable=table), begin, ("4", "5", "12", "2", "99", None))


def muehlau(day):
    """No gates, two languages, two numbers, the clocks change; the evening before `day`."""
    station = load_station(STATIONS / "muehlau_am_see")
    inter, origin, end, passing = Role.INTERMEDIATE, Role.ORIGIN, Role.TERMINUS, Role.PASS
    rows = (
        _row(("NJ 402/NJ 40402",) * 2, "NJ", inter, time(23, 41), time(0, 3), "3"),
        _row(("RE 1", "RE 2"), "RE", inter, time(1, 50), time(2, 30), "2"),
        _row(("IC 7", "IC 7"), "IC", inter, time(2, 40), time(2, 55), "1"),
        _row(("RB 3", None), "RB", end, time(2, 15), None, "1a", "B"),
        _row((None, "RB 4"), "RB", origin, None, time(3, 12), "1a", "B"),
        _row(("ICE 5", "ICE 5"), "ICE", passing, time(2, 44), time(2, 44), "4"),
    )
    begin = datetime.combine(day, time(22, 30), UTC) - timedelta(days=1)
    scene_station = replace(station, timetable=Timetable(day, rows))
    return Scene(scene_station, begin, ("1", "1a", "3", "4", "77", None))


SCENES = {
    "hohhot-east": hohhot,
    "clocks-forward": lambda: muehlau(date(2025, 3, 30)),
    "clocks-back": lambda: muehlau(date(2025, 10, 26)),
}

EXTRA = "L77"
"""A train that the timetable does not have."""

OFFSETS = (None, None, 0, -3, 1, 2, 7, 35, 36, 90, 200)
FLAWS = (
    "departure-before-arrival",
    "jump",
    "estimate-jump",
    "no-number",
    "missing-time",
    "past-day",
    "far-ahead",
)


@dataclass(frozen=True)
class PlanRecipe:
    """A row of the stage plan.

    Attributes:
        train: which of the timetable's lines; one beyond the last is `EXTRA`.
        day: days after the first.
        spare: a second key for the same train: a duplicate.
        late: minutes added to arrival and departure as estimates; None: none given.
        moved: minutes by which the plan itself is moved.
        part: of a train that stops here on its way: the role that makes it end or start here.
        tracks: positions in the scene's tracks; None: the timetable's.
    """

    train: int
    day: int = 0
    spare: bool = False
    late: tuple[int | None, int | None] = (None, None)
    moved: int = 0
    tracks: tuple[int, int] | None = None
    delay_known: bool = True
    cancelled: bool = False
    planned: bool = True
    flaw: str | None = None
    split: bool = False
    part: Role | None = None


@dataclass(frozen=True)
class LogRecipe:
    """A row of the traffic log; `came` and `left` are minutes from now."""

    train: int
    day: int = 0
    spare: bool = False
    step: Step | None = None
    came: int | None = None
    left: int | None = None
    track: int | None = None


@dataclass(frozen=True)
class DeleteRecipe:
    kind: str
    train: int
    day: int = 0
    spare: bool = False


@dataclass(frozen=True)
class AgainRecipe:
    """A change that came before comes again: a duplicate, or an old one out of order."""

    ago: int


trains = st.integers(0, 6)
which = {"train": trains, "day": st.sampled_from((0, 0, 0, 1)), "spare": st.sampled_from((0, 0, 1))}
rarely = st.integers(0, 5).map(lambda n: n == 0)
plans = st.builds(
    PlanRecipe,
    **which,
    late=st.tuples(st.sampled_from(OFFSETS), st.sampled_from(OFFSETS)),
    moved=st.sampled_from((0, 0, 0, 0, 10, 61, -20)),
    tracks=st.none() | st.tuples(st.integers(0, 5), st.integers(0, 5)),
    delay_known=st.integers(0, 4).map(bool),
    cancelled=rarely,
    planned=st.integers(0, 6).map(bool),
    flaw=st.sampled_from((None,) * 12 + FLAWS),
    split=rarely,
    part=st.sampled_from((None, None, None, Role.TERMINUS, Role.ORIGIN)),
)
logs = st.builds(
    LogRecipe,
    **which,
    step=st.none() | st.sampled_from(Step),
    came=st.sampled_from((None, 0, -1, -5, -40, 3, 30, -2000)),
    left=st.sampled_from((None, None, 0, -1, -5, 3, 30)),
    track=st.none() | st.integers(0, 5),
)
deletes = st.builds(DeleteRecipe, kind=st.sampled_from(("plan", "plan", "log")), **which)
agains = st.builds(AgainRecipe, ago=st.integers(0, 12))
recipes = st.lists(st.one_of(plans, plans, logs, logs, deletes, agains), min_size=1, max_size=4)


class Dispatching:
    """Makes changes of recipes; each newer than all before, unless it comes again."""

    def __init__(self, scene):
        self._scene = scene
        self._zone = scene.station.zone_info
        self._first = scene.begin.astimezone(self._zone).date()
        self._history = []

    def changes(self, made_of, now):
        return [change for recipe in made_of for change in self._change(recipe, now)]

    def _change(self, recipe, now):
        if isinstance(recipe, AgainRecipe):
            return self._history[-1 - recipe.ago :][:1]
        revision = (1 + len(self._history) // 20, len(self._history))
        if isinstance(recipe, DeleteRecipe):
            change = RowDeleted((recipe.kind, self._key(recipe)), revision)
        else:
            make = self._plan if isinstance(recipe, PlanRecipe) else self._log
            change = RowUpserted(make(recipe, now), revision)
        self._history.append(change)
        return [change]

    def _key(self, recipe):
        return f"{recipe.day}-{recipe.train}{'-D' if recipe.spare else ''}"

    def _plan(self, recipe, now):
        row, arrival, departure = self._timetabled(recipe)
        late_arrival, late_departure = recipe.late
        tracks = (row.track, row.track)
        if recipe.tracks is not None:
            tracks = tuple(self._scene.tracks[n] for n in recipe.tracks)
        departure_number = row.departure_number
        if recipe.split and departure_number is not None:
            departure_number = departure_number.split("/")[0]
        made = StagePlanRow(
            key=self._key(recipe),
            arrival_number=row.arrival_number,
            departure_number=departure_number,
            category=row.category if recipe.planned else "?",
            role=row.role,
            origin=row.origin,
            destination=row.destination,
            arrival_track=tracks[0],
            departure_track=tracks[1],
            planned_arrival=arrival if recipe.planned else None,
            planned_departure=departure if recipe.planned else None,
            estimated_arrival=_plus(arrival, late_arrival),
            estimated_departure=_plus(departure, late_departure),
            delay_known=recipe.delay_known,
            cancelled=recipe.cancelled,
        )
        if recipe.part is not None and row.role is Role.INTERMEDIATE:
            made = _in_part(made, recipe.part)
        return _FLAWS[recipe.flaw](made, now) if recipe.flaw else made

    def _log(self, recipe, now):
        track = None if recipe.track is None else self._scene.tracks[recipe.track]
        return TrafficLogRow(
            key=self._key(recipe),
            step=recipe.step,
            actual_arrival=_plus(now, recipe.came),
            actual_departure=_plus(now, recipe.left),
            track=track,
        )

    def _timetabled(self, recipe):
        rows = self._scene.station.timetable.rows
        day = self._first + timedelta(days=recipe.day)
        if recipe.train < len(rows):
            row = rows[recipe.train]
        else:
            last = rows[0]
            row = replace(last, arrival_number=EXTRA, departure_number=EXTRA, category="L")
        moved = minutes(getattr(recipe, "moved", 0))
        arrival, departure = self._at(day, row.arrival), self._at(day, row.departure)
        if arrival and departure and departure < arrival:
            departure += timedelta(days=1)
        return row, arrival and arrival + moved, departure and departure + moved

    def _at(self, day, local):
        return None if local is None else datetime.combine(day, local, self._zone).astimezone(UTC)


def _plus(at, number):
    return None if at is None or number is None else at + minutes(number)


def _in_part(row, role):
    """The row of a train that ends or starts here today: of the other end nothing is said."""
    end = "departure" if role is Role.TERMINUS else "arrival"
    place = {"destination": "Here"} if role is Role.TERMINUS else {"origin": "Here"}
    nothing = dict.fromkeys((f"{end}_number", f"planned_{end}", f"estimated_{end}"))
    return changed(row, role=role, **nothing, **place)


def _moved(row, days):
    shift = timedelta(days=days)
    return {
        name: getattr(row, name) and getattr(row, name) + shift
        for name in ("planned_arrival", "planned_departure")
    } | {"estimated_arrival": None, "estimated_departure": None}


_FLAWS = {
    "departure-before-arrival": lambda row, _: changed(
        row,
        planned_arrival=row.planned_departure,
        planned_departure=row.planned_departure and row.planned_departure - minutes(10),
    ),
    "jump": lambda row, _: changed(
        row, planned_departure=row.planned_departure and row.planned_departure + minutes(26 * 60)
    ),
    "estimate-jump": lambda row, _: changed(
        row,
        estimated_arrival=_plus(row.planned_arrival, 26 * 60),
        estimated_departure=_plus(row.planned_departure, 26 * 60),
    ),
    "no-number": lambda row, _: changed(row, arrival_number=None, departure_number=None),
    "missing-time": lambda row, _: changed(row, planned_departure=None, role=Role.INTERMEDIATE),
    "past-day": lambda row, _: changed(row, **_moved(row, -2)),
    "far-ahead": lambda row, _: changed(row, **_moved(row, 4)),
}
