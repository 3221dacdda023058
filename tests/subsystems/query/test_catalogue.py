"""The kiosk's database: finds what is held, in every way, and survives any damage."""

from __future__ import annotations

from datetime import timedelta

import pytest

from protocol.runs import Role
from subsystems.query.catalogue import Catalogue, names_of
from subsystems.query.model import Way, Wish
from subsystems.query.view import milliseconds

SPELLING = {
    "包头": ("bao", "tou"),
    "北京北": ("bei", "jing", "bei"),
    "北京": ("bei", "jing"),
    "呼和浩特": ("hu", "he", "hao", "te"),
}


@pytest.fixture
def held(hohhot, day, make):
    return day.plan(hohhot, make.DAY) | day.plan(hohhot, make.DAY + timedelta(days=1))


@pytest.fixture
def catalogue(tmp_path, held):
    complaints = []
    made = Catalogue(tmp_path / "q.sqlite", held.values, complaints.append)
    made.put(held.values())
    made.spell(SPELLING)
    made.complaints = complaints
    yield made
    made.close()
    assert not (tmp_path / "q.sqlite").exists(), "it is worth nothing afterwards"


@pytest.fixture
def find(catalogue, make):
    def find(now=make.T0, **wish):
        hits = catalogue.find(Wish(**{"limit": 500, **wish}), milliseconds(now))
        return [run.departure_number or run.arrival_number for run in hits.runs], hits

    return find


def test_by_number_whole_begun_or_digits_alone(find, make):
    assert find(text="G2404", day=make.DAY)[0] == ["G2404"]
    assert find(text="g 2404", day=make.DAY)[0] == ["G2404"]
    assert "G2404" in find(text="24", day=make.DAY)[0]
    assert find(text="9999999")[0] == []


@pytest.mark.parametrize("text", ["包头", "包", "bao", "baotou", "BT", "baot", "Baotou"])
def test_by_place_in_characters_pinyin_initials_latin(find, held, make, text):
    numbers, _ = find(text=text, day=make.DAY)
    wanted = [
        run.departure_number
        for run in held.values()
        if run.service_date == make.DAY and run.departure and run.destination.names["zh"] == "包头"
    ]
    assert len(wanted) > 5
    assert set(wanted) <= set(numbers)
    if text in {"包头", "baotou", "BT", "Baotou"}:
        assert set(wanted) == set(numbers)


def test_the_middle_of_a_name_finds_it_but_not_of_a_spelling(find):
    assert find(text="京北")[0] != []
    assert find(text="huhehao")[0] != []
    assert find(text="hehao")[0] == []


def test_arrivals_are_found_by_where_they_come_from(find, make):
    numbers, hits = find(text="北京", way=Way.ARRIVAL, day=make.DAY)
    assert numbers
    assert all("北京" in run.origin.names["zh"] for run in hits.runs)


def test_by_time_and_platform(find, make):
    since = milliseconds(make.T0)
    _, hits = find(since=since, day=make.DAY, platform="5")
    assert hits.runs
    times = [run.departure.planned for run in hits.runs]
    assert times == sorted(times)
    assert min(times) >= make.T0
    assert {run.platform for run in hits.runs} == {"5"}


def test_what_is_still_to_come_stands_before_what_is_over(find, make):
    _, hits = find(text="G2404")
    assert [run.service_date for run in hits.runs] == [make.DAY + timedelta(days=1), make.DAY]
    assert find(live=True, text="G2404", day=make.DAY)[0] == []


def test_a_late_train_is_still_to_come(find, catalogue, held, day, make):
    gone = next(r for r in held.values() if r.departure_number == "G2404")
    assert gone.departure.planned < make.T0
    catalogue.put([day.change(gone, late=600)])
    assert find(live=True, text="G2404", day=make.DAY)[0] == ["G2404"]
    catalogue.put([day.change(gone, held=True)])
    assert find(live=True, text="G2404", day=make.DAY)[0] == ["G2404"]


def test_more_is_counted(find, held, make):
    _, hits = find(day=make.DAY, limit=10)
    assert len(hits.runs) == 10
    departures = [r for r in held.values() if r.service_date == make.DAY and r.departure]
    assert hits.more == len([r for r in departures if r.role is not Role.PASS]) - 10


def test_a_change_replaces_and_a_deletion_removes(catalogue, held, find, day):
    run = held["2021-01-20.g2404"]
    late = day.change(run, late=20, platform="9")
    catalogue.put([late])
    assert catalogue.run(run.run_id) == late
    assert find(text="G2404", platform="9")[1].runs == (late,)
    catalogue.put([], [run.run_id])
    assert catalogue.run(run.run_id) is None
    assert len(find(text="G2404")[0]) == 1


@pytest.mark.parametrize("damage", ["emptied", "torn", "noise"])
def test_a_damaged_file_is_made_anew_and_shows_nothing_false(
    catalogue, held, find, tmp_path, damage
):
    path = tmp_path / "q.sqlite"
    before = find(text="包头")[0]
    raw = path.read_bytes()
    with path.open("r+b") as file:  # the same file, under SQLite's feet
        if damage == "emptied":
            file.truncate(0)
        elif damage == "torn":
            file.truncate(len(raw) // 3)
        else:
            file.write(b"\xff" * len(raw))
    catalogue._database.execute("PRAGMA cache_size=1")
    catalogue._database.execute("PRAGMA shrink_memory")
    assert find(text="包头")[0] == before
    assert len(find()[0]) == len([r for r in held.values() if r.departure])
    catalogue.put([held["2021-01-20.g2404"]])
    assert catalogue.run("2021-01-20.g2404") == held["2021-01-20.g2404"]


def test_where_no_file_can_be_made_it_is_kept_in_memory(tmp_path, held):
    (tmp_path / "q.sqlite").mkdir()
    complaints = []
    made = Catalogue(tmp_path / "q.sqlite", held.values, complaints.append)
    made.put(held.values())
    assert made.run("2021-01-20.g2404") is not None
    assert ["memory" in c for c in complaints] == [True]
    made.close()


def test_names_are_those_of_both_ends(held):
    assert {"包头", "Baotou", "呼和浩特东"} <= names_of(held.values())
