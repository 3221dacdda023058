"""Words of persons, and conflicts that staff must see to, as a terminal shows them."""

import pytest

from hub.kernel.derive import derive
from hub.kernel.objections import Answer, Code, objection
from hub.kernel.override import (
    ArrivalAt,
    ArrivedAt,
    Delayed,
    EndsHere,
    Override,
    ReplacedBy,
    StartsHere,
    StockOf,
)
from hub.manual_text import answer_text, list_text
from hub.store.manual import InForce
from protocol.runs import Role

RUN = "2021-01-20.k1"


@pytest.mark.parametrize(
    ("word", "told"),
    [
        (EndsHere(), "ends-here 停运 cancelled"),
        (StartsHere(cancelled=False), "starts-here 开行 runs"),
        (StockOf(), "stock 无 none"),
        (StockOf("2021-01-20.g3"), "stock 2021-01-20.g3"),
        (ReplacedBy(number="Z9"), "replaced-by Z9"),
        (ReplacedBy(texts={"en": "square"}), "replaced-by 大巴 bus square"),
    ],
)
def test_a_word_in_force(station, build, word, told):
    said = Override(id="1", run_id=RUN, word=word, who="Li", why="x", since=build.at("08:00"))
    assert f"{RUN}  {told}  08:00" in list_text(InForce(overrides=(said,)), station)


def test_what_has_happened_is_a_local_time(station, build):
    word = ArrivedAt(build.at("10:03"))
    said = Override(id="1", run_id=RUN, word=word, who="Li", why="x", since=build.at("10:04"))
    assert "actual-arrival 10:03  10:04" in list_text(InForce(overrides=(said,)), station)


def test_a_reason_stands_behind_the_delay(station, build):
    for word, told in (
        (Delayed(45, {"en": "Snow"}), "delay +45 min / Snow  08:00"),
        (ArrivalAt(build.at("10:03"), {"en": "Snow"}), "arrival 10:03 / Snow  08:00"),
    ):
        said = Override(id="1", run_id=RUN, word=word, who="Li", why="x", since=build.at("08:00"))
        assert told in list_text(InForce(overrides=(said,)), station)


def test_stock_that_does_not_come_is_listed(station):
    lost = objection(Code.STOCK_LOST, "2021-01-20.g3")
    told = list_text(InForce(conflicts={"2021-01-20.g4": (lost,)}), station)
    assert "2021-01-20.g4  ! 所用车底不来：2021-01-20.g3 · the stock that" in told


def test_a_train_that_ends_here_in_one_line(station, build):
    facts = build.facts(plan=build.plan(role=Role.TERMINUS), heard=True)
    run = derive(facts, station, build.at("08:00"))
    answer = Answer(command_id="1", accepted=True, run_id=RUN, run=run)
    assert "开 dep 10:20 停运 cancelled" in answer_text(answer, station, preview=False)
