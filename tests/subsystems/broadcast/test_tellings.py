"""How often the same is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from station_config.announcements.model import AnnouncementRule, Moment
from subsystems.broadcast.model import Kind, Told
from subsystems.broadcast.tellings import (
    Telling,
    call_key,
    key_of,
    last_told,
    opened_again,
    round_of,
    tellings,
)

RUN = "2021-01-20.k274"


@pytest.fixture
def rule():
    return AnnouncementRule(
        kind="delay",
        at=Moment.SHOWN,
        useful=timedelta(minutes=5),
        to=(),
        priority="delay",
        again_after=timedelta(minutes=30),
        again_at_most=2,
    )


def told(*some):
    return {f"{RUN}/{name}": Told(f"{RUN}/{name}", mark, at) for name, mark, at in some}


def test_the_first_telling_is_due_when_it_is_so(rule, trains):
    found = list(tellings(RUN, rule, trains.at(0), {}, lambda _: False))
    assert found == [Telling(f"{RUN}/delay/1", trains.at(0))]


def test_what_is_still_so_is_told_again_but_not_for_ever(rule, trains):
    once = told(("delay/1", "12", trains.at(3)))
    assert list(tellings(RUN, rule, trains.at(0), once, lambda _: False)) == [
        Telling(f"{RUN}/delay/1", trains.at(0)),
        Telling(f"{RUN}/delay/2", trains.at(33)),
    ]
    twice = once | told(("delay/2", "12", trains.at(33)))
    assert list(tellings(RUN, rule, trains.at(0), twice, lambda _: False)) == [
        Telling(f"{RUN}/delay/2", trains.at(0))
    ]


def test_what_has_changed_is_told_at_once_however_often_it_was(rule, trains):
    twice = told(("delay/1", "12", trains.at(3)), ("delay/2", "20", trains.at(10)))
    asked = []

    def changed(last):
        asked.append(last.mark)
        return True

    found = list(tellings(RUN, rule, trains.at(0), twice, changed))
    assert found == [Telling(f"{RUN}/delay/3", trains.at(0))]
    assert asked == ["20"]


def test_memory_counts_without_gaps(trains):
    some = told(("delay/1", "a", trains.at(0)), ("delay/3", "c", trains.at(2)))
    number, last = last_told(RUN, Kind.DELAY, some)
    assert (number, last.mark) == (1, "a")
    assert last_told(RUN, Kind.DELAY, {}) == (0, None)
    assert key_of(RUN, Kind.DELAY, 2) == f"{RUN}/delay/2"


def test_calls_are_counted_anew_when_check_in_opens_again(rule, trains):
    last = AnnouncementRule("last-call", Moment.LAST_CALL, timedelta(), (), "last-call")
    assert call_key(RUN, last, {}) == f"{RUN}/last-call/1"
    again = told(("check-in-reopened/1", "", trains.at(0)))
    assert round_of(RUN, again) == 1
    assert call_key(RUN, last, again) == f"{RUN}/last-call/1.1"
    assert call_key(RUN, rule, again) == f"{RUN}/delay/1"


@pytest.mark.parametrize(
    ("events", "opens", "again"),
    [
        ((), 0, False),
        ((("check-in-open/1", 0),), 0, False),
        ((("check-in-open/1", 0), ("check-in-closed/1", 10)), 0, True),
        ((("check-in-closed/1", 10),), 0, True),
        ((("check-in-open/1", 0),), 30, True),
        (
            (("check-in-open/1", 0), ("check-in-closed/1", 10), ("check-in-reopened/1", 12)),
            0,
            False,
        ),
        (
            (
                ("check-in-open/1", 0),
                ("check-in-closed/1", 10),
                ("check-in-reopened/1", 12),
                ("check-in-closed/1.1", 15),
            ),
            0,
            True,
        ),
    ],
)
def test_an_open_check_in_that_was_told_to_be_over(trains, events, opens, again):
    memory = told(*((name, "", trains.at(minute)) for name, minute in events))
    assert opened_again(RUN, trains.at(opens), memory) is again
    assert opened_again(RUN, None, {}) is False


@pytest.mark.parametrize(("opens", "again"), [(5, False), (9, False), (10, True), (37, True)])
def test_check_in_that_an_estimate_puts_off_by_little_is_not_told_again(trains, opens, again):
    memory = told(("check-in-open/1", "", trains.at(0)))
    assert opened_again(RUN, trains.at(opens), memory, timedelta(minutes=10)) is again
    closed = told(("check-in-open/1", "", trains.at(0)), ("check-in-closed/1", "", trains.at(3)))
    assert opened_again(RUN, trains.at(5), closed, timedelta(minutes=10))
