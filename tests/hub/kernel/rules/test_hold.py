from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.kernel.derive import derive
from hub.kernel.draft import Draft
from hub.kernel.rules import hold
from protocol.runs import CallTime, Punctuality, Role
from protocol.timeline import change_instants, on_departure_board


def held_facts(build, **changes):
    said = {
        "plan": build.plan(delay_known=False),
        "known_before_hold": build.plan(),
        "held_since": build.at("09:55"),
    }
    return build.facts(**(said | changes))


def run(build, facts):
    return derive(facts, build.station(), build.at("09:55"))


def test_nothing_is_held_while_the_delay_is_known(build):
    before = Draft(category="K", role=Role.ORIGIN)
    assert not hold.apply(before, build.context()).held
    assert hold.stop(before, build.facts()) is before


def test_what_had_opened_stays_and_nothing_opens_after(build):
    found = run(build, held_facts(build))
    times = found.timeline
    assert found.held
    assert found.punctuality is Punctuality.UNKNOWN
    assert times.shown_at == build.at("07:00")
    assert times.check_in_opens_at == build.at("09:50")
    assert times.last_call_at is None
    assert times.check_in_closes_at is None
    assert times.arrives_at is None
    assert times.departs_at is None
    assert times.departure_shown_until is None


def test_what_had_opened_had_opened_by_the_estimates_from_before(build):
    """Planned 10:00, expected 14:00, unknown from 11:00 on: nothing had opened, nobody left."""
    before = build.plan(estimated_arrival=build.at("14:00"))
    facts = held_facts(build, known_before_hold=before, held_since=build.at("11:00"))
    found = run(build, facts)
    assert found.timeline.check_in_opens_at is None
    assert found.timeline.departs_at is None
    assert on_departure_board(found, build.at("13:00"))


def test_no_estimate_is_told_any_more(build):
    before = build.plan(estimated_arrival=build.at("10:40"))
    found = run(build, held_facts(build, known_before_hold=before))
    assert found.arrival == CallTime(planned=build.at("10:00"))
    assert found.departure == CallTime(planned=build.at("10:20"))


def test_a_train_that_dispatching_never_knew_in_time_has_no_check_in(build):
    found = run(build, held_facts(build, known_before_hold=None, held_since=build.at("10:30")))
    assert found.timeline.check_in_opens_at is None
    assert found.timeline.check_in_closes_at is None
    assert on_departure_board(found, build.at("10:31"))


def test_a_train_held_early_is_shown_at_once(build):
    found = run(build, held_facts(build, held_since=build.at("05:00")))
    assert found.timeline.shown_at == build.at("05:00")


def test_a_held_train_that_has_come_is_here(build):
    log = build.log(actual_arrival=build.at("10:44"))
    found = run(build, held_facts(build, log=log))
    assert found.held
    assert found.timeline.arrives_at == build.at("10:44")
    assert found.timeline.departs_at is None
    assert found.arrival.actual == build.at("10:44")


def test_a_train_that_has_left_is_not_held(build):
    log = build.log(actual_arrival=build.at("10:44"), actual_departure=build.at("10:50"))
    found = run(build, held_facts(build, log=log))
    assert not found.held
    assert found.timeline.departs_at == build.at("10:50")


def test_cancelled_outranks_held(build):
    found = run(build, held_facts(build, plan=build.plan(delay_known=False, cancelled=True)))
    assert found.cancelled
    assert not found.held


def test_a_passing_train_is_never_shown(build):
    plan = build.plan(role=Role.PASS, delay_known=False)
    found = run(build, held_facts(build, plan=plan, known_before_hold=plan))
    assert found.timeline.shown_at is None


@given(
    since=st.integers(0, 24 * 60 - 1),
    before=st.none() | st.integers(0, 600),
    role=st.sampled_from([Role.ORIGIN, Role.INTERMEDIATE, Role.TERMINUS, Role.PASS]),
)
def test_no_instant_after_the_hold_is_guessed(build, since, before, role):
    held_since = build.at("00:00") + timedelta(minutes=since)
    known = None
    if before is not None:
        late = timedelta(minutes=before)
        known = build.plan(
            role=role,
            estimated_arrival=build.at("10:00") + late,
            estimated_departure=build.at("10:20") + late,
        )
    facts = held_facts(
        build,
        timetable=build.planned(role=role),
        plan=build.plan(role=role, delay_known=False),
        known_before_hold=known,
        held_since=held_since,
    )
    found = run(build, facts)
    assert all(at <= held_since for at in change_instants(found.timeline))
    assert found.timeline.departs_at is None
    assert found.punctuality is Punctuality.UNKNOWN
    if role in {Role.ORIGIN, Role.INTERMEDIATE}:
        assert on_departure_board(found, held_since)
        assert on_departure_board(found, held_since + timedelta(days=1))
