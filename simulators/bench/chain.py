"""From a row changed in the dispatching database to the changed board in a browser, link by link.

Law: the demo as it stands, every link real: SQL poll, serial line at 115,200 baud, receiver, kernel
and commit, broker, display, a real Chromium. Each process marks the moment at which a change passes
it (`station_config.runtime.trace`); the page marks the change of its DOM. One monotonic clock.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass, field
from itertools import cycle, islice, pairwise
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, Any

import psutil

from protocol.errors import DeviceError
from simulators.bench.figure import Figure
from simulators.browser import SIZE, launched
from simulators.demo.child import DemoProcess, wait_until
from simulators.dispatch.database import open_database
from simulators.dispatch.scripting import set_delay

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Page
    from sqlalchemy import Engine

SAMPLES = {"small": 20, "default": 80, "nightly": 1000}
SPACING_S = 0.3
CALIBRATIONS = 50
AIM_MS = 50.0
"""Everything but the poll interval and the wire, 99th percentile."""

MEMORY_AIM_MB = 450.0
LIVE_AGAIN_AIM_S = 5.0
BOARD = "waiting-hall-departures"
QUIET = "08:05"
"""No train of the reference timetable leaves within the measurement."""

LINKS = ("poll", "wire", "decode", "kernel", "publish", "mqtt", "sse", "dom")
"""The marks, in the order in which a change passes them."""

NAMES = {
    ("changed", "poll"): "row changed → seen by the poll",
    ("poll", "wire"): "seen → first frame to the port (waits for the line)",
    ("wire", "decode"): "serial wire and decoding",
    ("decode", "kernel"): "kernel and commit",
    ("kernel", "publish"): "outbox → broker",
    ("publish", "mqtt"): "broker → accepted by the display",
    ("mqtt", "sse"): "display → event stream",
    ("sse", "dom"): "event stream → DOM",
}

OBSERVE = """() => {
  window.seen = [];
  const read = (row) => {
    if (row && row.dataset.run)
      window.seen.push([row.dataset.run, row.textContent, performance.now()]);
  };
  new MutationObserver((changes) => {
    const rows = new Set(changes.map((c) =>
        c.target.nodeType === 1 ? c.target.closest("tr") : c.target.parentElement?.closest("tr")));
    rows.forEach(read);
  }).observe(document.querySelector("#rows tbody"),
             { childList: true, subtree: true, characterData: true, attributes: true });
}"""


@dataclass
class Passage:
    """One change on its way. Moments are monotonic seconds by mark."""

    plan_id: str
    run_id: str
    minutes: int
    marks: dict[str, float] = field(default_factory=dict)


def run(size: str) -> Iterator[Figure]:
    """Measure the chain.

    Args:
        size: ``small``, ``default`` or ``nightly``.

    Raises:
        DeviceError: Chromium is missing, or the demo does not get going.
    """
    with tempfile.TemporaryDirectory() as directory, launched() as browser:
        words = ("--calm", "--at", QUIET)
        with DemoProcess(Path(directory) / "demo", *words, env={"STATION_TRACE": "1"}) as demo:
            started = time.monotonic()
            demo.ready()
            page = browser.new_page(viewport=SIZE)
            page.goto(demo.board_url(BOARD) + "?plain&lang=en")
            page.locator("#rows tbody tr[data-run]").first.wait_for()
            yield _figure(
                "demo started → first board in a browser", time.monotonic() - started, "s"
            )
            passages = _measure(demo, page, SAMPLES[size])
            memory = _memory(demo)
            back = _restart(demo)
    yield from _figures(passages)
    yield _figure("hub killed, open again → boards live again", back, "s", LIVE_AGAIN_AIM_S)
    yield _figure("memory of all processes (RSS)", memory, "MB", MEMORY_AIM_MB)


def _restart(demo: DemoProcess) -> float:
    """Kill the hub; return the seconds from the new one opening to the display in step again."""
    epochs = len(demo.log("hub.open"))
    hub = next(
        child for child in psutil.Process(demo.process.pid).children() if "hub" in child.cmdline()
    )
    hub.kill()
    wait_until(lambda: len(demo.log("hub.open")) > epochs, 30, what="the hub to open again")
    opened = time.monotonic()
    epoch = demo.log("hub.open")[-1]["epoch"]

    def in_step() -> bool:
        health = demo.json("/health")
        return bool(health["epoch"] == epoch and health["mode"] == "ONLINE")

    wait_until(in_step, 30, what="the display to be in step again")
    return time.monotonic() - opened


def _measure(demo: DemoProcess, page: Page, samples: int) -> list[Passage]:
    page.evaluate(OBSERVE)
    shift = _calibrate(page)
    runs = page.evaluate(
        "() => Array.from(document.querySelectorAll('#rows tr[data-run]'), r => r.dataset.run)"
    )
    engine = open_database(demo.data / "dispatch.sqlite")
    known = _plan_ids(engine)
    wanted = [run_id for run_id in runs if run_id in known]
    passages: list[Passage] = []
    for number, run_id in enumerate(islice(cycle(wanted), samples)):
        passage = Passage(known[run_id], run_id, 10 + number % 80)
        with engine.begin() as connection:
            set_delay(connection, passage.plan_id, passage.minutes)
        passage.marks["changed"] = time.monotonic()
        passages.append(passage)
        page.wait_for_timeout(SPACING_S * 1000)
    wait_until(lambda: _collect(page, passages, shift), 20, every=0.2, what="the last change")
    engine.dispose()
    for passage in passages:
        _mark(demo, passage)
    return passages


def _plan_ids(engine: Engine) -> dict[str, str]:
    """Return the plan id by run id of all visits in the stage plan."""
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT plan_id, COALESCE(dep_train_no, arr_train_no),"
            " COALESCE(plan_arr_time, plan_dep_time) FROM stage_plan"
        )
        return {f"{at[:10]}.{number.lower()}": plan_id for plan_id, number, at in rows}


def _calibrate(page: Page) -> float:
    """Return what is added to the page's seconds to make them ours, to half the round trip."""
    best, shift = float("inf"), 0.0
    for _ in range(CALIBRATIONS):
        sent = time.monotonic()
        there = page.evaluate("() => performance.now()") / 1000
        back = time.monotonic()
        if back - sent < best:
            best, shift = back - sent, (sent + back) / 2 - there
    return shift


def _collect(page: Page, passages: Sequence[Passage], shift: float) -> bool:
    """Mark what the DOM has shown; return whether all have been seen."""
    for run_id, text, at in page.evaluate("() => window.seen.splice(0)"):
        for passage in passages:
            late = f"{passage.minutes} min" in text
            if passage.run_id == run_id and late and "dom" not in passage.marks:
                passage.marks["dom"] = at / 1000 + shift
    return all("dom" in passage.marks for passage in passages)


def _mark(demo: DemoProcess, passage: Passage) -> None:
    """Take the first mark of each link after the one before it."""
    after = passage.marks["changed"]
    keys = {passage.run_id, f"plan/{passage.plan_id}", f"run/{passage.run_id}"}
    for link in LINKS[:-1]:
        moments = (
            line["mono_ns"] / 1e9 for line in demo.log(f"trace.{link}") if _is_of(line, keys)
        )
        found = min((moment for moment in moments if moment >= after), default=None)
        if found is None:
            raise DeviceError(f"no mark {link!r} of {passage.run_id}")
        passage.marks[link] = after = found


def _is_of(line: dict[str, Any], keys: set[str]) -> bool:
    return line["key"] in keys and line.get("board", BOARD) == BOARD


def _figures(passages: list[Passage]) -> Iterator[Figure]:
    for first, second in pairwise(("changed", *LINKS)):
        yield from _spread(NAMES[first, second], [_span(p, first, second) for p in passages])
    # Between the poll and the port a frame waits for the one before it: that is the wire, too.
    ours = [_span(p, "decode", "dom") for p in passages]
    yield from _spread("all but poll interval and wire", ours, AIM_MS)
    yield from _spread("row changed → DOM", [_span(p, "changed", "dom") for p in passages])


def _span(passage: Passage, first: str, second: str) -> float:
    return (passage.marks[second] - passage.marks[first]) * 1000


def _spread(name: str, spans: list[float], aim: float | None = None) -> Iterator[Figure]:
    cuts = quantiles(spans, n=100, method="inclusive")
    yield _figure(f"{name}, p50", cuts[49], "ms")
    yield _figure(f"{name}, p99", cuts[98], "ms", aim)


def _figure(name: str, value: float, unit: str, aim: float | None = None) -> Figure:
    return Figure(figure=f"chain: {name}", value=round(value, 2), unit=unit, aim=aim)


def _memory(demo: DemoProcess) -> float:
    """Return the resident memory of the demo's processes; ours and the browser's are not in it."""
    top = psutil.Process(demo.process.pid)
    tree = [top, *top.children(recursive=True)]
    return float(sum(process.memory_info().rss for process in tree)) / 2**20
