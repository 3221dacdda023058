from __future__ import annotations

from datetime import timedelta

import pytest

from one_way_feed.bodies import MAX_ENTRIES, MAX_SYMBOL
from one_way_feed.erasure import MAX_DATA
from one_way_feed.frame import FrameType
from one_way_feed.rows import RowUpserted, TrafficLogRow
from one_way_feed.snapshot import Dictionary, Generation, TableTooLong
from one_way_feed.table import Table


def frozen(rows):
    table, dictionary = Table(5), Dictionary()
    for change in table.update(rows):
        dictionary.learn(change)
    return Generation(1, table, dictionary)


def test_a_pass_has_every_symbol_once_and_each_fits_a_frame(rows):
    generation = frozen(rows(40))
    pieces = list(generation.one_pass())
    places = [(p.kind, p.symbol.block, p.symbol.index) for p in pieces]
    assert len(set(places)) == len(places)
    assert all(len(piece.symbol.content) <= MAX_SYMBOL for piece in pieces)
    data = [piece for piece in pieces if piece.kind is FrameType.SNAPSHOT]
    assert len(data) == generation.data_symbols
    assert sorted(key for piece in data for key in piece.keys) == sorted(rows(40))
    assert len(pieces) >= 2 * len(data)


def test_a_large_table_takes_several_blocks_that_take_turns(rows):
    generation = frozen(rows(900))
    assert generation.manifest.blocks == 2
    first = [piece.symbol.block for piece in generation.one_pass()][:6]
    assert first == [0, 1, 0, 1, 0, 1]
    assert all(p.symbol.count <= MAX_DATA for p in generation.one_pass())


def test_an_empty_table_has_one_symbol():
    assert frozen({}).data_symbols == 1


def test_a_table_beyond_32_blocks_is_refused():
    rows = {("log", str(n)): TrafficLogRow(key=f"{n:0100d}", track="x" * 100) for n in range(4100)}
    for number, key in enumerate(rows):
        rows[key] = TrafficLogRow(key=f"{number:05d}" + "k" * 190)
    with pytest.raises(TableTooLong, match="4100 rows"):
        frozen(rows)


def test_a_full_dictionary_takes_no_more():
    dictionary = Dictionary()
    for number in range(MAX_ENTRIES + 5):
        dictionary.learn(RowUpserted(TrafficLogRow(key="k", track=f"t{number}"), (5, 1)))
    assert len(dictionary.entries) == MAX_ENTRIES
    assert dictionary.lookup(f"t{MAX_ENTRIES}") is None
    assert dictionary.lookup_below(10, "t9") == 9
    assert dictionary.lookup_below(9, "t9") is None


def test_it_is_not_touched_by_later_changes(rows):
    table, dictionary = Table(5), Dictionary()
    table.update(rows(10))
    generation = Generation(1, table, dictionary)
    before = list(generation.one_pass())
    table.update(rows(3, start=next(iter(rows(1).values())).planned_arrival + timedelta(days=1)))
    assert list(generation.one_pass()) == before
