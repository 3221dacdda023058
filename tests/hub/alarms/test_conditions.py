"""Every source's words as conditions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.alarms.conditions import REJECTED_FOR, View, cause_names, conditions
from hub.alarms.model import Kind, Priority
from hub.disbelieved import Disbelief, Judgement
from hub.feed_report import FeedReport
from hub.fleet.said import DeviceReport, FleetReport
from hub.kernel.objections import Code, objection
from protocol.devices import Fault, Severity
from protocol.messages import LinkMode, Source, SourceMode

T0 = datetime(2021, 1, 20, 8, tzinfo=UTC)
NOBODY = FleetReport(devices={})


def one(mode: str, *faults: Fault, zones: tuple[str, ...] = ()) -> FleetReport:
    report = DeviceReport(kind="display", mode=mode, since=T0, told=faults, zones=zones)
    return FleetReport(devices={"board-7": report})


def fault(severity: Severity, code: str = "panel") -> Fault:
    return Fault(
        code=code, severity=severity, active=True, since=T0, text={"zh": "坏", "en": "bad"}
    )


def test_a_well_station_has_none() -> None:
    well = View(fleet=one("ONLINE"), source=Source(SourceMode.LIVE, T0), connected=True)
    assert conditions(well, T0) == ()


@pytest.mark.parametrize("mode", [*LinkMode, "OFFLINE"])
def test_every_mode_of_a_device(mode: str) -> None:
    expected = {
        "OFFLINE": [(Kind.DEVICE_DARK, Priority.MEDIUM)],
        LinkMode.AUTONOMOUS: [(Kind.DEVICE_ALONE, Priority.LOW)],
        LinkMode.SUSPECT: [(Kind.DEVICE_ALONE, Priority.LOW)],
    }
    found = conditions(View(fleet=one(str(mode))), T0)
    assert [(each.kind, each.priority) for each in found] == expected.get(mode, [])


@pytest.mark.parametrize("severity", Severity)
def test_every_severity_of_a_fault(severity: Severity) -> None:
    found = conditions(View(fleet=one("ONLINE", fault(severity))), T0)
    assert bool(found) is (severity is not Severity.INFO)
    if found:
        assert (found[0].text.zh, found[0].text.en) == ("board-7：坏", "board-7: bad")


def test_a_dark_device_says_nothing_more_of_its_faults() -> None:
    found = conditions(View(fleet=one("OFFLINE", fault(Severity.ERROR))), T0)
    assert [each.kind for each in found] == [Kind.DEVICE_DARK]


def test_a_post_that_does_not_sign() -> None:
    late = fault(Severity.ERROR, "unsigned-watering")
    (found,) = conditions(View(fleet=one("ONLINE", late)), T0)
    assert (found.kind, found.text.zh) == (Kind.OVERDUE, "坏")


@pytest.mark.parametrize("mode", SourceMode)
def test_every_mode_of_dispatching(mode: SourceMode) -> None:
    found = conditions(View(fleet=NOBODY, source=Source(mode, T0)), T0)
    assert [each.priority for each in found] == {
        SourceMode.LIVE: [],
        SourceMode.LINK_DOWN: [Priority.HIGH],
    }.get(mode, [Priority.MEDIUM])


@pytest.mark.parametrize("code", Code)
def test_every_conflict(code: Code) -> None:
    said = objection(code)
    view = View(fleet=NOBODY, conflicts={"2021-01-20.K274": (said, said)})
    (found,) = conditions(view, T0)
    assert found.key == f"conflict/2021-01-20.K274/{code.value}"
    urgent = code in {Code.TRACK_OCCUPIED, Code.STOCK_LOST}
    assert found.priority is (Priority.HIGH if urgent else Priority.LOW)


def test_rows_that_are_not_believed_are_told_once_a_reason_and_for_a_while() -> None:
    latest = [
        Disbelief(
            at=T0, row=f"plan/{n}", reason=reason, partial=False, zh="未知股道", en="no track"
        )
        for n, reason in enumerate(("unknown-track", "unknown-track", "too-far"))
    ]
    report = FeedReport(
        live=True,
        lead=None,
        in_part=False,
        takeovers=0,
        last_takeover=None,
        rows=0,
        lines=[],
        disagreements=[],
        judgement=Judgement(latest=latest),
    )
    view = View(fleet=NOBODY, feed=report)
    assert [each.place for each in conditions(view, T0)] == ["plan/0", "plan/2"]
    assert conditions(view, T0 + REJECTED_FOR) == ()
    assert conditions(view, T0 + REJECTED_FOR - timedelta(seconds=1))


def test_the_hub_itself() -> None:
    found = conditions(View(fleet=NOBODY, connected=False, works=False), T0)
    assert [(each.key, each.priority) for each in found] == [
        ("hub/broker", Priority.HIGH),
        ("hub/database", Priority.HIGH),
    ]


def test_a_device_names_its_possible_causes_the_nearest_first() -> None:
    view = View(
        fleet=one("OFFLINE", zones=("hall",)),
        connected=False,
        segments={"board-7": "switch-3"},
        processes={"board-7": "boards"},
    )
    dark = next(each for each in conditions(view, T0) if each.kind is Kind.DEVICE_DARK)
    assert dark.because == (
        *("broker", "segment/switch-3", "process/boards", "zone/hall"),
        "kind/display",
    )
    assert set(dark.because) <= set(cause_names(view))
