"""The sender's table: rows, their revisions, the digest of all of them.

Law: pure. Every change of a row takes the next revision; the table is never rolled back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from one_way_feed.row_codec import DIGEST_OCTETS, key_of, row_digest
from one_way_feed.rows import RowChange, RowDeleted, RowUpserted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from one_way_feed.rows import Row, RowKey

DIGEST_MODULUS = 1 << 8 * DIGEST_OCTETS


def digest_of(rows: Iterable[Row]) -> int:
    """Return the digest of a whole table: the sum of its rows' digests, modulo 2^128."""
    return sum(map(row_digest, rows)) % DIGEST_MODULUS


@dataclass(frozen=True)
class TableState:
    """A table at one moment.

    Attributes:
        revision: grows with each change; 0: there has been no table yet.
        rows: how many.
        digest: of all of them.
    """

    revision: int
    rows: int
    digest: int


class Table:
    """Rows by key, with the revision at which each got its content."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch
        self._rows: dict[RowKey, tuple[RowUpserted, int]] = {}
        self._revision = 0
        self._digest = 0

    @property
    def state(self) -> TableState:
        """The table's revision, size and digest."""
        return TableState(self._revision, len(self._rows), self._digest)

    def records(self) -> list[RowUpserted]:
        """Return every row with its revision; log and plan of one visit stand together."""
        ordered = sorted(self._rows, key=lambda key: (key[1], key[0]))
        return [self._rows[key][0] for key in ordered]

    def update(self, rows: Mapping[RowKey, Row]) -> list[RowChange]:
        """Make the table what a poll has found; return what changed, in order of revision.

        The first call makes a table even when `rows` is empty: revision 1.
        """
        changes: list[RowChange] = [
            RowDeleted(key, self._next()) for key in self._rows.keys() - rows.keys()
        ]
        changes += [
            RowUpserted(row, self._next())
            for key, row in rows.items()
            if key not in self._rows or self._rows[key][0].row != row
        ]
        for change in changes:
            self._apply(change)
        if not self._revision:
            self._next()
        return changes

    def _next(self) -> tuple[int, int]:
        self._revision += 1
        return (self.epoch, self._revision)

    def _apply(self, change: RowChange) -> None:
        key = key_of(change)
        old = self._rows.pop(key, None)
        if old is not None:
            self._digest -= old[1]
        if isinstance(change, RowUpserted):
            digest = row_digest(change.row)
            self._rows[key] = (change, digest)
            self._digest += digest
        self._digest %= DIGEST_MODULUS
