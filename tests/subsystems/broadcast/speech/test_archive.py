"""The archive."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from protocol.errors import DeviceError
from subsystems.broadcast.model import Kind
from subsystems.broadcast.speech.archive import Archive
from subsystems.broadcast.speech.archive_model import Said, Wish
from subsystems.broadcast.speech.port import RATE, Clip, Ended
from subsystems.broadcast.speech.wav import read_pcm, write_pcm

NOW = datetime(2021, 1, 20, 8, 0, tzinfo=UTC)
DAY = date(2021, 1, 20)


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "clip.wav"
    write_pcm(path, bytes(range(256)) * (RATE // 64))
    return Clip(path, 2.0, "")


@pytest.fixture
def archive(tmp_path):
    archive = Archive(tmp_path / "archive", keep_days=3)
    yield archive
    archive.close()


def said(number=1, **changes):
    values = {
        "id": f"run/k/{number}",
        "key": "run/k",
        "kind": Kind.DELAY,
        "zones": ("hall", "gate-1"),
        "begun_at": NOW + timedelta(minutes=number),
        "texts": {"zh": f"列车{number}晚点", "en": f"Train {number} is Late"},
        "run_ids": ("2021-01-20.K1",),
    }
    return Said(**{**values, **changes})


def test_what_was_said_is_found_by_all_that_is_known_of_it(archive, clip):
    for number in range(1, 6):
        archive.began(said(number), clip, DAY)
    archive.began(said(6, kind=Kind.SAFETY, zones=("exit",), run_ids=()), clip, DAY)
    archive.ended("run/k/2", Ended.PLAYED, 2.0)

    def found(**wish):
        return [each.said.id[-1] for each in archive.find(Wish(**wish))]

    assert found() == list("654321")
    assert found(most=2) == list("65")
    assert found(since=said(3).begun_at, until=said(5).begun_at) == list("43")
    assert found(zone="gate-1", kind=Kind.DELAY, run_id="2021-01-20.K1") == list("54321")
    assert found(zone="exit") == ["6"]
    assert found(text="车3晚") == ["3"]
    assert found(text="late TRAIN 4") == ["4"]
    assert found(text="100%") == []
    assert found(ended=Ended.PLAYED) == ["2"]
    (record,) = archive.find(Wish(ended=Ended.PLAYED))
    assert record.said == said(2)
    assert (record.seconds, record.heard_s, record.why) == (2.0, 2.0, "")


def test_the_sound_is_kept_as_it_was_heard(archive, clip):
    whole = read_pcm(clip.path)
    for number in (1, 2):
        archive.began(said(number), clip, DAY)
    archive.ended("run/k/1", Ended.PLAYED, 2.0)
    archive.ended("run/k/2", Ended.CUT_OFF, 0.5)
    assert read_pcm(archive.sound_of("run/k/1")) == whole
    assert read_pcm(archive.sound_of("run/k/2")) == whole[:RATE]
    assert read_pcm(clip.path) == whole, "the cache's file is not touched"
    assert archive.sound_of("nothing") is None


def test_who_dies_over_it_leaves_a_record_without_an_end(archive, clip, tmp_path):
    archive.began(said(), clip, DAY)
    archive.close()
    later = Archive(tmp_path / "archive", keep_days=3)
    (record,) = later.find(Wish())
    assert (record.ended, record.heard_s) == (None, 0.0)
    later.close()


def test_a_reason_is_kept(archive, clip):
    archive.began(said(), clip, DAY)
    archive.ended("run/k/1", Ended.FAILED, 0.0, "no card")
    (record,) = archive.find(Wish(ended=Ended.FAILED))
    assert record.why == "no card"


def test_what_is_older_goes_with_its_sound(archive, clip, tmp_path):
    for number in (1, 2):
        archive.began(said(number, begun_at=NOW + timedelta(days=number)), clip, DAY)
    old = archive.sound_of("run/k/1")
    assert archive.expire(NOW + timedelta(days=4, minutes=1)) == 1
    assert not old.exists()
    assert [each.said.id for each in archive.find(Wish())] == ["run/k/2"]
    assert archive.expire(NOW + timedelta(days=9)) == 1
    assert [path.name for path in (tmp_path / "archive").iterdir() if path.is_dir()] == []


def test_words_and_times_only(tmp_path, clip):
    archive = Archive(tmp_path / "quiet", keep_days=3, keep_sound=False)
    archive.began(said(), clip, DAY)
    archive.ended("run/k/1", Ended.CUT_OFF, 0.5)
    assert archive.sound_of("run/k/1") is None
    archive.close()


def test_the_same_one_twice_and_a_lost_disk_are_errors(archive, clip, tmp_path):
    archive.began(said(), clip, DAY)
    with pytest.raises(DeviceError, match="cannot be written"):
        archive.began(said(), clip, DAY)
    archive.began(said(2), clip, DAY)
    assert len(archive.find(Wish())) == 2
    (tmp_path / "file").write_text("")
    with pytest.raises(DeviceError, match="cannot be opened"):
        Archive(tmp_path / "file", keep_days=1)
    with pytest.raises(DeviceError):
        archive.began(said(3), Clip(tmp_path / "none.wav", 1.0, ""), DAY)
