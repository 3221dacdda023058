"""Master clocks on a serial line: real terminals at the line's pace."""

from __future__ import annotations

import pytest

from hub.clock.making import make_sources
from hub.clock.readings import Trust
from protocol.errors import OperatorError
from station_config.runtime.deployment import TimeSettings
from station_config.runtime.timekeeping.telegram import Span
from tests.hub.clock.conftest import error_s


@pytest.fixture
def listening(world):
    def listen(kind, link, **given):
        settings = TimeSettings(name="m", kind=kind, device=link, **given)
        (source,) = make_sources((settings,), world.around())
        return world.running(source)

    return listen


@pytest.mark.parametrize(("form", "baud"), [("telegram", 9600), ("meinberg", 19200)])
def test_the_second_begins_with_the_first_octet(world, listening, form, baud):
    clock, link = world.master(form, baud=baud)
    source = listening(form, link)
    on_time = []

    def heard_on_time():
        for each in world.readings:
            late_s = clock.late_s[round(each.utc)]  # the simulator's own: the machine is busy
            if abs(error_s(each)) <= each.uncertainty_s + each.distance_s + 0.004 + late_s:
                on_time.append(each)
        world.readings.clear()
        return on_time

    world.turning.until(heard_on_time)
    reading = on_time[0]
    assert reading.uncertainty_s < 0.05
    assert (reading.trust, reading.stratum) == (Trust.SYNCED, 0)
    assert source.rejected == 0


def test_what_it_says_of_itself(world, listening):
    clock, link = world.master("meinberg", zone="UTC", baud=19200)
    clock.faults.holdover = True
    clock.faults.offset_s = 2.5
    listening("meinberg", link)
    world.turning.until(
        lambda: any(error_s(each) == pytest.approx(2.5, abs=0.02) for each in world.readings)
    )
    assert {each.trust for each in world.readings} == {Trust.HOLDOVER}
    clock.faults.never_synced = True
    world.turning.until(lambda: world.readings[-1].trust is Trust.REFUSED)


def test_damage_is_counted_and_jumps_are_not_believed(world, listening):
    clock, link = world.master("telegram")
    source = listening("telegram", link)
    world.turning.until(lambda: clock.sent >= 1)
    clock.faults.garbage = 1.0
    world.turning.until(lambda: source.rejected)
    clock.faults.garbage = 0.0
    clock.faults.offset_s = 3.0
    world.turning.until(
        lambda: any(error_s(each) == pytest.approx(3.0, abs=0.05) for each in world.readings)
    )
    assert all(error_s(each) > 2 for each in world.readings), "nothing between was believed"


def test_a_wrong_span_of_the_sum_gives_no_time_and_says_why(world, listening):
    clock, link = world.master("telegram", span=Span.FRAME)
    source = listening("telegram", link)
    world.turning.until(lambda: source.rejected)
    assert "sum over its payload" in source.why
    assert clock.sent
    assert world.readings == []


def test_a_port_that_is_not_there_is_said(listening, tmp_path):
    source = listening("telegram", tmp_path / "none")
    assert source.why == "the port cannot be opened"


def test_a_zone_that_is_none_is_the_operators_mistake(world, tmp_path):
    settings = TimeSettings(name="m", kind="telegram", device=tmp_path, zone="Mars/Base")
    with pytest.raises(OperatorError, match="Mars/Base"):
        make_sources((settings,), world.around())
