from dataclasses import replace
from datetime import timedelta

import pytest

from hub.kernel.draft import Draft
from hub.kernel.rules import times
from protocol.runs import CallTime, Role


def apply(build, facts, role=Role.INTERMEDIATE):
    return times.apply(Draft(category="K", role=role), build.context(facts))


def test_the_timetable_alone_gives_planned_times(build):
    draft = apply(build, build.facts())
    assert draft.arrival == CallTime(planned=build.at("10:00"))
    assert draft.departure == CallTime(planned=build.at("10:20"))
    assert not draft.cancelled


def test_estimates_are_the_plans_and_actuals_the_logs(build):
    facts = build.facts(
        plan=build.plan(estimated_arrival=build.at("10:07")),
        log=build.log(actual_departure=build.at("10:30")),
    )
    draft = apply(build, facts)
    assert draft.arrival == CallTime(
        planned=build.at("10:00"), estimated=build.at("10:07"), uncertainty_s=120
    )
    assert draft.departure == CallTime(
        planned=build.at("10:20"), actual=build.at("10:30"), uncertainty_s=0
    )


def test_the_stage_plan_may_replan_the_timetable(build):
    facts = build.facts(plan=build.plan(planned_arrival=build.at("09:58"), planned_departure=None))
    draft = apply(build, facts)
    assert draft.arrival.planned == build.at("09:58")
    assert draft.departure.planned == build.at("10:20")


@pytest.mark.parametrize(
    ("role", "arrives", "departs"),
    [
        (Role.ORIGIN, False, True),
        (Role.TERMINUS, True, False),
        (Role.INTERMEDIATE, True, True),
        (Role.PASS, True, True),
    ],
)
def test_a_role_has_the_events_that_it_has(build, role, arrives, departs):
    draft = apply(build, build.facts(), role)
    assert (draft.arrival is not None) is arrives
    assert (draft.departure is not None) is departs


def test_a_time_that_nobody_planned_is_none(build):
    facts = build.facts(timetable=None, plan=build.plan(planned_departure=None))
    assert apply(build, facts).departure is None


def test_while_held_the_estimates_are_those_from_before(build):
    before = build.plan(estimated_arrival=build.at("10:07"))
    facts = build.facts(
        plan=build.plan(delay_known=False, estimated_arrival=build.at("11:00")),
        known_before_hold=before,
        held_since=build.at("09:00"),
    )
    assert apply(build, facts).arrival.estimated == build.at("10:07")


def test_while_held_without_a_known_row_before_nothing_is_estimated(build):
    plan = build.plan(delay_known=False, estimated_arrival=build.at("11:00"))
    facts = build.facts(plan=plan, held_since=build.at("09:00"))
    assert apply(build, facts).arrival.estimated is None


def test_cancelled_is_dispatchings_word(build):
    assert apply(build, build.facts(plan=build.plan(cancelled=True))).cancelled


def test_what_has_left_cannot_be_cancelled_here(build):
    facts = build.facts(
        plan=build.plan(cancelled=True), log=build.log(actual_departure=build.at("10:30"))
    )
    assert not apply(build, facts).cancelled


def test_how_uncertain_an_estimate_is_says_the_station(build):
    policies = replace(
        build.station().policies, estimate_uncertainty=timedelta(minutes=1, seconds=30)
    )
    facts = build.facts(
        plan=build.plan(estimated_arrival=build.at("10:07"), estimated_departure=build.at("10:30")),
        log=build.log(actual_arrival=build.at("10:08")),
    )
    context = build.context(facts, build.station(policies=policies))
    draft = times.apply(Draft(category="K", role=Role.INTERMEDIATE), context)
    assert (draft.arrival.uncertainty_s, draft.departure.uncertainty_s) == (0, 90)
