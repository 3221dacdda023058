"""Side by side with node-gtfs: apply 400 real-time updates and answer one station's departures.

Law: the same trains, delays and window for both, in turns of the same number; the peer runs as its
authors made it, its journalling off, while ours commits to the disk and keeps its journal. Where
Node is missing or the peer cannot be installed, a `DeviceError` says so.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import msgspec

from protocol.errors import DeviceError
from protocol.runs import Run
from protocol.timeline import on_departure_board
from simulators.bench.figure import Figure
from simulators.bench.kernel_load import PEAK, url_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.operations import Operations
    from one_way_feed.rows import StagePlanRow
    from protocol.times import Instant
    from simulators.bench.kernel_load import Load

UPDATES = 400
TURNS = 20
LATER = 3
WARM = 5
"""Turns before those that count: both sides warm up."""

PEER = Path(__file__).parent / "node_gtfs"
INSTALL_S = 600.0
RUN_S = 120.0
STOP = "here"
WINDOW = timedelta(hours=3)
"""How far a departure board looks ahead."""

_decoder = msgspec.json.Decoder(Run)


def beside_peer(load: Load, directory: Path) -> Iterator[Figure]:
    """Yield both sides' milliseconds and their ratio.

    Raises:
        DeviceError: the peer cannot be had here.
    """
    installed = _installed()
    rows = [load.row(number) for number in range(UPDATES)]
    theirs = _theirs(installed, _task(load, rows, directory), directory)
    ours = _ours(load, directory)
    name = f"{UPDATES} updates and a board"
    yield Figure(figure=f"{name}, ours", value=ours * 1000, unit="ms")
    yield Figure(figure=f"{name}, node-gtfs", value=theirs * 1000, unit="ms")
    yield Figure(figure=f"{name}, ours / node-gtfs", value=ours / theirs, unit="ratio", aim=0.6)


def _late(number: int, turn: int) -> int:
    """Return the minutes that a call is late: later at every turn, and told at once."""
    return number % 10 + LATER * turn + 1


def _ours(load: Load, directory: Path) -> float:
    hub = load.filled(url_of(directory / "beside.db"), UPDATES)
    now = load.midnight + PEAK
    hub.step(now)
    seconds = []
    for turn in range(TURNS):
        rows = [load.row(number, late=_late(number, turn)) for number in range(UPDATES)]
        changes = [load.change(row) for row in rows]
        begun = time.perf_counter()
        hub.step(now, changes)
        _board(hub, now)
        seconds.append(time.perf_counter() - begun)
        hub.tidy(now)
    hub.close()
    return median(seconds[WARM:])


def _board(hub: Operations, now: Instant) -> list[Run]:
    runs = [
        _decoder.decode(each.body) for each in hub.live() if each.body and each.type_name == "run"
    ]
    shown = [run for run in runs if on_departure_board(run, now) and run.departure is not None]
    return sorted(shown, key=lambda run: run.departure.expected if run.departure else now)


def _theirs(installed: Path, task: dict[str, Any], directory: Path) -> float:
    path = directory / "peer-task.json"
    path.write_text(json.dumps(task))
    node = shutil.which("node")
    said = _run([str(node), str(installed / "peer.mjs"), str(path)], installed, RUN_S)
    answer = json.loads(said)
    if not answer["rows"]:
        raise DeviceError("the peer's board is empty")
    return float(median(answer["seconds"][WARM:]))


def _installed() -> Path:
    """Return where the peer is installed; installs it once, in the user's cache."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise DeviceError("node and npm are not installed: apt-get install nodejs npm")
    lock = (PEER / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    place = cache / "station-hub" / f"node_gtfs-{hashlib.blake2s(lock, digest_size=6).hexdigest()}"
    shutil.copytree(PEER, place, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules"))
    done = place / "installed"
    if not done.exists():
        print("bench kernel: installing the peer, once ...", file=sys.stderr, flush=True)  # noqa: T201
        _run(["npm", "ci", "--no-audit", "--no-fund"], place, INSTALL_S)
        done.touch()
    return place


def _run(command: list[str], directory: Path, patience_s: float) -> str:
    try:
        done = subprocess.run(
            command, check=True, capture_output=True, text=True, timeout=patience_s, cwd=directory
        )
    except (OSError, subprocess.SubprocessError) as error:
        said = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
        raise DeviceError(f"{command[0]} failed: {said[-1] if said else error}") from error
    return done.stdout


def _task(load: Load, rows: list[StagePlanRow], directory: Path) -> dict[str, Any]:
    """Write the trains as a GTFS feed; return what the peer is to do."""
    feed = directory / "gtfs"
    feed.mkdir()
    local = [_Local(load, row) for row in rows]
    date = int(f"{local[0].date:%Y%m%d}")
    tables: dict[str, list[list[object]]] = {
        "agency": [["agency_id", "agency_name", "agency_url", "agency_timezone"]],
        "stops": [["stop_id", "stop_name", "stop_lat", "stop_lon"]],
        "routes": [["route_id", "agency_id", "route_short_name", "route_type"]],
        "calendar_dates": [["service_id", "date", "exception_type"]],
        "trips": [["route_id", "service_id", "trip_id", "trip_short_name", "trip_headsign"]],
        "stop_times": [["trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence"]],
    }
    tables["agency"].append(["a", "Railway", "https://railway.example", load.station.zone])
    tables["routes"].append(["r", "a", "Trains", 2])
    tables["calendar_dates"].append(["s", date, 1])
    places = sorted({place for row in rows for place in (row.origin, row.destination)})
    tables["stops"] += [[place, place, 0, 0] for place in places] + [[STOP, "Here", 0, 0]]
    for each in local:
        tables["trips"].append(["r", "s", each.row.key, each.number, each.row.destination])
        tables["stop_times"] += [[each.row.key, *call] for call in each.calls]
    for name, lines in tables.items():
        with (feed / f"{name}.txt").open("w", newline="") as file:
            csv.writer(file).writerows(lines)
    turns = [
        [each.update(60 * _late(number, turn)) for number, each in enumerate(local)]
        for turn in range(TURNS)
    ]
    return {
        "feed": str(feed),
        "database": str(directory / "peer.sqlite"),
        "stop": STOP,
        "date": date,
        "from": _clock(PEAK),
        "to": _clock(PEAK + WINDOW),
        "turns": turns,
    }


class _Local:
    """A train as a GTFS trip: from its origin by here to its destination, in local time."""

    def __init__(self, load: Load, row: StagePlanRow) -> None:
        first = row.planned_arrival or row.planned_departure or load.midnight
        last = row.planned_departure or row.planned_arrival or load.midnight
        came, left = first - load.midnight, last - load.midnight
        self.row = row
        self.number = row.departure_number or row.arrival_number or ""
        self.date = load.midnight.astimezone(load.station.zone_info).date()
        stops = (
            [(max(came - timedelta(hours=1), timedelta()), row.origin)]
            if row.planned_arrival
            else []
        )
        self.calls: list[list[object]] = [[_clock(at), _clock(at), stop] for at, stop in stops]
        self.calls.append([_clock(came), _clock(left), STOP])
        if row.planned_departure:
            after = _clock(left + timedelta(hours=1))
            self.calls.append([after, after, row.destination])
        for sequence, call in enumerate(self.calls, 1):
            call.append(sequence)

    def update(self, delay_s: int) -> dict[str, Any]:
        """Return the delay as dispatching would tell it: here and at all that follow."""
        here = next(place for place, call in enumerate(self.calls) if call[2] == STOP)
        stops = [[call[2], call[3], delay_s] for call in self.calls[here:]]
        return {"trip": self.row.key, "stops": stops}


def _clock(since_midnight: timedelta) -> str:
    seconds = int(since_midnight.total_seconds())
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
