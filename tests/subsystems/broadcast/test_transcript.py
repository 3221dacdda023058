"""What everybody is told of what is spoken: where it is heard, and until when."""

from datetime import UTC, date, datetime, timedelta

import pytest

from subsystems.broadcast.effects import Play, Spoken
from subsystems.broadcast.model import Kind, Occasion, Priority
from subsystems.broadcast.transcript import LONGEST_S, Telling, places_of

AT = datetime(2021, 1, 20, 6, 0, tzinfo=UTC)
DAY = date(2021, 1, 20)
SOON = AT + timedelta(seconds=10)


def occasion(kind=Kind.DELAY, zones=("room-1",), lasts=timedelta(hours=1), **fields):
    given = {"key": "k", "kind": kind, "priority": Priority.DELAY, "languages": ("en",)}
    times = {"due": AT, "latest": AT + lasts}
    return Occasion(**{**given, **times, "zones": zones, **fields})


def spoken(told, *, ended=False):
    play = Play(
        voice="v-1",
        clip="c",
        occasion=told,
        zones=told.zones,
        gains=(0.0,) * len(told.zones),
        began_at=AT,
        seconds=10.0,
    )
    return Spoken(play, SOON, ended=ended)


@pytest.fixture
def telling(hohhot):
    return Telling(hohhot, 1.0)


def test_a_zone_is_heard_at_its_places(hohhot):
    places = places_of(("room-1", "platform-2"), hohhot, DAY)
    layout = hohhot.layout_on(DAY)
    assert {"room-1", "platform-2"} <= set(places)
    assert set(places) & {each.id for each in layout.waiting_rooms}
    assert set(places) & {each.id for each in layout.platforms}
    assert len(set(places) & {each.id for each in layout.platforms}) == 1


def test_a_voice_is_told_with_its_words_and_trains_until_its_end(telling):
    told = telling.spoken(spoken(occasion(run_id="2021-01-20.k1")), {"en": "Late"})
    assert (told.text, told.run_ids, told.kind) == ({"en": "Late"}, ("2021-01-20.k1",), "delay")
    assert (told.begins_at, told.ends_at, told.ended) == (AT, SOON, False)
    assert telling.spoken(spoken(occasion(), ended=True), {}).ended


def test_of_a_group_every_train_is_told(telling):
    members = (occasion(run_id="a"), occasion(run_id="b"))
    assert telling.spoken(spoken(occasion(members=members)), {}).run_ids == ("a", "b")


def test_an_emergency_is_told_for_as_long_as_it_has_its_zones(telling):
    fire = occasion(Kind.EMERGENCY, text={"en": "Leave"})
    assert telling.spoken(spoken(fire), {"en": "Leave"}) is None
    (begun,) = telling.taken_over({"k": fire}, AT)
    assert (begun.emergency, begun.ended, begun.text) == (True, False, {"en": "Leave"})
    assert begun.ends_at == AT + timedelta(seconds=LONGEST_S)
    assert telling.taken_over({"k": fire}, SOON) == []
    later = AT + timedelta(seconds=LONGEST_S * 0.6)
    (renewed,) = telling.taken_over({"k": fire}, later)
    assert (renewed.spoken_id, renewed.begins_at) == (begun.spoken_id, AT)
    assert renewed.ends_at > begun.ends_at
    (over,) = telling.taken_over({}, later)
    assert (over.spoken_id, over.ended) == (begun.spoken_id, True)
    assert telling.taken_over({}, later) == []


def test_a_short_emergency_is_told_to_its_end_and_no_longer(telling):
    fire = occasion(Kind.EMERGENCY, lasts=timedelta(minutes=1), text={"en": "Leave"})
    (begun,) = telling.taken_over({"k": fire}, AT)
    assert begun.ends_at == fire.latest
    assert telling.taken_over({"k": fire}, fire.latest - timedelta(seconds=5)) == []
