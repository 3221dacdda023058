from datetime import UTC, datetime

from hub.figures import HubFigures
from hub.fleet.said import DeviceReport, FleetReport
from hub.kernel.reasons import Reason, Rejected
from hub.lease import Stage
from hub.store.outcome import StepResult
from protocol.messages import Source, SourceMode

NOW = datetime(2021, 1, 20, 8, tzinfo=UTC)
STATUS = {
    "epoch": 17,
    "source": Source(mode=SourceMode.UNVERIFIED, since=NOW),
    "waiting": 3,
    "broker": {"connected": True, "live": 270, "published": 12, "expired": 1, "ghosts": 0},
}


FLEET = FleetReport(
    devices={
        "board-7": DeviceReport(kind="display", mode="OFFLINE"),
        "board-8": DeviceReport(kind="display", mode="ONLINE", faults=("lamp",)),
    }
)


def watched(status=STATUS, stage=Stage.LEADING):
    figures = HubFigures("hub-a")
    figures.watch(
        stage=lambda: stage,
        status=lambda: status,
        works=lambda: True,
        feed=lambda: None,
        fleet=lambda: FLEET if status else None,
    )
    return figures


def told(figures):
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in figures.figures.registry.collect()
        for sample in family.samples
        if sample.name.startswith("station_")
    }


def test_steps_rows_and_rejects_by_reason():
    figures = watched()
    rejected = (
        Rejected(key=("plan", "k1"), reason=Reason.UNKNOWN_TRACK, found="99", partial=True),
        Rejected(key=("plan", "k2"), reason=Reason.UNKNOWN_TRACK, found="98", partial=True),
    )
    result = StepResult(NOW, rows=("plan/k1", "plan/k3"), ignored=4, rejected=rejected, runs=("r",))
    figures.step(result, 0.003)
    figures.step(StepResult(NOW), 0.5)
    found = told(figures)
    assert found["station_hub_steps_total",] == 2
    assert found["station_hub_rows_total", "believed"] == 2
    assert found["station_hub_rows_total", "held"] == 4
    assert found["station_hub_rows_rejected_total", Reason.UNKNOWN_TRACK.value, "part"] == 2
    assert found["station_hub_runs_changed_total",] == 1
    assert found["station_hub_step_seconds_bucket", "0.005"] == 1
    assert found["station_hub_step_seconds_count",] == 2


def test_minutes_and_acknowledgements():
    figures = watched()
    figures.minute(0.02)
    figures.minute(-0.001)
    figures.acknowledged(0.004)
    found = told(figures)
    assert found["station_hub_minutes_total",] == 2
    assert found["station_hub_minute_late_seconds_sum",] == 0.02
    assert found["station_hub_puback_seconds_count",] == 1


def test_what_a_leading_hub_says():
    figures = watched()
    figures.outbox(5)
    found = told(figures)
    assert found["station_hub_epoch",] == 17
    assert found["station_hub_outbox_depth",] == 5
    assert found["station_hub_broker_up",] == 1
    assert found["station_hub_source_mode", "UNVERIFIED"] == 1
    assert found["station_hub_source_mode", "LIVE"] == 0
    assert found["station_hub_stage", "leading"] == 1
    assert found["station_hub_published_total",] == 12
    assert found["station_hub_devices", "display", "OFFLINE"] == 1
    assert found["station_hub_devices", "display", "AUTONOMOUS"] == 0
    assert found["station_hub_device_faults", "lamp"] == 1
    assert found["station_figures_unread_total",] == 0


def test_a_hub_that_stands_by_has_no_epoch_and_no_outbox():
    figures = watched(None, Stage.STANDING_BY)
    figures.outbox(5)
    found = told(figures)
    assert found["station_hub_stage", "standing by"] == 1
    names = {key[0] for key in found}
    assert not names & {
        "station_hub_epoch",
        "station_hub_outbox_depth",
        "station_hub_broker_up",
        "station_hub_devices",
    }
    assert found["station_figures_unread_total",] == 0
