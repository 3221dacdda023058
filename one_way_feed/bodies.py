"""The bodies of the six types of frame.

Law: pure values with `to_bytes` and `from_bytes`. Integers are big-endian; what does not fit is a
`BodyError`.

    HEARTBEAT   state u8 | poll ok at u48 ms | changed at u48 ms | poll interval u16, 0.1 s |
                revision u32 | rows u32 | digest 16 | schema u32 | generation u32 |
                rejected u16 | received u32
    MANIFEST    generation u32 | revision u32 | rows u32 | digest 16 | schema u32 | blocks u8 |
                dictionary entries u16
    SNAPSHOT    generation u32 | block u8 | blocks u8 | data symbols k u8 | index u8 | symbol
    PARITY      generation u32 | block u8 | blocks u8 | data symbols k u8 | number u8 | symbol
    DELTA       a block of rows (row_codec)
    DICTIONARY  first entry u16 | entries u8 | (length v | octets UTF-8) …

A data symbol is 01 + the body of a DICTIONARY, or 02 + a block of rows. For the code each is
filled up with zeros to the length of the block's longest.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from one_way_feed.erasure import MAX_DATA, MAX_PARITY
from one_way_feed.frame import MAX_BODY
from one_way_feed.octets import BodyError, Reader, text_of, varint
from one_way_feed.row_codec import DIGEST_OCTETS

if TYPE_CHECKING:
    from collections.abc import Sequence

SYMBOL_HEAD = 8
MAX_SYMBOL = MAX_BODY - SYMBOL_HEAD
DICTIONARY_SYMBOL, ROWS_SYMBOL = 1, 2
MAX_BLOCKS = 32
"""Bounds the receiver's memory: 32 x 127 symbols hold about 25,000 rows."""
MAX_ENTRIES = 2048


class SourceState(IntEnum):
    """How the sender stands with the dispatching database."""

    OK = 0
    NEVER_POLLED = 1
    """No poll has succeeded since the sender started: there is no table yet."""
    UNREACHABLE = 2
    SLOW = 3
    """A poll runs into its time-out."""
    SCHEMA_CHANGED = 4
    """A table or column of the configuration is gone."""
    ABSURD = 5
    """The answer cannot be true (most rows gone or unusable); the last good table is kept."""
    FROZEN = 6
    """Polls succeed, and nothing has changed for longer than the configuration allows."""


@dataclass(frozen=True)
class Heartbeat:
    """Sent every 1 s (57,600 baud and more) or 2 s.

    Attributes:
        state: a member of SourceState.
        poll_ok_at_ms: end of the last good poll, UTC milliseconds, 0: none yet.
        changed_at_ms: when a row last changed, 0: none yet.
        poll_interval_ds: tenths of a second between polls.
        revision: of the table now, 0: there is none yet.
        rows: in the table now.
        digest: of the table now.
        schema: fingerprint of the rows' layout.
        generation: of the snapshot that is on the line.
        rejected: rows of the last poll that could not be mapped, 65535: that many or more.
        received: octets that came in on the sender's receiving wire since its start. Not 0: the
            line is not one-way.
    """

    state: int
    poll_ok_at_ms: int
    changed_at_ms: int
    poll_interval_ds: int
    revision: int
    rows: int
    digest: int
    schema: int
    generation: int
    rejected: int
    received: int

    def to_bytes(self) -> bytes:
        """Return the body."""
        return b"".join(
            (
                self.state.to_bytes(1),
                self.poll_ok_at_ms.to_bytes(6),
                self.changed_at_ms.to_bytes(6),
                min(self.poll_interval_ds, 0xFFFF).to_bytes(2),
                self.revision.to_bytes(4),
                self.rows.to_bytes(4),
                self.digest.to_bytes(DIGEST_OCTETS),
                self.schema.to_bytes(4),
                self.generation.to_bytes(4),
                min(self.rejected, 0xFFFF).to_bytes(2),
                (self.received & 0xFFFF_FFFF).to_bytes(4),
            )
        )

    @classmethod
    def from_bytes(cls, body: bytes) -> Heartbeat:
        """Return the heartbeat; octets that a later version appends are ignored."""
        reader = Reader(body)
        return cls(*(reader.uint(size) for size in (1, 6, 6, 2, 4, 4, 16, 4, 4, 2, 4)))


@dataclass(frozen=True)
class Manifest:
    """What a snapshot's generation is when it is complete.

    Attributes:
        generation: counts the snapshots of an epoch from 1.
        revision: the table's revision when the generation was frozen.
        rows: how many.
        digest: of the table at `revision`.
        schema: fingerprint of the rows' layout.
        blocks: erasure code blocks, 1-32.
        entries: length of the dictionary.
    """

    generation: int
    revision: int
    rows: int
    digest: int
    schema: int
    blocks: int
    entries: int

    def to_bytes(self) -> bytes:
        """Return the body."""
        return b"".join(
            (
                self.generation.to_bytes(4),
                self.revision.to_bytes(4),
                self.rows.to_bytes(4),
                self.digest.to_bytes(DIGEST_OCTETS),
                self.schema.to_bytes(4),
                self.blocks.to_bytes(1),
                self.entries.to_bytes(2),
            )
        )

    @classmethod
    def from_bytes(cls, body: bytes) -> Manifest:
        """Return the manifest; octets that a later version appends are ignored."""
        reader = Reader(body)
        return cls(*(reader.uint(size) for size in (4, 4, 4, 16, 4, 1, 2)))


@dataclass(frozen=True)
class Symbol:
    """One symbol of a snapshot: body of SNAPSHOT (data) and PARITY.

    Attributes:
        generation: which snapshot.
        block: 0-based number of the block.
        blocks: 1-32.
        count: data symbols of the block, 1-127.
        index: number of the data symbol, or of the parity symbol.
        content: at most 221 octets.
    """

    generation: int
    block: int
    blocks: int
    count: int
    index: int
    content: bytes

    def to_bytes(self) -> bytes:
        """Return the body."""
        place = bytes((self.block, self.blocks, self.count, self.index))
        return self.generation.to_bytes(4) + place + self.content

    @classmethod
    def from_bytes(cls, body: bytes, *, parity: bool) -> Symbol:
        """Return the symbol.

        Raises:
            BodyError: too short, or its numbers contradict each other.
        """
        reader = Reader(body)
        generation, block, blocks, count, index = (reader.uint(size) for size in (4, 1, 1, 1, 1))
        symbol = cls(generation, block, blocks, count, index, reader.rest())
        limit = MAX_PARITY if parity else symbol.count
        fits = symbol.block < symbol.blocks <= MAX_BLOCKS and symbol.index < limit
        if not fits or not 1 <= symbol.count <= MAX_DATA or not symbol.content:
            place = (symbol.block, symbol.blocks, symbol.count, symbol.index)
            raise BodyError(f"a symbol cannot stand at {place}")
        return symbol


def pack_entries(first: int, texts: Sequence[str], room: int) -> tuple[bytes, int]:
    """Return a dictionary body with as many `texts` as fit, and how many these are.

    Args:
        first: entry number of the first.
        texts: each at most `room` - 5 octets.
        room: octets that the body may have.
    """
    packed: list[bytes] = []
    used = 3
    for text in texts[:255]:
        octets = text.encode()
        entry = varint(len(octets)) + octets
        if used + len(entry) > room:
            break
        packed.append(entry)
        used += len(entry)
    return first.to_bytes(2) + bytes((len(packed),)) + b"".join(packed), len(packed)


def unpack_entries(body: bytes) -> tuple[int, list[str]]:
    """Return number of the first entry and the entries; trailing zeros are padding.

    Raises:
        BodyError: not a dictionary.
    """
    reader = Reader(body)
    first, count = reader.uint(2), reader.uint(1)
    entries = [text_of(reader.take(reader.varint())) for _ in range(count)]
    reader.end()
    if first + count > MAX_ENTRIES:
        raise BodyError(f"entry {first + count - 1} is beyond the dictionary")
    return first, entries
