from __future__ import annotations

from msgspec.structs import replace

from one_way_feed.rows import RowDeleted, RowUpserted
from one_way_feed.table import Table, digest_of


def test_each_change_takes_the_next_revision(rows):
    table, wanted = Table(5), rows(3)
    assert [change.revision for change in table.update(wanted)] == [(5, n) for n in range(1, 7)]
    assert table.update(wanted) == []
    key = ("plan", "20210120-001")
    wanted[key] = replace(wanted[key], cancelled=True)
    del wanted["log", "20210120-002"]
    assert table.update(wanted) == [
        RowDeleted(("log", "20210120-002"), (5, 7)),
        RowUpserted(wanted[key], (5, 8)),
    ]
    assert table.state.revision == 8
    assert table.state.rows == len(wanted)
    assert table.state.digest == digest_of(wanted.values())


def test_the_way_to_a_table_does_not_matter_to_its_digest(rows):
    one, other = Table(5), Table(6)
    one.update(rows(4))
    one.update(rows(2))
    other.update(dict(reversed(rows(2).items())))
    assert one.state.digest == other.state.digest


def test_an_empty_table_is_a_table():
    table = Table(5)
    assert table.state.revision == 0
    assert table.update({}) == []
    assert (table.state.revision, table.state.rows, table.state.digest) == (1, 0, 0)
