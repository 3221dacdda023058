"""What pages of the clock are told, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from station_config.load import load_station
from subsystems.clock.machine import Learned, ShowFace, State, step
from subsystems.clock.model import Knowledge
from subsystems.clock.view import make_face
from subsystems.clock.words import load_words
from subsystems.kit.status import StatusCode, StatusLine
from subsystems.kit.timekeeper import ClockQuality, Quality

NOW = datetime(2021, 1, 20, 4, 0, tzinfo=UTC)
LIVE = StatusLine(StatusCode.LIVE, NOW, "实时信息", "Live")
AUTONOMOUS = StatusLine(StatusCode.AUTONOMOUS, NOW, "自主运行 自 12:00", "Autonomous since 12:00")
LANGUAGES = load_words(["zh", "en"])
GOOD = ClockQuality(Quality.SYNCED, 0.0123, 0.0004, 3.21, 5.0)


def test_the_first_knowledge_is_told_and_trembling_is_not():
    state, effects = step(State(), Learned(Knowledge(LIVE, GOOD)), NOW)
    assert effects == (ShowFace(Knowledge(LIVE, GOOD)),)
    trembling = Knowledge(LIVE, replace(GOOD, offset_s=0.0124, age_s=6.0, drift_ppm=None))
    assert step(state, Learned(trembling), NOW) == (state, ())


@pytest.mark.parametrize(
    "other",
    [
        Knowledge(AUTONOMOUS, GOOD),
        Knowledge(LIVE, replace(GOOD, quality=Quality.HOLDOVER)),
        Knowledge(LIVE, replace(GOOD, off=True)),
    ],
)
def test_what_a_person_sees_is_told_at_once_and_once(other):
    state, _ = step(State(), Learned(Knowledge(LIVE, GOOD)), NOW)
    state, effects = step(state, Learned(other), NOW)
    assert effects == (ShowFace(other),)
    assert step(state, Learned(other), NOW) == (state, ())


@pytest.fixture(scope="module")
def station(pytestconfig):
    return load_station(pytestconfig.rootpath / "station_config" / "stations" / "hohhot_east")


def test_a_face_has_real_milliseconds_at_any_rate(station):
    face = make_face(station, LANGUAGES, Knowledge(LIVE, GOOD), NOW, 1.0)
    assert (face.now, face.zone, face.rate) == (1611115200000, "Asia/Shanghai", 1.0)
    assert (face.clock.offset_ms, face.clock.uncertainty_ms, face.clock.drift_ppm) == (
        12.3,
        0.4,
        3.2,
    )
    fast = make_face(station, LANGUAGES, Knowledge(LIVE, replace(GOOD, offset_s=0.6)), NOW, 60.0)
    assert fast.clock.offset_ms == 10.0
    assert face.line.live


def test_nobody_is_in_step_with_a_hub_that_is_not_heard(station):
    face = make_face(station, LANGUAGES, Knowledge(AUTONOMOUS, GOOD), NOW, 1.0)
    assert face.clock.quality == Quality.HOLDOVER
    assert "hub" not in face.clock.text["en"]
    assert not face.line.live


def test_a_clock_that_was_never_set_has_no_numbers(station):
    face = make_face(station, LANGUAGES, Knowledge(LIVE, ClockQuality(Quality.UNSET)), NOW, 1.0)
    assert (face.clock.offset_ms, face.clock.uncertainty_ms, face.clock.off) == (None, None, False)
