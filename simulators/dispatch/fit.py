"""Fits the constants of `lateness` to a recorded feed, and compares the model with it.

Law: run by hand (``python -m simulators.dispatch.fit DIR``), never by a simulation: no recorded
file is needed at run time. DIR holds ``snapshots_*.jsonl.xz``: one JSON object a line,
``{"ts": ISO time, "trains": [{"TrainStatus", "TrainCode", "TrainDate", "PublicMessage"}]}``, a
snapshot a minute, as the Irish real-time feed was recorded.

Method, in the order of the functions: a train's lateness is taken from its message, from its first
"Departed" on, as one value a minute; minutes before the first value of -5 or more are left out
(trains reported before they leave). Chances of getting later and of making up time are counted by
band of lateness; the sizes of the changes are pooled. `RETURN` is not counted but chosen: of all
multiples of 0.05 the one with which simulated trains of the same lengths spread as the recorded
ones do over 30 minutes.
"""

from __future__ import annotations

import json
import lzma
import re
import sys
from collections import defaultdict
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import fmean, pstdev
from typing import Any

from simulators.dispatch.lateness import BANDS, EARLIEST, LATEST, initial, step

LATE = re.compile(r"\((-?\d+) mins? late\)")
SHORTEST = 10
"""Minutes: shorter series are left out."""

LONGEST_GAP = 10
ABSURD = 180
"""Minutes: two recorded trains with more are left out as errors."""

Series = list[int]
"""Lateness of one train, one value a minute."""


def read_series(directory: Path) -> list[Series]:
    """Return the recorded trains of all snapshot files in `directory`."""
    found: dict[tuple[str, str, str], list[tuple[float, int]]] = defaultdict(list)
    for path in sorted(directory.glob("snapshots_*.jsonl.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                _read_snapshot(path.name, json.loads(line), found)
    series = [_by_minute(points) for points in found.values() if _is_sane(points)]
    series = [_from_departure(values) for values in series]
    return [values for values in series if len(values) >= SHORTEST]


def _read_snapshot(
    file: str, snapshot: dict[str, Any], found: dict[tuple[str, str, str], list[tuple[float, int]]]
) -> None:
    minute = datetime.fromisoformat(snapshot["ts"]).timestamp() / 60
    for train in snapshot.get("trains") or ():
        late = LATE.search(train["PublicMessage"])
        if late is None or train["TrainStatus"] != "R":
            continue
        key = (file, train["TrainCode"], train["TrainDate"])
        if key in found or "\\nDeparted" in train["PublicMessage"]:
            found[key].append((minute, int(late[1])))


def _is_sane(points: list[tuple[float, int]]) -> bool:
    return len(points) >= SHORTEST and all(abs(late) <= ABSURD for _, late in points)


def _by_minute(points: list[tuple[float, int]]) -> Series:
    series: Series = []
    for (minute, late), (following, _) in pairwise(points):
        gap = max(1, round(following - minute))
        series += [late] * (gap if gap < LONGEST_GAP else 1)
    return [*series, points[-1][1]]


def _from_departure(series: Series) -> Series:
    left = next((n for n, late in enumerate(series) if late >= EARLIEST), len(series))
    return series[left:]


def simulated_like(recorded: list[Series], random: Random) -> list[Series]:
    """Return as many simulated trains, each as long as a recorded one."""
    trains = []
    for values in recorded:
        late = initial(random)
        train = [late.minutes]
        for _ in values[1:]:
            late = step(late, random)
            train.append(late.minutes)
        trains.append(train)
    return trains


def changes(series: list[Series], lag: int) -> list[int]:
    """Return the change of lateness over `lag` minutes, from every minute of every train."""
    return [v[n + lag] - v[n] for v in series for n in range(len(v) - lag)]


def _shares(values: list[int]) -> str:
    return "  ".join(f"{100 * fmean(v >= n for v in values):6.2f}" for n in (5, 10, 30, 60))


def _bands(series: list[Series]) -> list[str]:
    steps = [(a, b - a) for v in series for a, b in pairwise(v)]
    lines = []
    lowest = -LATEST
    for up_to, later, sooner in BANDS:
        here = [change for late, change in steps if lowest <= late <= up_to]
        ups, downs = fmean(c > 0 for c in here), fmean(c < 0 for c in here)
        counted = f"later {ups:.4f} ({later:.4f} in code), sooner {downs:.4f} ({sooner:.4f})"
        lines.append(f"  up to {up_to:4}: {len(here):6} minutes, {counted}")
        lowest = up_to + 1
    return lines


def _sizes(series: list[Series]) -> str:
    sizes = [abs(change) for change in changes(series, 1) if change]
    return "  ".join(f"{100 * fmean(s >= n for s in sizes):5.1f}" for n in (2, 3, 4, 6, 10))


def _first(series: list[Series]) -> str:
    first = [v[0] for v in series]
    levels = (-3, -2, -1, *range(12), 13, 17, 26, 34)
    return "  ".join(f"{fmean(f <= n for f in first):.3f}≤{n}" for n in levels)


def compare(recorded: list[Series], model: list[Series]) -> list[str]:
    """Return the table of docs/simulators.md, as lines."""
    lines = [f"trains {len(recorded)}, minutes {sum(map(len, recorded))}"]
    lines.append("share in % of trains at least          5      10      30      60 minutes late")
    for name, pick in (("first seen", 0), ("last seen", -1)):
        lines.append(f"{name:10} data   {_shares([v[pick] for v in recorded])}")
        lines.append(f"{name:10} model  {_shares([v[pick] for v in model])}")
    for lag in (1, 5, 10, 30, 60, 90):
        spreads = [pstdev(changes(series, lag)) for series in (recorded, model)]
        lines.append(
            f"spread of change over {lag:2} min: data {spreads[0]:.2f} model {spreads[1]:.2f}"
        )
    sizes = f"sizes ≥2,3,4,6,10 in %: data {_sizes(recorded)}  model {_sizes(model)}"
    return [*lines, sizes, "first seen, cumulative: " + _first(recorded), *_bands(recorded)]


def main() -> None:
    """Print the comparison for the directory named on the command line."""
    recorded = read_series(Path(sys.argv[1]))
    model = simulated_like(recorded * 3, Random(1))  # noqa: S311 - repeatable
    sys.stdout.write("\n".join(compare(recorded, model)) + "\n")


if __name__ == "__main__":
    main()
