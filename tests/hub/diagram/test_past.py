from __future__ import annotations

from datetime import date, timedelta

import pytest
from diagram_days import local, shipped
from lived_day import Lived

from hub.diagram.past import past_film
from hub.store.reading import reading
from protocol.errors import OperatorError
from protocol.times import to_unix
from svg_layers.trains import applied

DAY = date(2021, 1, 20)


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('lived')}/hub.db"
    made = Lived(url, shipped("hohhot_east"), DAY, "12:00")
    made.until("13:00")
    seen = {}
    for clock in ("13:10", "13:45", "13:55"):
        made.until(clock)
        seen[clock] = made.runs()
    made.close()
    return made, seen


def picture(film, at):
    trains, bars = film.trains, film.bars
    for when, change in film.frames:
        if when <= to_unix(at):
            trains, bars = applied(trains, change.trains), applied(bars, change.bars)
    return trains, bars


@pytest.mark.parametrize("clock", ["13:10", "13:45", "13:55"])
def test_the_film_shows_what_was_told_then(lived, clock):
    made, seen = lived
    at = local(made.station, DAY, clock)
    with reading(made.url) as reader:
        film = past_film(reader, local(made.station, DAY, "12:30"), at)
    trains, _ = picture(film, at)
    assert film.kind == "past"
    assert trains
    for run_id, train in trains.items():
        run = seen[clock][run_id]
        call = run.departure or run.arrival
        assert (train.get("d") or train["a"])["e"] == int(to_unix(call.expected))


def test_two_films_that_meet_show_the_same_at_their_seam(lived):
    made, _ = lived
    seam = local(made.station, DAY, "13:20")
    with reading(made.url) as reader:
        whole = past_film(reader, seam - timedelta(minutes=30), seam + timedelta(minutes=1))
        late = past_film(reader, seam, seam + timedelta(minutes=1))
    assert picture(whole, seam)[0] == picture(late, seam)[0]


def test_a_film_begins_where_the_journal_does(lived):
    made, _ = lived
    begin, end = local(made.station, DAY, "11:30"), local(made.station, DAY, "12:30")
    with reading(made.url) as reader:
        film = past_film(reader, begin, end)
        assert film.begin == to_unix(reader.starts()[0].at)
    assert begin.timestamp() < film.begin < film.end == to_unix(end)


@pytest.mark.parametrize(
    ("begin", "end", "said"),
    [
        ("03:00", "04:00", "does not reach back"),
        ("13:00", "12:59", "at most"),
        ("12:10", "16:10", "at most"),
    ],
)
def test_what_there_is_no_film_of(lived, begin, end, said):
    made, _ = lived
    with reading(made.url) as reader, pytest.raises(OperatorError, match=said):
        past_film(reader, local(made.station, DAY, begin), local(made.station, DAY, end))
