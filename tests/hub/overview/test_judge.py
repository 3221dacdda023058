from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.fleet.said import DeviceReport, FleetReport
from hub.overview.judge import (
    judge_broker,
    judge_devices,
    judge_hub,
    judge_lines,
    judge_subsystem,
    put_together,
)
from hub.overview.model import Level

AT = datetime(2026, 11, 22, tzinfo=UTC)
HUB = {
    "ok": True,
    "role": "leading",
    "epoch": 7,
    "waiting": 0,
    "source": {"mode": "LIVE"},
    "broker": {"connected": True, "live": 9},
}
CLOCK = {"ok": True, "mode": "ONLINE", "epoch": 7, "missing": 0, "runs": 270, "heard_age_s": 1.2}


def told(part):
    return [each.en for each in part.why]


def test_who_does_not_answer_is_a_fault():
    for part in (
        judge_hub("hub", None),
        judge_subsystem("clock", "clock-1", None, 7),
        judge_broker("b", None, reachable=False),
    ):
        assert part.level is Level.FAULT
        assert told(part) == ["does not answer"]
        assert part.state == ""


def test_all_is_well():
    hub, clock = judge_hub("hub", HUB), judge_subsystem("clock", "clock-1", CLOCK, 7)
    assert (hub.level, hub.state, hub.epoch, hub.behind) == (Level.WELL, "leading", 7, 0)
    assert (clock.level, clock.state, clock.runs) == (Level.WELL, "ONLINE", 270)
    assert judge_broker("b", None, reachable=True).level is Level.WELL
    assert put_together("st", AT, [hub, clock], (), ()).level is Level.WELL


@pytest.mark.parametrize(
    ("said", "level", "why"),
    [
        ({"ok": False}, Level.FAULT, "cannot do what it is for"),
        ({"broker": {"connected": False}}, Level.FAULT, "is not connected to the broker"),
        ({"source": {"mode": "LINK_DOWN"}}, Level.NOTE, "nothing comes over the line"),
    ],
)
def test_what_can_be_wrong_with_a_hub(said, level, why):
    part = judge_hub("hub", HUB | said)
    assert part.level is level
    assert why in told(part)


def test_a_hub_that_stands_by_is_well_without_broker_and_source():
    said = {"ok": True, "role": "standing by", "epoch": 0, "source": None, "waiting": 0}
    part = judge_hub("hub-b", said)
    assert (part.level, part.state, part.epoch) == (Level.WELL, "standing by", None)


@pytest.mark.parametrize(
    ("said", "level", "why"),
    [
        ({"mode": "AUTONOMOUS"}, Level.NOTE, "autonomous: the hub is not heard"),
        ({"mode": "SYNCING", "missing": 3}, Level.NOTE, "3 entries are missing"),
        ({"epoch": 6}, Level.NOTE, "follows another epoch: 6"),
        ({"clock_offset_s": -3600.0}, Level.NOTE, "its clock is off by -3600.0 s"),
        ({"ok": False, "reasons": ["no run"]}, Level.FAULT, "no run"),
    ],
)
def test_what_can_be_wrong_with_a_subsystem(said, level, why):
    part = judge_subsystem("clock", "clock-1", CLOCK | said, 7)
    assert part.level is level
    assert why in told(part)


def test_a_certificate_that_ends_is_a_note():
    part = judge_broker("b", {"ok": True, "reasons": ["its certificate ends"]}, reachable=True)
    assert part.level is Level.NOTE


def test_devices():
    report = FleetReport(
        devices={
            "board-7": DeviceReport(kind="display", mode="OFFLINE"),
            "clock-1": DeviceReport(kind="clock", mode="ONLINE", faults=("lamp",)),
            "x": DeviceReport(kind="unknown", mode="AUTONOMOUS"),
        }
    )
    devices = judge_devices(report)
    assert [each.level for each in devices] == [Level.FAULT, Level.NOTE, Level.NOTE]
    assert put_together("st", AT, [], (), devices).level is Level.FAULT


def test_nobody_says_is_not_nothing():
    assert judge_devices(None) is None
    assert judge_devices(FleetReport(devices={})) == ()
    assert judge_lines(None) == ()


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
ANYTHING = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=2), max_leaves=4)


@given(
    st.dictionaries(
        st.sampled_from(("ok", "mode", "epoch", "missing", "source", "broker", "reasons")), ANYTHING
    )
)
def test_whatever_is_answered_is_judged(said):
    judge_hub("hub", said)
    judge_subsystem("clock", "c", said, 7)
    judge_broker("b", said, reachable=True)


@pytest.mark.parametrize(
    ("clock", "why"),
    [
        ({"followed": False, "quality": "UNSET"}, ()),
        ({"followed": True, "quality": "SYNCED", "sources": {"a": "CHOSEN"}}, ()),
        (
            {"followed": True, "quality": "HOLDOVER", "sources": {"a": "SILENT"}},
            ("its clock holds over: no master clock", "master clock a is silent"),
        ),
        (
            {"followed": True, "quality": "SYNCED", "sources": {"a": "FALSE"}},
            ("master clock a tells a false time",),
        ),
        ({"followed": True, "quality": "SUSPECT", "sources": 7}, None),
    ],
)
def test_a_hub_whose_time_is_not_as_it_should_be_is_to_be_looked_at(clock, why):
    part = judge_hub("hub", {"ok": True, "epoch": 1, "clock": clock})
    if why is None:
        assert part.level is Level.NOTE
    else:
        assert tuple(each.en for each in part.why) == why
