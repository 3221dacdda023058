"""What persons do: announce, stop, mute, each with its end."""

import pytest

from protocol.errors import OperatorError
from subsystems.broadcast.asked import MuteAsked, StopAsked
from subsystems.broadcast.manual import Announce
from subsystems.broadcast.view import Sight, overview
from subsystems.broadcast.wording import say
from tests.subsystems.broadcast.desk_stage import DeskStage

FAR = ("forecourt", "platform-9")
"""Zones that do not hear each other."""


@pytest.fixture
def stage(tmp_path, hohhot, words, log_lines):  # noqa: ARG001 - keeps the output quiet
    stage = DeskStage(tmp_path, hohhot, words)
    yield stage
    stage.driver.stop()


def announce(stage, zones=FAR, **fields):
    asked = Announce(**{"zones": zones, "text": {"en": "Mind the gap"}, "who": "wang", **fields})
    return stage.desk.announce(asked, "1.2.3.4")["key"]


def test_a_text_is_spoken_in_its_zones_and_logged_with_who(stage, log_lines):
    key = announce(stage)
    assert set(stage.heard()[key]) <= set(FAR)
    assert ("broadcast.person", "announce", "wang", "1.2.3.4") in [
        (line["event"], line.get("what"), line.get("who"), line.get("address"))
        for line in log_lines
    ]


def test_it_is_stopped_by_its_key(stage):
    key = announce(stage)
    stage.desk.stop(StopAsked(key=key), "")
    stage.pass_time(2)
    assert stage.heard() == {}
    assert stage.driver.state.items == {}


def test_a_zone_is_silent_alone_and_speaks_again_when_its_mute_is_over(stage):
    stage.desk.mute(MuteAsked("platform-9", 1, "li"), "")
    key = announce(stage)
    assert stage.heard()[key] == ("forecourt",)
    assert stage.driver.state.muted == {"platform-9"}
    stage.pass_time(61)
    assert stage.driver.state.muted == frozenset()
    assert stage.means.mutes.value.zones == {}
    stage.desk.mute(MuteAsked("platform-9", 10), "")
    stage.desk.mute(MuteAsked("platform-9", 0), "")
    assert stage.driver.state.muted == frozenset()


def test_who_wants_the_whole_device_silent_gets_it(stage):
    stage.desk.want_muted = True
    stage.desk.obey_mutes()
    assert stage.driver.state.muted == set(stage.driver.state.zones.order)
    stage.desk.want_muted = False
    stage.desk.obey_mutes()
    assert stage.driver.state.muted == frozenset()


def test_a_mute_is_there_in_the_next_life(stage, tmp_path, hohhot, words):
    stage.desk.mute(MuteAsked("platform-9", 10, "li"), "")
    stage.driver.stop()
    again = DeskStage(tmp_path, hohhot, words)
    again.desk.obey_mutes()
    assert again.driver.state.muted == {"platform-9"}
    again.driver.stop()


def test_a_zone_that_is_not_there_is_refused(stage):
    with pytest.raises(OperatorError, match="roof"):
        stage.desk.mute(MuteAsked("roof", 1), "")


def test_all_of_it_stands_on_the_page(stage):
    announce(stage, zones=("forecourt",))
    later = announce(stage, zones=("platform-9",), begins_at=stage.now().replace(minute=10))
    stage.desk.mute(MuteAsked("exit", 5, "li"), "")
    shown = overview(
        stage.driver.state,
        Sight(
            now=stage.now(),
            mono_s=stage.reactor.seconds(),
            rate=1.0,
            line=None,
            mutes=stage.means.mutes.value.zones,
            hints=(),
            alerts=(),
            words=lambda occasion: say(occasion, stage.words.vocabulary).shown,
            sounded=stage.driver.sounded,
        ),
    )
    zones = {zone.id: zone for zone in shown.zones}
    assert list(zones) == list(stage.driver.state.zones.order)
    (voice,) = shown.voices
    assert zones["forecourt"].voice == voice.id
    assert (voice.text, voice.clip) == ({"en": "Mind the gap"}, "ab" * 32)
    (coming,) = zones["platform-9"].next
    assert (coming.key, coming.why) == (later, "not-due")
    assert coming.expected == shown.coming[later].due
    assert shown.coming[later].text == {"en": "Mind the gap"}
    assert zones["exit"].muted.by == "li"
    assert zones["forecourt"].muted is None
    assert later in [order.key for order in shown.orders]
