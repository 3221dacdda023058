from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from sample_day import with_timeline

from protocol.runs import CallTime, Named, Role, Run
from subsystems.display.phrases import (
    APPROACHING,
    ARRIVED,
    AT_PLATFORM,
    DEPARTED,
    SILENCE,
    TERMINATES,
    arrival_phrase,
    departure_phrase,
    platform_phrase,
)

COMES = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
GOES = COMES + timedelta(minutes=10)
SECOND = timedelta(seconds=1)
HERE = Named("X", {})


def run(role, came=None, gone=None):
    return with_timeline(
        Run(
            run_id="2026-06-01.k1",
            service_date=COMES.date(),
            category="K",
            role=role,
            origin=HERE,
            destination=HERE,
            arrival=None if role is Role.ORIGIN else CallTime(planned=COMES, actual=came),
            departure=None if role is Role.TERMINUS else CallTime(planned=GOES, actual=gone),
        )
    )


def told(made, now):
    """Return what is said on departure boards with and without gates, arrivals and platform."""
    return (
        departure_phrase(made, now, gates=True).key,
        departure_phrase(made, now, gates=False),
        arrival_phrase(made, now),
        platform_phrase(made, now),
    )


def test_a_train_of_which_nothing_was_reported_neither_came_nor_left():
    made = run(Role.INTERMEDIATE)
    assert told(made, COMES) == ("check_in", APPROACHING, APPROACHING, APPROACHING)
    assert told(made, GOES) == ("check_in_closed", APPROACHING, APPROACHING, APPROACHING)


def test_a_train_that_was_reported_to_have_come_stands_until_it_was_reported_to_leave():
    made = run(Role.INTERMEDIATE, came=COMES)
    assert told(made, COMES) == ("check_in", AT_PLATFORM, ARRIVED, AT_PLATFORM)
    assert told(made, GOES) == ("check_in_closed", AT_PLATFORM, ARRIVED, AT_PLATFORM)
    left = run(Role.INTERMEDIATE, came=COMES, gone=GOES)
    assert told(left, GOES) == ("departed", DEPARTED, ARRIVED, DEPARTED)


def test_a_train_that_was_reported_to_leave_had_come():
    left = run(Role.INTERMEDIATE, gone=GOES)
    assert told(left, GOES) == ("departed", DEPARTED, ARRIVED, DEPARTED)


def test_a_train_that_starts_here_has_left_when_that_was_reported():
    assert told(run(Role.ORIGIN), GOES)[::3] == ("check_in_closed", SILENCE)
    assert told(run(Role.ORIGIN, gone=GOES), GOES)[::3] == ("departed", DEPARTED)


def test_a_report_ahead_of_this_clock_is_told_when_its_time_has_come():
    left = run(Role.ORIGIN, gone=GOES)
    assert departure_phrase(left, GOES - SECOND, gates=True).key == "check_in_closed"


@pytest.mark.parametrize("came", [None, COMES])
def test_that_a_train_ends_here_is_true_before_it_is_reported(came):
    made = run(Role.TERMINUS, came=came)
    assert platform_phrase(made, COMES - SECOND) == APPROACHING
    assert platform_phrase(made, COMES) == TERMINATES
    assert arrival_phrase(made, COMES) == (APPROACHING if came is None else ARRIVED)
    assert platform_phrase(made, COMES + timedelta(minutes=10)) == TERMINATES


def test_an_unreported_arrival_of_an_unknown_delay_is_not_told():
    made = msgspec.structs.replace(run(Role.INTERMEDIATE), held=True)
    assert {phrase if isinstance(phrase, str) else phrase.key for phrase in told(made, GOES)} == {
        "delay_unknown"
    }
