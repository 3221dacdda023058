from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from diagram_days import day_runs, local, moved, shipped

from hub.diagram.bases import Bases
from hub.diagram.film import Stretch, local_date, make_film, next_layout
from protocol.times import from_unix, to_unix
from svg_layers.scene import Scene
from svg_layers.sight import Sight
from svg_layers.trains import applied

DAY = date(2021, 1, 20)


@pytest.fixture(scope="module")
def station():
    return shipped("hohhot_east")


@pytest.fixture(scope="module")
def runs(station):
    return day_runs(station, DAY, local(station, DAY, "06:00"))


def at_end(film):
    trains = film.trains
    for _, change in film.frames:
        trains = applied(trains, change.trains)
    return trains


def picture_at(station, runs, at):
    layout = station.layout_on(DAY)
    sight = Sight(layout, station.ends, timedelta(minutes=30), check_lapse=False)
    scene = Scene(sight, Bases(station).of(layout).geometry, at)
    scene.put(runs, at)
    return scene.picture().trains


def test_a_forecast_ends_in_the_picture_of_its_end(station, runs):
    begin = local(station, DAY, "13:00")
    end = begin + timedelta(hours=2)
    film = make_film("forecast", Bases(station), Stretch(begin, end), runs)
    assert film.trains == picture_at(station, runs, begin)
    just_before = end - timedelta(seconds=1)
    assert at_end(film) == picture_at(station, runs, just_before)
    assert len(film.frames) > 30
    instants = [at for at, _ in film.frames]
    assert instants == sorted(instants)
    assert to_unix(begin) <= instants[0]


def test_what_is_said_meanwhile_is_in_the_film_at_its_time(station, runs):
    begin = local(station, DAY, "13:00")
    said_at = begin + timedelta(minutes=7)
    late = moved(runs["2021-01-20.g2413"], 25)
    told = [(said_at, {late.run_id: late}), (begin + timedelta(hours=9), {late.run_id: None})]
    stretch = Stretch(begin, begin + timedelta(hours=1))
    film = make_film("past", Bases(station), stretch, runs, told)
    before = [c for t, c in film.frames if t < to_unix(said_at)]
    assert not any("late" in f for c in before for f in c.bars.set.values())
    at_that = [c for t, c in film.frames if t == to_unix(said_at)]
    assert at_that[0].bars.set[late.run_id]["late"] == 25


def test_a_film_ends_where_another_layout_begins(station, runs):
    layouts = (*station.layouts, replace(station.layouts[0], valid_from=date(2021, 1, 21)))
    changing = replace(station, layouts=layouts)
    begin = local(station, DAY, "23:30")
    stretch = Stretch(begin, begin + timedelta(hours=1))
    film = make_film("forecast", Bases(changing), stretch, runs)
    assert from_unix(film.end) == local(station, date(2021, 1, 21), "00:00")
    assert next_layout(station, begin) is None
    assert local_date(station, begin) == DAY
