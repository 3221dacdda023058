"""What a saying is made of."""

from __future__ import annotations

from subsystems.broadcast.model import Part, Saying, Segment
from subsystems.broadcast.speech.pieces import (
    Chime,
    Pause,
    Recorded,
    Utterance,
    digest,
    plan_of,
)
from subsystems.broadcast.speech.settings import PauseSettings
from tests.subsystems.broadcast.speech.speaking import SAYING, chinese, english

PAUSES = PauseSettings(after_chime_ms=1, between_languages_ms=2, tail_ms=3)


def words(element):
    return [segment.text for segment in element.part.segments]


def test_segments_in_a_row_are_one_utterance():
    part = Part("zh", "甲乙", (Segment("甲", "jia3"), Segment("乙", "yi3")))
    plan = plan_of(Saying((part, english())), "chime", PAUSES)
    assert plan.head == (Chime("chime"), Pause(1))
    ((_, first), (_, second)) = plan.parts
    assert [words(each) for each in first] == [["甲", "乙"]]
    assert [words(each) for each in second] == [["Attention please"]]
    assert (plan.between, plan.tail) == (Pause(2), Pause(3))


def test_pauses_and_recordings_break_it():
    segments = (
        Segment("一"),
        Segment("二", pause_ms=300),
        Segment("三", clip="3.wav"),
        Segment("", clip="4.wav"),
        Segment("  "),
        Segment("五"),
    )
    ((_, elements),) = plan_of(Saying((Part("zh", "", segments),)), "", PAUSES).parts
    kinds = [type(each) for each in elements]
    assert kinds == [Utterance, Pause, Recorded, Recorded, Utterance]
    assert words(elements[0]) == ["一", "二"]
    assert words(elements[2].instead) == ["三"]
    assert elements[3].instead is None


def test_what_is_shown_does_not_decide_how_it_sounds():
    one, other = (Saying((Part("zh", shown, chinese().segments),)) for shown in "ab")
    assert plan_of(one, "", PAUSES) == plan_of(other, "", PAUSES)


def test_a_recording_stands_for_all_words():
    plan = plan_of(SAYING, "", PAUSES, "all.ogg")
    assert plan.head == ()
    assert plan.parts == (("", (Recorded("all.ogg"),)),)


def test_digests_tell_values_apart():
    assert digest("a", 1, SAYING) == digest("a", 1, SAYING)
    others = [digest("a", 1), digest("a", "1"), digest(["a", 1]), digest("a", 1, english())]
    assert len(set(others)) == 4
