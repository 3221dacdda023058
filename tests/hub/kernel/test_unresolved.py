"""Conflicts that hold now, of all trains together."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.kernel.conclude import conclude
from hub.kernel.feeder import Feeder
from hub.kernel.objections import Code
from hub.kernel.override import ByGates, Cancelled, Delayed, DelayUnknown, Override, StockOf
from hub.kernel.unresolved import CODES, unresolved
from protocol.runs import Role

RUN = "2021-01-20.k1"
OTHER = "2021-01-20.k7"


@pytest.fixture
def train(build):
    def made(run_id=RUN, words=(), now="08:00", **planned):
        said = tuple(
            Override(
                id=str(n), run_id=run_id, word=word, who="Li", why="x", since=build.at("07:00")
            )
            for n, word in enumerate(words)
        )
        facts = replace(
            build.facts(timetable=build.planned(**planned), overrides=said), run_id=run_id
        )
        return conclude(None, facts, build.station(), build.at(now)).stored

    return made


@pytest.fixture
def codes(build):
    def found(*trains, now="08:00"):
        told = unresolved(trains, build.station(), build.at(now))
        return {run_id: [each.code for each in said] for run_id, said in told.items()}

    return found


def test_two_trains_on_one_track_at_one_time_are_told_once_of_the_later(build, train, codes):
    later = {"arrival": build.at("10:15"), "departure": build.at("10:30")}
    first, second = train(), train(OTHER, departure_number="K7", **later)
    assert codes(first, second) == {OTHER: [Code.TRACK_OCCUPIED]}
    assert codes(second, first) == {OTHER: [Code.TRACK_OCCUPIED]}
    told = unresolved([first, second], build.station(), build.at("08:00"))
    assert told[OTHER][0].en.endswith(": 1, K1")
    assert codes(first, train(OTHER, track="t3", **later)) == {}
    assert codes(first, train(OTHER, track=None, **later)) == {}


def test_a_train_that_leaves_in_the_minute_in_which_another_comes_is_in_its_way(
    build, train, codes
):
    def comes(at):
        return train(OTHER, arrival=build.at(at), departure=build.at("10:40"))

    assert codes(train(), comes("10:20")) == {OTHER: [Code.TRACK_OCCUPIED]}
    assert codes(train(), comes("10:21")) == {}


@pytest.mark.parametrize("word", [Cancelled(), DelayUnknown(), Delayed(60)])
def test_who_does_not_come_then_is_in_nobodys_way(train, codes, word):
    assert codes(train(words=(word,)), train(OTHER)) == {}


def test_what_is_over_is_told_no_more(build, train, codes):
    later = {"arrival": build.at("10:15"), "departure": build.at("10:30")}
    trains = train(), train(OTHER, **later)
    assert codes(*trains, now="10:20") == {OTHER: [Code.TRACK_OCCUPIED]}
    assert codes(*trains, now="10:21") == {}
    assert codes(train(length_m=900), now="10:20") == {RUN: [Code.TOO_SHORT]}
    assert codes(train(length_m=900), now="10:21") == {}


def test_a_train_and_that_whose_stock_it_takes_are_one(build, train, codes):
    at = build.at("10:00")
    ends = train(role=Role.TERMINUS, arrival=at, departure=None, departure_number=None)
    starts = {"role": Role.ORIGIN, "arrival": None, "arrival_number": None, "departure": at}
    assert codes(ends, train(OTHER, **starts)) == {OTHER: [Code.TRACK_OCCUPIED]}
    assert codes(ends, train(OTHER, words=(StockOf(RUN),), **starts)) == {}


def test_a_platform_that_is_too_short(train, codes):
    assert codes(train(length_m=500)) == {}
    assert codes(train(length_m=501)) == {RUN: [Code.TOO_SHORT]}
    assert codes(train(length_m=501, words=(Cancelled(),))) == {}


def test_stock_that_does_not_come(build, train, codes):
    starts = {"role": Role.ORIGIN, "arrival": None, "arrival_number": None}
    fed = train(words=(StockOf(OTHER),), **starts)
    at = build.at("09:00")
    lost = Feeder(run_id=OTHER, planned=at, expected=at, lost=True)
    facts = replace(fed.facts, feeders=(lost,))
    fed = conclude(None, facts, build.station(), build.at("08:00")).stored
    assert codes(fed) == {RUN: [Code.STOCK_LOST]}


def test_gates_by_hand_that_no_longer_lead_there(train, codes):
    assert codes(train(words=(ByGates(("g2",)),))) == {}
    assert codes(train(words=(ByGates(("g2",)),), track="t3")) == {RUN: [Code.GATES_FOLLOW]}


def test_a_withdrawn_train_has_none(build, train, codes):
    one = train(length_m=900)
    gone = replace(one.facts, withdrawn=True, timetable=None, added=one.facts.timetable)
    assert codes(conclude(None, gone, build.station(), build.at("08:00")).stored) == {}


stays = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 30), st.sampled_from(["t1", "t3"])), max_size=8
)


@given(stays=stays, now=st.integers(0, 90))
def test_exactly_those_that_overlap_are_told(build, stays, now):
    begin, station = build.at("10:00"), build.station()
    trains, times = [], {}
    for number, (comes, stands, track) in enumerate(stays):
        planned = build.planned(
            arrival_number=f"K{number}",
            departure_number=f"K{number}",
            arrival=begin + timedelta(minutes=comes),
            departure=begin + timedelta(minutes=comes + stands),
            track=track,
        )
        facts = replace(build.facts(timetable=planned), run_id=f"2021-01-20.k{number}")
        trains.append(conclude(None, facts, station, build.at("08:00")).stored)
        times[number] = (comes, comes + stands, track)
    found = unresolved(trains, station, begin + timedelta(minutes=now))
    expected = sum(
        one[2] == other[2]
        and max(one[0], other[0])
        <= min(
            one[1],
            other[1],
        )
        >= now
        for n, one in times.items()
        for m, other in times.items()
        if n < m
    )
    assert sum(map(len, found.values())) == expected
    assert {each.code for said in found.values() for each in said} <= set(CODES)
