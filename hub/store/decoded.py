"""Runs of the database as values, each decoded once for as long as its record is the same.

Law: what it returns is what `to_stored` would return of the same record; the database is read each
time, and a record that is another one by a single octet is decoded anew. The store's thread alone
uses it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.store.records import to_stored

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hub.kernel.conclude import Stored


class Decoded:
    """The runs that were last asked for."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[Sequence[Any], Stored]] = {}

    def __len__(self) -> int:
        """Return how many are held."""
        return len(self._held)

    def all(self, records: Iterable[Sequence[Any]]) -> list[Stored]:
        """Return the values of all records that there are; others are held no more."""
        found = {record[0]: (record, self._one(record)) for record in records}
        self._held = found
        return [stored for _, stored in found.values()]

    def some(self, records: Iterable[Sequence[Any]]) -> list[Stored]:
        """Return the values of some records."""
        found = {record[0]: (record, self._one(record)) for record in records}
        self._held.update(found)
        return [stored for _, stored in found.values()]

    def _one(self, record: Sequence[Any]) -> Stored:
        held = self._held.get(record[0])
        if held is not None and held[0] == record:
            return held[1]
        return to_stored(record)[1]
