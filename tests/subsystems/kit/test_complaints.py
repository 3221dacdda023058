"""What a subsystem says of its own clock, to its log and to the hub."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import structlog
from structlog.testing import capture_logs

from protocol.devices import Severity
from subsystems.kit.complaints import CLOCK_OFF, UNSUPPORTED, Complaints
from subsystems.kit.faults import Faults

NOW = datetime(2021, 1, 20, 4, 0, tzinfo=UTC)


@pytest.fixture
def said():
    return []


@pytest.fixture
def complaints(said):
    faults = Faults(lambda: NOW, said.append)
    return Complaints(structlog.get_logger(), lambda: faults)


def test_a_clock_that_is_off_is_a_fault_once_until_it_is_right(complaints, said):
    with capture_logs() as logs:
        for off in (False, True, True, False, False):
            complaints.clock(off=off, own_s=2.5 if off else 0.1)
    assert [(each.code, each.active) for each in said] == [(CLOCK_OFF, True), (CLOCK_OFF, False)]
    assert said[0].severity is Severity.WARNING
    assert set(said[0].text) == {"zh", "en", "de"}
    assert [line["event"] for line in logs] == ["clock.off", "clock.right"]


def test_what_cannot_be_followed_is_a_fault_until_it_is_not_asked_for(complaints, said):
    asked = (), ("want.brightness",), ("want.brightness",), ("want.brightness", "want.page"), ()
    with capture_logs() as logs:
        for names in asked:
            complaints.unfollowed(names)
    assert {each.code for each in said} == {UNSUPPORTED}
    assert [each.active for each in said] == [True, True, False]
    assert said[1].text["en"] == "this device cannot follow: want.brightness, want.page"
    assert set(said[1].text) == {"zh", "en", "de"}
    told = [line["event"] for line in logs]
    assert told == ["device.cannot-follow", "device.cannot-follow", "device.follows-all"]
