"""Voices on loudspeakers: one record a voice, zones silenced one by one where they can be."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import structlog
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from subsystems.broadcast.effects import Play
from subsystems.broadcast.heard import Heard
from subsystems.broadcast.model import Kind, Occasion, Part, Priority, Saying, Segment
from subsystems.broadcast.speech.archive import Archive
from subsystems.broadcast.speech.archive_model import Wish
from subsystems.broadcast.speech.port import Clip, Ended, SinkState

AT = datetime(2021, 1, 20, 6, 0, tzinfo=UTC)
DAY = date(2021, 1, 20)
SAYING = Saying((Part("en", "Mind the gap", (Segment("Mind the gap"),)),))


@dataclass
class FakeSink:
    """A sink whose voices end when the test says so."""

    name: str
    zones: frozenset[str]
    played: list = field(default_factory=list)
    state: SinkState = field(default_factory=lambda: SinkState(works=True))


@dataclass
class FakeSpeakers:
    """The port of all loudspeakers, by hand."""

    sinks: tuple
    playing: dict = field(default_factory=dict)
    hushed: list = field(default_factory=list)

    def hush(self, zones, *, silent):
        self.hushed.append((tuple(zones), silent))

    def play(self, playback, said, day):
        assert (said.id, day) == (playback.id.partition(".")[0], DAY)
        self.playing[playback.id] = (playback, Deferred())
        return self.playing[playback.id][1]

    def stop(self, name):
        self.end(name, Ended.CUT_OFF)

    def end(self, name, how=Ended.PLAYED):
        self.playing.pop(name)[1].callback(how)


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "clip.wav"
    path.write_bytes(b"RIFF")
    return Clip(path, 10.0, "00")


@pytest.fixture
def ended():
    return []


def make(ended, *sinks, archive=None):
    speakers = FakeSpeakers(tuple(FakeSink(str(n), frozenset(z)) for n, z in enumerate(sinks)))
    heard = Heard(Clock(), speakers, archive, ended.append, structlog.get_logger())
    return heard, speakers


def play(*zones, gains=None, **fields):
    occasion = Occasion(
        key="k",
        kind=Kind.DELAY,
        priority=Priority.DELAY,
        zones=zones,
        languages=("en",),
        due=AT,
        latest=AT,
    )
    given = {"voice": "v-1", "clip": "c", "occasion": occasion, "zones": zones}
    gains = gains or (0.0,) * len(zones)
    return Play(**{**given, "gains": gains, "began_at": AT, "seconds": 10.0, **fields})


def test_zones_with_sinks_of_their_own_are_silenced_one_by_one(ended, clip):
    heard, speakers = make(ended, {"a"}, {"b"})
    heard.play(play("a", "b"), clip, SAYING, DAY)
    assert {p.zones for p, _ in speakers.playing.values()} == {("a",), ("b",)}
    heard.cut_off("v-1", ["a"])
    assert [(e.how, e.zones) for e in ended] == [(Ended.CUT_OFF, {"a"})]
    speakers.end("v-1.1")
    assert ended[-1].zones == {"b"}
    assert ended[-1].how is Ended.PLAYED
    heard.cut_off("v-1", ["b"])


def test_zones_that_share_a_sink_are_one_playing(ended, clip):
    heard, speakers = make(ended, {"a", "b"}, {"b", "c"}, {"d"})
    heard.play(play("a", "b", "c", "d"), clip, SAYING, DAY)
    assert sorted(p.zones for p, _ in speakers.playing.values()) == [("a", "b", "c"), ("d",)]


def test_a_sink_for_all_zones_joins_them(ended, clip):
    heard, speakers = make(ended, {"*"}, {"a"})
    heard.play(play("a", "b"), clip, SAYING, DAY)
    assert [p.zones for p, _ in speakers.playing.values()] == [("a", "b")]


def test_the_volume_that_is_wanted_softens_all_but_emergencies(ended, clip):
    heard, speakers = make(ended, {"a"})
    heard.volume = 0.5
    heard.play(play("a", gains=(-3.0,)), clip, SAYING, DAY)
    assert speakers.playing["v-1.0"][0].gain_db == pytest.approx(-9.02, abs=0.01)
    heard.play(play("a", voice="v-2", duck=False), clip, SAYING, DAY)
    assert speakers.playing["v-2.0"][0].gain_db == 0.0


def test_a_voice_is_on_record_once_with_all_its_zones(ended, clip, tmp_path):
    archive = Archive(tmp_path / "archive", keep_days=9)
    heard, speakers = make(ended, {"a"}, {"b"}, archive=archive)
    heard.play(play("a", "b"), clip, SAYING, DAY)
    (record,) = archive.find(Wish())
    assert (record.said.zones, record.ended) == (("a", "b"), None)
    heard.cut_off("v-1", ["a"])
    speakers.end("v-1.1")
    (record,) = archive.find(Wish())
    assert (record.ended, record.heard_s) == (Ended.PLAYED, 10.0)
    assert record.why == "a: cut-off after 0.0 s"
    archive.close()


def test_the_record_tells_how_loud_it_was_in_which_zone(ended, clip, tmp_path):
    archive = Archive(tmp_path / "archive", keep_days=9)
    heard, speakers = make(ended, {"a"}, {"b", "c"}, archive=archive)
    heard.play(play("a", "b", "c", gains=(0.0, -2.0, -6.0)), clip, SAYING, DAY)
    (record,) = archive.find(Wish())
    assert record.said.gains == {"b": -6.0, "c": -6.0}, "one sink: the softest of its zones"
    assert {p.zones: p.gain_db for p, _ in speakers.playing.values()} == {
        ("a",): 0.0,
        ("b", "c"): -6.0,
    }
    archive.close()


def test_a_chip_is_told_the_chime_and_sinks_the_zones_of_an_emergency(ended, clip):
    heard, speakers = make(ended, {"a"})
    heard.play(play("a"), clip, SAYING, DAY)
    assert speakers.playing["v-1.0"][0].chime == "chime"
    heard.background(("a",), silent=True)
    heard.background(("a",), silent=False)
    assert speakers.hushed == [(("a",), True), (("a",), False)]


def test_a_voice_that_nobody_heard_is_on_record_as_that(ended, clip, tmp_path):
    archive = Archive(tmp_path / "archive", keep_days=9)
    heard, speakers = make(ended, {"a"}, archive=archive)
    heard.play(play("a"), clip, SAYING, DAY)
    speakers.end("v-1.0", Ended.FAILED)
    (record,) = archive.find(Wish())
    assert (record.ended, record.heard_s) == (Ended.FAILED, 0.0)
    assert ended[0].why
    archive.close()


def test_an_archive_that_cannot_be_written_silences_nobody(ended, tmp_path, log_lines):
    archive = Archive(tmp_path / "archive", keep_days=9)
    gone = Clip(Path("/nonexistent.wav"), 10.0, "00")
    heard, speakers = make(ended, {"a"}, archive=archive)
    heard.play(play("a"), gone, SAYING, DAY)
    assert speakers.playing
    assert heard.not_archived == 1
    assert "not-archived" in str(log_lines)
    archive.close()
