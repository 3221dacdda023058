from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.kernel.draft import Draft
from hub.kernel.rules import check_in
from protocol.runs import CallTime, Role
from protocol.timeline import disorder
from station_config.model import Anchor, LeadTime


def draft(build, **changes):
    said = {
        "category": "G",
        "role": Role.INTERMEDIATE,
        "arrival": CallTime(planned=build.at("10:00")),
        "departure": CallTime(planned=build.at("10:20")),
        "platform_id": "p1",
        "gate_ids": frozenset({"g1", "g2"}),
    }
    return Draft(**(said | changes))


def window(build, **changes):
    times = check_in.apply(draft(build, **changes), build.context()).timeline
    return times.check_in_opens_at, times.last_call_at, times.check_in_closes_at


def local(build, *times):
    return tuple(build.at(time) for time in times)


def test_high_speed_opens_before_the_departure(build):
    assert window(build) == local(build, "10:05", "10:13", "10:15")


def test_conventional_through_trains_open_before_the_arrival(build):
    assert window(build, category="K") == local(build, "09:50", "10:13", "10:15")


def test_conventional_trains_that_start_here_open_earlier(build):
    found = window(build, category="K", role=Role.ORIGIN, arrival=None)
    assert found == local(build, "09:50", "10:13", "10:15")


def test_a_late_train_shifts_all(build):
    late = CallTime(planned=build.at("10:20"), estimated=build.at("11:00"))
    assert window(build, departure=late) == local(build, "10:45", "10:53", "10:55")


@pytest.mark.parametrize("role", [Role.TERMINUS, Role.PASS])
def test_no_check_in_for_who_takes_nobody_in(build, role):
    departure = None if role is Role.TERMINUS else CallTime(planned=build.at("10:20"))
    assert window(build, role=role, departure=departure) == (None, None, None)


def test_no_check_in_for_a_cancelled_train(build):
    assert window(build, cancelled=True) == (None, None, None)


def test_no_check_in_where_no_gate_stands_before_the_platform(build):
    assert window(build, platform_id="p3", gate_ids=frozenset()) == (None, None, None)


def test_an_unknown_platform_keeps_the_check_in_of_a_station_with_gates(build, station):
    nowhere = {"platform_id": None, "gate_ids": frozenset()}
    assert window(build, **nowhere) == local(build, "10:05", "10:13", "10:15")
    gateless = replace(station, layouts=(replace(station.layouts[0], gates=()),))
    found = check_in.apply(draft(build, **nowhere), build.context(station=gateless))
    assert found.timeline.check_in_opens_at is None


leads = st.integers(0, 60).map(lambda minutes: timedelta(minutes=minutes))


@given(opens=leads, last=leads, closes=leads, anchor=st.sampled_from(Anchor), dwell=leads)
def test_whatever_the_configuration_says_the_instants_ascend(
    build, station, opens, last, closes, anchor, dwell
):
    lead = LeadTime(opens, last, closes, opens_before=anchor)
    other = replace(station, lead_times=(lead,))
    before = draft(build, departure=CallTime(planned=build.at("10:00") + dwell))
    found = check_in.apply(before, build.context(station=other)).timeline
    assert disorder(found) is None
    assert found.check_in_closes_at == before.departure.expected - closes
