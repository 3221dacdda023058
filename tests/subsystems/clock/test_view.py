"""What a clock says in its station's languages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from protocol.messages import LinkMode
from station_config.load import load_station
from subsystems.clock.model import Knowledge
from subsystems.clock.view import make_face, page_frame
from subsystems.clock.words import load_words
from subsystems.kit.status import status_line
from subsystems.kit.timekeeper import ClockQuality, Quality

NOW = datetime(2021, 1, 20, 4, 0, tzinfo=UTC)
STALE = ClockQuality(Quality.SYNCED, 0.0123, 0.0004, 3.21, 5.0)


@pytest.fixture(scope="module")
def station(pytestconfig):
    return load_station(pytestconfig.rootpath / "station_config" / "stations" / "muehlau_am_see")


def test_a_german_station_has_a_german_clock(station):
    line = status_line(LinkMode.AUTONOMOUS, NOW, None, NOW, station.zone_info)
    languages = load_words(station.languages)
    face = make_face(station, languages, Knowledge(line, STALE), NOW, 1.0)
    assert list(face.line.text.items()) == [
        ("de", "Eigenbetrieb seit 05:00"),
        ("en", "Autonomous since 05:00"),
    ]
    assert face.clock.text["de"] == face.holding["de"] == "Zeit gehalten"
    assert face.alone["de"] == "Anzeige ohne Server seit {time}"
    assert face.words["title"] == {"de": "Uhr", "en": "Clock"}


def test_the_page_waits_in_its_first_two_languages():
    template = '<html lang="[[language]]"><title>[[title]]</title><p>[[waiting]]</p>'
    page = page_frame(template, load_words(["de", "zh", "en"]))
    assert page == (
        '<html lang="de"><title>Uhr 时钟</title><p><span lang="de">Zeit wird geholt</span>'
        '<span lang="zh">正在获取时间</span></p>'
    )
