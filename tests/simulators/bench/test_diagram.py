"""The diagram's bench measures what it says; sizes do not depend on the machine."""

from __future__ import annotations

from datetime import datetime

import pytest

from simulators.bench.diagram import Size, _bases, _films, _memory, _patches
from simulators.bench.diagram_load import DAY, invented, invented_layout

HOW = Size(rounds=3, patches=300, frames=3)


@pytest.fixture(scope="module")
def station():
    return invented()


@pytest.fixture(scope="module")
def now(station):
    return datetime(DAY.year, DAY.month, DAY.day, 9, tzinfo=station.zone_info)


def test_base_layers_of_three_sizes_are_measured():
    found = {f.figure: f.value for f in _bases(HOW)}
    assert [name for name in found if name.endswith("tracks")] == [
        f"diagram: base layer, {tracks} tracks" for tracks in (7, 20, 36)
    ]
    assert all(value > 0 for value in found.values())


def test_twenty_changes_are_a_small_patch(station, now):
    found = {f.figure: f for f in _patches(HOW, station, now)}
    assert found["diagram: 20 changes, patch"].reached
    assert 50 < found["diagram: one change, patch"].value < 200


def test_films_and_memory_are_measured(station, now):
    assert [f.unit for f in _films(HOW, station, now)] == ["ms", "bytes"]
    assert [f.unit for f in _memory(HOW, station, now)] == ["kB"]


def test_the_invented_station_has_islands_between_pairs_of_tracks():
    layout = invented_layout(36)
    assert len(layout.tracks) == 36
    served = [sum(t.platform == p.id for t in layout.tracks) for p in layout.platforms]
    assert set(served) == {1, 2}
