"""What pages and console ask: the frame, a preview, the archive as JSON and CSV, sounds."""

import csv
import io
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from protocol.errors import OperatorError
from subsystems.broadcast.model import Kind
from subsystems.broadcast.questions import Questions, Sources
from subsystems.broadcast.site.gate import Gate
from subsystems.broadcast.speech.archive import Archive
from subsystems.broadcast.speech.archive_model import Said
from subsystems.broadcast.speech.port import Clip, Ended
from subsystems.broadcast.speech.wav import silence, write_pcm
from tests.subsystems.broadcast.conftest import leaving

AT = datetime(2021, 1, 20, 4, 0, tzinfo=UTC)
OVERVIEW = SimpleNamespace(now=1, voices=(SimpleNamespace(id="v-2"),), takeovers=())


@pytest.fixture
def archive(tmp_path):
    archive = Archive(tmp_path / "archive", keep_days=9)
    write_pcm(tmp_path / "clip.wav", silence(1000))
    for n, text in enumerate(("晚点", "=cmd()", "站台变更")):
        said = Said(
            id=f"v-{n}",
            key="k",
            kind=Kind.DELAY,
            zones=("hall",),
            begun_at=AT.replace(minute=n),
            texts={"zh": text},
            run_ids=("2021-01-20.k1",),
        )
        archive.began(said, Clip(tmp_path / "clip.wav", 1.0, "00"), date(2021, 1, 20))
    archive.ended("v-0", Ended.PLAYED, 1.0)
    yield archive
    archive.close()


@pytest.fixture
def questions(hohhot, words, archive, tmp_path):
    return Questions(
        Sources(
            station=hohhot,
            now=lambda: AT,
            rate=1.0,
            overview=lambda: OVERVIEW,
            vocabulary=lambda: words,
            number=lambda run_id: run_id.partition(".")[2].upper(),
            page_words={"en": {}},
            gate=Gate("4711", lambda: 0.0, str),
            archive=archive,
            clip=lambda sha256: tmp_path / f"{sha256}.wav",
        )
    )


def test_the_frame_says_what_never_changes_and_who_may(questions, hohhot):
    frame = questions.frame("")
    assert (frame["open"], frame["signed_in"]) == (False, False)
    assert [zone["id"] for zone in frame["zones"]] == [z.id for z in hohhot.announcement_zones]
    assert {"fire", "all-clear"} <= {each["id"] for each in frame["prepared"]}
    assert frame["languages"] == ("zh", "en")


def test_a_preview_says_what_would_be_said_of_a_run(questions):
    said = questions.preview(leaving("G2402", 60))["announcements"]
    assert "check-in-open" in [each["kind"] for each in said]
    assert [each["due"] for each in said] == sorted(each["due"] for each in said)
    assert all("G2402" in each["text"]["en"] for each in said)


def test_the_archive_is_searched_and_says_how_each_ended(questions):
    entries = questions.archive({})["entries"]
    assert [(e["id"], e["outcome"]) for e in entries] == [
        ("v-2", "playing"),
        ("v-1", "interrupted"),
        ("v-0", "played"),
    ]
    assert entries[0]["trains"] == ["K1"]
    found = questions.archive({"text": "站台", "zone": "hall", "kind": "delay"})["entries"]
    assert [e["id"] for e in found] == ["v-2"]
    until = questions.archive({"to": "2021-01-20T12:01:00+08:00"})["entries"]
    assert [e["id"] for e in until] == ["v-0"]


@pytest.mark.parametrize(
    "wrong", [{"kind": "song"}, {"from": "yesterday"}, {"to": "2021-01-20T12:00:00"}]
)
def test_a_question_that_cannot_be_read_is_refused(questions, wrong):
    with pytest.raises(OperatorError):
        questions.archive(wrong)


def test_as_csv_it_harms_no_spreadsheet(questions):
    rows = list(csv.DictReader(io.StringIO(questions.archive_csv({}).decode("utf-8-sig"))))
    assert [row["zh"] for row in rows] == ["站台变更", "'=cmd()", "晚点"]
    assert rows[2]["time"] == "2021-01-20T12:00:00+08:00"


def test_a_sound_is_given_by_its_digest_or_its_record(questions, tmp_path):
    (tmp_path / f"{'ab' * 32}.wav").write_bytes(b"RIFF")
    assert questions.sound({"sha256": "ab" * 32}) == b"RIFF"
    assert questions.sound({"id": "v-0"})[:4] == b"RIFF"
    for wrong in ({}, {"id": "../clip"}, {"sha256": "../" + "ab" * 30}, {"id": "gone"}):
        with pytest.raises(OperatorError):
            questions.sound(wrong)
