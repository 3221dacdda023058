"""The stations that are shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

import station_config
from station_config.load import load_station


@pytest.fixture(scope="session")
def shipped():
    stations = Path(station_config.__file__).parent / "stations"
    return [load_station(path.parent) for path in sorted(stations.glob("*/station.xml"))]
