"""Who leaves with whose stock, and what of a feeder reaches the run that leaves."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.kernel.conclude import conclude
from hub.kernel.facts import Facts, Planned
from hub.kernel.manual import with_override
from hub.kernel.override import Override, StockOf
from hub.kernel.stock import (
    asked_by,
    fed_by_it,
    feeder_id,
    links,
    same_word,
    shares_stock,
    starts_here,
    wanted,
    with_feeder,
)
from protocol.runs import Role

FEEDER = "2021-01-20.g3"


def comes(at, stock="s"):
    return Planned(role=Role.TERMINUS, origin="A", destination="B", arrival=at, stock=stock)


def leaves(at, stock="s"):
    return Planned(role=Role.ORIGIN, origin="B", destination="A", departure=at, stock=stock)


def test_stock_that_came_last_leaves(build):
    entries = {
        "early": comes(build.at("08:00")),
        "late": comes(build.at("09:00")),
        "other": comes(build.at("09:30"), "t"),
        "fed": leaves(build.at("10:00")),
    }
    assert links(entries) == {"fed": "late"}


def test_who_comes_at_the_minute_of_the_departure_feeds_it(build):
    at = build.at("10:00")
    assert links({"fed": leaves(at), "feeder": comes(at)}) == {"fed": "feeder"}


def test_a_run_feeds_one_other_at_most(build):
    entries = {
        "feeder": comes(build.at("09:00")),
        "second": leaves(build.at("11:00")),
        "first": leaves(build.at("10:00")),
    }
    assert links(entries) == {"first": "feeder"}


@pytest.mark.parametrize(("hours", "linked"), [(24, True), (24.02, False)])
def test_stock_of_the_day_before_is_forgotten_after_a_day(build, hours, linked):
    came = build.at("09:00")
    entries = {"feeder": comes(came), "fed": leaves(came + timedelta(hours=hours))}
    assert links(entries) == ({"fed": "feeder"} if linked else {})


def test_a_train_that_goes_on_feeds_nobody_nor_does_one_without_stock(build):
    through = build.planned(stock="s")
    unknown = comes(build.at("09:00"), None)
    entries = {"through": through, "unknown": unknown, "fed": leaves(build.at("11:00"))}
    assert links(entries) == {}


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4000), st.sampled_from("st")), max_size=12))
def test_each_feeder_is_the_last_that_came_and_feeds_once(build, visits):
    begin = build.at("00:00")
    entries = {
        str(n): (comes if ends else leaves)(begin + timedelta(minutes=minutes), stock)
        for n, (ends, minutes, stock) in enumerate(visits)
    }
    found = links(entries)
    assert len(set(found.values())) == len(found)
    for fed, feeder in found.items():
        goes, came = entries[fed].departure, entries[feeder].arrival
        assert timedelta(0) <= goes - came <= timedelta(hours=24)
        between = [
            entry
            for run_id, entry in entries.items()
            if entry.stock == entries[fed].stock
            and run_id not in {fed, feeder}
            and came < (entry.first or goes) < goes
        ]
        assert between == []


# --- what the feeder says


@pytest.fixture
def feeder(build):
    """The stored feeder, G3: planned to arrive at 12:00."""

    def made(before=None, now="11:00", log=None, **row):
        entry = comes(build.at("12:00"))
        entry = replace(entry, arrival_number="G3", feeds="2021-01-20.g4")
        plan = build.plan(
            key="g3",
            **{"role": Role.TERMINUS, "arrival_number": "G3", "departure_number": None}
            | {"planned_arrival": build.at("12:00"), "planned_departure": None}
            | row,
        )
        held = build.at(now) if not plan.delay_known else None
        facts = Facts(
            run_id=FEEDER,
            service_date=build.day,
            timetable=entry,
            plan=plan,
            log=log,
            held_since=held,
            heard=True,
        )
        return conclude(before, facts, build.station(), build.at(now)).stored

    return made


@pytest.fixture
def fed(build):
    entry = replace(leaves(build.at("12:30")), departure_number="G4", fed_by=FEEDER)
    return Facts(run_id="2021-01-20.g4", service_date=build.day, timetable=entry)


def said(facts):
    (only,) = facts.feeders
    return only


def test_a_late_feeder_is_heard_of(build, feeder, fed):
    late = feeder(estimated_arrival=build.at("12:20"))
    told = with_feeder(fed, late, "plan/g3", build.at("11:00"))
    assert (said(told).planned, said(told).expected) == (build.at("12:00"), build.at("12:20"))
    assert said(told).cause == "plan/g3"
    assert said(told).uncertainty_s == late.run.arrival.uncertainty_s
    assert told.heard, "what is told otherwise than printed needs a publication"


def test_a_feeder_on_time_makes_no_publication(build, feeder, fed):
    told = with_feeder(fed, feeder(), "plan/g3", build.at("11:00"))
    assert said(told).expected == build.at("12:00")
    assert not told.heard


def test_the_same_word_again_changes_nothing(build, feeder, fed):
    late = feeder(estimated_arrival=build.at("12:20"))
    told = with_feeder(fed, late, "plan/g3", build.at("11:00"))
    assert with_feeder(told, late, "log/g3", build.at("11:05")) is told
    assert same_word(late, feeder(late, estimated_arrival=build.at("12:20")))
    assert not same_word(late, feeder(late, estimated_arrival=build.at("12:25")))
    assert not same_word(None, late)


def test_a_held_feeder_keeps_what_was_known_and_since_when_it_is_not(build, feeder, fed):
    late = with_feeder(
        fed, feeder(estimated_arrival=build.at("12:20")), "plan/g3", build.at("11:00")
    )
    held = with_feeder(late, feeder(now="11:10", delay_known=False), "x", build.at("11:10"))
    assert (said(held).expected, said(held).held_since) == (build.at("12:20"), build.at("11:10"))
    again = with_feeder(held, feeder(now="11:20", delay_known=False), "x", build.at("11:20"))
    assert again is held
    came = feeder(
        now="12:40", delay_known=False, log=build.log("g3", actual_arrival=build.at("12:39"))
    )
    known = with_feeder(held, came, "log/g3", build.at("12:40"))
    assert (said(known).actual, said(known).held_since) == (build.at("12:39"), None)


def test_stock_is_lost_with_a_cancelled_feeder_and_one_that_goes_on(build, feeder, fed):
    cancelled = with_feeder(fed, feeder(cancelled=True), "plan/g3", build.at("11:00"))
    assert said(cancelled).lost
    goes_on = feeder(role=Role.INTERMEDIATE, planned_departure=build.at("12:10"))
    assert said(with_feeder(fed, goes_on, "plan/g3", build.at("11:00"))).lost
    back = with_feeder(cancelled, feeder(), "plan/g3", build.at("11:01"))
    assert not said(back).lost


def test_nobody_hears_of_a_run_that_is_not_asked(build, feeder, fed):
    stranger = replace(fed, timetable=replace(fed.timetable, fed_by=None))
    assert with_feeder(stranger, feeder(), "plan/g3", build.at("11:00")) is stranger


def test_a_person_names_the_feeder(build, feeder, fed):
    word = Override(
        id="1", run_id=fed.run_id, word=StockOf("x"), who="Li", why="y", since=build.at("08:00")
    )
    spoken = with_override(fed, word)
    assert wanted(spoken) == {"x", FEEDER}
    assert feeder_id(spoken, ()) == FEEDER
    assert feeder_id(spoken, spoken.overrides) == "x"
    none = with_override(fed, replace(word, word=StockOf()))
    assert feeder_id(none, none.overrides) is None
    asked = asked_by(feeder().facts, "y")
    assert fed_by_it(asked) == {"2021-01-20.g4", "y"}
    assert asked_by(asked, "y") is asked


def test_who_shares_stock(build, feeder, fed):
    assert shares_stock(fed)
    assert shares_stock(feeder().facts)
    assert not shares_stock(build.facts())
    assert shares_stock(build.facts(feeds=("x",)))


def test_who_starts_here(build, feeder, fed):
    assert starts_here(conclude(None, fed, build.station(), build.at("08:00")).stored.run)
    assert not starts_here(feeder().run)
