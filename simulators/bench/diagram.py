"""The track diagram: making the base layer, patches, films, memory, and what a page pays for them.

Law: the real scene, films and page; the station of 36 tracks is invented. Times are the
processor's, the median of many rounds; the browser's are its own, layout included. Without a
browser they are left out.
"""

from __future__ import annotations

import gc
import sys
import time
import tracemalloc
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

import msgspec

from hub.diagram.bases import Bases, make_base
from hub.diagram.film import Stretch, make_film
from protocol.errors import DeviceError
from simulators.bench.diagram_load import (
    DAY,
    REFERENCE,
    day_runs,
    invented,
    invented_layout,
    moved,
)
from simulators.bench.figure import Figure
from station_config.load import load_station
from svg_layers.base import draw_base
from svg_layers.scene import Scene
from svg_layers.sight import Sight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from protocol.times import Instant
    from station_config.model import Layout, Station

CHANGES = 20
PATCH_AIM_MS, PATCH_AIM_BYTES = 1.0, 2000.0
"""For 20 changes among 200 trains on 36 tracks."""

FRAME_AIM_MS = 16.0
"""One frame at 60 Hz."""

GROWTH_AIM_KB = 64.0


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    rounds: int
    patches: int
    frames: int


SIZES = {"small": Size(20, 1000, 100), "default": Size(100, 10_000, 300)}
SIZES["nightly"] = Size(500, 100_000, 3000)


def run(size: str) -> Iterator[Figure]:
    """Measure."""
    how = SIZES[size]
    yield from _bases(how)
    station = invented()
    now = datetime(DAY.year, DAY.month, DAY.day, 9, tzinfo=station.zone_info)
    yield from _patches(how, station, now)
    yield from _films(how, station, now)
    yield from _memory(how, station, now)
    yield from _browser(how, station, now)


def _bases(how: Size) -> Iterator[Figure]:
    reference = load_station(REFERENCE)
    layouts: dict[int, Layout] = {len(each.tracks): each for each in reference.layouts[1:]}
    layouts[36] = invented_layout(36)
    for tracks, layout in sorted(layouts.items()):
        took = _median(how.rounds, lambda: draw_base(layout, reference.ends, "zh"))  # noqa: B023
        svg = draw_base(layout, reference.ends, "zh")
        yield _figure(f"base layer, {tracks} tracks, generate", took, "ms")
        yield _figure(f"base layer, {tracks} tracks", len(svg), "bytes")


def _patches(how: Size, station: Station, now: Instant) -> Iterator[Figure]:
    runs = day_runs(station, DAY, now)
    began = time.process_time()
    scene = _scene(station, now)
    scene.put(runs, now)
    yield _figure("first picture of three days' runs", _since(began), "ms")
    picture = scene.picture()
    yield _figure("trains drawn and bars", len(picture.trains) + len(picture.bars), "elements")
    yield _figure("whole picture", len(msgspec.json.encode(picture)), "bytes")
    some = [*picture.bars][:: max(1, len(picture.bars) // CHANGES)][:CHANGES]
    took, sizes = [], []
    for turn in range(how.rounds):
        said = {run_id: moved(runs[run_id], 3 + turn % 5) for run_id in some}
        began = time.process_time()
        patch = msgspec.json.encode(scene.put(said, now))
        took.append(_since(began))
        sizes.append(len(patch))
    yield _figure(f"{CHANGES} changes, patch encoded", median(took), "ms", PATCH_AIM_MS)
    yield _figure(f"{CHANGES} changes, patch", median(sizes), "bytes", PATCH_AIM_BYTES)
    took, sizes = [], []
    for turn in range(how.rounds):
        said = {some[0]: moved(runs[some[0]], 3 + turn % 5)}
        began = time.process_time()
        patch = msgspec.json.encode(scene.put(said, now))
        took.append(_since(began))
        sizes.append(len(patch))
    yield _figure("one change, patch encoded", median(took), "ms")
    yield _figure("one change, patch", median(sizes), "bytes")


def _films(how: Size, station: Station, now: Instant) -> Iterator[Figure]:
    runs, bases = day_runs(station, DAY, now), Bases(station)
    stretch = Stretch(now, now + timedelta(hours=2))
    took = _median(max(3, how.rounds // 20), lambda: make_film("forecast", bases, stretch, runs))
    film = make_film("forecast", bases, stretch, runs)
    yield _figure("film of two hours, made", took, "ms")
    yield _figure("film of two hours", len(msgspec.json.encode(film)), "bytes")


def _memory(how: Size, station: Station, now: Instant) -> Iterator[Figure]:
    runs = day_runs(station, DAY, now)
    scene = _scene(station, now)
    scene.put(runs, now)
    names = [*scene.picture().bars]

    def change(count: int) -> None:
        for turn in range(count):
            run_id = names[turn % len(names)]
            scene.put({run_id: moved(runs[run_id], turn % 17)}, now)

    tracemalloc.start()  # before: what replaces something older must not count as growth
    change(len(names) * 17)
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    change(how.patches)
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    text = f"hub's memory after {how.patches} more patches, growth"
    yield _figure(text, max(0.0, grown / 1024), "kB", GROWTH_AIM_KB)


def _browser(how: Size, station: Station, now: Instant) -> Iterator[Figure]:
    try:
        from simulators.bench.diagram_page import measured  # noqa: PLC0415 - needs a browser

        found = measured(station, now, changes=CHANGES, frames=how.frames)
    except (ModuleNotFoundError, DeviceError) as error:
        print(f"the page is left out: {error}", file=sys.stderr)  # noqa: T201
        return
    text = f"page: {CHANGES} changes, script, style and layout"
    yield _figure(f"{text}, processor time", found.busy_ms, "ms", FRAME_AIM_MS)
    yield _figure(f"{text}, by the wall, p50", median(found.frames_ms), "ms")
    yield _figure("page: from the address to trains drawn", found.ready_ms, "ms", 1000.0)
    text = f"page's heap after {how.frames} more patches, growth"
    yield _figure(text, max(0.0, found.grown_kb), "kB")


def _scene(station: Station, now: Instant) -> Scene:
    base = make_base(station, station.layouts[0])
    sight = Sight(base.layout, station.ends, station.policies.estimate_lifetime, now)
    return Scene(sight, base.geometry, now)


def _median(rounds: int, call: Callable[[], object]) -> float:
    took = []
    for _ in range(rounds):
        began = time.process_time()
        call()
        took.append(_since(began))
    return median(took)


def _since(began: float) -> float:
    return (time.process_time() - began) * 1e3


def _figure(text: str, value: float, unit: str, aim: float | None = None) -> Figure:
    return Figure(figure=f"diagram: {text}", value=round(value, 3), unit=unit, aim=aim)
