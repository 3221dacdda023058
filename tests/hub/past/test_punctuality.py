"""Figures of visits made by hand."""

from dataclasses import replace
from datetime import date

import pytest

from hub.past.plots import bars, round_top
from hub.past.punctuality import by_class, by_hour, figures, grouped, histogram, late
from hub.past.visits import Visit, Window
from protocol.runs import Role

VISIT = Visit(
    run_id="2021-01-20.k1",
    service_date=date(2021, 1, 20),
    number="K1",
    category="K",
    role=Role.INTERMEDIATE,
    hour=10,
    arrives=True,
    departs=True,
    arrival=9,
    departure=0,
    cancelled=False,
    window=None,
)
TERMINUS = replace(VISIT, role=Role.TERMINUS, departs=False, departure=None, hour=9)
UNREPORTED = replace(VISIT, arrival=None, departure=None)
CANCELLED = replace(VISIT, cancelled=True, departure=40)
EARLY = replace(VISIT, departure=-4, category="G")


def test_late_is_late_at_the_last_event_here():
    assert (late(VISIT), late(TERMINUS), late(UNREPORTED), late(EARLY)) == (0, 9, None, -4)


def test_who_counts():
    found = figures([VISIT, TERMINUS, UNREPORTED, CANCELLED, EARLY], 3)
    assert (found.visits, found.reported, found.on_time, found.cancelled) == (5, 3, 2, 1)
    assert found.mean == 3.0, "early is no credit"
    assert round(found.share) == 67
    assert figures([TERMINUS], 9).share == 100.0
    assert figures([UNREPORTED], 3).share is None
    assert figures([UNREPORTED], 3).mean is None


def test_windows():
    kept, broken = Window(15, None, None, kept=True), Window(15, None, None, kept=False)
    found = figures([replace(VISIT, window=w) for w in (kept, kept, broken, None)], 3)
    assert (found.windows, found.kept, round(found.kept_share)) == (3, 2, 67)
    assert figures([VISIT], 3).kept_share is None


def test_groups_and_delays():
    assert list(grouped([VISIT, EARLY], by_class, 3)) == ["G", "K"]
    assert list(grouped([VISIT, TERMINUS], by_hour, 3)) == ["09", "10"]
    assert histogram([VISIT, TERMINUS, UNREPORTED, CANCELLED, EARLY], (0, 5, 8)) == {
        "≤ 0": 2,
        "≤ 5": 0,
        "≤ 8": 0,
        "> 8": 1,
    }


def test_a_plot_tells_unknown_from_nothing_and_escapes():
    plot = bars("A < B", {"<x>": None, "y": 0.0, "z": 250.0}, top=100, unit="%", ident="p")
    assert "A &lt; B" in plot
    assert "&lt;x&gt;" in plot
    assert plot.count("<rect") == 2
    heights = [part.split('"')[0] for part in plot.split('height="')[1:]]
    assert heights == ["0.0", "194.0"], "what is more than the axis ends with it"
    assert bars("none", {}, top=0, ident="q").startswith("<svg")


@pytest.mark.parametrize(
    ("greatest", "top"), [(0, 4), (4, 4), (5, 8), (17, 20), (112, 120), (399, 400), (401, 800)]
)
def test_an_axis_of_counts_ends_with_a_round_number(greatest, top):
    assert round_top(greatest) == top
