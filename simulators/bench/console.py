"""Twenty consoles at a day of 884 runs: from a command to every listener and into the table.

Law: a real hub, its real API and stream, one real page; the other consoles are a load
(`simulators.bench.console_crowd`). Everything is on this machine, so that the listeners' and the
browser's own work is in the figures. Without a browser its figures are left out.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
import uuid
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from hub.operations import Operations
from protocol.errors import DeviceError
from simulators.bench.console_crowd import Listeners
from simulators.bench.console_station import REFERENCE, BenchStation, Cost
from simulators.bench.figure import Figure
from station_config.load import load_station

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from simulators.bench.console_page import ConsolePage
    from simulators.bench.console_station import Person

CALLS = 884
CONSOLES = 20
AIM_MS = 150.0
"""From a command to every screen, 99th percentile."""

USABLE_AIM_MS = 1000.0
SPACING_S = 0.12
PATIENCE_S = 20.0
LOOKS = 20
LATE = (4, 5, 6, 7, 8, 9)
"""Minutes; few, so that a row stays in sight."""


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    commands: int


SIZES = {"small": Size(20), "default": Size(100), "nightly": Size(2000)}


@dataclass
class Passage:
    """One command on its way; moments are monotonic ns, None: not seen."""

    run_id: str
    sent: int
    answered: int = 0
    committed: int | None = None
    received: list[int] = field(default_factory=list)
    shown: int | None = None


class Disk:
    """What the disk takes for the least that a commit needs, at the same time.

    Attributes:
        took: ns of each.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.took: list[int] = []

    def sync(self) -> None:
        """Write a page and wait until it is on the disk."""
        began = time.monotonic_ns()
        with self._path.open("ab") as file:
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
        self.took.append(time.monotonic_ns() - began)


def run(size: str) -> Iterator[Figure]:
    """Measure.

    Args:
        size: ``small``, ``default`` or ``nightly``.

    Raises:
        DeviceError: the hub does not start, or a patch does not come.
    """
    with ExitStack() as ended:
        directory = Path(ended.enter_context(tempfile.TemporaryDirectory(prefix="station-bench-")))
        station = BenchStation(directory, CALLS)
        yield from _looks(station)
        ended.enter_context(station)
        people = station.people(CONSOLES + 1)
        crowd = Listeners(station.port, [each.cookie for each in people[:CONSOLES]])
        ended.enter_context(closing(crowd))
        page = _page(ended, station.port, people[-1])
        crowd.turn(
            lambda: all(each.greeted for each in crowd.all.values()),
            timeout_s=PATIENCE_S,
            what="everybody to be greeted",
        )
        rows = people[-1].get("/runs")["rows"]
        yield _figure("runs in the table", len(rows), "runs")
        yield _figure("memory of the hub, all listening", station.cost().memory_mb, "MB")
        if page is not None:
            yield _figure("page usable, nothing cached", page.cold_ms, "ms", USABLE_AIM_MS)
            yield _figure("page usable, loaded again", page.warm_ms, "ms", USABLE_AIM_MS)
        runs = page.runs() if page is not None else [row["id"] for row in rows[-40:-20]]
        before = station.cost()
        disk = Disk(directory / "floor")
        passages = []
        for passage in _passages(SIZES[size].commands, people[-1], crowd, page, runs):
            passages.append(passage)
            disk.sync()
        after = station.cost()
        mark(passages, station.log("trace.console"))
    yield from spans(passages)
    yield from _spread("floor: a page written and synced to this disk", disk.took)
    yield from costs(before, after, len(passages))


def _page(ended: ExitStack, port: int, person: Person) -> ConsolePage | None:
    try:
        from simulators.bench.console_page import opened  # noqa: PLC0415 - needs a browser

        return ended.enter_context(opened(port, person.cookie))
    except (ModuleNotFoundError, DeviceError) as error:
        print(f"the page is left out: {error}", file=sys.stderr)  # noqa: T201
        return None


def _looks(station: BenchStation) -> Iterator[Figure]:
    """Measure the look for conflicts, which runs in the thread that commits."""
    operations = Operations(station.database, load_station(REFERENCE))
    operations.create()
    operations.resume()
    took = []
    for _ in range(LOOKS + 1):
        began = time.perf_counter()
        operations.in_force(station.now)
        took.append((time.perf_counter() - began) * 1e3)
    operations.close()
    yield _figure("look for conflicts, the first", took[0], "ms")
    yield _figure("look for conflicts, nothing changed", median(took[1:]), "ms")


def _passages(
    count: int, person: Person, crowd: Listeners, page: ConsolePage | None, runs: Sequence[str]
) -> Iterator[Passage]:
    if not runs:
        raise DeviceError("no run is in sight")
    for number in range(count):
        rested = time.monotonic() + SPACING_S
        crowd.turn(lambda: time.monotonic() > rested, timeout_s=PATIENCE_S, what="a rest")  # noqa: B023
        run_id = runs[number % len(runs)]
        minutes = LATE[number // len(runs) % len(LATE)]
        yield _passage(person, crowd, page, run_id, minutes)


def _passage(
    person: Person, crowd: Listeners, page: ConsolePage | None, run_id: str, minutes: int
) -> Passage:
    command_id = uuid.uuid4().hex
    order = {
        "command": "set",
        "command_id": command_id,
        "why": "bench",
        "run_id": run_id,
        "word": {"field": "delay", "minutes": minutes},
    }
    crowd.want(command_id.encode())
    if page is not None:
        page.want(run_id, f"+{minutes}")
    passage = Passage(run_id, time.monotonic_ns())
    said: list[Any] = []

    def say() -> None:
        said.append(person.post("/command", order))
        passage.answered = time.monotonic_ns()

    talking = threading.Thread(target=say)
    talking.start()
    crowd.turn(lambda: crowd.complete, timeout_s=PATIENCE_S, what="everybody to have a patch")
    talking.join(PATIENCE_S)
    if not said or not said[0]["answer"]["accepted"]:
        raise DeviceError(f"the hub does not obey: {said}")
    passage.received = crowd.receipts
    ends = time.monotonic() + PATIENCE_S
    while page is not None and passage.shown is None:
        passage.shown = page.seen_ns()
        if time.monotonic() > ends:
            raise DeviceError(f"{run_id} does not come to show +{minutes}")
    return passage


def mark(passages: Sequence[Passage], lines: Iterable[dict[str, Any]]) -> None:
    """Set when each was committed, of what the hub's log says: the first mark after it was sent."""
    marks = [(line["key"], line["mono_ns"]) for line in lines]
    for passage in passages:
        after = (at for key, at in marks if key == passage.run_id and at >= passage.sent)
        passage.committed = min(after, default=None)


def spans(passages: Sequence[Passage]) -> Iterator[Figure]:
    """Yield the figures of all passages."""
    yield from _spread("command → answered", [p.answered - p.sent for p in passages])
    every = [max(p.received) - p.sent for p in passages]
    yield from _spread(f"command → all {CONSOLES} listeners have the patch", every, AIM_MS)
    committed = [(p, p.committed) for p in passages if p.committed is not None]
    yield from _spread("command → committed", [at - p.sent for p, at in committed])
    yield from _spread("commit → all listeners", [max(p.received) - at for p, at in committed])
    shown = [p.shown - p.sent for p in passages if p.shown is not None]
    yield from _spread("command → row in the page's table", shown, AIM_MS)


def costs(before: Cost, after: Cost, commands: int) -> Iterator[Figure]:
    """Yield what the hub has cost from `before` to `after`."""
    busy = after.busy_s - before.busy_s
    yield _figure("hub, processor time a command", busy * 1e3 / commands, "ms")
    yield _figure("hub, of one processor", busy * 100 / (after.at_s - before.at_s), "%")
    yield _figure("memory of the hub, at the end", after.memory_mb, "MB")


def _spread(name: str, spans_ns: Sequence[int], aim: float | None = None) -> Iterator[Figure]:
    if len(spans_ns) < 2:  # noqa: PLR2004 - no percentile of one
        return
    cuts = quantiles(spans_ns, n=100, method="inclusive")
    yield _figure(f"{name}, p50", cuts[49] / 1e6, "ms")
    yield _figure(f"{name}, p99", cuts[98] / 1e6, "ms", aim)


def _figure(name: str, value: float, unit: str, aim: float | None = None) -> Figure:
    return Figure(figure=f"console: {name}", value=round(value, 2), unit=unit, aim=aim)
