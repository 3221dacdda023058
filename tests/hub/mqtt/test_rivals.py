"""What words say about who speaks for the station."""

from datetime import UTC, datetime

import pytest

from hub.mqtt.rivals import REMEMBERED, Rivals, Word
from protocol.messages import HubState, Message

NOON = datetime(2021, 1, 20, 4, tzinfo=UTC)


def state(epoch, name="x", *, src="hub"):
    body = HubState(online=True, hub=src)
    return Message(t="hub.state", id=name, src=src, epoch=epoch, seq=1, issued_at=NOON, body=body)


@pytest.fixture
def rivals():
    rivals = Rivals(7)
    rivals.said("m")
    return rivals


def test_our_own_words_come_back(rivals):
    assert rivals.hear(state(7, "m"), online=True) is Word.OURS
    assert rivals.hear_of(7) is Word.OURS
    assert rivals.told is None


def test_a_lower_epoch_is_over(rivals):
    assert rivals.hear(state(6), online=True) is Word.OLD
    assert rivals.hear_of(6) is Word.OLD


def test_a_higher_epoch_has_the_floor_until_it_says_goodbye(rivals):
    assert rivals.hear(state(9, src="hub-2"), online=True) is Word.RIVAL
    assert rivals.told == {"hub": "hub-2", "epoch": 9}
    assert rivals.hear_of(9) is Word.RIVAL
    assert rivals.hear(state(8), online=True) is Word.OLD, "that one has yielded, too"
    assert rivals.hear(state(9, src="hub-2"), online=False) is Word.GONE
    assert rivals.hear_of(9) is Word.GONE


def test_what_is_only_held_of_a_higher_epoch_is_a_trace(rivals):
    assert rivals.hear_of(9) is Word.GONE
    assert rivals.hear(state(9), online=True) is Word.RIVAL
    rivals.connected()
    assert rivals.hear_of(9) is Word.GONE, "who is there is said anew on each connection"


def test_of_two_with_one_epoch_the_later_has_the_floor(rivals):
    assert rivals.hear(state(7, "a"), online=True) is Word.OLD
    assert rivals.hear(state(7, "z"), online=True) is Word.RIVAL


def test_before_we_have_spoken_an_equal_one_is_the_earlier():
    assert Rivals(7).hear(state(7, "z"), online=True) is Word.OLD


def test_many_connections_do_not_make_it_forget_its_latest_words(rivals):
    for n in range(3 * REMEMBERED):
        rivals.said(f"n{n:05}")
    assert rivals.hear(state(7, f"n{3 * REMEMBERED - 1:05}"), online=False) is Word.OURS
