"""A frozen generation of the whole table, cut into symbols with parity; the dictionary of texts.

Law: pure. A generation never changes once it is made; parity symbols are computed when asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from one_way_feed.bodies import (
    DICTIONARY_SYMBOL,
    MAX_BLOCKS,
    MAX_ENTRIES,
    MAX_SYMBOL,
    ROWS_SYMBOL,
    Manifest,
    Symbol,
    pack_entries,
)
from one_way_feed.erasure import MAX_DATA, MAX_PARITY, parity_symbol
from one_way_feed.frame import FrameType
from one_way_feed.row_codec import SCHEMA, key_of, pack
from one_way_feed.rows import RowUpserted, StagePlanRow
from protocol.errors import FeedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from one_way_feed.rows import RowChange, RowKey
    from one_way_feed.table import Table

MIN_PARITY = 16
"""Symbols of parity in a pass of even the smallest table."""


class TableTooLong(FeedError):  # noqa: N818 - named for what is wrong
    """The table does not fit into 32 blocks: about 25,000 rows."""


class Dictionary:
    """Texts that many rows share, numbered in the order in which they were first seen.

    It only grows, and lives as long as the epoch. Keys and train numbers are not in it.
    """

    def __init__(self) -> None:
        self.entries: list[str] = []
        self._numbers: dict[str, int] = {}

    def learn(self, change: RowChange) -> None:
        """Take the texts of a row in; when the dictionary is full they are written out instead."""
        if isinstance(change, RowUpserted):
            for text in _texts(change):
                self._add(text)

    def _add(self, text: str) -> None:
        if text not in self._numbers and len(self.entries) < MAX_ENTRIES:
            self._numbers[text] = len(self.entries)
            self.entries.append(text)

    def lookup(self, text: str) -> int | None:
        """Return the number of the entry `text`, None if there is none."""
        return self._numbers.get(text)

    def lookup_below(self, limit: int, text: str) -> int | None:
        """Return the number of the entry `text` if it is less than `limit`."""
        number = self._numbers.get(text)
        return number if number is not None and number < limit else None


def _texts(change: RowUpserted) -> list[str]:
    row = change.row
    if not isinstance(row, StagePlanRow):
        return [row.track] if row.track is not None else []
    tracks = [t for t in (row.arrival_track, row.departure_track) if t is not None]
    return [row.category, row.origin, row.destination, *tracks]


@dataclass(frozen=True)
class Piece:
    """One symbol on its way out.

    Attributes:
        kind: SNAPSHOT or PARITY.
        symbol: the symbol.
        keys: rows in it, empty for parity.
    """

    kind: FrameType
    symbol: Symbol
    keys: tuple[RowKey, ...] = ()


class Generation:
    """A snapshot.

    Attributes:
        manifest: what it is when complete.
    """

    def __init__(self, number: int, table: Table, dictionary: Dictionary) -> None:
        """Freeze `table`.

        Raises:
            TableTooLong: it has more rows than a snapshot can hold.
        """
        symbols = [*_dictionary_symbols(dictionary), *_row_symbols(table, dictionary)]
        count = -(-len(symbols) // MAX_DATA)
        if count > MAX_BLOCKS:
            raise TableTooLong(f"{table.state.rows} rows are more than a snapshot can hold")
        size = -(-len(symbols) // count)
        self._blocks = [symbols[at : at + size] for at in range(0, len(symbols), size)]
        self._padded = [_padded([content for content, _ in block]) for block in self._blocks]
        state = table.state
        self.manifest = Manifest(
            generation=number,
            revision=state.revision,
            rows=state.rows,
            digest=state.digest,
            schema=SCHEMA,
            blocks=len(self._blocks),
            entries=len(dictionary.entries),
        )

    @property
    def data_symbols(self) -> int:
        """How many data symbols it has."""
        return sum(map(len, self._blocks))

    def one_pass(self) -> Iterator[Piece]:
        """Yield every data symbol, then as many of parity, the blocks taking turns.

        So a burst spreads over all blocks, and whoever joins anywhere in a pass finds each symbol
        new until all are there.
        """
        for index in range(max(map(len, self._blocks))):
            for block, symbols in enumerate(self._blocks):
                if index < len(symbols):
                    content, keys = symbols[index]
                    yield Piece(FrameType.SNAPSHOT, self._symbol(block, index, content), keys)
        for number in range(min(MAX_PARITY, max(MIN_PARITY, len(self._blocks[0])))):
            for block, padded in enumerate(self._padded):
                symbol = self._symbol(block, number, parity_symbol(padded, number))
                yield Piece(FrameType.PARITY, symbol)

    def _symbol(self, block: int, index: int, content: bytes) -> Symbol:
        count = len(self._blocks[block])
        number = self.manifest.generation
        return Symbol(number, block, len(self._blocks), count, index, content)


def _padded(contents: list[bytes]) -> list[bytes]:
    longest = max(map(len, contents))
    return [content.ljust(longest, b"\0") for content in contents]


def _dictionary_symbols(dictionary: Dictionary) -> Iterator[tuple[bytes, tuple[RowKey, ...]]]:
    first = 0
    while first < len(dictionary.entries):
        body, taken = pack_entries(first, dictionary.entries[first:], MAX_SYMBOL - 1)
        yield bytes((DICTIONARY_SYMBOL,)) + body, ()
        first += taken


def _row_symbols(
    table: Table, dictionary: Dictionary
) -> Iterator[tuple[bytes, tuple[RowKey, ...]]]:
    """Yield the rows' symbols; a table without rows has one without records."""
    records = table.records()
    at = 0
    while at < len(records) or at == 0:
        rest = records[at : at + 255]
        body, taken = pack(rest, MAX_SYMBOL - 1, table.state.revision, dictionary.lookup)
        keys = tuple(key_of(record) for record in rest[:taken])
        yield bytes((ROWS_SYMBOL,)) + body, keys
        at += max(taken, 1)
