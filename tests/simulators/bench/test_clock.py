"""What the clock's bench lives through in no time reaches its aims."""

from __future__ import annotations

from simulators.bench import clock


def test_a_day_alone_is_carried_by_the_measured_drift():
    off, admitted, without = clock._alone()
    assert off.reached
    assert admitted.reached
    assert off.value < admitted.value < without.value


def test_several_sources_that_agree_are_followed_sooner_than_one():
    alone, together = clock._sources_step()
    assert 300 <= alone.value < 340
    assert 30 <= together.value < 60
