"""The shipped Grafana dashboard asks for figures that exist, by labels that they have."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from hub.broker.watched import Watched
from hub.clock.time_figures import add_time
from hub.figures import HubFigures
from one_way_feed.sender_figures import sender_figures
from simulators.line.figures import line_figures
from subsystems.clock.options import ClockOptions
from subsystems.clock.slaves import Slaves
from subsystems.clock.told_time import Time
from subsystems.display.service import Display
from subsystems.kit.metrics import add_streams, link_figures

ROOT = Path(__file__).parents[2]
DASHBOARD = json.loads((ROOT / "docs/grafana/station-hub.json").read_text(encoding="utf-8"))
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
TARGETS = [(panel["title"], target) for panel in PANELS for target in panel["targets"]]
SCRAPED = {"instance", "job"}
"""Labels that Prometheus itself adds."""

NAME = re.compile(r"\b(?:station|process)_[a-z_0-9]+")


def all_figures():
    """Return the figures of every process, none of them ever read."""
    hub = HubFigures("hub")
    nobody = SimpleNamespace()
    hub.watch(stage=None, status=None, works=None, feed=None, fleet=None)
    add_time(hub.figures, None)
    settings = SimpleNamespace(id="x", cache=None)
    display = link_figures("display", settings, dict, None)
    add_streams(display, ())
    Display.measure(nobody, display)
    told = Time(None, None, 1.0, None)
    Slaves(None, told, ClockOptions(sntp_port=0), None).measure(display)
    return [
        hub.figures,
        display,
        sender_figures(nobody, None),
        Watched(nobody, "nats", None).figures(),
        line_figures(nobody),
    ]


@pytest.fixture(scope="module")
def known():
    """Labels by the name of a figure."""
    found = {}
    for figures in all_figures():
        found |= figures.names
    process = HubFigures("hub").figures.registry.collect()
    found |= {s.name: () for f in process for s in f.samples if s.name.startswith("process_")}
    return found


def test_there_is_something_to_look_at(known):
    assert len(TARGETS) > 40
    assert len(known) > 60


@pytest.mark.parametrize(("title", "target"), TARGETS, ids=[f"{t}-{e['expr']}" for t, e in TARGETS])
def test_a_query_asks_for_what_there_is(known, title, target):  # noqa: ARG001 - in the test's name
    names = NAME.findall(target["expr"])
    assert names
    assert set(names) <= set(known)
    labels = {label for name in names for label in known[name]} | SCRAPED
    told = re.findall(r"{{(\w+)}}", target["legendFormat"])
    chosen = re.findall(r"(\w+)\s*[!=]=?~?\"", target["expr"])
    grouped = re.findall(r"(?:by|on|group_left) \(([^)]*)\)", target["expr"])
    used = {*told, *chosen, *(each.strip() for group in grouped for each in group.split(","))}
    assert used <= labels


def test_what_only_grows_is_asked_for_its_rate():
    """But for what must be 0, and for how often a server was started."""
    plain = {"station_sender_received_total", "station_feed_sender_received_total"}
    plain |= {"station_broker_starts_total", "station_figures_unread_total"}
    for title, target in TARGETS:
        growing = {n for n in NAME.findall(target["expr"]) if n.endswith(("_total", "_bucket"))}
        if growing - plain:
            assert re.search(r"\b(rate|increase)\(", target["expr"]), title


def test_panels_do_not_overlap_and_have_ids_of_their_own():
    taken = set()
    for panel in DASHBOARD["panels"]:
        grid = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(grid["x"], grid["x"] + grid["w"])
            for y in range(grid["y"], grid["y"] + grid["h"])
        }
        assert not taken & cells, panel["title"]
        assert grid["x"] + grid["w"] <= 24
        taken |= cells
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
