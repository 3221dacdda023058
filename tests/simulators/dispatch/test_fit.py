from __future__ import annotations

import json
import lzma
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from simulators.dispatch.fit import changes, compare, read_series, simulated_like

RECORDED = Path(__file__).parents[4] / "shared/data/ireland-2025-stream"


def write(directory, snapshots):
    with lzma.open(directory / "snapshots_x.jsonl.xz", "wt") as file:
        for snapshot in snapshots:
            file.write(json.dumps(snapshot) + "\n")


def train(code, message, status="R"):
    return {
        "TrainStatus": status,
        "TrainCode": code,
        "TrainDate": "1 Jan",
        "PublicMessage": f"{code}\\n{message}",
    }


def test_a_series_is_one_value_a_minute_from_the_first_departure(tmp_path):
    start = datetime(2025, 1, 1, tzinfo=UTC)
    snapshots = [
        {
            "ts": (start + timedelta(minutes=n)).isoformat(),
            "trains": [
                train("A", f"08:00 - X to Y ({late} mins late)\\n{verb} Z next stop W"),
                train("B", "Expected Departure 09:00", "N"),
            ],
        }
        for n, (late, verb) in enumerate(
            [(-40, "At"), (-40, "Departed"), (-30, "Departed"), *[(2, "Arrived")] * 12]
        )
        if n != 8  # one snapshot is missing
    ]
    snapshots.insert(3, {"ts": start.isoformat(), "error": "no answer"})
    write(tmp_path, snapshots)
    assert read_series(tmp_path) == [[2] * 12]


def test_a_change_is_taken_from_every_minute():
    assert changes([[0, 1, 3], [5]], 1) == [1, 2]
    assert changes([[0, 1, 3], [5]], 2) == [3]


@pytest.mark.skipif(not RECORDED.exists(), reason="needs ../shared/data/ireland-2025-stream")
def test_the_model_agrees_with_the_recorded_days():
    recorded = read_series(RECORDED)
    model = simulated_like(recorded, Random(1))
    assert len(recorded) == 1367
    for at_least, within in ((5, 0.04), (10, 0.035), (30, 0.008)):
        shares = [sum(v[-1] >= at_least for v in s) / len(s) for s in (recorded, model)]
        assert shares[1] == pytest.approx(shares[0], abs=within)
    assert "trains 1367" in compare(recorded, model)[0]
