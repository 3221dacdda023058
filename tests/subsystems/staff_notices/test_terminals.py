"""Which terminals are alive, and who is signed on there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec import structs

from subsystems.staff_notices.people import Session
from subsystems.staff_notices.terminals import DARK_S, FORGOTTEN_S, Terminal, Terminals

ONE = Terminal("t-1", "watering", 100.0)


@pytest.fixture
def session(make):
    def one(nth=1, terminal="t-1", person="王芳", **rest):
        at = make.midnight + nth * make.minute
        given = {"post": "watering", "began_at": at, "received_at": at} | rest
        return Session(id=f"session-{nth}", terminal=terminal, person=person, **given)

    return one


def test_it_is_dark_after_a_while_not_before():
    assert not ONE.dark(100.0 + DARK_S)
    assert ONE.dark(100.1 + DARK_S)


def test_people_see_a_difference_only_when_there_is_one():
    terminals = Terminals()
    assert terminals.heard(ONE)
    assert not terminals.heard(replace(ONE, seen_s=105.0))
    assert terminals.heard(replace(ONE, seen_s=110.0, queued=1))
    assert terminals.heard(replace(ONE, seen_s=110.0 + DARK_S + 1, queued=1)), "it is back"


def test_who_is_dark_for_a_day_is_forgotten_unless_somebody_is_signed_on(session, make):
    terminals = Terminals([session(terminal="t-2")])
    terminals.heard(ONE)
    terminals.heard(replace(ONE, id="t-2"))
    terminals.prune(99.0 + FORGOTTEN_S)
    assert len(terminals.of("watering")) == 2
    terminals.prune(100.0 + FORGOTTEN_S)
    assert [each.id for each in terminals.of("watering")] == ["t-2"]
    terminals.put(structs.replace(session(terminal="t-2"), ended_at=make.midnight))
    terminals.prune(100.0 + FORGOTTEN_S)
    assert terminals.of("watering") == []


def test_one_person_a_terminal(session):
    terminals = Terminals()
    first, second = session(1), session(2, person="李明")
    assert terminals.put(first) is None
    assert terminals.put(first) is None, "again is no change of person"
    assert terminals.put(second) == first
    assert terminals.at("t-1") == second
    assert terminals.session(first.id) is None


def test_who_signs_off_is_gone_and_nobody_else(session):
    terminals = Terminals([session(1), session(2, terminal="t-2", person="李明")])
    ended = structs.replace(session(1), ended_at=session(1).began_at + timedelta(hours=8))
    assert terminals.put(ended) is None
    assert [each.person for each in terminals.persons("watering")] == ["李明"]
    assert terminals.at("t-1") is None


def test_a_post_has_its_own_in_their_order(session):
    terminals = Terminals([session(2, terminal="b"), session(1, terminal="a", person="李明")])
    for each in (replace(ONE, id="b"), replace(ONE, id="a"), replace(ONE, id="c", post="police")):
        terminals.heard(each)
    assert [each.id for each in terminals.of("watering")] == ["a", "b"]
    assert [each.person for each in terminals.persons("watering")] == ["李明", "王芳"]
    assert terminals.persons("police") == []
    assert terminals.counts(100.0) == {"alive": 3, "dark": 0, "signed-on": 2}
    assert terminals.counts(101.0 + DARK_S)["dark"] == 3
