"""The receiver's table: rows with revisions, merged by the greater (epoch, revision).

Law: pure. Repetition and reordering do no harm. A row disappears by a tombstone or by a verified
whole table, never because nothing was heard. What is not newer than the verified revision is
settled: it is in the table already, or it was deleted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from one_way_feed.row_codec import key_of, row_digest
from one_way_feed.rows import RowDeleted, RowUpserted
from one_way_feed.table import DIGEST_MODULUS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from one_way_feed.rows import Row, RowChange, RowKey

    Revision = tuple[int, int]


class KnownTable:
    """The table as it is known from the line.

    Attributes:
        verified: (epoch, revision) up to which the whole table is right; (0, 0): never.
        confirmed: how often that was established.
        conflicts: rows of one key and revision with different content: somebody lies.
        digest: of the table as it is known now.
    """

    # Changes are kept until they are drained, so that what a damaged frame changed before it
    # turned out to be damaged is told all the same.

    def __init__(self, held: Mapping[RowKey, tuple[Row, Revision]]) -> None:
        """Begin with the rows that the hub holds from before."""
        self.verified: Revision = (0, 0)
        self.confirmed = 0
        self.conflicts = 0
        self._rows: dict[RowKey, tuple[Row, Revision, int]] = {
            key: (row, revision, row_digest(row)) for key, (row, revision) in held.items()
        }
        self.digest = sum(digest for _, _, digest in self._rows.values()) % DIGEST_MODULUS
        self._deleted: dict[RowKey, Revision] = {}
        self._changes: list[RowChange] = []
        self._touched: set[RowKey] = set()

    def drain(self) -> list[RowChange]:
        """Return what got another content since the last call, in order."""
        changes, self._changes = self._changes, []
        return changes

    def touched(self) -> set[RowKey]:
        """Return the rows that got another revision, if not content, since the last call."""
        touched, self._touched = self._touched, set()
        return touched

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def rows(self) -> dict[RowKey, Row]:
        """The rows."""
        return {key: row for key, (row, _, _) in self._rows.items()}

    def row(self, key: RowKey) -> Row | None:
        """Return a row, None if there is none."""
        held = self._rows.get(key)
        return held[0] if held is not None else None

    def state(self, key: RowKey) -> tuple[Row | None, Revision]:
        """Return a row and the revision up to which that is known; (None, (0, 0)): nothing is."""
        held = self._rows.get(key)
        if held is not None:
            return held[0], max(held[1], self.verified)
        return None, max(self.verified, self._deleted.get(key, (0, 0)))

    def merge(self, changes: Iterable[RowChange]) -> None:
        """Take what is newer."""
        for change in changes:
            if self._newer(change):
                self._apply(change)

    def matches(self, rows: int, digest: int) -> bool:
        """Return whether the table has that many rows and that digest."""
        return (rows, digest) == (len(self._rows), self.digest)

    def confirm(self, revision: Revision) -> None:
        """Note that the table is right as of `revision`."""
        self.confirmed += 1
        self.verified = max(self.verified, revision)
        self._deleted = {k: r for k, r in self._deleted.items() if r > self.verified}

    def drop_all_but(self, keys: Collection[RowKey], revision: Revision) -> None:
        """Delete what is not in `keys`, the whole table as of `revision`."""
        gone = [k for k, (_, r, _) in self._rows.items() if k not in keys and r <= revision]
        for key in gone:
            self._apply(RowDeleted(key, revision))

    def _newer(self, change: RowChange) -> bool:
        key, revision = key_of(change), change.revision
        held = self._rows.get(key)
        if held is not None and held[1] == revision and isinstance(change, RowUpserted):
            self.conflicts += held[0] != change.row
        last = max(self.verified, self._deleted.get(key, (0, 0)))
        return revision > last and (held is None or revision > held[1])

    def _apply(self, change: RowChange) -> None:
        key = key_of(change)
        self._touched.add(key)
        old = self._rows.pop(key, None)
        if old is not None:
            self.digest = (self.digest - old[2]) % DIGEST_MODULUS
        if isinstance(change, RowDeleted):
            self._deleted[key] = change.revision
            told = old is not None
        else:
            told = old is None or old[0] != change.row
            digest = row_digest(change.row) if old is None or told else old[2]
            self._rows[key] = (change.row, change.revision, digest)
            self.digest = (self.digest + digest) % DIGEST_MODULUS
            self._deleted.pop(key, None)
        if told:
            self._changes.append(change)
