"""Service days against the plain set of dates that they mean."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station_config.service_days import DAILY, EVERY_WEEKDAY, NEVER, ServiceDays

MONDAY = date(2025, 12, 15)
START, END = date(2025, 11, 1), date(2026, 3, 1)
YEAR = [START + timedelta(days=n) for n in range((END - START).days)]

near = st.dates(date(2025, 12, 1), date(2025, 12, 31))
patterns = st.builds(
    lambda weekdays, first, length, added, removed: ServiceDays(
        weekdays, first, first + timedelta(days=length), added - removed, removed
    ),
    st.frozensets(st.integers(1, 7)),
    near,
    st.integers(0, 40),
    st.frozensets(near, max_size=5),
    st.frozensets(near, max_size=30),
)


def meant(days):
    return {day for day in YEAR if days.runs_on(day)}


def test_a_pattern_with_exceptions():
    days = ServiceDays(
        weekdays=frozenset({1, 2}),
        first=MONDAY,
        last=MONDAY + timedelta(days=7),
        added=frozenset({date(2025, 12, 20)}),
        removed=frozenset({date(2025, 12, 16)}),
    )
    assert sorted(meant(days)) == [MONDAY, date(2025, 12, 20), date(2025, 12, 22)]


def test_every_day_is_every_day_and_never_is_none():
    assert meant(DAILY) == set(YEAR)
    assert meant(NEVER) == set()
    assert NEVER.never
    assert not DAILY.never
    assert not DAILY.bounded
    with pytest.raises(ValueError, match="cannot be listed"):
        next(DAILY.dates())


@pytest.mark.parametrize("open_end", ["first", "last"])
def test_a_pattern_open_at_one_end(open_end):
    days = ServiceDays(frozenset({1}), **{open_end: MONDAY})
    assert days.runs_on(MONDAY)
    assert days.meets(ServiceDays(frozenset({1, 2})))
    assert not days.meets(ServiceDays(frozenset({2})))
    assert not days.bounded
    other_end = timedelta(days=7 if open_end == "last" else -7)
    assert not days.runs_on(MONDAY + other_end)
    assert days.runs_on(MONDAY - other_end)


@given(patterns, st.integers(-2, 2))
def test_shifting_moves_every_date(days, by):
    moved = {day + timedelta(days=by) for day in meant(days)}
    assert meant(days.shifted(by)) == moved


def test_shifting_stops_at_the_ends_of_the_calendar():
    for_ever = ServiceDays(EVERY_WEEKDAY, date.min, date.max)
    assert for_ever.shifted(1).runs_on(MONDAY)
    assert for_ever.shifted(-1).runs_on(MONDAY)
    assert for_ever.meets(ServiceDays(frozenset({1}), date.max - timedelta(days=9), date.max))


@given(patterns, patterns)
def test_two_meet_if_they_share_a_date(one, other):
    assert one.meets(other) == bool(meant(one) & meant(other))
    assert one.never == (not meant(one))


@given(st.frozensets(near))
def test_dates_become_a_pattern_that_means_them(dates):
    days = ServiceDays.of_dates(dates)
    assert meant(days) == dates
    assert list(days.dates()) == sorted(dates)
    assert days.bounded
    assert (days.first_date, days.last_date) == (
        (min(dates), max(dates)) if dates else (None, None)
    )


def test_dates_in_a_row_need_no_exception():
    weekdays = [MONDAY + timedelta(days=n) for n in range(40) if n % 7 < 5]
    days = ServiceDays.of_dates(weekdays)
    assert (days.weekdays, days.added, days.removed) == ({1, 2, 3, 4, 5}, set(), set())


@given(patterns, st.frozensets(near))
def test_without_dates(days, less):
    assert meant(days.without(less)) == meant(days) - less
