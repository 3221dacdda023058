"""A train leaves when its stock came and was turned round, and not before."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from hub.kernel.derive import derive
from hub.kernel.facts import Facts, Planned
from hub.kernel.feeder import Feeder
from hub.kernel.override import Override, StockOf
from protocol.runs import Role
from protocol.timeline import on_departure_board
from station_config.policies import TurnRound

FEEDER = "2021-01-20.g3"
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="session")
def station(build):
    """Turn-round: 10 minutes for G, 25 for all others."""
    station = build.station()
    turn_rounds = (
        TurnRound(25 * MINUTE),
        TurnRound(10 * MINUTE, frozenset({"G"})),
        TurnRound(99 * MINUTE, frozenset({"G"})),
    )
    return replace(station, policies=replace(station.policies, turn_rounds=turn_rounds))


@pytest.fixture(scope="session")
def fed(build):
    """G4 leaves at 12:30 with the stock of G3, which comes at 12:00."""

    def made(number="G4", row=None, **said):
        entry = Planned(
            departure_number=number,
            category=number[0],
            role=Role.ORIGIN,
            origin="Here",
            destination="South",
            departure=build.at("12:30"),
            track="t1",
            fed_by=FEEDER,
        )
        feeder = Feeder(**{"run_id": FEEDER, "planned": build.at("12:00")} | said) if said else None
        plan = (
            row
            if row is None
            else build.plan(
                **{"role": Role.ORIGIN, "departure_number": number, "arrival_number": None}
                | {"planned_arrival": None, "planned_departure": build.at("12:30")}
                | row
            )
        )
        return Facts(
            run_id="2021-01-20.g4",
            service_date=build.day,
            timetable=entry,
            plan=plan,
            feeders=(feeder,) if feeder else (),
            heard=True,
        )

    return made


@pytest.fixture(scope="session")
def run(build, station):
    return lambda facts, now="11:00": derive(facts, station, build.at(now))


def test_a_late_arrival_makes_the_departure_late(build, fed, run):
    found = run(fed(expected=build.at("12:45")))
    assert found.departure.estimated == build.at("12:55")
    assert found.feeder == FEEDER


def test_a_little_lateness_is_taken_up_by_the_turn_round(build, fed, run):
    assert run(fed(expected=build.at("12:20"))).departure.estimated is None


def test_the_most_specific_minimum_wins(build, fed, run):
    assert run(fed("K4", expected=build.at("12:45"))).departure.estimated == build.at("13:10")


def test_what_is_planned_is_possible(build, fed, run):
    found = run(fed(planned=build.at("12:25"), expected=build.at("12:45")))
    assert found.departure.estimated == build.at("12:50")


def test_a_feeder_that_is_planned_after_the_departure_needs_the_minimum(build, fed, run):
    found = run(fed(planned=build.at("12:40"), expected=build.at("12:40")))
    assert found.departure.estimated == build.at("12:50")


def test_dispatchings_estimate_stands_where_it_is_possible(build, fed, run):
    said = {"estimated_departure": build.at("13:10")}
    possible = run(fed(row=said, expected=build.at("12:45")))
    assert possible.departure.estimated == build.at("13:10")
    impossible = run(fed(row=said, expected=build.at("13:05")))
    assert impossible.departure.estimated == build.at("13:15")


def test_what_has_left_has_left(build, fed, run):
    facts = changed(
        fed(row={}, expected=build.at("13:45")), log=build.log(actual_departure=build.at("12:31"))
    )
    assert run(facts).departure.expected == build.at("12:31")


def test_what_follows_is_less_certain(build, fed, run):
    found = run(fed(expected=build.at("12:45"), uncertainty_s=120))
    assert found.departure.uncertainty_s == 180
    actual = run(fed(expected=build.at("12:45"), actual=build.at("12:45"), uncertainty_s=0))
    assert actual.departure.uncertainty_s == 60


def test_a_held_feeder_holds_the_run(build, fed, run):
    held = run(fed(expected=build.at("12:20"), held_since=build.at("10:50")))
    assert held.held
    assert held.departure.estimated is None
    assert held.timeline.departs_at is None
    assert on_departure_board(held, build.at("20:00"))


def test_dispatching_knows_when_it_leaves_though_the_feeder_is_held(build, fed, run):
    row = {"estimated_departure": build.at("13:00")}
    found = run(fed(row=row, expected=build.at("12:55"), held_since=build.at("10:50")))
    assert not found.held
    assert found.departure.estimated == build.at("13:00")


def test_what_had_opened_by_then_stays_open(build, fed, run):
    facts = fed(row={}, expected=build.at("12:00"), held_since=build.at("12:20"))
    found = run(facts, now="12:22")
    assert found.timeline.check_in_opens_at == build.at("12:15")
    assert found.timeline.check_in_closes_at is None
    told_nothing = run(fed(expected=build.at("12:00"), held_since=build.at("12:20")))
    assert told_nothing.timeline.check_in_opens_at is None


def test_a_cancelled_feeder_changes_nothing(build, fed, run):
    lost = run(fed(expected=build.at("12:45"), lost=True))
    assert lost.departure.estimated is None
    assert (lost.held, lost.cancelled, lost.feeder) == (False, False, FEEDER)


def test_a_feeder_that_has_said_nothing_changes_nothing(fed, run):
    assert run(fed()).departure.estimated is None


def test_a_train_that_comes_itself_needs_no_feeder(build, station):
    facts = build.facts(
        timetable=build.planned(fed_by=FEEDER),
        feeders=(Feeder(run_id=FEEDER, planned=build.at("09:00"), expected=build.at("12:00")),),
    )
    found = derive(facts, station, build.at("08:00"))
    assert (found.feeder, found.departure.estimated) == (None, None)


def test_a_person_says_which_stock(build, fed, run):
    word = Override(
        id="1",
        run_id="2021-01-20.g4",
        word=StockOf(),
        who="Li",
        why="y",
        since=build.at("10:00"),
        until=build.at("11:30"),
    )
    facts = changed(fed(expected=build.at("12:45")), overrides=(word,))
    none = run(facts)
    assert (none.feeder, none.departure.estimated) == (None, None)
    assert (none.auto.feeder, none.auto.departure) == (FEEDER, build.at("12:55"))
    assert run(facts, now="11:30").departure.estimated == build.at("12:55")


def test_without_the_rule_nobody_is_fed(build, fed, station):
    names = tuple(n for n in station.policies.rules if n != "turn_round")
    less = replace(station, policies=replace(station.policies, rules=names))
    found = derive(fed(expected=build.at("12:45")), less, build.at("11:00"))
    assert (found.feeder, found.departure.estimated) == (None, None)


@given(
    late=st.integers(-60, 600),
    turn=st.integers(0, 120),
    own=st.none() | st.integers(-20, 600),
)
def test_no_train_leaves_before_its_stock(build, station, fed, late, turn, own):
    leaves = build.at("12:30")
    planned = leaves - turn * MINUTE
    row = {} if own is None else {"estimated_departure": leaves + own * MINUTE}
    facts = fed(row=row, planned=planned, expected=planned + late * MINUTE)
    found = derive(facts, station, build.at("11:00")).departure.expected
    earliest = planned + late * MINUTE + min(turn, 10) * MINUTE
    assert found == max(row.get("estimated_departure", leaves), earliest)
