"""A page of the console through a shift: patches by the thousand, and no growth of its memory.

The page is the real one; its patches come from here over the same stream's module, as the worker
would pass them on. STATION_SHIFT_PATCHES makes the shift longer.
"""

from __future__ import annotations

import os

import msgspec
import pytest
from playwright.sync_api import expect

from hub.console.table import KEPT, KEPT_BYTES, Row, Table
from protocol.runs import PassengerPhase, TrainPhase
from simulators.bench.console_station import BenchStation

pytestmark = pytest.mark.end_to_end

PATCHES = int(os.environ.get("STATION_SHIFT_PATCHES", "8000"))
"""A shift of 8 h has some 30,000."""
RUNS = 300
"""Of a day that has conflicts: a mark within a row is drawn apart from the row."""
PAGE_GROWTH_KB = 1024
"""What the heap after collection may have grown by in the second half."""

_GIVE = """async ([count, from]) => {
  const live = await import("/console/js/live.js");
  const held = [...live.rows.value.values()];
  for (let number = from; number < from + count; number += 1) {
    const old = held[number % held.length];
    const run = { ...structuredClone(old.run), rev: number };
    run.note = { en: `note ${number % 97}` };
    live.take("patch", { rows: [{ ...old, rev: number, run }], gone: [] });
    if (number % 40 === 0) await new Promise((done) => setTimeout(done));
  }
}"""


def heap_kb(page):
    """Return what is held: the least of some looks, for what is just being drawn is no growth."""
    client = page.context.new_cdp_session(page)
    found = []
    for _ in range(4):
        page.wait_for_timeout(400)
        client.send("HeapProfiler.collectGarbage")
        found.append(client.send("Runtime.getHeapUsage")["usedSize"] / 1024)
    client.detach()
    return min(found)


def nodes(page):
    client = page.context.new_cdp_session(page)
    found = client.send("Memory.getDOMCounters")
    client.detach()
    return found["nodes"], found["jsEventListeners"]


def test_a_page_does_not_grow_through_a_shift(new_page, tmp_path):
    with BenchStation(tmp_path, RUNS) as station:
        (person,) = station.people(1)
        page = new_page(1366, 768)
        name, _, value = person.cookie.partition("=")
        url = f"http://127.0.0.1:{station.port}"
        page.context.add_cookies([{"name": name, "value": value, "url": url}])
        page.goto(f"{url}/console/")
        expect(page.locator("[role=grid] [data-run]").first).to_be_visible(timeout=20_000)
        expect(page.locator("[data-run] .mark.bad").first).to_be_visible(timeout=20_000)
        look_at_growth(page)


def look_at_growth(page):
    half = PATCHES // 2
    page.evaluate(_GIVE, [half, 1])
    before, held = heap_kb(page), nodes(page)
    page.evaluate(_GIVE, [half, half + 1])
    after, now_held = heap_kb(page), nodes(page)
    figures = {"patches": PATCHES, "before_kb": round(before), "after_kb": round(after)}
    figures |= {"nodes": held, "nodes_after": now_held}
    assert after - before < PAGE_GROWTH_KB, figures
    assert now_held[0] < held[0] * 1.2 + 200, figures
    assert now_held[1] < held[1] * 1.2 + 50, figures


def test_the_hub_keeps_so_many_patches_and_no_more():
    table = Table("b")
    row = Row(
        "k1", 1, 0, PassengerPhase.PLANNED, TrainPhase.EXPECTED, False, msgspec.Raw(b"{}"), ()
    )
    table.fill([row])
    big = msgspec.Raw(b'"' + b"x" * 20_000 + b'"')
    for number in range(2 * KEPT):
        table.take([msgspec.structs.replace(row, rev=number + 2, run=big)], (), ())
    kept = table._patches
    assert len(kept) < KEPT
    assert sum(len(patch) for _, patch in kept) == table._bytes <= KEPT_BYTES
    for number in range(4 * KEPT):
        table.take([msgspec.structs.replace(row, rev=number)], (), ())
    assert len(kept) == KEPT
    assert sum(len(patch) for _, patch in kept) == table._bytes
    assert len(table) == 1
