"""Commands that are rehearsed: what becomes of all of them, in turn, and nothing is kept."""

from functools import partial

import pytest

from hub.audit.order import NEVER, Order
from hub.audit.record import Actor, Source
from hub.kernel.objections import Code
from hub.kernel.override import Delayed, OnTrack, SetOverride
from hub.store.audit import AuditStore
from hub.store.audited import following, obey_audited, rehearsed
from hub.store.database import Database
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
        done = []

        def work(step, order):
            done.append(obey_audited(step, following(done, order), audit))
            return done[-1]

        works = [partial(work, order=each) for each in orders]
        return rehearsed(hub.rehearsing(build.at("09:00"), works))

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
