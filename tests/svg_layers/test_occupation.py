from __future__ import annotations

from dataclasses import replace

import pytest
from small_yard import SIGHT, at, make_run

from protocol.runs import CallTime, Role, Timeline
from protocol.times import from_unix
from svg_layers.occupation import Bar, bar_of, with_clashes


def span(run, clock="10:00", sight=SIGHT):
    bar = bar_of(run, at(clock), sight)
    begin, end = (from_unix(t).strftime("%H:%M") for t in (bar.b, bar.e))
    return begin, end, bar.open


def test_a_train_that_stops_is_there_from_arrival_to_departure():
    bar = bar_of(make_run(), at("09:00"), SIGHT)
    assert (bar.track, bar.no, bar.account) == ("t3", "K1", "on-time")
    assert span(make_run()) == ("10:00", "10:20", "")


def test_how_long_stock_stands_that_nobody_configured_is_open():
    origin = make_run("G2", Role.ORIGIN, departure="11:00")
    terminus = make_run("G1", Role.TERMINUS, arrival="09:30")
    assert span(origin) == ("10:40", "11:00", "begin")
    assert span(terminus) == ("09:30", "09:40", "end")


def test_stock_that_leaves_as_another_train_stands_until_that_is_drawn():
    came = make_run("G1", Role.TERMINUS, arrival="09:30")
    fed = make_run("G2", Role.ORIGIN, departure="11:00", feeder=came.run_id)
    runs = {r.run_id: r for r in (came, fed)}
    sight = replace(SIGHT, run=runs.get, fed={came.run_id: fed.run_id})
    assert span(came, sight=sight) == ("09:30", "10:40", "")
    assert span(fed, sight=sight) == ("10:40", "11:00", "")


def test_a_train_that_passes_is_there_for_a_minute():
    run = make_run("T8", Role.PASS, arrival="10:30", departure="10:30", track="II")
    assert span(run) == ("10:29", "10:30", "")


def test_of_a_held_train_nothing_is_sure():
    run = make_run(held=True, timeline=Timeline())
    assert span(run) == ("10:00", "10:20", "both")
    assert bar_of(run, at("10:00"), SIGHT).sure is None
    actual = CallTime(planned=at("10:00"), actual=at("10:02"))
    assert span(make_run(held=True, arrival=actual)) == ("10:02", "10:20", "end")


@pytest.mark.parametrize(("clock", "there"), [("07:40", False), ("07:46", True), ("11:21", False)])
def test_the_chart_has_an_hour_back_and_two_ahead(clock, there):
    assert (bar_of(make_run(), at(clock), SIGHT) is not None) is there


def test_without_a_track_there_is_no_bar():
    assert bar_of(make_run(track="99"), at("10:00"), SIGHT) is None


def bar(begin, end, **fields):
    values = {"account": "on-time", "kind": "through"} | fields
    return Bar(track="t", no="K", b=begin, e=end, **values)


def clashes(**bars):
    return {key: made.clash for key, made in with_clashes(bars).items()}


def test_bars_that_meet_are_a_conflict_of_both_and_touching_is_none():
    found = clashes(a=bar(0, 10), b=bar(9, 20), c=bar(20, 30))
    assert found == {"a": ("b",), "b": ("a",), "c": ()}


def test_one_bar_within_another_meets_it_and_not_the_next():
    found = clashes(a=bar(0, 100), b=bar(10, 20), c=bar(30, 40), d=bar(100, 120))
    assert found == {"a": ("b", "c"), "b": ("a",), "c": ("a",), "d": ()}


def test_an_end_that_nobody_knows_makes_no_conflict():
    assert clashes(a=bar(0, 10, open="end"), b=bar(5, 20)) == {"a": (), "b": ()}
    assert clashes(a=bar(0, 10), b=bar(5, 20, open="begin")) == {"a": (), "b": ()}
    assert clashes(a=bar(5, 10, open="end"), b=bar(0, 20)) == {"a": ("b",), "b": ("a",)}


@pytest.mark.parametrize("account", ["cancelled", "held", "lapsed"])
def test_what_nobody_knows_or_what_does_not_come_makes_no_conflict(account):
    assert clashes(a=bar(0, 10, account=account), b=bar(5, 20)) == {"a": (), "b": ()}
