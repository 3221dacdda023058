"""All loudspeakers together, with sinks that do as they are told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pytest
from structlog import get_logger
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock

from subsystems.broadcast.model import Kind
from subsystems.broadcast.speech.archive import Archive
from subsystems.broadcast.speech.archive_model import Said, Wish
from subsystems.broadcast.speech.browser import BrowserSpeaker
from subsystems.broadcast.speech.loudspeakers import Loudspeakers
from subsystems.broadcast.speech.port import Clip, Ended, Playback, SinkState
from subsystems.broadcast.speech.wav import write_pcm
from tests.subsystems.broadcast.speech.speaking import SAYING

DAY = date(2021, 1, 20)
NOW = datetime(2021, 1, 20, 8, tzinfo=UTC)


@dataclass
class Sinking:
    """A sink whose playing the test ends."""

    name: str
    zones: frozenset
    state: SinkState = field(default_factory=lambda: SinkState(works=True))
    playing: dict = field(default_factory=dict)
    hushed: bool = False

    def hush(self, *, silent):
        self.hushed = silent

    def play(self, playback):
        self.playing[playback.id] = Deferred()
        return self.playing[playback.id]

    def stop(self, playback_id):
        self.end(playback_id, Ended.CUT_OFF)

    def end(self, playback_id, how):
        waiting = self.playing.pop(playback_id, None)
        if waiting is not None:
            waiting.callback(how)

    def close(self):
        return succeed(None)


@pytest.fixture
def stage(tmp_path):
    stage = Stage(tmp_path)
    yield stage
    stage.archive.close()


class Stage:
    def __init__(self, folder):
        self.clock = Clock()
        write_pcm(folder / "clip.wav", bytes(32000 * 4))
        self.clip = Clip(folder / "clip.wav", 4.0, "")
        self.hall, self.gate = Sinking("hall", frozenset({"a"})), Sinking("gate", frozenset({"b"}))
        self.all = Sinking("all", frozenset({"*"}))
        self.archive = Archive(folder / "archive", keep_days=9)

    def speakers(self, *sinks):
        return Loudspeakers(self.clock, get_logger(), sinks, self.archive)

    def play(self, speakers, name="1", zones=("a", "b")):
        ended = []
        said = Said(
            id=name, key="k", kind=Kind.DELAY, zones=zones, begun_at=NOW, texts=SAYING.shown
        )
        playback = Playback(name, zones, self.clip, SAYING)
        speakers.play(playback, said, DAY).addCallback(ended.append)
        return ended

    def record(self):
        return self.archive.find(Wish())[0]


def test_it_is_over_when_the_slowest_is(stage):
    ended = stage.play(stage.speakers(stage.hall, stage.gate))
    stage.hall.end("1", Ended.PLAYED)
    assert ended == []
    assert stage.record().ended is None
    stage.gate.end("1", Ended.PLAYED)
    assert ended == [Ended.PLAYED]
    assert (stage.record().ended, stage.record().heard_s) == (Ended.PLAYED, 4.0)
    assert stage.clock.getDelayedCalls() == []


def test_only_those_that_reach_a_zone_play_it(stage):
    stage.play(stage.speakers(stage.hall, stage.gate, stage.all), zones=("b",))
    assert (stage.hall.playing, list(stage.gate.playing)) == ({}, ["1"])
    assert list(stage.all.playing) == ["1"]


def test_what_is_cut_off_is_on_record_to_where_it_was_heard(stage):
    speakers = stage.speakers(stage.hall)
    ended = stage.play(speakers, zones=("a",))
    stage.clock.advance(1.5)
    speakers.stop("1")
    speakers.stop("1")
    assert ended == [Ended.CUT_OFF]
    assert stage.record().heard_s == 1.5


def test_a_zone_that_heard_nothing_is_told(stage, log_lines):
    ended = stage.play(stage.speakers(stage.hall, stage.gate))
    stage.hall.end("1", Ended.PLAYED)
    stage.gate.end("1", Ended.FAILED)
    assert ended == [Ended.PLAYED]
    assert "not heard in b" in stage.record().why
    assert any(line["event"] == "speech.not-heard" for line in log_lines)


@pytest.mark.parametrize("zones", [("nowhere",), ("a",)])
def test_what_nobody_plays_failed(stage, zones):
    ended = stage.play(stage.speakers(stage.hall), zones=zones)
    stage.hall.end("1", Ended.FAILED)
    assert ended == [Ended.FAILED]
    assert stage.record().heard_s == 0.0


def test_a_sink_that_breaks_or_hangs_does_not_hold_up_the_zone(stage, log_lines):
    ended = stage.play(stage.speakers(stage.hall, stage.gate))
    stage.hall.playing.pop("1").errback(RuntimeError("broken"))
    stage.gate.stop = lambda _playback_id: None
    stage.clock.advance(100)
    assert ended == [Ended.FAILED]
    assert {"speech.sink-failed", "speech.sink-hangs"} <= {line["event"] for line in log_lines}


def test_zones_without_loudspeakers_that_work_are_known(stage):
    stage.gate.state = SinkState(works=False, why="no card")
    speakers = stage.speakers(stage.hall, stage.gate)
    assert speakers.silent(("a", "b", "c")) == ("b", "c")
    assert stage.speakers(stage.all).silent(("a", "z")) == ()
    assert speakers.states()["gate"].why == "no card"


def test_a_record_that_cannot_be_written_does_not_silence_anything(stage, log_lines):
    speakers = stage.speakers(stage.hall)
    for _ in range(2):
        ended = stage.play(speakers, zones=("a",))
        stage.hall.end("1", Ended.PLAYED)
        assert ended == [Ended.PLAYED]
    assert any(line["event"] == "speech.not-archived" for line in log_lines)


def test_browsers_take_the_time_of_the_clip_and_are_told(stage):
    told = []
    browsers = BrowserSpeaker(
        stage.clock, "web", frozenset({"*"}), lambda playback, how: told.append((playback.id, how))
    )
    speakers = stage.speakers(browsers)
    first, second = stage.play(speakers, "1"), stage.play(speakers, "2")
    stage.clock.advance(3.9)
    assert (first, told) == ([], [("1", None)])
    stage.clock.advance(0.2)
    assert first == [Ended.PLAYED]
    assert told[1:] == [("1", Ended.PLAYED), ("2", None)]
    speakers.stop("2")
    stage.clock.advance(0.06)
    assert second == [Ended.CUT_OFF]
    third = stage.play(speakers, "3")
    browsers.close()
    assert third == [Ended.CUT_OFF]
    assert stage.clock.getDelayedCalls() == []


def test_background_is_silent_where_any_zone_of_a_sink_is_to_be(stage):
    both = Sinking("both", frozenset({"a", "b"}))
    speakers = stage.speakers(stage.hall, stage.gate, stage.all, both)
    sinks = (stage.hall, stage.gate, stage.all, both)
    speakers.hush(("a", "b"), silent=True)
    assert [each.hushed for each in sinks] == [True, True, True, True]
    speakers.hush(("a",), silent=False)
    assert [each.hushed for each in sinks] == [False, True, True, True]
    speakers.hush(("b", "c"), silent=False)
    assert [each.hushed for each in sinks] == [False, False, False, False]
