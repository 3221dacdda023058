"""What a page pays for patches: the real page in a real browser, its requests answered here.

Law: no server and no network, so that only the page is measured. Each patch is 20 changed trains;
its time ends when the layout is done.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import msgspec

from hub.diagram.bases import make_base
from hub.diagram.desk import presets
from hub.diagram.live import Pushed, Whole
from protocol.times import to_unix
from simulators.bench.diagram_load import DAY, day_runs, moved
from simulators.browser import SIZE, launched
from station_config.runtime.web import CONTENT_TYPES
from svg_layers.scene import Scene
from svg_layers.sight import Sight

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page, Route

    from protocol.times import Instant
    from station_config.model import Station

SITE = "http://diagram.test/"
_PAGE = """<!doctype html><html lang="zh"><head><title>bench</title><style>
html, body, #diagram { height: 100%; margin: 0 }</style></head>
<body><div id="diagram"></div><script type="module">
import { mount } from "/web/page.js";
const api = { get: async (path) => (await fetch("/api/" + path)).json() };
window.diagram = mount(document.getElementById("diagram"), { api, live: { on: () => () => {} } });
</script></body></html>"""
_MEASURE = """async (patches) => {
  const page = window.diagram.page, took = [];
  for (const patch of patches) {
    const began = performance.now();
    page.take(patch);
    document.body.getBoundingClientRect();
    took.push(performance.now() - began);
    await new Promise(requestAnimationFrame);
  }
  return took;
}"""


@dataclass(frozen=True)
class Measured:
    """What was measured.

    Attributes:
        frames_ms: of each patch, by the wall.
        busy_ms: processor time of the page's thread for a patch: script, style and layout.
        ready_ms: from the address to trains drawn.
        grown_kb: of the page's heap, after a first half of all patches.
    """

    frames_ms: list[float]
    busy_ms: float
    ready_ms: float
    grown_kb: float


def measured(station: Station, now: Instant, *, changes: int, frames: int) -> Measured:
    """Return what the page of `station` pays for patches.

    Raises:
        DeviceError: there is no Chromium.
    """
    made = _Made(station, now)
    with launched() as browser:
        page = browser.new_context(viewport=SIZE).new_page()
        page.route("**/*", made.answer)
        began = time.monotonic()
        page.goto(SITE)
        page.wait_for_selector(".td-page[data-ready] .td-train")
        ready = time.monotonic() - began
        first = page.evaluate(_MEASURE, made.patches(changes, frames))
        before = _heap(page)
        patches = made.patches(changes, frames)
        client = page.context.new_cdp_session(page)
        client.send("Performance.enable", {"timeDomain": "threadTicks"})
        began_ms = _busy_ms(client)
        second = page.evaluate(_MEASURE, patches)
        busy_ms = (_busy_ms(client) - began_ms) / frames
        return Measured(first + second, busy_ms, ready * 1e3, (_heap(page) - before) / 1024)


class _Made:
    """The scene of a station, and its answers."""

    def __init__(self, station: Station, now: Instant) -> None:
        self._base = make_base(station, station.layouts[0])
        lifetime = station.policies.estimate_lifetime
        sight = Sight(self._base.layout, station.ends, lifetime, now)
        self._scene = Scene(sight, self._base.geometry, now)
        self._runs = day_runs(station, DAY, now)
        self._now = now
        self._scene.put(self._runs, now)
        picture = self._scene.picture()
        self._names = [*picture.trains, *picture.bars]
        self._whole = Whole(
            seq="b-0",
            now=to_unix(now),
            rate=0.001,
            zone=station.zone,
            ground=self._base.ground,
            trains=picture.trains,
            bars=picture.bars,
        )
        self._number = 0

    def patches(self, changes: int, count: int) -> list[Any]:
        """Return so many patches, each following the one before."""
        found: list[Any] = []
        while len(found) < count:
            turn = self._number
            some = [self._names[(turn * 7 + n) % len(self._names)] for n in range(changes)]
            said = {run_id: moved(self._runs[run_id], (turn + 1) % 13) for run_id in some}
            change = self._scene.put(said, self._now)
            before, self._number = f"b-{self._number}", self._number + 1
            pushed = Pushed(f"b-{self._number}", before, change.trains, change.bars)
            found.append(msgspec.to_builtins(pushed))
        return found

    def answer(self, route: Route) -> None:
        """Answer a request of the page."""
        path = route.request.url.removeprefix(SITE).partition("?")[0]
        if path == "":
            route.fulfill(body=_PAGE, content_type="text/html; charset=utf-8")
        elif path.startswith("web/"):
            name = path.removeprefix("web/")
            body = (files("hub.console") / "web" / "diagram" / name).read_bytes()
            route.fulfill(body=body, content_type=CONTENT_TYPES[f".{name.rpartition('.')[2]}"])
        elif path.startswith("diagram/"):
            svg = self._base.files[path.removeprefix("diagram/").removesuffix(".svg")]
            route.fulfill(body=svg, content_type="image/svg+xml")
        elif path.startswith("api/"):
            value: object = presets().presets[0] if "legend" in path else self._whole
            body = msgspec.json.encode(value)
            route.fulfill(body=body, content_type="application/json")
        else:
            route.fulfill(status=204)


def _busy_ms(client: CDPSession) -> float:
    wanted = {"ScriptDuration", "LayoutDuration", "RecalcStyleDuration"}
    metrics = client.send("Performance.getMetrics")["metrics"]
    return sum(float(each["value"]) for each in metrics if each["name"] in wanted) * 1e3


def _heap(page: Page) -> float:
    page.wait_for_timeout(700)
    client = page.context.new_cdp_session(page)
    client.send("HeapProfiler.collectGarbage")
    used: float = client.send("Runtime.getHeapUsage")["usedSize"]
    client.detach()
    return used
