"""A person's announcement becomes an occasion, or is refused with everything that is wrong."""

from datetime import UTC, datetime, timedelta

import pytest

from protocol.errors import OperatorError
from subsystems.broadcast.manual import LASTS, TEXT_MOST, Announce, Ground, make_occasion
from subsystems.broadcast.model import Kind, Priority

NOW = datetime(2021, 1, 20, 6, 0, tzinfo=UTC)
GROUND = Ground(("hall", "platform-1"), ("zh", "en"), "chime", {"rec-1"})


def made(**fields):
    given = {"zones": ("hall",), "text": {"zh": "请注意"}}
    return make_occasion(Announce(**{**given, **fields}), GROUND, "n1", NOW)


def test_it_is_spoken_word_for_word_in_the_order_of_the_station():
    occasion = made(zones=("platform-1", "hall"), text={"en": " Mind  the gap ", "zh": "请注意"})
    assert occasion.key == "manual/n1"
    assert (occasion.kind, occasion.priority) == (Kind.MANUAL, Priority.MANUAL)
    assert occasion.zones == ("hall", "platform-1")
    assert occasion.languages == ("zh", "en")
    assert occasion.text == {"zh": "请注意", "en": "Mind the gap"}
    assert (occasion.due, occasion.latest) == (NOW, NOW + LASTS)


def test_it_can_be_recorded_scheduled_repeated_and_without_chime():
    later = NOW + timedelta(minutes=5)
    occasion = made(
        text={}, recording="rec-1", begins_at=later, repeats=3, repeat_after_s=60, chime=False
    )
    assert (occasion.clip, occasion.chime, occasion.due) == ("rec-1", "", later)
    assert (occasion.repeats, occasion.repeat_after_s) == (3, 60)


def test_what_should_have_begun_begins_now():
    assert made(begins_at=NOW - timedelta(minutes=1)).due == NOW


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"zones": ()}, "no zone is chosen"),
        ({"zones": ("roof",)}, "no zone roof"),
        ({"text": {}}, "write a text"),
        ({"text": {"zh": "  "}}, "write a text"),
        ({"recording": "rec-1"}, "write a text, or record one"),
        ({"text": {}, "recording": "gone"}, "record it again"),
        ({"text": {"fr": "Attention"}}, "fr is not spoken here, only zh, en"),
        ({"text": {"zh": "请" * (TEXT_MOST + 1)}}, "more than"),
        ({"begins_at": NOW + timedelta(days=2)}, "ahead"),
        ({"ends_at": NOW}, "ends before"),
        ({"ends_at": NOW + timedelta(days=1)}, "longer than"),
    ],
)
def test_what_cannot_be_spoken_is_refused(fields, why):
    with pytest.raises(OperatorError, match=why):
        made(**fields)


def test_everything_that_is_wrong_is_said_at_once():
    with pytest.raises(OperatorError, match=r"no zone roof; .*fr is not spoken"):
        made(zones=("roof",), text={"fr": "Attention"})
