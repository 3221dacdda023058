"""What a run says of itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from protocol.runs import CallTime, Named, Punctuality, Role, Run

AT = datetime(2021, 1, 20, 8, 0, tzinfo=UTC)
BAOTOU = Named("BTC", {"zh": "包头", "en": "Baotou"})
RUN = Run(
    run_id="2021-01-20.k1",
    service_date=date(2021, 1, 20),
    category="K",
    role=Role.INTERMEDIATE,
    origin=BAOTOU,
    destination=BAOTOU,
    arrival=CallTime(planned=AT),
    departure=CallTime(planned=AT + timedelta(minutes=8)),
)


@pytest.mark.parametrize(
    ("names", "language", "expected"),
    [
        ({"zh": "包头", "en": "Baotou"}, "en", "Baotou"),
        ({"zh": "包头"}, "en", "包头"),
        ({"zh": "", "en": "Baotou"}, "zh", "Baotou"),
        ({"zh": "", "en": "Baotou"}, "de", "Baotou"),
        ({"zh": ""}, "zh", "BTC"),
        ({}, "zh", "BTC"),
    ],
)
def test_a_name_is_never_empty(names, language, expected):
    assert Named("BTC", names).name(language) == expected


def test_what_is_expected_is_the_best_knowledge():
    planned = CallTime(planned=AT)
    estimated = replace(planned, estimated=AT + timedelta(minutes=5))
    actual = replace(estimated, actual=AT - timedelta(minutes=2))
    assert [c.expected for c in (planned, estimated, actual)] == [
        AT,
        AT + timedelta(minutes=5),
        AT - timedelta(minutes=2),
    ]
    assert [c.delay_minutes for c in (planned, estimated, actual)] == [0, 5, -2]
    assert [c.deviates for c in (planned, estimated, actual)] == [False, True, True]


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 0), (59, 0), (60, 1), (-1, -1)])
def test_the_delay_is_what_a_clock_without_seconds_shows(seconds, minutes):
    call = CallTime(planned=AT, actual=AT + timedelta(seconds=seconds))
    assert call.delay_minutes == minutes
    assert call.deviates is (minutes != 0)


def test_missing_data_is_never_on_time():
    assert RUN.punctuality is Punctuality.UNKNOWN


def test_what_has_happened_is_not_uncertain():
    late = AT + timedelta(minutes=9)
    came = CallTime(planned=AT, estimated=late, actual=late)
    assert came.deviates
    assert not came.uncertain
    assert not replace(RUN, arrival=came, departure=None).uncertain
    expected = CallTime(planned=AT, estimated=late)
    assert replace(RUN, arrival=came, departure=expected).uncertain


@pytest.mark.parametrize(
    ("changes", "deviates"),
    [
        ({}, False),
        ({"held": True}, True),
        ({"cancelled": True}, True),
        ({"arrival": CallTime(planned=AT, estimated=AT + timedelta(minutes=1))}, True),
        ({"arrival": None}, False),
        ({"departure": CallTime(planned=AT, actual=AT)}, False),
        ({"platform_changed_from": "1"}, False),
    ],
)
def test_a_run_deviates_when_passengers_are_told_another_time(changes, deviates):
    assert replace(RUN, **changes).deviates is deviates
