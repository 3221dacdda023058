from msgspec import structs

from hub.feed_figures import COUNTERS, GAUGES, add_feed
from hub.feed_report import FeedReport, LineReport
from protocol.messages import SourceMode
from station_config.runtime.metrics import Figures

LINE = LineReport(
    name="a",
    device="/dev/ttyS0",
    baud=115200,
    mode=SourceMode.LIVE,
    mode_age_s=5.0,
    port_open=True,
    source="OK",
    source_age_s=0.4,
    epoch=1,
    revision=9,
    verified_age_s=None,
    rows=270,
    generation=3,
    generation_age_s=1.0,
    frames={"good": 10, "noise": 2},
    changes_per_s=0.5,
    line_use_percent=11.0,
    restored=1,
    same_revision_conflicts=0,
    sender_received=0,
    source_rejected=0,
    clock_offset_s=0.001,
    line_errors=None,
    damaged=0,
)


def told(report):
    figures = Figures("hub")
    add_feed(figures, lambda: report)
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in figures.registry.collect()
        for sample in family.samples
        if sample.name.startswith("station_")
    }


def report(*lines):
    return FeedReport(
        live=True,
        lead="a",
        in_part=False,
        takeovers=2,
        last_takeover=None,
        rows=270,
        lines=list(lines),
        disagreements=[],
    )


def test_each_line_has_its_figures():
    found = told(report(LINE, structs.replace(LINE, name="b", mode=SourceMode.LINK_DOWN)))
    assert found["station_feed_frames_total", "a", "good"] == 10
    assert found["station_feed_mode", "a", "LIVE"] == 1
    assert found["station_feed_mode", "b", "LIVE"] == 0
    assert found["station_feed_mode", "b", "LINK_DOWN"] == 1
    assert found["station_feed_sender_received_total", "b"] == 0
    assert found["station_feed_takeovers_total",] == 2
    assert found["station_figures_unread_total",] == 0


def test_what_is_not_known_is_left_out():
    found = told(report(LINE))
    assert ("station_feed_verified_age_seconds", "a") not in found
    assert ("station_feed_port_errors_total", "a") not in found


def test_a_hub_that_does_not_listen_tells_nothing_of_lines():
    found = told(None)
    assert not [key for key in found if key[0].startswith("station_feed")]
    assert found["station_figures_unread_total",] == 0


def test_every_figure_is_a_field_of_the_report():
    fields = set(LineReport.__struct_fields__)
    assert {key for _, key, _ in (*GAUGES, *COUNTERS)} <= fields
