from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from diagram_days import day_runs, held, local, moved, shipped
from twisted.internet.task import Clock

from hub.diagram.live import LiveDiagram
from protocol.errors import OperatorError
from protocol.times import to_unix
from svg_layers.trains import Patch, applied

DAY = date(2021, 1, 20)


class StationTime:
    """Station time that follows the test's reactor."""

    def __init__(self, reactor, begin, rate=1.0):
        self._reactor, self._begin, self.rate = reactor, begin, rate

    def now(self):
        return self._begin + timedelta(seconds=self._reactor.seconds() * self.rate)


class Page:
    """What a page does: takes patches that follow, else asks for everything."""

    def __init__(self, live):
        self.live = live
        self.asked = 0
        self.ask()

    def ask(self):
        whole = json.loads(json.dumps({"seq": self.live.whole().seq}))
        self.seq = whole["seq"]
        self.trains = self.live.whole().trains
        self.asked += 1

    def take(self, event):
        pushed = json.loads(event.data)
        if pushed.get("follows") != self.seq:
            boot, number = pushed["seq"].split("-")
            mine, known = self.seq.split("-")
            if boot != mine or int(number) > int(known):
                self.ask()
            return
        self.seq = pushed["seq"]
        patch = pushed.get("trains", {})
        self.trains = applied(
            self.trains, Patch(patch.get("set", {}), tuple(patch.get("gone", ())))
        )


@pytest.fixture
def made():
    station = shipped("hohhot_east")
    reactor = Clock()
    begin = local(station, DAY, "13:00")
    sent = []
    live = LiveDiagram(
        reactor, clock=StationTime(reactor, begin), station=station, boot="b", send=sent.append
    )
    live.confirm(begin + timedelta(hours=20))
    live.fill(day_runs(station, DAY, begin))
    live.start()
    yield live, reactor, sent
    live.stop()
    assert not reactor.getDelayedCalls()


def as_json(value):
    return json.loads(json.dumps(value))


def test_a_page_that_takes_patches_shows_what_the_hub_shows(made):
    live, reactor, sent = made
    sent.clear()
    page = Page(live)
    for minute in range(150):
        reactor.advance(60)
        if minute % 20 == 5:
            run = next(iter(live._scene.runs().values()))
            live.take({run.run_id: moved(run, minute)})
    for event in sent:
        page.take(event)
    assert len(sent) > 30
    assert page.asked == 1
    assert as_json(page.trains) == as_json(live.whole().trains)


def test_a_page_that_missed_a_patch_asks_for_everything(made):
    live, reactor, sent = made
    page = Page(live)
    sent.clear()
    reactor.pump([60] * 60)
    for event in sent[1:]:
        page.take(event)
    assert page.asked == 2


def test_a_commit_is_one_small_patch(made):
    live, _, sent = made
    sent.clear()
    run_id = "2021-01-20.g2420"
    live.take({run_id: held(live._scene.run(run_id))})
    assert len(sent) == 1
    assert len(sent[0].data) < 500
    pushed = json.loads(sent[0].data)
    assert pushed["trains"]["set"][run_id]["account"] == "held"


def test_what_changes_nothing_is_not_sent(made):
    live, _, sent = made
    sent.clear()
    live.take({"2021-01-20.g2420": live._scene.run("2021-01-20.g2420")})
    assert sent == []


def test_a_greeting_tells_the_present_number(made):
    live, _, _ = made
    assert json.loads(live.greet().data) == {"seq": live.seq}


def test_it_sleeps_until_something_changes(made):
    _, reactor, sent = made
    sent.clear()
    woken = 0
    for call in [*reactor.getDelayedCalls()]:
        assert 0 < call.getTime() - reactor.seconds() <= 60
        woken += 1
    assert woken == 1


def test_at_the_date_of_another_layout_the_ground_changes():
    station = shipped("hohhot_east")
    layouts = (*station.layouts, replace(station.layouts[1], valid_from=date(2021, 1, 21)))
    station = replace(station, layouts=layouts)
    reactor, sent = Clock(), []
    begin = local(station, DAY, "23:58")
    live = LiveDiagram(
        reactor, clock=StationTime(reactor, begin), station=station, boot="b", send=sent.append
    )
    live.fill(day_runs(station, DAY, begin))
    before = live.whole().ground
    sent.clear()
    reactor.pump([30] * 6)
    assert live.whole().ground.base != before.base
    assert [t.id for t in live.whole().ground.tracks] == ["1", "2", "3", "4", "5", "6", "7"]
    assert {"seq": live.seq} in [json.loads(event.data) for event in sent]
    live.stop()


def test_a_station_read_again_is_drawn_anew(made):
    live, _, sent = made
    sent.clear()
    small = shipped("muehlau_am_see")
    live.fill({}, small)
    assert json.loads(sent[-1].data) == {"seq": live.seq}
    assert [t.label for t in live.whole().ground.tracks] == ["1a", "1", "4", "2", "3"]


def test_a_forecast_is_of_what_is_told_now(made):
    live, _, _ = made
    now, hour = live.now, timedelta(hours=1)
    film = live.forecast(now - hour, now + 2 * hour)()
    assert film.kind == "forecast"
    assert film.begin == to_unix(now)
    assert film.frames
    for begin, end in ((now - 2 * hour, now - hour), (now, now + 4 * hour)):
        with pytest.raises(OperatorError, match="forecast"):
            live.forecast(begin, end)


def test_a_clock_that_is_set_back_breaks_nothing(made):
    live, reactor, sent = made
    reactor.pump([60] * 20)
    live._clock._begin -= timedelta(hours=3)
    sent.clear()
    reactor.pump([60] * 10)
    live.take({"2021-01-20.g2420": None})
    assert sent
