from __future__ import annotations

from datetime import date

import pytest
from diagram_days import shipped
from lived_day import Lived
from twisted.internet.defer import succeed
from twisted.python.threadpool import ThreadPool

from hub.diagram.desk import DiagramDesk, Span, presets, seen
from hub.diagram.live import LiveDiagram
from hub.store.database import Database
from hub.store.legends import LegendStore
from protocol.errors import OperatorError
from svg_layers.presets import DARK, LIGHT, PRESETS

DAY = date(2021, 1, 20)


class Fixed:
    rate = 1.0

    def __init__(self, at):
        self._at = at

    def now(self):
        return self._at


@pytest.fixture
def desk(tmp_path, turning):
    url = f"sqlite:///{tmp_path}/hub.db"
    lived = Lived(url, shipped("hohhot_east"), DAY, "12:30").until("13:00")
    live = LiveDiagram(
        turning.reactor, clock=Fixed(lived.now), station=lived.station, boot="b", send=print
    )
    live.fill(lived.runs())
    pool = ThreadPool(1, 1)
    pool.start()
    database = Database(url)
    database.create()
    made = DiagramDesk(
        turning.reactor,
        pool=pool,
        live=lambda: live,
        database=url,
        legends=LegendStore(database),
        in_store=lambda call: succeed(call()),
    )
    yield made
    live.stop()
    pool.stop()
    database.close()
    lived.close()


def test_the_picture_of_now_and_its_base(desk):
    whole = desk.whole()
    assert whole.zone == "Asia/Shanghai"
    assert desk.base(whole.ground.base["zh"]).startswith(b"<svg")
    assert desk.base("x") is None


def test_the_past_comes_from_the_journal_and_the_future_from_timelines(desk, turning):
    now = desk.whole().now
    past = turning.result(desk.film(Span(now - 1200, now - 60)))
    assert (past.kind, past.begin) == ("past", now - 1200)
    assert turning.result(desk.film(Span(now, now + 3600))).kind == "forecast"


@pytest.mark.parametrize("span", [Span(-1e18, 5), Span(0, 1e300), Span(float("nan"), 0)])
def test_no_time_is_no_film(desk, turning, span):
    with pytest.raises(OperatorError):
        turning.result(desk.film(span))


def test_an_account_begins_with_the_preset_of_its_theme(desk, turning):
    assert turning.result(desk.legend("wang", "dark")).legend == DARK
    assert turning.result(desk.put_legend("wang", LIGHT)).own
    found = turning.result(desk.legend("wang", "dark"))
    assert (found.legend, found.own) == (LIGHT, True)
    assert turning.result(desk.reset_legend("wang", "dark")).legend == DARK
    assert not turning.result(desk.legend("wang", "light")).own


def test_presets_are_as_a_page_applies_them():
    assert [each.legend.name for each in presets().presets] == list(PRESETS)
    assert seen(DARK, own=False).properties["--td-late"] == "#ff6b5e"
