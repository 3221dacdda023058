"""What is spoken, as notes of a screen."""

from datetime import UTC, datetime, timedelta

import pytest

from protocol.spoken import Spoken
from subsystems.kit.notes import Note
from subsystems.kit.transcript import Transcript, with_spoken

AT = datetime(2021, 1, 20, 6, 0, tzinfo=UTC)
LATER = AT + timedelta(seconds=10)
BOTH = ("zh", "en")


def voice(name="1", **fields):
    given = {
        "device": "speech",
        "spoken_id": name,
        "kind": "delay",
        "text": {"zh": "请注意", "en": "Attention"},
        "begins_at": AT,
        "ends_at": LATER,
    }
    return Spoken(**{**given, **fields})


@pytest.fixture
def transcript():
    return Transcript()


def ids(notes):
    return [each.id.rpartition("/")[2] for each in notes]


def test_a_voice_is_a_note_with_its_begin_and_end(transcript):
    transcript.take(voice(), AT)
    (note,) = transcript.notes({"hall-1"}, BOTH, AT)
    assert note == Note(
        "spoken/speech/1",
        "SPOKEN",
        {"zh": "请注意", "en": "Attention"},
        start=1611122400000,
        end=1611122410000,
    )
    assert transcript.notes({"hall-1"}, BOTH, LATER) == ()


def test_it_is_told_where_it_is_heard_in_the_languages_of_the_screen(transcript):
    transcript.take(voice(places=("hall-1",)), AT)
    assert transcript.notes({"hall-2"}, BOTH, AT) == ()
    (note,) = transcript.notes({"hall-1"}, ("en",), AT)
    assert note.text == {"en": "Attention"}
    (note,) = transcript.notes({"hall-1"}, ("de",), AT)
    assert note.text == {"zh": "请注意"}, "another language is better than none"


def test_a_screen_of_no_known_place_shows_emergencies_of_any(transcript):
    transcript.take(voice("calm", places=("hall-1",)), AT)
    transcript.take(voice("fire", places=("hall-1",), emergency=True), AT)
    assert ids(transcript.notes({"board"}, BOTH, AT, nowhere=True)) == ["fire"]
    assert transcript.notes({"board"}, BOTH, AT) == ()


def test_a_voice_that_ends_is_taken_down(transcript):
    transcript.take(voice(), AT)
    transcript.take(voice("2"), AT)
    transcript.take(voice(ended=True), AT)
    assert ids(transcript.notes(set(), BOTH, AT)) == ["2"]


def test_one_that_comes_again_takes_the_place_of_the_first(transcript):
    transcript.take(voice(), AT)
    transcript.take(voice(ends_at=LATER + timedelta(hours=1)), AT)
    assert ids(transcript.notes(set(), BOTH, LATER)) == ["1"]


def test_what_is_over_is_not_taken(transcript):
    transcript.take(voice(), LATER)
    assert transcript.notes(set(), BOTH, AT) == ()


def test_emergencies_go_before_what_is_spoken_and_that_before_notices(transcript):
    transcript.take(voice("calm"), AT)
    transcript.take(voice("fire", emergency=True), AT)
    notices = (Note("e", "EMERGENCY", {}), Note("n", "INFORMATION", {}))
    shown = with_spoken(notices, transcript.notes(set(), BOTH, AT))
    assert ids(shown) == ["e", "fire", "calm", "n"]
