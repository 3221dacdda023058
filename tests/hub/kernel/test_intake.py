from datetime import date, time, timedelta

import pytest

from hub.kernel.days import Days
from hub.kernel.facts import Facts
from hub.kernel.intake import examine_log, examine_plan, identify, same_visit
from hub.kernel.reasons import Reason
from one_way_feed.rows import Step
from protocol.runs import Role
from station_config.model import Timetable, TimetableRow

TOMORROW = date(2021, 1, 21)


@pytest.fixture(scope="module")
def days(station):
    return Days(station)


def plan_reasons(build, days, row, known=None, now="08:00"):
    facts = known or build.facts()
    found = examine_plan(row, facts, build.station(), days, build.at(now))
    return [(r.reason, r.partial) for r in found.rejected], found.row


def log_reasons(build, row, known=None, now="10:30"):
    found = examine_log(row, known or build.facts(), build.station(), build.at(now))
    return [(r.reason, r.partial) for r in found.rejected], found.row


def test_a_good_row_is_believed_in_whole_seconds(build, days):
    late = build.at("10:05") + timedelta(milliseconds=700)
    reasons, row = plan_reasons(build, days, build.plan(estimated_arrival=late))
    assert reasons == []
    assert row.estimated_arrival == build.at("10:05")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"arrival_number": None, "departure_number": None}, Reason.NO_NUMBER),
        (
            {"planned_arrival": ("10:30", 0), "planned_departure": ("10:20", 0)},
            Reason.DEPARTURE_BEFORE_ARRIVAL,
        ),
        ({"estimated_arrival": ("10:01", 1)}, Reason.JUMP),
        ({"estimated_departure": ("10:21", 1)}, Reason.JUMP),
        ({"planned_departure": ("10:01", 1)}, Reason.JUMP),
        ({"planned_arrival": ("10:00", 1), "planned_departure": ("10:20", 1)}, Reason.JUMP),
    ],
)
def test_a_row_whose_times_cannot_be_true_is_rejected_whole(build, days, changes, reason):
    said = {
        name: value and build.at(value[0], build.day + timedelta(days=value[1]))
        for name, value in changes.items()
    }
    reasons, row = plan_reasons(build, days, build.plan(**said))
    assert reasons == [(reason, False)]
    assert row is None


def test_an_estimate_may_be_24_hours_away_and_no_more(build, days):
    far = build.plan(estimated_arrival=build.at("10:00", TOMORROW))
    assert plan_reasons(build, days, far)[0] == []


@pytest.mark.parametrize(
    ("role", "missing", "rejected"),
    [
        (Role.ORIGIN, "planned_departure", True),
        (Role.ORIGIN, "planned_arrival", False),
        (Role.TERMINUS, "planned_arrival", True),
        (Role.TERMINUS, "planned_departure", False),
        (Role.INTERMEDIATE, "planned_arrival", True),
        (Role.INTERMEDIATE, "planned_departure", True),
        (Role.PASS, "planned_arrival", False),
    ],
)
def test_a_role_needs_its_times(build, days, role, missing, rejected):
    unplanned = build.facts(timetable=None)
    reasons, _ = plan_reasons(build, days, build.plan(role=role, **{missing: None}), unplanned)
    assert reasons == ([(Reason.MISSING_TIME, False)] if rejected else [])


def test_a_passing_train_needs_one_time(build, days):
    row = build.plan(role=Role.PASS, planned_arrival=None, planned_departure=None)
    reasons, _ = plan_reasons(build, days, row, build.facts(timetable=None))
    assert reasons == [(Reason.MISSING_TIME, False)]


def test_a_missing_time_is_taken_from_the_timetable(build, days):
    row = build.plan(planned_arrival=None, planned_departure=None)
    assert plan_reasons(build, days, row)[0] == []


def test_a_row_for_a_past_day(build, days):
    now = build.at("09:00", TOMORROW)
    found = examine_plan(build.plan(), build.facts(), build.station(), days, now)
    assert [r.reason for r in found.rejected] == [Reason.PAST_DAY]


@pytest.mark.parametrize(
    ("comes", "goes"), [("10:30", "10:20"), (None, "09:20"), ("10:30:06", "10:30")]
)
def test_an_estimate_to_leave_before_coming_is_left_out_alone(build, days, comes, goes):
    """The last is real: 2 of 945 calls of a Norwegian SIRI-ET delivery are so by some seconds."""
    comes = comes and build.at(comes)
    row = build.plan(estimated_arrival=comes, estimated_departure=build.at(goes), cancelled=True)
    found = examine_plan(row, build.facts(), build.station(), days, build.at("09:00"))
    kept = build.plan(estimated_arrival=comes, cancelled=True)
    assert found.row == kept
    assert [(r.reason, r.partial) for r in found.rejected] == [
        (Reason.DEPARTURE_BEFORE_ARRIVAL, True)
    ]


def test_the_night_belongs_to_the_day_before(build, days):
    late = build.plan(estimated_arrival=build.at("23:30"), estimated_departure=build.at("23:50"))
    now = build.at("00:30", TOMORROW)
    assert examine_plan(late, build.facts(), build.station(), days, now).row is not None


def test_a_row_for_a_day_too_far_ahead(build, days):
    now = build.at("09:00", date(2021, 1, 18))
    found = examine_plan(build.plan(), build.facts(), build.station(), days, now)
    assert [r.reason for r in found.rejected] == [Reason.FAR_AHEAD]


def test_an_unknown_track_leaves_the_rest_and_the_last_good_track(build, days):
    known = build.facts(plan=build.plan(arrival_track="t3", departure_track="t3"))
    late = build.at("10:30")
    row = build.plan(arrival_track="t99", departure_track="t98", estimated_arrival=late)
    reasons, believed = plan_reasons(build, days, row, known)
    assert reasons == [(Reason.UNKNOWN_TRACK, True)] * 2
    assert (believed.arrival_track, believed.departure_track) == ("t3", "t3")
    assert believed.estimated_arrival == late


def test_an_unknown_track_of_a_train_not_heard_of_is_no_track(build, days):
    _, believed = plan_reasons(build, days, build.plan(arrival_track="t99"))
    assert believed.arrival_track is None


def test_a_good_log_row(build):
    row = build.log(step=Step.ARRIVED, actual_arrival=build.at("10:01"), track="t1")
    assert log_reasons(build, row) == ([], row)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"actual_arrival": ("10:10", 0), "actual_departure": ("10:05", 0)},
            Reason.DEPARTURE_BEFORE_ARRIVAL,
        ),
        ({"actual_arrival": ("10:50", 0)}, Reason.NOT_YET),
        ({"actual_departure": ("09:00", -1)}, Reason.JUMP),
    ],
)
def test_a_log_row_that_cannot_be_true(build, changes, reason):
    said = {
        name: build.at(local, build.day + timedelta(days=days))
        for name, (local, days) in changes.items()
    }
    reasons, row = log_reasons(build, build.log(**said))
    assert reasons == [(reason, False)]
    assert row is None


@pytest.mark.parametrize(
    ("left", "believed"), [("10:02", True), ("10:01:30", True), ("10:01", True), ("10:00:59", None)]
)
def test_a_departure_logged_a_little_before_the_arrival_is_the_arrivals(build, left, believed):
    came = build.at("10:02")
    row = build.log(actual_arrival=came, actual_departure=build.at(left))
    reasons, kept = log_reasons(build, row)
    if believed is None:
        assert (reasons, kept) == ([(Reason.DEPARTURE_BEFORE_ARRIVAL, False)], None)
        return
    assert reasons == ([] if left == "10:02" else [(Reason.CROSSED, True)])
    assert (kept.actual_arrival, kept.actual_departure) == (came, came)


def test_of_a_row_that_is_rejected_whole_no_part_is_noted(build):
    ahead = build.at("12:00")
    row = build.log(actual_arrival=ahead, actual_departure=ahead - timedelta(seconds=5))
    assert log_reasons(build, row)[0] == [(Reason.NOT_YET, False)]


def test_a_row_that_is_too_early_says_when_to_look_again(build, station):
    row = build.log(actual_arrival=build.at("10:30"), actual_departure=build.at("10:40"))
    known = build.facts()
    early = examine_log(row, known, station, build.at("10:24:59"))
    assert (early.row, early.again_at) == (None, build.at("10:25"))
    assert examine_log(row, known, station, early.again_at).row == row
    other = build.log(actual_departure=build.at("10:00"), actual_arrival=build.at("10:05"))
    assert examine_log(other, known, station, build.at("10:10")).again_at is None


@pytest.mark.parametrize(
    ("before", "after", "rejected"),
    [
        ({"step": Step.DEPARTED}, {"step": Step.ARRIVED}, True),
        ({"step": Step.ARRIVED}, {}, True),
        ({"step": Step.ARRIVED}, {"step": Step.ARRIVED}, False),
        ({}, {"step": Step.ROUTE_SET}, False),
    ],
)
def test_a_process_never_goes_backwards(build, before, after, rejected):
    known = build.facts(log=build.log(**before))
    reasons, _ = log_reasons(build, build.log(**after), known)
    assert reasons == ([(Reason.BACKWARDS, False)] if rejected else [])


def test_what_has_happened_does_not_unhappen(build):
    known = build.facts(log=build.log(actual_arrival=build.at("10:00")))
    assert log_reasons(build, build.log(), known)[0] == [(Reason.BACKWARDS, False)]


def test_an_unknown_track_in_the_log_keeps_the_last_good_one(build):
    known = build.facts(log=build.log(step=Step.ROUTE_SET, track="t3"))
    reasons, row = log_reasons(build, build.log(step=Step.ARRIVED, track="t99"), known)
    assert reasons == [(Reason.UNKNOWN_TRACK, True)]
    assert (row.step, row.track) == (Step.ARRIVED, "t3")
    _, unheard = log_reasons(build, build.log(track="t99"))
    assert unheard.track is None


def test_a_row_is_about_the_timetables_run(build, days):
    found = identify(build.plan(), days, build.at("08:00"))
    assert (found.run_id, found.service_date) == ("2021-01-20.k1", build.day)
    assert found.planned == build.planned()


def test_one_of_several_numbers_is_enough(build, days):
    row = build.plan(
        arrival_number="K5",
        departure_number="K5",
        planned_arrival=build.at("23:50"),
        planned_departure=build.at("00:10", TOMORROW),
    )
    assert identify(row, days, build.at("20:00")).run_id == "2021-01-20.k4"


def test_a_train_over_midnight_keeps_its_service_date(build, days):
    row = build.plan(
        arrival_number="K4",
        departure_number="K4",
        planned_arrival=build.at("00:02", TOMORROW),
        planned_departure=build.at("00:20", TOMORROW),
    )
    assert identify(row, days, build.at("20:00")).run_id == "2021-01-20.k4"


def test_a_train_that_nobody_planned_gets_a_run_of_its_own(build, days):
    row = build.plan(arrival_number="Z77", departure_number=None)
    found = identify(row, days, build.at("08:00"))
    assert (found.run_id, found.planned) == ("2021-01-20.z77", None)
    assert found.nth(2).run_id == "2021-01-20.z77.2"


def test_a_row_without_times_is_about_the_next_such_train(build, days):
    row = build.plan(planned_arrival=None, planned_departure=None)
    assert identify(row, days, build.at("08:00")).run_id == "2021-01-20.k1"
    estimated = build.plan(
        planned_arrival=None,
        planned_departure=None,
        estimated_departure=build.at("10:30", TOMORROW),
    )
    assert identify(estimated, days, build.at("08:00")).run_id == "2021-01-21.k1"


def test_no_number_no_run(build, days):
    row = build.plan(arrival_number=None, departure_number=None)
    assert identify(row, days, build.at("08:00")) is None
    slash = build.plan(arrival_number="/", departure_number="/")
    assert identify(slash, days, build.at("08:00")) is None


def test_two_rows_of_one_train_are_one_visit_when_they_are_near(build):
    other = build.facts(plan=build.plan())
    assert same_visit(build.plan(planned_arrival=build.at("10:30")), other)
    assert not same_visit(build.plan(planned_arrival=build.at("18:00")), other)
    assert same_visit(build.plan(), Facts(run_id="x", service_date=build.day))


@pytest.mark.parametrize(
    "numbers", [("K274", None), (None, "K275"), ("K274/K275", "K275"), ("K275", "K274")]
)
def test_a_train_with_several_numbers_is_one_run_whichever_dispatching_writes(build, numbers):
    rows = (
        TimetableRow(
            "K274/K275", "K275", "K", Role.INTERMEDIATE, "East", "West", time(9), time(9, 8), "t1"
        ),
    )
    days = Days(build.station(timetable=Timetable(build.day, rows)))
    row = build.plan(
        arrival_number=numbers[0],
        departure_number=numbers[1],
        planned_arrival=build.at("09:00"),
        planned_departure=build.at("09:08"),
    )
    assert identify(row, days, build.at("08:00")).run_id == "2021-01-20.k275"
