from __future__ import annotations

import sqlite3
from itertools import islice
from pathlib import Path

import pytest

import station_config
from protocol.times import MINUTE, minute_number
from simulators.bench.kernel_load import PEAK, SEED, Load, multiply, url_of
from station_config.load import load_station

REFERENCE = Path(station_config.__file__).parent / "stations" / "hohhot_east"
CALLS, TIMES = 30, 3


@pytest.fixture(scope="module")
def load():
    return Load(load_station(REFERENCE))


@pytest.fixture
def multiplied(load, tmp_path):
    path = tmp_path / "hub.db"
    hub = load.filled(url_of(path), CALLS)
    hub.step(load.midnight + PEAK)
    hub.acknowledge([each.number for each in hub.pending(10_000)])
    hub.close()
    multiply(path, CALLS, TIMES)
    return path


def rows(path, question):
    connection = sqlite3.connect(path)
    found = connection.execute(question).fetchall()
    connection.close()
    return found


def test_every_call_is_there_under_each_of_its_numbers(multiplied):
    keys = [int(key) for (key,) in rows(multiplied, "SELECT key FROM visit ORDER BY key")]
    assert len(set(keys)) == len(keys)
    first = {key for key in keys if key < CALLS}
    assert set(keys) == {key + copy * CALLS for key in first for copy in range(TIMES)}


def test_a_copy_says_what_the_original_says_under_its_own_number(multiplied):
    runs = {
        key[-7:]: (facts, state, agenda)
        for key, facts, state, agenda in rows(
            multiplied, "SELECT run_id, facts, state, agenda FROM run"
        )
    }
    assert len(runs) % TIMES == 0
    for key, (facts, state, agenda) in runs.items():
        if int(key) >= CALLS:
            original = runs[f"{int(key) % CALLS:07}"]
            renamed = tuple(value.replace(key.encode(), b"#") for value in (facts, state, agenda))
            was = f"{int(key) % CALLS:07}".encode()
            assert renamed == tuple(value.replace(was, b"#") for value in original)


def test_a_hub_goes_on_with_it(load, multiplied):
    now = load.midnight + PEAK
    hub = load.gone_on(url_of(multiplied), now)
    number = next(each for each in load.some(CALLS, now) if load.row(each).planned_departure)
    copied = number + CALLS
    row = load.row(number, late=7)
    changes = [load.change(row), load.change(_renamed(row, number, copied))]
    result = hub.step(now, changes, minute_number(now) + 1)
    assert set(result.rows) == {f"plan/{number:07}", f"plan/{copied:07}"}
    assert len(result.runs) == 2
    assert not result.rejected
    hub.step(now + 5 * MINUTE)
    hub.close()


def _renamed(row, number, copied):
    values = {name: getattr(row, name) for name in row.__struct_fields__}
    old, new = f"{number:07}", f"{copied:07}"
    return type(row)(
        **{
            name: value.replace(old, new) if isinstance(value, str) else value
            for name, value in values.items()
        }
    )


def test_calls_of_a_large_day_are_the_trains_of_the_small_one(load):
    one, other = load.row(17), load.row(17 + SEED)
    assert (one.planned_arrival, one.planned_departure, one.role) == (
        other.planned_arrival,
        other.planned_departure,
        other.role,
    )
    assert one.key != other.key


def test_calls_that_are_picked_are_not_long_gone(load):
    now = load.midnight + 2 * PEAK
    picked = list(islice(load.some(400, now), 50))
    assert len(set(picked)) == 50
    for number in picked:
        row = load.row(number)
        last = row.planned_departure or row.planned_arrival
        assert last > load.midnight + PEAK
