"""The desk: what is held is answered at once, what is not is asked for, or said not to be known."""

from __future__ import annotations

from datetime import timedelta

import pytest
from twisted.internet.defer import fail, succeed

from protocol.errors import DeviceError
from protocol.messages import Response, RunQuery
from subsystems.query import machine
from subsystems.query.catalogue import Catalogue
from subsystems.query.desk import Desk
from subsystems.query.model import Reach, Wish
from subsystems.query.view import View
from subsystems.query.words import load_words


class Hub:
    """What the desk asks."""

    def __init__(self):
        self.asked, self.runs, self.there = [], (), True

    def ask(self, query):
        self.asked.append(query)
        if not self.there:
            return fail(DeviceError("away"))
        return succeed(Response(correlation="1", kind="query", runs=tuple(self.runs), more=2))


@pytest.fixture
def desk(hohhot, day, make, tmp_path):
    held = day.plan(hohhot, make.DAY)
    catalogue = Catalogue(tmp_path / "q.sqlite", held.values, pytest.fail)
    catalogue.put(held.values())
    hub, state, now = Hub(), [machine.State()], [make.T0]

    def learn(event):
        state[0], _ = machine.step(state[0], event, now[0])

    made = Desk(
        catalogue,
        View(hohhot, load_words(hohhot.languages)),
        now=lambda: now[0],
        ask=hub.ask,
        learn=learn,
        asked=lambda run_id: machine.asked(state[0], run_id, now[0]),
    )
    made.hub, made.now = hub, now
    yield made
    catalogue.close()


def value(deferred):
    got = []
    deferred.addCallback(got.append)
    return got[0]


def test_what_is_held_is_not_asked_for(desk, make):
    found = value(desk.find(Wish(text="G2404", day=make.DAY)))
    assert [item.number for item in found.items] == ["G2404"]
    assert (found.reach, desk.hub.asked) == (Reach.HELD, [])
    assert value(desk.card(found.items[0].id)).numbers == ("G2404",)


def test_another_day_is_asked_for_and_told_for_a_while(desk, day, hohhot, make):
    later = make.DAY + timedelta(days=5)
    desk.hub.runs = list(day.plan(hohhot, later).values())[:3]
    found = value(desk.find(Wish(day=later, limit=3)))
    assert desk.hub.asked == [RunQuery(service_date=later, limit=3)]
    assert (found.reach, found.more) == (Reach.HUB, 2)
    assert all(item.until is not None for item in found.items)
    card = value(desk.card(found.items[0].id))
    assert len(desk.hub.asked) == 1, "it was just told"
    assert card.asked_at is not None
    desk.now[0] += timedelta(minutes=3)
    value(desk.card(found.items[0].id))
    assert desk.hub.asked[1] == RunQuery(run_ids=(found.items[0].id,), limit=1)


def test_without_a_hub_it_says_what_it_does_not_know(desk, make):
    desk.hub.there = False
    found = value(desk.find(Wish(day=make.DAY + timedelta(days=5))))
    assert (found.items, found.reach, found.days) == ((), Reach.NONE, (make.DAY,))
    assert value(desk.card("2021-02-01.g1")) is None
    desk.hub.there = True  # and knows no more
    assert value(desk.find(Wish(day=make.DAY + timedelta(days=5)))).reach is Reach.NONE
    assert value(desk.find(Wish(text="zzz"))).reach is Reach.HELD


def test_numbers_that_nobody_holds_are_asked_for_but_not_each_letter(desk):
    value(desk.find(Wish(text="q")))
    value(desk.find(Wish(text="zz")))
    assert desk.hub.asked == []
    value(desk.find(Wish(text="X99")))
    assert desk.hub.asked == [RunQuery(number="X99", limit=60)]


def test_what_the_hub_says_too_much_is_not_told(desk, day, hohhot, make):
    later = make.DAY + timedelta(days=5)
    desk.hub.runs = day.plan(hohhot, later).values()
    found = value(desk.find(Wish(day=later, platform="5")))
    assert {item.platform.text for item in found.items} == {"5"}
