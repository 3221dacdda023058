"""What loudspeakers say is carried on, from those who may speak, in measure."""

from datetime import timedelta

import pytest

from hub.fleet.transcript import BURST
from protocol.limits import SPOKEN_TEXT
from protocol.messages import DeviceDescription
from protocol.spoken import Said, Spoken


@pytest.fixture
def speaker(yard):
    yard.begin()
    yard.hear("speech-1", DeviceDescription(kind="broadcast"), life=None)
    return yard


def said(yard, **fields):
    now = yard.time.now()
    given = {
        "spoken_id": "1",
        "kind": "platform-change",
        "text": {"zh": "请注意", "en": "Attention"},
        "begins_at": now,
        "ends_at": now + timedelta(seconds=12),
        "zones": ("hall",),
        "places": ("hall-1",),
    }
    return Said(**{**given, **fields})


def test_it_is_carried_on_with_the_name_of_who_speaks(speaker):
    word = said(speaker)
    speaker.hear("speech-1", word, life=12)
    (spoken,) = speaker.of("spoken")
    assert isinstance(spoken.body, Spoken)
    assert spoken.body.device == "speech-1"
    assert (spoken.body.text, spoken.body.places) == (word.text, word.places)
    assert (spoken.epoch, spoken.src) == (5, "hub")
    assert spoken.valid_until == speaker.time.now() + timedelta(seconds=12)
    (_, _, how) = speaker.said[-1]
    assert how == (1, False)


def test_only_a_broadcast_speaks(speaker):
    speaker.hear("board-1", said(speaker))
    assert speaker.of("spoken") == []
    assert speaker.fleet.bad == speaker.fleet.transcript.refused == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"retained": True},
        {"life": None},
        {"life": -1},
    ],
)
def test_what_may_be_old_is_not_carried_on(speaker, wrong):
    speaker.hear("speech-1", said(speaker), **wrong)
    assert speaker.of("spoken") == []


def test_what_is_out_of_measure_is_not_carried_on(speaker, log_lines):
    speaker.hear("speech-1", said(speaker, ends_at=speaker.time.now() + timedelta(hours=1)))
    speaker.hear("speech-1", said(speaker, text={"en": "x" * (SPOKEN_TEXT + 1)}))
    assert speaker.of("spoken") == []
    assert "speech-1" in str(log_lines)


def test_who_speaks_too_often_is_held_back_and_the_others_are_not(speaker):
    speaker.hear("speech-2", DeviceDescription(kind="broadcast"), life=None)
    for n in range(BURST + 5):
        speaker.hear("speech-1", said(speaker, spoken_id=str(n)))
    assert len(speaker.of("spoken")) == BURST
    speaker.hear("speech-2", said(speaker))
    assert len(speaker.of("spoken")) == BURST + 1
    speaker.reactor.advance(1)
    speaker.hear("speech-1", said(speaker))
    assert len(speaker.of("spoken")) == BURST + 2


def test_without_the_floor_nothing_is_carried_on(speaker):
    speaker.fleet.silence()
    speaker.hear("speech-1", said(speaker))
    assert speaker.of("spoken") == []
