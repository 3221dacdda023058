from dataclasses import replace

import pytest

from hub.kernel.derive import derive, explain
from protocol.codec import encode_body
from protocol.errors import OperatorError
from protocol.runs import Punctuality, Role


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
