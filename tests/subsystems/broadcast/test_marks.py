"""What is remembered of a telling."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from protocol.runs import Replacement
from subsystems.broadcast.marks import (
    changed_since,
    longest_told,
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
    by = replace(run, replaced_by=Replacement(number="G1"))
    assert mark_of(Kind.CANCELLATION, by) != mark_of(Kind.CANCELLATION, run) == ""
    assert mark_of(Kind.DELAY, replace(run, departure=None)) == "0"


def test_a_delay_has_changed_by_the_minutes_of_the_rule(rule, trains):
    changed = changed_since(Kind.DELAY, rule, trains.leaving(late=20))
    assert [changed(said) for said in ("20", "16", "15", "24", "25")] == [
        *(False, False, True),
        *(False, True),
    ]


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
    assert longest_told(run, {}) == 10
    assert longest_told(run, told(run, 40, trains)) == 40
    assert longest_told(run, told(run, 5, trains)) == 10


def test_words_for_what_has_changed(trains):
    run = trains.leaving(late=10)
    assert variant_of(Kind.DELAY, run, {}) == ""
    assert variant_of(Kind.DELAY, run, told(run, 40, trains)) == "sooner"
    assert variant_of(Kind.APPROACH, run, {}) == ""
    assert variant_of(Kind.CANCELLATION, replace(run, replaced_by=Replacement()), {}) == "bus"
