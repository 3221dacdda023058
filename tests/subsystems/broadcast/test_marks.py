"""What is remembered of a telling."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from protocol.runs import Replacement
from subsystems.broadcast.marks import (
    changed_since,
    delay_for_rule,
    mark_of,
    variant_of,
    worth_telling,
)
from subsystems.broadcast.model import Kind, Told


@pytest.fixture
def rule(hohhot, trains):
    run = trains.leaving()
    return hohhot.announcements.rule("delay", 1, run.category, run.role, 20)


def told(run, minutes, trains):
    key = f"{run.run_id}/delay/1"
    return {key: Told(key, str(minutes), trains.noon)}


def test_marks(trains):
    run = trains.leaving(late=12, platform_changed_from="7", note={"zh": "大雪"})
    assert mark_of(Kind.DELAY, run) == "12"
    assert mark_of(Kind.PLATFORM_CHANGE, run) == "7>5|B5"
    assert mark_of(Kind.GATE_CHANGE, run) == "B5"
    assert mark_of(Kind.APPROACH, run) == ""
    assert mark_of(Kind.DELAY_UNKNOWN, run) != mark_of(Kind.DELAY_UNKNOWN, trains.leaving())
    gone = replace(run, cancelled=True)
    by = replace(gone, replaced_by=Replacement(number="G1"))
    assert mark_of(Kind.CANCELLATION, by) != mark_of(Kind.CANCELLATION, gone) == ""
    assert mark_of(Kind.CANCELLATION, run) == "runs"
    assert mark_of(Kind.ENDS_HERE, run) == mark_of(Kind.STARTS_HERE, run) == "runs"
    assert (
        mark_of(Kind.STARTS_HERE, replace(run, arrival=replace(run.departure, cancelled=True)))
        == ""
    )
    assert mark_of(Kind.DELAY, replace(run, departure=None)) == "0"


def test_a_delay_has_changed_by_the_minutes_of_the_rule(rule, trains):
    changed = changed_since(Kind.DELAY, rule, trains.leaving(late=20), {})
    said = [Told("x", mark, trains.noon) for mark in ("20", "16", "15", "24", "25")]
    assert [changed(each) for each in said] == [False, False, True, False, True]


def test_what_was_unknown_since_is_told_anew(rule, trains):
    run = trains.leaving(late=20)
    key = f"{run.run_id}/delay-unknown/1"
    changed = changed_since(Kind.DELAY, rule, run, {key: Told(key, "", trains.at(5))})
    assert changed(Told("x", "20", trains.at(4)))
    assert not changed(Told("x", "20", trains.at(6)))


def test_a_delay_worth_telling(rule, trains):
    assert not worth_telling(Kind.DELAY, rule, trains.leaving(late=4), {})
    assert worth_telling(Kind.DELAY, rule, trains.leaving(late=5), {})
    run = trains.leaving(late=1)
    assert worth_telling(Kind.DELAY, rule, run, told(run, 20, trains))
    assert not worth_telling(Kind.DELAY, rule, run, told(run, 5, trains))
    assert not worth_telling(Kind.DELAY, rule, trains.leaving(departure=None), {})
    assert worth_telling(Kind.CANCELLATION, rule, run, {})


def test_the_longest_delay_that_was_told(trains):
    run = trains.leaving(late=10)
    assert delay_for_rule(run, {}) == 10
    assert delay_for_rule(run, told(run, 40, trains)) == 40
    assert delay_for_rule(run, told(run, 5, trains)) == 10


def test_words_for_what_has_changed(rule, trains):
    run = trains.leaving(late=10)
    first, second = (f"{run.run_id}/delay/{n}" for n in (1, 2))
    assert variant_of(Kind.DELAY, run, {}, first, rule) == ""
    before = told(run, 40, trains)
    assert variant_of(Kind.DELAY, run, before, second, rule) == "sooner"
    after = before | {second: Told(second, "10", trains.at(1))}
    assert variant_of(Kind.DELAY, run, after, second, rule) == "sooner"
    assert variant_of(Kind.DELAY, trains.leaving(late=1), {}, first, rule) == "known"
    assert variant_of(Kind.APPROACH, run, {}, "", rule) == ""
    bus = replace(run, cancelled=True, replaced_by=Replacement())
    assert variant_of(Kind.CANCELLATION, bus, {}, "", rule) == "bus"
    assert variant_of(Kind.CANCELLATION, run, {}, "", rule) == "runs"
