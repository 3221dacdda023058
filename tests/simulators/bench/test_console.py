"""What the consoles' bench makes of what it has seen."""

from __future__ import annotations

from simulators.bench.console import CONSOLES, Disk, Passage, costs, mark, spans
from simulators.bench.console_station import Cost

MS = 1_000_000


def passage(number, *, shown=None):
    sent = number * 1000 * MS
    received = [sent + (30 + place) * MS for place in range(CONSOLES)]
    return Passage("k1", sent, sent + 25 * MS, received=received, shown=shown)


def test_a_commit_is_the_first_mark_of_its_run_after_the_command():
    passages = [passage(1), passage(2), passage(3)]
    lines = [
        {"key": "k1", "mono_ns": 900 * MS},
        {"key": "k2", "mono_ns": 1005 * MS},
        {"key": "k1", "mono_ns": 1010 * MS},
        {"key": "k1", "mono_ns": 2020 * MS},
    ]
    mark(passages, lines)
    assert [each.committed for each in passages] == [1010 * MS, 2020 * MS, None]


def test_the_last_listener_counts_and_what_was_not_seen_does_not():
    passages = [passage(n) for n in range(10)]
    for each in passages[:5]:
        each.committed = each.sent + 20 * MS
    found = {f.figure.removeprefix("console: "): f for f in spans(passages)}
    every = found[f"command → all {CONSOLES} listeners have the patch, p99"]
    assert (every.value, every.aim, every.reached) == (30 + CONSOLES - 1, 150, True)
    assert found["command → answered, p50"].value == 25
    assert found["commit → all listeners, p50"].value == 10 + CONSOLES - 1
    assert not any("page" in name for name in found)


def test_a_page_that_is_too_slow_misses_its_aim():
    passages = [passage(n, shown=n * 1000 * MS + 151 * MS) for n in range(3)]
    (slow,) = (f for f in spans(passages) if f.figure.endswith("page's table, p99"))
    assert slow.reached is False


def test_the_hub_costs_what_it_was_busy():
    found = list(costs(Cost(10.0, 2.0, 100.0), Cost(20.0, 3.0, 120.0), 50))
    assert [(f.value, f.unit) for f in found] == [(20.0, "ms"), (10.0, "%"), (120.0, "MB")]


def test_the_floor_is_written(tmp_path):
    disk = Disk(tmp_path / "floor")
    disk.sync()
    disk.sync()
    assert len(disk.took) == 2
    assert (tmp_path / "floor").stat().st_size == 8192
