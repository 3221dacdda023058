"""Octets to rows: the reading side of `row_codec`, where the layout is drawn.

Law: pure, and trusts nothing: what cannot be a row is a `BodyError`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from one_way_feed.octets import BodyError, Reader, text_of
from one_way_feed.row_codec import (
    CANCELLED,
    DELAY_UNKNOWN,
    DELETED,
    KINDS,
    ROLES,
    SAME_NUMBER,
    SAME_TRACK,
    STEPS,
    UNITS,
    UNIX_EPOCH,
    reference,
)
from one_way_feed.rows import RowChange, RowDeleted, RowUpserted, StagePlanRow, TrafficLogRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from protocol.times import Instant


def unpack(octets: bytes, epoch: int, dictionary: Sequence[str]) -> list[RowChange]:
    """Return the records of a block; trailing zeros are padding.

    Args:
        octets: the block.
        epoch: of the frame.
        dictionary: the entries known so far.

    Raises:
        MissingEntry: a text stands in the dictionary beyond `dictionary`.
        BodyError: not a block of rows.
    """
    reader = Reader(octets)
    base_revision, base_minute = reader.uint(4), reader.uint(4)
    previous = b""
    changes = []
    for _ in range(reader.uint(1)):
        reading = _Record(reader, base_revision, base_minute, previous, dictionary)
        changes.append(reading.change(epoch))
        previous = reading.key
    reader.end()
    return changes


class MissingEntry(BodyError):  # noqa: N818 - not an error: the dictionary is still under way
    """A record refers to an entry of the dictionary that has not come yet."""


class _Record:
    """Reads one record."""

    def __init__(
        self,
        reader: Reader,
        base_revision: int,
        base_minute: int,
        previous: bytes,
        dictionary: Sequence[str],
    ) -> None:
        self._reader = reader
        self._dictionary = dictionary
        self._base = base_minute * UNITS[0]
        self._head = reader.uint(1)
        self._revision = base_revision - reader.varint()
        shared = reader.varint()
        if shared > len(previous) or self._revision < 0:
            raise BodyError("a record refers to more than the block has")
        self.key = previous[:shared] + reader.take(reader.varint())

    def change(self, epoch: int) -> RowChange:
        revision = (epoch, self._revision)
        kind, key = KINDS[self._head & 1], text_of(self.key)
        if self._head & DELETED:
            self._no_bits(2)
            return RowDeleted((kind, key), revision)
        return RowUpserted(self._plan(key) if kind == "plan" else self._log(key), revision)

    def _no_bits(self, above: int) -> None:
        if self._head >> above:
            raise BodyError(f"unknown bits in head {self._head:#04x} of a record")

    def _plan(self, key: str) -> StagePlanRow:
        head = self._head
        arrival, departure, estimated_arrival, estimated_departure = self._times(4)
        number = self._text()
        departure_number = number if head & SAME_NUMBER else self._text()
        category, origin, destination = self._word(), self._word(), self._word()
        track = self._text()
        return StagePlanRow(
            key=key,
            arrival_number=number,
            departure_number=departure_number,
            category=category,
            role=ROLES[head >> 2 & 3],
            origin=origin,
            destination=destination,
            arrival_track=track,
            departure_track=track if head & SAME_TRACK else self._text(),
            planned_arrival=arrival,
            planned_departure=departure,
            estimated_arrival=estimated_arrival,
            estimated_departure=estimated_departure,
            delay_known=not head & DELAY_UNKNOWN,
            cancelled=bool(head & CANCELLED),
        )

    def _log(self, key: str) -> TrafficLogRow:
        self._no_bits(5)
        number = self._head >> 2
        if number >= len(STEPS):
            raise BodyError(f"unknown step {number}")
        arrival, departure = self._times(2)
        return TrafficLogRow(
            key=key,
            step=STEPS[number],
            actual_arrival=arrival,
            actual_departure=departure,
            track=self._text(),
        )

    def _times(self, count: int) -> list[Instant | None]:
        mask = self._reader.uint(1)
        unit = mask >> 4
        if unit >= len(UNITS) or mask & 0x0F >= 1 << count:
            raise BodyError(f"unknown bits in times {mask:#04x} of a record")
        exact: list[int | None] = []
        for index in range(count):
            there = mask >> index & 1
            offset = self._reader.zigzag() * UNITS[unit] if there else 0
            exact.append(reference(exact, index, self._base) + offset if there else None)
        return [None if time is None else _instant(time) for time in exact]

    def _word(self) -> str:
        text = self._text()
        if text is None:
            raise BodyError("a text is missing that every row has")
        return text

    def _text(self) -> str | None:
        code = self._reader.varint()
        if code == 0:
            return None
        if code == 1:
            return text_of(self._reader.take(self._reader.varint()))
        if code - 2 >= len(self._dictionary):
            raise MissingEntry(f"entry {code - 2} of the dictionary has not come yet")
        return self._dictionary[code - 2]


def _instant(microseconds: int) -> Instant:
    try:
        return UNIX_EPOCH + timedelta(microseconds=microseconds)
    except OverflowError as error:
        raise BodyError("an instant beyond the calendar") from error
