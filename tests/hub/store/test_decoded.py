"""Runs are decoded once for as long as their record is the same, and anew when it is not."""

from __future__ import annotations

from contextlib import closing

import pytest

from hub.operations import Operations
from hub.store.decoded import Decoded
from hub.store.records import to_stored


@pytest.fixture
def records(quick_database, station, build):
    """Records of the small station's day, as the database has them."""
    with closing(Operations(quick_database(), station)) as operations:
        operations.open(build.at("08:00"))
        with operations._database.transaction() as opened:
            return [tuple(each) for each in opened.rows(operations._statements.all_runs)]


def test_values_are_what_the_records_say(records):
    assert len(records) > 2
    assert Decoded().all(records) == [to_stored(each)[1] for each in records]


def test_the_same_record_is_the_same_value(records):
    decoded = Decoded()
    first = decoded.all(records)
    assert all(one is other for one, other in zip(first, decoded.some(records), strict=True))


def test_another_record_is_another_value(records):
    decoded = Decoded()
    before = decoded.all(records)
    run_id, facts, state, agenda, rev, *phases = records[0]
    (changed,) = decoded.some([(run_id, facts, state, agenda, rev + 1, *phases)])
    assert changed.rev == before[0].rev + 1
    assert changed.run == before[0].run
    assert decoded.all(records)[0] == before[0]


def test_what_is_gone_is_held_no_more(records):
    decoded = Decoded()
    decoded.all(records)
    decoded.all(records[:1])
    assert len(decoded) == 1
    decoded.some(records)
    assert len(decoded) == len(records)
