from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from one_way_feed.mapping import QueryMapping, Reject
from one_way_feed.rows import StagePlanRow, Step, TrafficLogRow
from one_way_feed.settings import load_sender_settings
from protocol.runs import Role

PLAN = {
    "plan_id": " P1 ",
    "arr_train_no": "K1",
    "dep_train_no": "K2",
    "train_type": None,
    "role": "TG",
    "start_station": "呼和\u3000浩特",
    "end_station": "北京",
    "arr_track": 3,
    "dep_track": "",
    "plan_arr_time": "2021-01-20 12:00:30",
    "plan_dep_time": "2021-01-20 12:10",
    "arr_delay_min": 5,
    "dep_delay_min": "-2",
    "delay_state": "K",
    "cancel_flag": 0,
}
LOG = {
    "plan_id": "P1",
    "step": "DD",
    "act_arr_time": "2021-01-20 12:05:00",
    "act_dep_time": None,
    "track_no": "3",
}


@pytest.fixture
def plan_mapping(config):
    def make(**changes):
        for name, value in changes.items():
            config.values["database" if name == "zone" else "line"][name] = value
        settings = load_sender_settings(config.save())
        return QueryMapping(settings.queries[0], settings.database)

    return make


def test_a_record_becomes_a_row(plan_mapping):
    assert plan_mapping().row(PLAN) == StagePlanRow(
        key="P1",
        arrival_number="K1",
        departure_number="K2",
        category="",
        role=Role.INTERMEDIATE,
        origin="呼和\u3000浩特",
        destination="北京",
        arrival_track="3",
        departure_track=None,
        planned_arrival=datetime(2021, 1, 20, 4, 0, 30, tzinfo=UTC),
        planned_departure=datetime(2021, 1, 20, 4, 10, tzinfo=UTC),
        estimated_arrival=datetime(2021, 1, 20, 4, 5, 30, tzinfo=UTC),
        estimated_departure=datetime(2021, 1, 20, 4, 8, tzinfo=UTC),
    )


def test_a_log_record(config):
    settings = load_sender_settings(config.save())
    row = QueryMapping(settings.queries[1], settings.database).row(LOG)
    assert row == TrafficLogRow(
        key="P1",
        step=Step.ARRIVED,
        actual_arrival=datetime(2021, 1, 20, 4, 5, tzinfo=UTC),
        track="3",
    )


def test_what_is_enumerated_is_a_member_not_its_text(config, plan_mapping):
    settings = load_sender_settings(config.save())
    log = QueryMapping(settings.queries[1], settings.database).row(LOG)
    assert plan_mapping().row(PLAN).role is Role.INTERMEDIATE
    assert log.step is Step.ARRIVED


def test_the_sign_and_unit_of_a_delay_are_the_bureaus(config):
    config.values["queries"][0]["delays"] |= {"late_is": "negative", "unit_s": 1}
    settings = load_sender_settings(config.save())
    row = QueryMapping(settings.queries[0], settings.database).row(PLAN)
    assert row.estimated_arrival - row.planned_arrival == timedelta(seconds=-5)
    assert row.estimated_departure - row.planned_departure == timedelta(seconds=2)


def test_an_unknown_delay_gives_no_estimate(plan_mapping):
    row = plan_mapping().row(PLAN | {"delay_state": "U"})
    assert not row.delay_known
    assert row.estimated_arrival is row.estimated_departure is None


def test_no_delay_at_all_gives_no_estimate(plan_mapping):
    row = plan_mapping().row(PLAN | {"arr_delay_min": None, "dep_delay_min": ""})
    assert row.delay_known
    assert row.estimated_arrival is row.estimated_departure is None


def test_times_with_a_zone_of_their_own_are_taken_as_they_are(plan_mapping):
    at = datetime(2021, 1, 20, 12, 0, tzinfo=timezone(timedelta(hours=1)))
    assert plan_mapping().row(PLAN | {"plan_arr_time": at}).planned_arrival == at
    naive = datetime(2021, 1, 20, 12, 0)  # noqa: DTZ001 - as a driver gives it
    row = plan_mapping().row(PLAN | {"plan_arr_time": naive})
    assert row.planned_arrival == datetime(2021, 1, 20, 4, 0, tzinfo=UTC)


def test_summer_time(plan_mapping):
    mapping = plan_mapping(zone="Europe/Berlin")
    gap = mapping.row(PLAN | {"plan_arr_time": "2021-03-28 02:30:00"})
    assert gap.reason == "2021-03-28 02:30 does not exist in Europe/Berlin"
    twice = mapping.row(PLAN | {"plan_arr_time": "2021-10-31 02:30:00"})
    assert twice.planned_arrival == datetime(2021, 10, 31, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("plan_id", None, "is empty"),
        ("plan_id", b"\x00\x01", "is binary"),
        ("start_station", "a\x1bb", "has control characters"),
        ("start_station", "\ud800", "has control characters"),
        ("end_station", "  ", "is empty"),
        ("end_station", "x" * 300, "row is longer than"),
        ("role", "ZZ", "'ZZ' is none of SF, ZD, TG, TT"),
        ("role", None, "is empty"),
        ("delay_state", "?", "'?' is none of K, U"),
        ("cancel_flag", 7, "'7' is none of 0, 1"),
        ("plan_arr_time", "yesterday", "'yesterday' is no time like %Y-%m-%d"),
        ("plan_arr_time", "2021-02-30 00:00:00", "is no time like"),
        ("plan_arr_time", datetime.min, "beyond the calendar"),  # noqa: DTZ901 - a driver may
        ("arr_delay_min", "late", "'late' is no number"),
        ("arr_delay_min", float("nan"), "'nan' is no number"),
        ("arr_delay_min", 1e300, "is no number"),
        ("arr_delay_min", 60 * 49, "more than 48 h"),
    ],
)
def test_a_record_that_cannot_be_a_row_says_why(plan_mapping, column, value, reason):
    mapping = plan_mapping()
    reject = mapping.row(PLAN | {column: value})
    assert isinstance(reject, Reject)
    assert reason in reject.reason
    assert reject.query == "stage plan"
    assert reject.column in {column, "*"}
    assert mapping.key_of(reject) == (None if column == "plan_id" else ("plan", "P1"))
