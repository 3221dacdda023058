from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from sample_day import with_timeline

from protocol.runs import CallTime, Named, Replacement, Role, Run
from subsystems.display.cells import phrase_cell
from subsystems.display.phrases import (
    APPROACHING,
    ARRIVED,
    ASK_STAFF,
    AT_PLATFORM,
    DEPARTED,
    ENDS_HERE,
    SILENCE,
    STARTS_HERE,
    TERMINATES,
    UNCONFIRMED,
    arrival_phrase,
    departure_phrase,
    lapsed_phrase,
    platform_phrase,
)
from subsystems.display.words import load_words

COMES = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
GOES = COMES + timedelta(minutes=10)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
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


def in_part(run, *, arrival=False, departure=False, **changes):
    cancelled = {"arrival": arrival, "departure": departure}
    calls = {
        name: msgspec.structs.replace(getattr(run, name), cancelled=True)
        for name, is_cancelled in cancelled.items()
        if is_cancelled
    }
    return msgspec.structs.replace(run, **calls, **changes)


def test_a_train_that_ends_here_has_its_departure_cancelled_and_arrives():
    made = in_part(run(Role.INTERMEDIATE, came=COMES), departure=True, role=Role.TERMINUS)
    assert departure_phrase(made, COMES, gates=True) == ENDS_HERE
    assert arrival_phrase(made, COMES) == ARRIVED
    assert platform_phrase(made, COMES) == TERMINATES


def test_a_train_that_starts_here_has_its_arrival_cancelled_and_leaves():
    made = in_part(run(Role.INTERMEDIATE), arrival=True, role=Role.ORIGIN)
    assert arrival_phrase(made, COMES) == STARTS_HERE
    assert departure_phrase(made, COMES, gates=True).key == "check_in"
    assert platform_phrase(made, COMES - HOUR) == SILENCE


def test_a_cancelled_departure_of_unknown_delay_is_cancelled():
    made = in_part(run(Role.INTERMEDIATE), departure=True, role=Role.TERMINUS, held=True)
    assert departure_phrase(made, COMES, gates=True) == ENDS_HERE
    assert arrival_phrase(made, COMES).key == "delay_unknown"


def test_nobody_can_confirm_a_part_that_is_cancelled():
    assert lapsed_phrase(in_part(run(Role.INTERMEDIATE), departure=True)) == ASK_STAFF
    assert lapsed_phrase(run(Role.INTERMEDIATE)) == UNCONFIRMED


def test_what_is_taken_instead_is_told_beside_the_cancellation():
    by_train = Replacement(number="Z9", texts={"en": "hall 2"})
    made = msgspec.structs.replace(run(Role.INTERMEDIATE), cancelled=True, replaced_by=by_train)
    phrase = departure_phrase(made, COMES, gates=True)
    assert (phrase.key, phrase.values) == ("replaced_by_train", {"train": "Z9"})
    told_in = phrase_cell(phrase, load_words(("zh", "en", "de"))).text
    assert told_in == {
        "zh": "停运 改乘Z9次",
        "en": "Cancelled, take Z9 hall 2",
        "de": "Fällt aus, Ersatz Z9",
    }
    bus = in_part(run(Role.INTERMEDIATE), departure=True, replaced_by=Replacement())
    assert departure_phrase(bus, COMES, gates=True).key == "replaced_by_bus"
    assert arrival_phrase(bus, COMES - HOUR) == SILENCE, "who arrives needs no other train"


def test_check_in_that_a_person_opened_is_told_though_the_delay_is_unknown():
    made = msgspec.structs.replace(run(Role.INTERMEDIATE), held=True)
    assert departure_phrase(made, COMES, gates=True).key == "delay_unknown"
    opened = msgspec.structs.replace(made, manual=("check-in",))
    assert departure_phrase(opened, COMES, gates=True).key == "check_in"
    assert departure_phrase(opened, COMES, gates=False).key == "delay_unknown", "it has no gate"
    assert departure_phrase(opened, GOES, gates=True).key == "delay_unknown", "closed again"
    assert arrival_phrase(opened, COMES).key == "delay_unknown"
    cancelled = msgspec.structs.replace(opened, cancelled=True)
    assert departure_phrase(cancelled, COMES, gates=True).key == "cancelled"
