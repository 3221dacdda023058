from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_yard import LAYOUT, SIGHT, at, make_run

from protocol.runs import CallTime, Control, Named, Punctuality, Role, Timeline
from station_config.diagram import Side
from station_config.model import Track, TrackKind
from svg_layers.sight import Account, Kind, Motion
from svg_layers.standing import next_look, standing, track_of, yard_of


def seen(run, clock, sight=SIGHT):
    found = standing(run, at(clock), sight)
    return None if found is None else (found.place, found.motion, found.account)


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("09:54", None),
        ("09:55", (("right", "north"), Motion.COMING)),
        ("10:00", (("track", "t3"), Motion.STANDING)),
        ("10:19", (("track", "t3"), Motion.STANDING)),
        ("10:20", (("left", "north"), Motion.LEAVING)),
        ("10:21", None),
    ],
)
def test_a_train_that_stops_comes_stands_and_leaves(clock, expected):
    found = seen(make_run("K1"), clock)
    assert (found and found[:2]) == expected


def test_odd_numbers_run_to_the_left_and_face_there():
    assert standing(make_run("K1"), at("10:05"), SIGHT).faces is Side.LEFT
    assert standing(make_run("K2"), at("10:05"), SIGHT).faces is Side.RIGHT


def test_a_place_weighs_more_than_the_number():
    east = Named("EAST", {"en": "East"})
    assert standing(make_run("K1", destination=east), at("10:05"), SIGHT).faces is Side.RIGHT
    assert seen(make_run("K2", origin=east), "09:56")[0] == ("right", "north")


def test_a_train_of_which_no_end_is_known_is_drawn_at_neither():
    run = make_run("XY")
    assert seen(run, "09:56")[0] == ("unsure", "north")
    assert standing(run, at("10:05"), SIGHT).faces is None


@pytest.mark.parametrize("track", [None, "99"])
def test_a_train_without_a_track_stands_on_none(track):
    run = make_run(track=track)
    assert seen(run, "10:05")[0] == ("unsure", "north")
    assert seen(msgspec.structs.replace(run, platform=None), "10:05")[0] == ("unsure", "")


def test_an_originating_train_is_due_until_somebody_says_that_its_stock_is_there():
    run = make_run("G2", Role.ORIGIN, departure="11:00", feeder="2021-01-20.g1")
    assert seen(run, "10:39") is None
    assert seen(run, "10:40")[:2] == (("track", "t3"), Motion.DUE)
    came = make_run("G1", Role.TERMINUS, arrival="09:00")
    sight = replace(SIGHT, run={came.run_id: came}.get)
    assert seen(run, "10:40", sight)[1] is Motion.DUE
    there = msgspec.structs.replace(came, arrival=CallTime(planned=at("09:00"), actual=at("09:01")))
    assert seen(run, "10:40", replace(SIGHT, run={there.run_id: there}.get))[1] is Motion.STANDING


def test_a_terminating_train_goes_when_nobody_knows_what_becomes_of_its_stock():
    run = make_run("G1", Role.TERMINUS, arrival="09:00")
    assert seen(run, "09:09")[:2] == (("track", "t3"), Motion.STANDING)
    assert seen(run, "09:10") is None


def test_its_stock_stands_until_it_is_drawn_as_the_train_that_it_leaves_as():
    came = make_run("G1", Role.TERMINUS, arrival="09:00")
    fed = make_run("G2", Role.ORIGIN, departure="11:00", feeder=came.run_id)
    runs = {r.run_id: r for r in (came, fed)}
    sight = replace(SIGHT, run=runs.get, fed={came.run_id: fed.run_id})
    stock = standing(came, at("10:30"), sight)
    assert (stock.kind, stock.place, stock.track) == (Kind.STOCK, ("track", "t3"), "t3")
    assert standing(came, at("10:40"), sight) is None
    cancelled = msgspec.structs.replace(fed, cancelled=True)
    runs[fed.run_id] = cancelled
    assert standing(came, at("10:30"), sight) is None


def test_a_train_that_passes_is_on_its_track_for_a_minute():
    run = make_run("T8", Role.PASS, arrival="13:00", departure="13:00", track="II", platform=None)
    assert seen(run, "12:58")[:2] == (("left", "north"), Motion.COMING)
    assert seen(run, "12:59")[:2] == (("track", "t2"), Motion.STANDING)
    assert seen(run, "13:00")[:2] == (("right", "north"), Motion.LEAVING)


BAY = replace(
    SIGHT,
    layout=replace(
        LAYOUT,
        tracks=tuple(replace(t, closed=Side.LEFT) if t.id == "t3" else t for t in LAYOUT.tracks),
    ),
)


@pytest.mark.parametrize("number", ["K1", "K2"])
def test_a_train_on_a_bay_track_comes_and_leaves_by_its_open_end(number):
    run = make_run(number)
    coming = standing(run, at("09:56"), BAY)
    assert (coming.place, coming.faces) == (("right", "north"), Side.LEFT)
    assert standing(run, at("10:05"), BAY).faces is Side.RIGHT
    leaving = standing(run, at("10:20"), BAY)
    assert (leaving.place, leaving.faces) == (("right", "north"), Side.RIGHT)
    ended = make_run(number, Role.TERMINUS, arrival="10:00")
    assert standing(ended, at("10:05"), BAY).faces is Side.LEFT, "its head is at the buffer stop"


def test_a_held_train_waits_from_its_printed_time_on_and_nothing_is_guessed():
    run = make_run(held=True, timeline=Timeline(shown_at=at("07:00")))
    assert seen(run, "09:59") is None
    for clock in ("10:00", "11:00"):
        assert seen(run, clock) == (("right", "north"), Motion.COMING, Account.HELD)


def test_a_held_train_that_has_arrived_stands():
    timeline = Timeline(arrives_at=at("10:00"))
    run = make_run(held=True, timeline=timeline)
    assert seen(run, "11:00") == (("track", "t3"), Motion.STANDING, Account.HELD)


def test_a_cancelled_train_is_a_ghost_where_it_would_have_been():
    run = make_run(cancelled=True)
    assert seen(run, "09:39") is None
    assert seen(run, "10:05") == (("track", "t3"), Motion.DUE, Account.CANCELLED)
    assert seen(run, "10:20") is None


@pytest.mark.parametrize(
    ("said", "account"),
    [
        (Punctuality.ON_TIME, Account.ON_TIME),
        (Punctuality.DELAYED, Account.LATE),
        (Punctuality.EARLY, Account.EARLY),
        (Punctuality.UNKNOWN, Account.UNSAID),
    ],
)
def test_what_nobody_said_is_not_on_time(said, account):
    assert seen(make_run(punctuality=said), "10:05")[2] is account


def test_a_deviation_that_nobody_confirms_is_told_as_lapsed():
    late = CallTime(planned=at("10:20"), estimated=at("10:30"))
    run = make_run(departure=late, punctuality=Punctuality.DELAYED)
    assert seen(run, "10:05")[2] is Account.LATE
    old = replace(SIGHT, confirmed_at=at("09:00"))
    assert seen(run, "10:05", old)[2] is Account.LAPSED
    assert seen(run, "10:05", replace(old, check_lapse=False))[2] is Account.LATE
    assert seen(make_run(), "10:05", old)[2] is Account.ON_TIME


def test_whether_it_was_reported_and_whether_by_hand_is_told():
    actual = CallTime(planned=at("10:00"), actual=at("10:01"))
    run = make_run(arrival=actual, control=Control.MANUAL)
    found = standing(run, at("10:05"), SIGHT)
    assert (found.reported, found.manual) == (True, True)
    found = standing(make_run(), at("10:05"), SIGHT)
    assert (found.reported, found.manual) == (False, False)


def test_a_track_is_known_by_its_label_and_two_with_the_same_by_the_platform():
    assert track_of(make_run(), SIGHT).id == "t3"
    twin = Track("t9", "3", "south", TrackKind.MAIN, "p3", 500)
    both = replace(SIGHT, layout=replace(LAYOUT, tracks=(*LAYOUT.tracks, twin)))
    assert track_of(make_run(), both).id == "t3"
    assert track_of(make_run(platform="3"), both).id == "t9"
    assert track_of(make_run(platform=None), both) is None
    assert yard_of(make_run(platform="3", track=None), both) == "south"


RUNS = [
    make_run(),
    make_run("G2", Role.ORIGIN, departure="11:00"),
    make_run("G1", Role.TERMINUS, arrival="09:00"),
    make_run("T8", Role.PASS, arrival="13:00", departure="13:00"),
    make_run(held=True, timeline=Timeline(shown_at=at("07:00"))),
    make_run("G4", Role.ORIGIN, departure="11:00", held=True, timeline=Timeline()),
    make_run(cancelled=True),
]


@given(run=st.sampled_from(RUNS), minutes=st.integers(0, 24 * 60 - 1), further=st.integers(0, 700))
def test_between_two_looks_nothing_changes(run, minutes, further):
    now = at("00:00") + timedelta(minutes=minutes)
    later = now + timedelta(minutes=further)
    due = next_look(run, now)
    if due is None or later < due:
        sight = replace(SIGHT, check_lapse=False)  # that is the scene's to notice
        first, second = standing(run, now, sight), standing(run, later, sight)
        assert first == second
