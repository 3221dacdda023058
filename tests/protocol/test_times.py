"""Instants are UTC, minutes are counted since 1970, zones appear for people only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.times import (
    MINUTE,
    clock_text,
    from_unix,
    minute_number,
    minute_start,
    minutes_between,
    to_unix,
)

AT = datetime(2021, 1, 20, 8, 0, tzinfo=UTC)
INSTANTS = st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def test_unix_seconds():
    assert from_unix(0) == datetime(1970, 1, 1, tzinfo=UTC)
    assert from_unix(1.5) == datetime(1970, 1, 1, 0, 0, 1, 500_000, tzinfo=UTC)
    assert to_unix(AT) == 1611129600.0


@given(st.integers(-(10**9), 10**10))
def test_unix_seconds_round_trip(seconds):
    assert to_unix(from_unix(seconds)) == seconds


@given(INSTANTS)
def test_an_instant_lies_in_its_minute(instant):
    start = minute_start(minute_number(instant))
    assert start <= instant < start + MINUTE
    assert start.tzinfo is UTC


@given(INSTANTS, st.integers(-840, 840))
def test_the_minute_is_the_same_in_every_zone(instant, offset):
    zone = timezone(timedelta(minutes=offset))
    assert minute_number(instant.astimezone(zone)) == minute_number(instant)


@pytest.mark.parametrize(
    ("seconds", "minutes"), [(0, 0), (59, 0), (60, 1), (3661, 61), (-1, -1), (-60, -1), (-61, -2)]
)
def test_minutes_between_round_down_as_clocks_do(seconds, minutes):
    assert minutes_between(AT, AT + timedelta(seconds=seconds)) == minutes


@pytest.mark.parametrize(
    ("instant", "zone", "text"),
    [
        (AT, "Asia/Shanghai", "16:00"),
        (datetime(2025, 3, 30, 0, 59, 59, tzinfo=UTC), "Europe/Berlin", "01:59"),
        (datetime(2025, 3, 30, 1, 0, tzinfo=UTC), "Europe/Berlin", "03:00"),
        (datetime(2025, 10, 26, 0, 30, tzinfo=UTC), "Europe/Berlin", "02:30"),
        (datetime(2025, 10, 26, 1, 30, tzinfo=UTC), "Europe/Berlin", "02:30"),
        (datetime(2025, 1, 1, 0, 0, tzinfo=UTC), "Asia/Kathmandu", "05:45"),
    ],
)
def test_clock_text(instant, zone, text):
    assert clock_text(instant, ZoneInfo(zone)) == text
