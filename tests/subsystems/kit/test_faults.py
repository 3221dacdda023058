"""Faults are told when they begin, when they end, and again after a reconnect."""

from datetime import UTC, datetime

import pytest

from protocol.devices import Severity
from subsystems.kit.faults import Faults

AT = datetime(2021, 1, 20, 6, 0, tzinfo=UTC)


@pytest.fixture
def told():
    return []


@pytest.fixture
def faults(told):
    return Faults(lambda: AT, told.append)


def test_a_fault_is_told_once_when_it_begins_and_once_when_it_ends(faults, told):
    faults.begin("sink", Severity.ERROR, {"en": "silent"}, part="rtp-1")
    faults.begin("sink", Severity.ERROR, {"en": "silent"}, part="rtp-1")
    faults.end("sink")
    faults.end("sink")
    assert [(each.code, each.active, each.since, each.part) for each in told] == [
        ("sink", True, AT, "rtp-1"),
        ("sink", False, AT, "rtp-1"),
    ]
    assert faults.active == {}


def test_one_that_reads_differently_is_told_anew(faults, told):
    faults.begin("sink", Severity.ERROR, {"en": "one sink"})
    faults.begin("sink", Severity.ERROR, {"en": "two sinks"})
    assert [each.text["en"] for each in told] == ["one sink", "two sinks"]


def test_those_that_last_are_told_again(faults, told):
    faults.begin("a", Severity.INFO, {})
    faults.begin("b", Severity.INFO, {})
    faults.end("a")
    told.clear()
    faults.again()
    assert [each.code for each in told] == ["b"]
