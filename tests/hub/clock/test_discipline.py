"""The station's time against a world that is known: sources that err, lie, jump and fall silent."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.clock.discipline import SLEW, Discipline, Known, What
from hub.clock.jury import ALONE_S, TOGETHER_S
from hub.clock.readings import Reading, Trust
from hub.clock.report import Standing
from station_config.runtime.timekeeping.quality import Quality
from station_config.runtime.timekeeping.track import Drift

T0 = 1_795_000_000.0
HOUR = 3600.0
DAY = 86_400.0


class World:
    """True time, an oscillator that is `drift_ppm` fast, and sources that tell what is set."""

    def __init__(self, *names, drift_ppm=0.0, every_s=16.0, own=0.0, start=T0, **given):
        self.start = start
        self.mono_s = 0.0
        self.drift = drift_ppm * 1e-6
        self.every_s = every_s
        self.random = Random(1)
        self.says = dict.fromkeys(names, 0.0)
        self.silent = set()
        self.words = {name: {} for name in names}
        self.discipline = Discipline(start + own, 0.0, dict.fromkeys(names, every_s), **given)
        self.happened = []

    @property
    def true(self):
        return self.start + self.mono_s * (1 - self.drift)

    @property
    def error(self):
        return self.discipline.unix(self.mono_s) - self.true

    @property
    def quality(self):
        return self.discipline.quality(self.mono_s)

    def standing(self, name):
        return self.discipline.jury.watched[name].standing

    def what(self, what):
        return [each for each in self.happened if each.what is what]

    def run(self, seconds):
        """Readings when they are due, a look each quarter of that."""
        ends = self.mono_s + seconds
        while self.mono_s < ends:
            for name, offset_s in self.says.items():
                if name not in self.silent:
                    self.tell(name, offset_s)
            for _ in range(4):
                self.mono_s += self.every_s / 4
                self.happened += self.discipline.look(self.mono_s)

    def tell(self, name, offset_s, jitter_s=0.002):
        off_s = offset_s + self.random.uniform(-jitter_s, jitter_s)
        reading = Reading(
            source=name,
            utc=self.true + off_s,
            mono_s=self.mono_s,
            uncertainty_s=jitter_s,
            **{"stratum": 1, **self.words[name]},
        )
        self.happened += self.discipline.take(reading)


def test_before_anybody_has_spoken_it_is_the_machines_clock_and_nobody_vouches():
    world = World("a", own=7.0)
    world.silent.add("a")
    world.run(60)
    assert world.quality is Quality.UNSET
    assert world.error == pytest.approx(7.0, abs=1e-3)
    assert world.discipline.uncertainty(world.mono_s) is None


def test_it_is_set_at_once_when_three_readings_agree():
    world = World("a", own=-3600.0)
    world.run(64)
    assert abs(world.error) < 0.003
    assert world.quality is Quality.SYNCED
    assert [each.seconds for each in world.what(What.STEPPED)] == [pytest.approx(3600, abs=0.01)]
    assert world.standing("a") is Standing.CHOSEN


def test_small_errors_are_slewed_and_never_go_back():
    world = World("a")
    world.run(64)
    world.says["a"] = 0.1
    world.mono_s += 0.001
    world.discipline.jury.watched["a"].track.clear()
    times = []
    for _ in range(400):
        world.run(16)
        times.append((world.mono_s, world.discipline.unix(world.mono_s)))
    ratios = [(b - a) / (d - c) for (c, a), (d, b) in pairwise(times)]
    assert max(ratios) <= 1 + SLEW * 1.2
    assert min(ratios) >= 1 - SLEW * 1.2
    assert world.error == pytest.approx(0.1, abs=0.01)
    assert len(world.what(What.STEPPED)) == 0


def test_one_liar_of_three_changes_nothing():
    world = World("a", "b", "c")
    world.run(300)
    world.says["c"] = 30.0
    world.run(HOUR)
    assert abs(world.error) < 0.01
    assert world.standing("c") is Standing.FALSE
    assert world.quality is Quality.SYNCED
    assert not world.what(What.STEPPED)


def test_of_two_that_contradict_the_own_line_knows_which():
    world = World("a", "b")
    world.run(300)
    chosen = world.discipline.chosen
    world.says[chosen] = -5.0
    world.run(HOUR)
    assert abs(world.error) < 0.01
    assert world.standing(chosen) is Standing.FALSE
    assert world.discipline.chosen != chosen
    assert world.quality is Quality.SYNCED


def test_two_that_contradict_from_the_beginning_leave_nobody():
    world = World("a", "b", own=100.0)
    world.says["b"] = 5.0
    world.run(HOUR)
    assert world.quality is Quality.SUSPECT
    assert world.standing("a") is world.standing("b") is Standing.CONTRADICTS
    assert world.error == pytest.approx(100, abs=0.01)


def test_one_alone_that_jumps_is_suspect_and_followed_only_when_it_stays():
    world = World("a")
    world.run(300)
    world.says["a"] = 5.0
    world.run(200)
    assert world.quality is Quality.SUSPECT
    assert abs(world.error) < 0.02
    world.run(ALONE_S)
    assert world.quality is Quality.SYNCED
    assert world.error == pytest.approx(5, abs=0.01)
    assert world.discipline.steps == 1


def test_one_alone_that_jumps_and_comes_back_was_wrong():
    world = World("a")
    world.run(300)
    world.says["a"] = 5.0
    world.run(200)
    world.says["a"] = 0.0
    world.run(200)
    assert world.quality is Quality.SYNCED
    assert abs(world.error) < 0.02
    assert world.discipline.steps == 0


def test_several_that_jump_together_are_followed_soon():
    world = World("a", "b", "c", every_s=4.0)
    world.run(300)
    for name in world.says:
        world.says[name] = 5.0
    world.run(TOGETHER_S + 40)
    assert world.error == pytest.approx(5, abs=0.01)
    assert world.quality is Quality.SYNCED


@pytest.mark.parametrize("drift_ppm", [50.0, -50.0, 3.0])
def test_a_day_without_any_source(drift_ppm):
    world = World("a", "b", drift_ppm=drift_ppm)
    world.run(4 * HOUR)
    assert abs(world.error) < 0.005
    world.silent = {"a", "b"}
    world.run(DAY)
    uncertainty_s = world.discipline.uncertainty(world.mono_s)
    assert world.quality is Quality.HOLDOVER
    assert abs(world.error) < 0.06, "the measured drift carries it"
    assert abs(world.error) <= uncertainty_s < 0.5
    assert world.discipline.drift.slope == pytest.approx(-drift_ppm * 1e-6, abs=0.7e-6)


def test_a_day_without_any_source_before_the_drift_was_known():
    world = World("a", drift_ppm=45.0)
    world.run(64)
    world.silent = {"a"}
    world.run(DAY)
    assert world.error == pytest.approx(3.888, abs=0.02)
    assert abs(world.error) <= world.discipline.uncertainty(world.mono_s) < 4.5


def test_sources_that_come_back_after_a_day_are_followed():
    world = World("a", drift_ppm=45.0)
    world.run(64)
    world.silent = {"a"}
    world.run(DAY)
    world.silent = set()
    world.run(120)
    assert abs(world.error) < 0.01
    assert world.quality is Quality.SYNCED
    assert world.discipline.steps == 1


def test_a_source_that_holds_over_is_followed_and_not_called_synchronised():
    world = World("a")
    world.words["a"] = {"trust": Trust.HOLDOVER}
    world.run(HOUR)
    assert world.standing("a") is Standing.CHOSEN
    assert world.quality is Quality.HOLDOVER


def test_a_source_that_holds_over_has_no_vote_beside_one_that_does_not():
    world = World("a", "b")
    world.says["a"] = 5.0
    world.words["a"] = {"trust": Trust.HOLDOVER}
    world.run(HOUR)
    assert world.standing("a") is Standing.SPARE
    assert abs(world.error) < 0.01


def test_a_source_that_does_not_know_is_refused():
    world = World("a")
    world.run(300)
    world.words["a"] = {"trust": Trust.REFUSED}
    world.says["a"] = 1e6
    world.run(HOUR)
    assert world.standing("a") is Standing.REFUSED
    assert world.quality is Quality.HOLDOVER
    assert abs(world.error) < 0.05


def test_the_machines_clock_is_better_than_nothing_and_worse_than_what_was_known():
    world = World("machine", "a")
    world.words["machine"] = {"trust": Trust.UNVOUCHED}
    world.silent = {"a"}
    world.says["machine"] = 9.0
    world.run(300)
    assert world.error == pytest.approx(9.0, abs=0.01)
    assert world.quality is Quality.UNSET
    world.silent = set()
    world.run(120)
    assert abs(world.error) < 0.01
    world.silent = {"a"}
    world.run(HOUR)
    assert abs(world.error) < 0.05
    assert world.quality is Quality.HOLDOVER
    assert world.standing("machine") is Standing.SPARE


def test_an_earlier_life_is_gone_on_with():
    world = World(
        "a",
        drift_ppm=40.0,
        drift=Drift(-40e-6, 0.5e-6),
        known=Known(0.0, 0.01, 2.5e-6, Trust.SYNCED, 1),
    )
    world.silent = {"a"}
    assert world.quality is Quality.HOLDOVER
    world.run(DAY)
    assert abs(world.error) < 0.01
    assert world.discipline.uncertainty(world.mono_s) == pytest.approx(0.226, abs=0.01)


NEW_YEAR = 1_483_228_800.0
"""2017-01-01: the last leap second so far was inserted before it."""


def test_an_announced_leap_second_is_inserted_and_nothing_goes_back():
    world = World("a", "b", start=NEW_YEAR - 600, every_s=8.0)
    for name in world.says:
        world.words[name] = {"leap": 1}
    told = []
    for _ in range(74):
        world.run(8)
        told.append(world.discipline.unix(world.mono_s))
    assert world.discipline.steering.leap is not None
    for _ in range(700):
        world.mono_s += 0.02
        told.append(world.discipline.unix(world.mono_s))
        if world.mono_s > 601:  # the sources have inserted it
            world.start = NEW_YEAR - 601
            world.says = dict.fromkeys(world.says, 0.0)
    assert all(b >= a for a, b in pairwise(told))
    world.run(120)
    assert abs(world.error) < 0.01
    assert world.what(What.LEAP_PASSED)
    assert world.discipline.steps == 0
    assert world.discipline.steering.leap is None, "no month ends on this day"


def test_one_source_alone_announces_nothing_for_the_others():
    world = World("a", "b", "c", start=NEW_YEAR - 600)
    world.words["a"] = {"leap": 1}
    world.run(300)
    assert world.discipline.steering.leap is None


def test_in_the_middle_of_a_month_no_leap_second_is_believed():
    world = World("a", start=NEW_YEAR + 10 * DAY)
    world.words["a"] = {"leap": 1}
    world.run(300)
    assert world.discipline.steering.leap is None


@settings(deadline=None, max_examples=60)
@given(
    lies=st.lists(
        st.tuples(st.sampled_from("abc"), st.floats(-1000, 1000), st.booleans()), max_size=6
    )
)
def test_whatever_one_of_three_does_the_error_is_never_more_than_it_admits(lies):
    """One source at a time lies or is silent, the other two tell the truth."""
    world = World("a", "b", "c", drift_ppm=20.0, every_s=16.0)
    world.run(200)
    for name, offset_s, silent in lies:
        world.says = dict.fromkeys("abc", 0.0) | {name: offset_s}
        world.silent = {name} if silent else set()
        world.run(160)
        assert abs(world.error) <= world.discipline.uncertainty(world.mono_s) + 1e-4
        world.says = dict.fromkeys("abc", 0.0)
        world.silent = set()
        world.run(160)
