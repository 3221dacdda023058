"""A day as its timetable alone says it."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import entry_points
from pathlib import Path

from hub.kernel.preview import planned_runs
from protocol.runs import Punctuality
from station_config.load import load_station

STATION = Path(__file__).parents[3] / "station_config" / "stations" / "hohhot_east"


def test_the_runs_of_a_day():
    station = load_station(STATION)
    day = station.timetable.service_date
    runs = planned_runs(station, day, datetime(2021, 1, 19, tzinfo=UTC))
    assert len(runs) == len(station.timetable.rows)
    assert {run.punctuality for run in runs} == {Punctuality.UNKNOWN}
    assert all(run.timeline.shown_at is not None for run in runs)


def test_it_is_offered_to_those_who_may_not_import_the_hub():
    (offered,) = entry_points(group="station.plans")
    assert offered.load() is planned_runs
