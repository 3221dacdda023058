"""Notices that are to be spoken begin and end with the notice."""

from datetime import UTC, datetime, timedelta

import pytest

from protocol.notices import Notice, NoticeKind
from subsystems.broadcast.model import Kind, Priority
from subsystems.broadcast.spoken_notices import Grounds, changes

NOW = datetime(2021, 1, 20, 6, 0, tzinfo=UTC)
END = NOW + timedelta(minutes=10)
COVERING = {"waiting-hall": ("hall",)}
GROUNDS = Grounds(
    ("hall", "exit"), ("zh", "en"), lambda place: COVERING.get(place, ()), "chime", "alarm"
)


def notice(**fields):
    given = {"notice_id": "n1", "kind": NoticeKind.DISRUPTION, "text": {"zh": "晚点", "en": "Late"}}
    return Notice(**{**given, "spoken": True, "ends_at": END, **fields})


def test_a_notice_is_spoken_when_it_begins_and_ends_with_it():
    first = changes({}, [notice()], GROUNDS, NOW)
    (occasion,) = first.begun
    assert (occasion.kind, occasion.priority) == (Kind.NOTICE, Priority.DELAY)
    assert (occasion.zones, occasion.languages) == (GROUNDS.zones, GROUNDS.languages)
    assert occasion.latest == END
    later = changes(first.held, [notice()], GROUNDS, NOW + timedelta(minutes=1))
    assert (later.begun, later.ended) == ((), ())
    assert changes(later.held, [], GROUNDS, NOW).ended == (occasion,)


def test_other_words_are_spoken_anew():
    first = changes({}, [notice()], GROUNDS, NOW)
    again = changes(first.held, [notice(text={"zh": "停运"})], GROUNDS, NOW)
    assert again.begun[0].text == {"zh": "停运"}
    assert again.ended == first.begun


def test_one_that_is_not_to_be_spoken_is_not():
    assert changes({}, [notice(spoken=False)], GROUNDS, NOW).begun == ()


@pytest.mark.parametrize(
    ("zones", "spoken_in"), [(("waiting-hall",), ("hall",)), (("exit",), ("exit",))]
)
def test_it_is_spoken_in_its_zones_and_where_its_places_are(zones, spoken_in):
    assert changes({}, [notice(zones=zones)], GROUNDS, NOW).begun[0].zones == spoken_in


def test_one_for_a_place_that_no_zone_covers_is_not_spoken():
    assert changes({}, [notice(zones=("roof",))], GROUNDS, NOW).begun == ()


def test_an_emergency_takes_over_when_it_begins_and_not_before():
    fire = notice(kind=NoticeKind.EMERGENCY, title={"zh": "火警"}, begins_at=END, ends_at=None)
    assert changes({}, [fire], GROUNDS, NOW).begun == ()
    (occasion,) = changes({}, [fire], GROUNDS, END).begun
    assert (occasion.kind, occasion.priority) == (Kind.EMERGENCY, Priority.EMERGENCY)
    assert occasion.chime == "alarm"
    assert occasion.text["zh"] == "火警。晚点"
