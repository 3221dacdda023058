"""When and where what is spoken is told."""

from datetime import UTC, datetime, timedelta

import pytest

from protocol.spoken import Said

AT = datetime(2021, 1, 20, 6, 0, tzinfo=UTC)


def said(**fields):
    given = {"spoken_id": "1", "kind": "delay", "text": {"en": "Late"}, "begins_at": AT}
    return Said(**{**given, "ends_at": AT + timedelta(seconds=10), **fields})


@pytest.mark.parametrize(("second", "told"), [(-1, False), (0, True), (9, True), (10, False)])
def test_it_is_told_from_its_begin_up_to_its_end(second, told):
    assert said().told(AT + timedelta(seconds=second)) is told


def test_what_has_ended_is_not_told():
    assert not said(ended=True).told(AT)


def test_it_is_told_where_it_is_heard():
    assert said(places=("hall-1", "2")).heard_at({"2"})
    assert not said(places=("hall-1",)).heard_at({"2"})
    assert said().heard_at(set())
