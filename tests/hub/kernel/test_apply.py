import pytest

from hub.kernel.apply import (
    retold,
    with_log,
    with_plan,
    with_timetable,
    without_log,
    without_plan,
)
from hub.kernel.derive import derive


def run(build, facts):
    return derive(facts, build.station(), build.at("08:00"))


def test_a_row_is_heard(build):
    facts = with_plan(build.facts(), build.plan(), build.at("08:00"))
    assert facts.heard
    assert facts.plan == build.plan()
    assert with_log(build.facts(), build.log()).heard


def test_the_same_row_twice_gives_the_same_facts(build):
    held = build.plan(delay_known=False, cancelled=True)
    once = with_plan(build.facts(), held, build.at("08:00"))
    assert with_plan(once, held, build.at("09:00")) == once


def test_a_hold_begins_when_it_is_heard_and_remembers_what_was_known(build):
    known = build.plan(estimated_arrival=build.at("10:10"))
    facts = with_plan(build.facts(plan=known), build.plan(delay_known=False), build.at("09:00"))
    again = with_plan(facts, build.plan(delay_known=False, departure_track="t3"), build.at("09:30"))
    assert again.held_since == build.at("09:00")
    assert again.known_before_hold == known
    over = with_plan(again, build.plan(), build.at("09:45"))
    assert (over.held_since, over.known_before_hold) == (None, None)


def test_a_cancellation_is_dated_and_may_be_taken_back(build):
    facts = with_plan(build.facts(), build.plan(cancelled=True), build.at("08:00"))
    assert facts.cancelled_since == build.at("08:00")
    assert with_plan(facts, build.plan(), build.at("08:10")).cancelled_since is None


def test_a_deleted_plan_row_leaves_the_timetable(build):
    facts = build.facts(plan=build.plan())
    after = without_plan(facts, run(build, facts), build.at("08:00"))
    assert after.plan is None
    assert not after.withdrawn


@pytest.mark.parametrize("deviation", [{"cancelled": True}, {"estimated_arrival": "10:30"}])
def test_a_deviating_train_does_not_return_to_its_printed_time(build, deviation):
    said = {k: build.at(v) if isinstance(v, str) else v for k, v in deviation.items()}
    facts = with_plan(build.facts(), build.plan(**said), build.at("08:00"))
    assert without_plan(facts, run(build, facts), build.at("08:00")) is facts


def test_a_held_train_stays_held(build):
    facts = with_plan(build.facts(), build.plan(delay_known=False), build.at("08:00"))
    assert without_plan(facts, run(build, facts), build.at("08:00")) is facts


def test_a_train_of_dispatchings_alone_is_withdrawn(build):
    facts = build.facts(timetable=None, plan=build.plan())
    withdrawn = without_plan(facts, run(build, facts), build.at("08:00"))
    assert withdrawn.withdrawn
    assert not with_plan(withdrawn, build.plan(), build.at("08:05")).withdrawn


def test_what_has_come_or_gone_is_not_forgotten(build):
    came = build.facts(
        timetable=None, plan=build.plan(), log=build.log(actual_arrival=build.at("10:00"))
    )
    assert without_plan(came, run(build, came), build.at("10:05")) is came
    gone = build.facts(timetable=None, plan=build.plan())
    assert without_plan(gone, run(build, gone), build.at("10:30")) is gone


def test_a_deleted_log_row_is_a_correction_until_the_train_has_left(build):
    came = build.facts(plan=build.plan(), log=build.log(actual_arrival=build.at("10:00")))
    assert without_log(came, run(build, came), build.at("10:05")).log is None
    assert without_log(came, run(build, came), build.at("12:00")) is came
    left = build.facts(plan=build.plan(), log=build.log(actual_departure=build.at("10:20")))
    assert without_log(left, run(build, left), build.at("10:20")) is left
    nothing = build.facts(
        timetable=None, plan=build.plan(planned_arrival=None, planned_departure=None)
    )
    assert without_log(nothing, run(build, nothing), build.at("10:20")).log is None


def moved(build, before, after, now, told=None):
    facts = build.facts(plan=build.plan(departure_track=after), platform_told=told)
    was = run(build, build.facts(plan=build.plan(departure_track=before)))
    return retold(facts, was, run(build, facts), build.at(now)).platform_told


def test_a_platform_that_stood_on_a_board_was_told(build):
    assert moved(build, "t1", "t3", "08:00") == "1"


def test_a_platform_that_changes_before_or_after_the_boards_was_not(build):
    assert moved(build, "t1", "t3", "06:00") is None
    assert moved(build, "t1", "t3", "11:00") is None


def test_no_platform_or_the_same_is_no_change(build):
    assert moved(build, "t2", "t3", "08:00", told="3") == "3"
    assert moved(build, "t3", "t3", "08:00", told="1") == "1"


def led(build, before, after, now):
    was, facts = (
        build.facts(plan=build.plan(arrival_track=track, departure_track=track))
        for track in (before, after)
    )
    return retold(facts, run(build, was), run(build, facts), build.at(now)).gates_told


def test_gates_that_stood_on_a_board_were_told(build):
    assert led(build, "t1", "t3", "08:00") == ("A1", "A2")
    assert led(build, "t1", "t4", "08:00") == ("A1", "A2")
    assert led(build, "t1", "t3", "06:00") == ()
    assert led(build, "t4", "t1", "08:00") == ()
    assert led(build, "t1", "t1", "08:00") == ()


def test_the_timetable_read_again(build):
    facts = build.facts()
    other = build.planned(track="t3")
    assert with_timetable(facts, other).timetable == other
    assert with_timetable(facts, None).withdrawn
    heard = build.facts(plan=build.plan())
    assert not with_timetable(heard, None).withdrawn
    back = with_timetable(build.facts(timetable=None, plan=build.plan(), withdrawn=True), other)
    assert (back.withdrawn, back.plan, back.timetable) == (False, None, other)
    assert (back.held_since, back.cancelled_since) == (None, None)


def test_a_train_that_was_held_or_cancelled_when_it_was_withdrawn_comes_back_as_printed(build):
    now = build.at("08:00")
    row = build.plan(delay_known=False, cancelled=True)
    heard = with_plan(build.facts(timetable=None, plan=build.plan()), row, now)
    gone = without_plan(heard, run(build, heard), now)
    assert gone.withdrawn
    back = with_timetable(gone, build.planned())
    assert (back.held_since, back.known_before_hold, back.cancelled_since) == (None, None, None)
    assert not run(build, back).deviates
