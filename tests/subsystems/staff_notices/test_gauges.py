"""Figures: what is open, by post and status; who is there; what waits for the disk."""

from __future__ import annotations

from datetime import timedelta

import pytest

from station_config.runtime.metrics import Figures
from subsystems.staff_notices.gauges import Gauges
from subsystems.staff_notices.terminals import Terminal, Terminals


@pytest.fixture
def gauges(office, through, make):
    made = office(through, now=through.arrival.planned - timedelta(hours=1))
    made.until(through.arrival.planned - 15 * make.minute)
    made.sign(made.of("watering", through.run_id, "arrival"))
    made.until(through.arrival.planned - 6 * make.minute)
    terminals = Terminals()
    terminals.heard(Terminal("a", "watering", 100.0))
    terminals.heard(Terminal("b", "watering", 0.0))
    waiting = [0]
    gauges = Gauges(
        state=lambda: made.state,
        terminals=lambda: terminals.counts(101.0),
        waiting=lambda: waiting[0],
        signed=3,
    )
    gauges.waits = waiting
    return gauges


def sample(figures, name, **labels):
    return figures.registry.get_sample_value(name, labels)


def test_the_health_message_counts_open_and_escalated_over_all_posts(gauges):
    assert gauges.by_status()["ACKNOWLEDGED"] == 1
    assert gauges.told() == {
        "notices_open": 1.0,
        "notices_escalated": 1.0,
        "terminals_alive": 1.0,
        "terminals_dark": 1.0,
    }, "train inspection was told as well, and nobody signed there"


def test_metrics_tell_posts_apart_and_also_say_zero(gauges):
    figures = Figures("staff-notices", "staff-1")
    gauges.add(figures)
    gauges.waits[0] = 4
    notices = "station_notices"
    assert sample(figures, notices, post="watering", status="ACKNOWLEDGED") == 1
    assert sample(figures, notices, post="inspection", status="ESCALATED") == 1
    assert sample(figures, notices, post="police", status="ESCALATED") == 0
    assert sample(figures, "station_notices_terminals", how="dark") == 1
    assert sample(figures, "station_notices_signed_total") == 3
    assert sample(figures, "station_notices_not_on_disk") == 4, "read when it is asked"
