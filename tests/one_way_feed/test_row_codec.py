from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from one_way_feed.octets import BodyError
from one_way_feed.row_codec import RowTooLong, key_of, nothing, pack, row_digest
from one_way_feed.row_reader import MissingEntry, unpack
from one_way_feed.rows import RowDeleted, RowUpserted, StagePlanRow, Step, TrafficLogRow
from one_way_feed.snapshot import Dictionary
from protocol.runs import Role

texts = st.text(max_size=12)
maybe = st.none() | texts
instants = st.none() | st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001 - Hypothesis wants it so
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
minutes = st.none() | st.integers(-(10**6), 10**8).map(
    lambda minute: datetime.fromtimestamp(minute * 60, UTC)
)
times = st.one_of(instants, minutes)
plans = st.builds(
    StagePlanRow,
    key=st.text(min_size=1, max_size=12),
    arrival_number=maybe,
    departure_number=maybe,
    category=texts,
    role=st.sampled_from(Role),
    origin=texts,
    destination=texts,
    arrival_track=maybe,
    departure_track=maybe,
    planned_arrival=times,
    planned_departure=times,
    estimated_arrival=times,
    estimated_departure=times,
    delay_known=st.booleans(),
    cancelled=st.booleans(),
)
logs = st.builds(
    TrafficLogRow,
    key=st.text(min_size=1, max_size=12),
    step=st.none() | st.sampled_from(Step),
    actual_arrival=times,
    actual_departure=times,
    track=maybe,
)
revisions = st.tuples(st.just(5), st.integers(0, 1000))
changes = st.one_of(
    st.builds(RowUpserted, plans | logs, revisions),
    st.builds(RowDeleted, st.tuples(st.sampled_from(["plan", "log"]), texts), revisions),
)


@given(st.lists(changes, max_size=12), st.booleans())
def test_rows_come_back_exactly(rows, use_dictionary):
    dictionary = Dictionary()
    for change in rows:
        dictionary.learn(change)
    lookup = dictionary.lookup if use_dictionary else nothing
    block, taken = pack(rows, 100_000, 1000, lookup)
    assert taken == len(rows)
    assert unpack(block + bytes(7), 5, dictionary.entries) == rows


@given(st.lists(changes, min_size=1, max_size=12), st.integers(300, 600))
def test_a_block_takes_as_many_as_fit(rows, room):
    block, taken = pack(rows, room, 1000, nothing)
    assert len(block) <= room
    assert unpack(block, 5, []) == rows[:taken]
    if taken < len(rows):
        assert len(pack(rows[: taken + 1], 10**6, 1000, nothing)[0]) > room


@given(plans | logs, plans | logs)
def test_the_digest_is_of_the_content(one, other):
    assert (row_digest(one) == row_digest(other)) == (one == other)


def test_a_real_row_is_short(rows):
    table = [RowUpserted(row, (5, n)) for n, row in enumerate(rows(60).values())]
    dictionary = Dictionary()
    for change in table:
        dictionary.learn(change)
    block, taken = pack(table, 221, 120, dictionary.lookup)
    plan_and_log = 2 * len(block) / taken
    assert plan_and_log < 40


@given(st.binary(max_size=120))
def test_no_octets_whatever_do_more_than_be_refused(octets):
    with contextlib.suppress(BodyError):
        unpack(octets, 5, ["a"])


@given(st.lists(changes, min_size=1, max_size=4), st.data())
def test_a_damaged_block_is_refused_or_rows(rows, data):
    block = bytearray(pack(rows, 10_000, 1000, nothing)[0])
    block[data.draw(st.integers(0, len(block) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        found = unpack(bytes(block), 5, [])
    except BodyError:
        return
    assert all(isinstance(key_of(change)[1], str) for change in found)


def test_an_absurd_row_does_not_fit():
    row = TrafficLogRow(key="k" * 300)
    with pytest.raises(RowTooLong, match="longer than"):
        pack([RowUpserted(row, (5, 1))], 221, 1, nothing)


def test_an_entry_that_has_not_come_is_waited_for():
    change = RowUpserted(TrafficLogRow(key="k", track="3"), (5, 1))
    block, _ = pack([change], 221, 1, lambda _text: 4)
    with pytest.raises(MissingEntry):
        unpack(block, 5, ["a"] * 4)
    assert unpack(block, 5, ["a"] * 4 + ["3"]) == [change]


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ("e2 00 00 01 6b", "unknown bits in head"),
        ("f9 00 00 01 6b 00 00", "unknown bits in head"),
        ("1d 00 00 01 6b 00 00", "unknown step"),
        ("01 00 00 01 6b 34 00", "unknown bits in times"),
        ("01 00 00 01 6b 04 00", "unknown bits in times"),
        ("01 00 05 01 6b 00 00", "more than the block has"),
        ("01 7f 00 01 6b 00 00", "more than the block has"),
        ("00 00 00 01 6b 00 00 00 00 00", "a text is missing"),
        ("01 00 00 01 ff 00 00", "UTF-8"),
        ("01 00 00 01 6b 01 ff ff ff ff ff ff ff ff 7f 00", "beyond the calendar"),
    ],
)
def test_a_record_that_means_nothing_is_refused(record, why):
    block = (9).to_bytes(4) + bytes(4) + b"\1" + bytes.fromhex(record)
    with pytest.raises(BodyError, match=why):
        unpack(block, 5, [])
