"""Commands that are given together: rehearsed, of which nothing is kept, and done, all or none."""

import pytest

from hub.audit.order import NEVER, Order
from hub.audit.record import Actor, Source
from hub.kernel.objections import Code
from hub.kernel.override import Delayed, OnTrack, SetOverride, SetStationMode
from hub.store.audit import AuditStore
from hub.store.audited import all_accepted, obey_all, rehearsed
from hub.store.database import Database
from protocol.errors import DeviceError
from tests.hub.store.test_feeding import COMES, LEAVES, WHO, hub, said, sharing, told

__all__ = ["hub", "sharing"]
"""A hub at which G4 leaves with the stock of G3."""


@pytest.fixture
def audit(hub, database_url, build):
    assert hub.epoch, "it has made the tables"
    database = Database(database_url)
    database.create()
    yield AuditStore(database, now=lambda: build.at("09:00"), wall=lambda: build.at("09:00"))
    database.close()


@pytest.fixture
def rehearse(hub, audit, build):
    def tried(*orders):
        return rehearsed(hub.rehearsing(build.at("09:00"), obey_all(orders, audit)))

    return tried


def order(word, number, run_id=COMES, seen_hand=0, seen_rev=None):
    fields = {"command_id": f"c-{number}", "run_id": run_id, "word": word, "seen_rev": seen_rev}
    actor = Actor(who="li", source=Source.CONSOLE)
    return Order(SetOverride(**WHO, **fields), actor, "batch.execute", seen_hand)


def test_a_train_that_nobody_named_is_told_when_its_stock_comes_late(hub, rehearse, build):
    found = rehearse(order(Delayed(45), 1))
    assert [each.answer.accepted for each in found.answers] == [True]
    assert set(found.also) == {LEAVES}
    assert found.also[LEAVES].departure.estimated == build.at("12:55")
    assert told(hub).departure.estimated is None
    assert said(hub) == {}


def test_who_is_named_is_no_other(rehearse):
    found = rehearse(order(Delayed(45), 1), order(Delayed(60), 2, LEAVES))
    assert found.also == {}


def test_words_of_one_train_know_of_each_other_and_tell_what_it_is_last(rehearse):
    found = rehearse(order(Delayed(45), 1, seen_rev=0), order(OnTrack("t1"), 2, seen_rev=0))
    first, last = (each.answer for each in found.answers)
    assert first.run == last.run
    assert (last.run.track, last.run.arrival.planned < last.run.arrival.estimated) == ("1", True)
    assert Code.SEEN_OLDER not in {each.code for each in last.warned}
    assert {each.hand for each in found.answers} == {0}


def test_nothing_of_it_is_in_the_audit_and_it_can_be_done_afterwards(hub, rehearse, audit, build):
    rehearse(order(Delayed(45), 1))
    assert audit.head()[0] == 0
    assert hub.command(build.at("09:00"), order(Delayed(45), 1).command).accepted


def test_what_somebody_did_between_is_passed_over_by_nobody(rehearse):
    found = rehearse(order(Delayed(45), 1), order(Delayed(50), 2, seen_hand=NEVER))
    assert [each.answer.accepted for each in found.answers] == [True, False]


@pytest.fixture
def do(hub, audit, build):
    def done(*orders, more=(), **options):
        works = [*obey_all(orders, audit), *more]
        return hub.obeying(build.at("09:00"), works, **options)

    return done


def test_what_is_commanded_together_is_there_together(hub, do, audit, build):
    committed = []
    hub.look_on = committed.append
    found = do(order(Delayed(45), 1, seen_rev=0), order(OnTrack("t1"), 2, seen_rev=0))
    assert all_accepted(found)
    assert [each.hand for each in found] == [1, 2]
    assert audit.head() == (2, found[-1].mark)
    assert told(hub).departure.estimated == build.at("12:55")
    assert [set(each.hands.values()) for each in committed] == [{1}, {2}]


def test_one_that_is_refused_stops_none_of_the_others(do, audit):
    found = do(order(Delayed(45), 1, "2021-01-20.none"), order(Delayed(45), 2))
    assert [each.answer.accepted for each in found] == [False, True]
    assert audit.head()[0] == 2


def test_whole_or_not_at_all(hub, do, audit):
    orders = order(Delayed(45), 1), order(Delayed(45), 2, "2021-01-20.none")
    found = do(*orders, wanted=all_accepted)
    assert [each.answer.accepted for each in found] == [True, False]
    nothing_was_done(hub, audit)
    assert do(orders[0], wanted=all_accepted)[0].hand == 1


def test_what_breaks_in_the_middle_leaves_nothing(hub, do, audit):
    def breaks(_):
        raise DeviceError("disk full")

    with pytest.raises(DeviceError):
        do(order(Delayed(45), 1), more=[breaks])
    nothing_was_done(hub, audit)
    assert do(order(Delayed(45), 1))[0].hand == 1


def nothing_was_done(hub, audit):
    assert audit.head()[0] == 0
    assert told(hub).departure.estimated is None
    assert said(hub) == {}


def test_those_after_a_change_of_mode_know_of_it(hub, do):
    manual = SetStationMode(command_id="m", who="li", why="x", manual=True)
    first = Order(manual, Actor(who="li", source=Source.CONSOLE), "station.mode")
    found = do(first, order(Delayed(45), 1), order(Delayed(45), 2, LEAVES))
    assert all_accepted(found)
    assert hub.mode is not None
