from pathlib import Path

import pytest

from protocol.messages import LinkMode
from protocol.times import from_unix
from station_config.runtime.clocks import SystemClock
from station_config.runtime.deployment import SubsystemSettings
from subsystems.kit.metrics import link_figures

DETAILS = {
    "mode": LinkMode.SYNCING,
    "since": None,
    "broker": True,
    "connects": 3,
    "heard_age_s": 4.5,
    "epoch": 7,
    "manifest_seq": 12,
    "missing": 2,
    "runs": 271,
    "source": None,
    "rejected": 1,
    "clock": "GOOD",
    "clock_offset_s": None,
    "tomorrow_held": False,
}


@pytest.fixture
def settings(tmp_path):
    return SubsystemSettings(id="clock-1", cache=tmp_path / "clock.cache", port=1)


def told(settings, **changes):
    wall = SystemClock(from_unix(0), 0.0, wall=lambda: settings.cache.stat().st_mtime + 60)
    figures = link_figures("clock", settings, lambda: DETAILS | changes, wall)
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in figures.registry.collect()
        for sample in family.samples
    }


def test_every_figure_of_the_link_is_told(settings):
    settings.cache.write_text("x")
    found = told(settings)
    assert found["station_link_missing",] == 2
    assert found["station_link_beat_age_seconds",] == 4.5
    assert found["station_link_connects_total",] == 3
    assert found["station_cache_age_seconds",] == pytest.approx(60, abs=0.01)
    assert found["station_figures_unread_total",] == 0


def test_one_mode_is_on_and_the_others_are_off(settings):
    settings.cache.write_text("x")
    found = {
        key[1]: value for key, value in told(settings).items() if key[0] == "station_link_mode"
    }
    assert found == {mode.value: int(mode is LinkMode.SYNCING) for mode in LinkMode}


def test_what_is_not_known_is_no_figure(settings):
    settings.cache.write_text("x")
    found = told(settings)
    assert not [key for key in found if key[0] == "station_link_clock_offset_seconds"]
    assert not [key for key in found if key[0] == "station_link_source_mode"]


def test_without_a_cache_it_has_no_age(settings):
    wall = SystemClock(from_unix(0), 0.0, wall=lambda: 1.0)
    figures = link_figures("clock", settings, lambda: DETAILS, wall)
    assert "station_cache_age_seconds" not in {f.name for f in figures.registry.collect()}
    assert not Path(settings.cache).exists()
