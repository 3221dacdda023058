"""Authentic frames in, changes of rows out.

Law: pure; no clock, no port. The table is verified as of (epoch, revision) when its digest is the
heartbeat's, or when a snapshot is complete and has its manifest's digest.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING

from one_way_feed.assembly import Assembly
from one_way_feed.bodies import (
    DICTIONARY_SYMBOL,
    ROWS_SYMBOL,
    Heartbeat,
    Manifest,
    Symbol,
    unpack_entries,
)
from one_way_feed.frame import FrameType
from one_way_feed.known import KnownTable
from one_way_feed.octets import BodyError
from one_way_feed.row_codec import LAYOUT_VERSION, SCHEMA, key_of
from one_way_feed.row_reader import MissingEntry, unpack
from one_way_feed.rows import RowUpserted
from one_way_feed.table import digest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from one_way_feed.frame import Frame
    from one_way_feed.known import Revision
    from one_way_feed.rows import Row, RowKey

MAX_PENDING = 256
"""Blocks kept until the dictionary that they refer to has come."""


class SchemaMismatch(BodyError):  # noqa: N818 - named for what is wrong
    """The sender means something else by a row: one side is of another version."""


class Reassembly:
    """What comes over one line.

    Attributes:
        known: the table.
        heartbeat: the last of the epoch, None before.
        restored: data symbols that the erasure code gave back.
    """

    def __init__(self, held: Mapping[RowKey, tuple[Row, Revision]]) -> None:
        """Begin with the rows that the hub holds from before."""
        self.known = KnownTable(held)
        self.heartbeat: Heartbeat | None = None
        self.restored = 0
        self._epoch = 0
        self._dictionary: list[str] = []
        self._early: dict[int, str] = {}
        self._pending: deque[bytes] = deque(maxlen=MAX_PENDING)
        self._assembly = Assembly()
        self._takes: dict[int, Callable[[bytes], None]] = {
            FrameType.HEARTBEAT: self._beat,
            FrameType.MANIFEST: self._manifest,
            FrameType.SNAPSHOT: partial(self._symbol, parity=False),
            FrameType.PARITY: partial(self._symbol, parity=True),
            FrameType.DELTA: self._rows,
            FrameType.DICTIONARY: self._entries,
        }

    @property
    def generation(self) -> int:
        """Number of the snapshot that is coming in."""
        return self._assembly.generation

    def accept(self, frame: Frame) -> None:
        """Take an authentic frame, newer than all before it; what it changes is in `known`.

        Raises:
            SchemaMismatch: its rows are laid out in another way.
            BodyError: its body does not follow the layout, or its type is unknown.
        """
        if frame.layout != LAYOUT_VERSION:
            raise SchemaMismatch(f"rows of layout {frame.layout}, not {LAYOUT_VERSION}")
        take = self._takes.get(frame.kind)
        if take is None:
            raise BodyError(f"unknown type {frame.kind} of frame")
        if frame.epoch != self._epoch:
            self._begin(frame.epoch)
        take(frame.body)

    def _begin(self, epoch: int) -> None:
        self._epoch = epoch
        self.heartbeat = None
        self._dictionary.clear()
        self._early.clear()
        self._pending.clear()
        self._assembly = Assembly()

    def _beat(self, body: bytes) -> None:
        heartbeat = Heartbeat.from_bytes(body)
        self.heartbeat = heartbeat
        if heartbeat.revision:
            _same_schema(heartbeat.schema)
            if self.known.matches(heartbeat.rows, heartbeat.digest):
                self.known.confirm((self._epoch, heartbeat.revision))

    def _rows(self, block: bytes) -> None:
        if (self._epoch, int.from_bytes(block[:4])) <= self.known.verified:
            return
        try:
            self.known.merge(unpack(block, self._epoch, self._dictionary))
        except MissingEntry:
            self._pending.append(block)

    def _entries(self, body: bytes) -> None:
        first, entries = unpack_entries(body)
        before = len(self._dictionary)
        self._early.update(enumerate(entries, first))
        while (entry := self._early.pop(len(self._dictionary), None)) is not None:
            self._dictionary.append(entry)
        self._early = {n: text for n, text in self._early.items() if n > len(self._dictionary)}
        if len(self._dictionary) > before:
            waiting = list(self._pending)
            self._pending.clear()
            for block in waiting:
                self._rows(block)

    def _manifest(self, body: bytes) -> None:
        manifest = Manifest.from_bytes(body)
        _same_schema(manifest.schema)
        if not self._is_newest(manifest.generation):
            return
        self._assembly.manifest = manifest
        if (self._epoch, manifest.revision) <= self.known.verified:
            self._assembly.close()
        self._finish()

    def _is_newest(self, generation: int) -> bool:
        if generation > self._assembly.generation:
            self._assembly = Assembly(generation)
        return generation == self._assembly.generation

    def _symbol(self, body: bytes, *, parity: bool) -> None:
        symbol = Symbol.from_bytes(body, parity=parity)
        if not self._is_newest(symbol.generation) or not self._assembly.wants(symbol):
            return
        if not parity:
            # A data symbol is used as soon as it comes, long before the snapshot is complete.
            self._content(symbol.content)
        self._assembly.add(symbol, parity=parity)
        self._finish()

    def _content(self, content: bytes) -> None:
        if content[0] == ROWS_SYMBOL:
            self._rows(content[1:])
        elif content[0] == DICTIONARY_SYMBOL:
            self._entries(content[1:])
        else:
            raise BodyError(f"unknown kind {content[0]} of symbol")

    def _finish(self) -> None:
        """When the snapshot is complete and right, make the table what it says."""
        manifest = self._assembly.manifest
        if manifest is None or not self._assembly.complete:
            return
        contents, restored = self._assembly.take()
        for content in contents:
            if content[0] == DICTIONARY_SYMBOL:
                self._entries(content[1:])
        records = [
            record
            for content in contents
            if content[0] == ROWS_SYMBOL
            for record in unpack(content[1:], self._epoch, self._dictionary)
        ]
        rows = {key_of(r): r.row for r in records if isinstance(r, RowUpserted)}
        if (manifest.rows, manifest.digest) != (len(rows), digest_of(rows.values())):
            self._assembly.manifest = None
            raise BodyError(f"snapshot {manifest.generation} has another digest than its manifest")
        self._assembly.close()
        self.restored += restored
        revision = (self._epoch, manifest.revision)
        self.known.merge(records)
        self.known.drop_all_but(rows.keys(), revision)
        self.known.confirm(revision)


def _same_schema(schema: int) -> None:
    if schema != SCHEMA:
        raise SchemaMismatch(f"rows are laid out as {schema:08x}, this side knows {SCHEMA:08x}")
