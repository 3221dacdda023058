"""An alarm is a function of the notices and the time: which count, how bad, which are named."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec import structs

from protocol.devices import Severity
from subsystems.staff_notices.alarms import NAMED, alarm_of
from subsystems.staff_notices.model import Facts, Status

ERROR_AFTER = timedelta(minutes=5)


@pytest.fixture
def escalated(told_notice, make):
    def one(number, issued, escalates, status=Status.ESCALATED):
        return structs.replace(
            told_notice,
            run_id=f"2021-01-20.{number.lower()}",
            facts=Facts(number=number),
            status=status,
            issued_at=make.midnight + issued * make.minute,
            escalates_at=make.midnight + escalates * make.minute,
        )

    return one


def test_only_escalated_notices_ring(escalated, make):
    notices = [escalated("K1", 0, 5, each) for each in Status if each is not Status.ESCALATED]
    assert alarm_of("watering", notices, make.midnight + timedelta(hours=9), ERROR_AFTER) is None


def test_it_is_as_bad_as_the_oldest(escalated, make):
    notices = [escalated("K2", 3, 20), escalated("K1", 0, 10)]
    at = make.midnight + 15 * make.minute
    before = alarm_of("watering", notices, at - timedelta(seconds=1), ERROR_AFTER)
    assert before.severity is Severity.WARNING
    alarm = alarm_of("watering", notices, at, ERROR_AFTER)
    assert (alarm.severity, alarm.count, alarm.since) == (Severity.ERROR, 2, make.midnight)


def test_the_first_few_trains_are_named_each_once(escalated, make):
    numbers = ["K5", "K1", "K5", "K3", "K4"]
    notices = [escalated(number, nth, 10 + nth) for nth, number in enumerate(numbers)]
    alarm = alarm_of("watering", reversed(notices), make.midnight, ERROR_AFTER)
    assert (alarm.count, alarm.numbers) == (5, ("K5", "K1", "K3"))
    assert len(alarm.numbers) == NAMED
