from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from hub.kernel.derive import derive, explain
from protocol.codec import encode_body
from protocol.errors import OperatorError
from protocol.runs import CallTime, PassengerPhase, Punctuality, Role
from protocol.timeline import on_arrival_board, on_departure_board, passenger_phase


def run(build, **changes):
    return derive(build.facts(**changes), build.station(), build.at("08:00"))


def test_a_run_of_the_timetable_claims_nothing(build):
    found = run(build)
    assert found.punctuality is Punctuality.UNKNOWN
    assert not found.deviates
    assert (found.arrival_number, found.departure_number) == ("K1", "K1")
    assert found.origin.name("en") == "East"
    assert found.destination.name("en") == "West", "an unknown place is shown as it was written"


@pytest.mark.parametrize(
    ("estimate", "punctuality"),
    [
        (None, Punctuality.ON_TIME),
        ("10:20", Punctuality.ON_TIME),
        ("10:21", Punctuality.DELAYED),
        ("10:19", Punctuality.EARLY),
    ],
)
def test_punctuality_is_the_departures_once_dispatching_has_spoken(build, estimate, punctuality):
    plan = build.plan(estimated_departure=build.at(estimate) if estimate else None)
    assert run(build, plan=plan).punctuality is punctuality


def test_at_the_terminus_punctuality_is_the_arrivals(build):
    plan = build.plan(role=Role.TERMINUS, estimated_arrival=build.at("10:05"))
    found = run(build, plan=plan, timetable=build.planned(role=Role.TERMINUS))
    assert found.punctuality is Punctuality.DELAYED
    assert found.departure is None
    assert found.departure_number is None


def test_an_actual_time_is_a_claim_without_a_plan_row(build):
    log = build.log(actual_departure=build.at("10:20"))
    assert run(build, log=log).punctuality is Punctuality.ON_TIME


def test_an_unknown_delay_is_never_on_time(build):
    plan = build.plan(delay_known=False)
    found = run(build, plan=plan, held_since=build.at("08:00"))
    assert found.punctuality is Punctuality.UNKNOWN


def test_a_run_without_any_time_claims_nothing(build):
    nothing = build.plan(planned_arrival=None, planned_departure=None)
    assert run(build, timetable=None, plan=nothing).punctuality is Punctuality.UNKNOWN


@pytest.mark.parametrize(
    ("said", "planned", "number", "category"),
    [
        ("G", "K", "K1", "G"),
        ("快速", "K", "K1", "K"),
        ("", "", "T7", "T"),
        ("", "", "4401", "OTHER"),
    ],
)
def test_the_category_is_one_that_the_station_knows(build, said, planned, number, category):
    plan = build.plan(category=said, departure_number=number)
    found = run(build, plan=plan, timetable=build.planned(category=planned))
    assert found.category == category


def test_equal_facts_are_equal_bytes_at_any_time(build):
    facts = build.facts(plan=build.plan(cancelled=True), cancelled_since=build.at("08:00"))
    bodies = {
        encode_body(derive(facts, build.station(), build.at(time))) for time in ("05:00", "23:00")
    }
    assert len(bodies) == 1


def test_an_unknown_rule_is_the_operators_mistake(build, station):
    policies = replace(station.policies, rules=("times", "hold", "guess"))
    with pytest.raises(OperatorError, match="guess"):
        derive(build.facts(), replace(station, policies=policies), build.at("08:00"))


def test_the_explanation_ends_in_what_was_derived(build, station):
    facts = build.facts(plan=build.plan(estimated_arrival=build.at("10:30")), platform_told="2")
    found = derive(facts, station, build.at("08:00"))
    said = explain(facts, station, build.at("08:00"))
    last = {conclusion.field: conclusion.value for conclusion in said}
    for name in ("arrival", "departure", "platform", "platform_changed_from", "timeline"):
        assert last[name] == getattr(found, name)
    assert last["punctuality"] is Punctuality.DELAYED
    made_late = [c for c in said if c.field == "departure"][-1]
    assert made_late.rule == "propagate"
    assert {"arrival", "policies.minimum_dwell"} <= set(made_late.reads)


def test_the_explanation_says_that_a_hold_stopped_the_timeline(build, station):
    facts = build.facts(plan=build.plan(delay_known=False), held_since=build.at("09:00"))
    said = explain(facts, station, build.at("09:00"))
    stopped = [c for c in said if c.field == "timeline"][-1]
    assert stopped.rule == "hold"
    assert stopped.value.departs_at is None


# --- a part of the call is cancelled


def ending_here(build, **changes):
    row = build.plan(role=Role.TERMINUS, departure_number=None, destination="Here", **changes)
    return build.facts(plan=row, heard=True)


def starting_here(build, **changes):
    row = build.plan(role=Role.ORIGIN, arrival_number=None, origin="Here", **changes)
    return build.facts(plan=row, heard=True)


def test_a_through_train_that_dispatching_calls_a_terminus_ends_here(build):
    found = derive(ending_here(build), build.station(), build.at("08:00"))
    assert found.role is Role.TERMINUS
    assert found.departure == CallTime(planned=build.at("10:20"), cancelled=True)
    assert not found.arrival.cancelled
    assert not found.cancelled
    assert (found.departure_number, found.destination.name("en")) == ("K1", "West")
    times = found.timeline
    assert (times.check_in_opens_at, times.departs_at, times.gate_shown_at) == (None, None, None)
    assert times.departure_shown_until == build.at("10:21")
    assert times.arrival_shown_until == build.at("10:10")
    assert found.gates == ()
    assert found.deviates
    assert found.uncertain


def test_it_is_on_both_boards_and_gone_when_it_has_left_both(build):
    found = derive(ending_here(build), build.station(), build.at("08:00"))
    for now, boards in (("10:09", (True, True)), ("10:10", (False, True)), ("10:21", (False,) * 2)):
        at = build.at(now)
        assert (on_arrival_board(found, at), on_departure_board(found, at)) == boards
    assert passenger_phase(found, build.at("10:20")) is PassengerPhase.SHOWN
    assert passenger_phase(found, build.at("10:21")) is PassengerPhase.GONE


def test_a_late_train_that_ends_here_is_late_and_its_departure_is_not(build):
    late = ending_here(build, estimated_arrival=build.at("10:40"))
    found = derive(late, build.station(), build.at("08:00"))
    assert found.punctuality is Punctuality.DELAYED
    assert found.departure.expected == build.at("10:20")
    assert found.timeline.arrival_shown_until == build.at("10:50")


def test_what_left_as_a_train_is_no_departure_of_one_that_ends_here(build):
    facts = ending_here(build)
    gone = changed(facts, log=build.log(actual_departure=build.at("10:30")))
    assert derive(gone, build.station(), build.at("10:31")).departure.actual is None


def test_an_unknown_delay_does_not_keep_a_cancelled_departure_on_its_board(build):
    facts = changed(ending_here(build, delay_known=False), held_since=build.at("09:00"))
    found = derive(facts, build.station(), build.at("09:00"))
    assert found.held
    assert found.timeline.departure_shown_until == build.at("10:21")
    assert found.timeline.arrival_shown_until is None


def test_a_through_train_that_dispatching_calls_an_origin_starts_here(build):
    found = derive(starting_here(build), build.station(), build.at("08:00"))
    assert found.role is Role.ORIGIN
    assert found.arrival == CallTime(planned=build.at("10:00"), cancelled=True)
    assert found.timeline.arrives_at is None
    assert found.timeline.arrival_shown_until == build.at("10:10")
    assert (found.arrival_number, found.origin.name("en")) == ("K1", "East")
    assert found.timeline.check_in_opens_at == build.at("09:50"), "as for a train that starts here"


def test_nothing_follows_for_the_departure_from_an_arrival_that_is_cancelled(build):
    late = starting_here(build, estimated_arrival=build.at("11:00"))
    found = derive(late, build.station(), build.at("08:00"))
    assert found.departure == CallTime(planned=build.at("10:20"))


def test_a_train_that_is_cancelled_and_ends_here_is_cancelled(build):
    found = derive(ending_here(build, cancelled=True), build.station(), build.at("08:00"))
    assert found.cancelled


def test_who_only_dispatching_knows_ends_where_dispatching_says(build):
    row = build.plan(role=Role.TERMINUS)
    found = derive(build.facts(timetable=None, plan=row), build.station(), build.at("08:00"))
    assert found.departure is None
