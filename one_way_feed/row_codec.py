"""Rows as octets: positional, exact, about 30 octets for a plan row.

Law: pure; this side writes, `row_reader` reads. Any row comes back equal, to the microsecond; most
have whole minutes and pay for no more. A row that no frame can hold is a `RowTooLong`.

A block of rows (body of DELTA, symbol of SNAPSHOT), integers big-endian, v = varint, z = zigzag:

    base revision u32 | base minute u32 (minutes since 1970 UTC) | records u8 | record …

A record:

    head u8      bits 0-1  0 plan, 1 log, 2 deleted plan, 3 deleted log
                 plan      bits 2-3 role (ORIGIN, TERMINUS, INTERMEDIATE, PASS) · 4 delay unknown
                           5 cancelled · 6 departure number = arrival number
                           7 departure track = arrival track
                 log       bits 2-4 step (0 none, 1 ARRIVAL_NOTIFIED … 5 DEPARTED)
    revision v   base revision - revision of the row
    key      v v octets    octets shared with the key of the record before, octets that follow
    (a deleted row ends here)
    times u8     bits 0-3 which are there: plan: planned arrival, planned departure, estimated
                 arrival, estimated departure; log: actual arrival, actual departure
                 bits 4-5 unit: 0 minute, 1 second, 2 microsecond
    times z …    in units; the first against base minute, each other against:
                 planned departure - planned arrival · estimated - planned · actual departure -
                 actual arrival; against base minute if that is not there
    texts        plan: arrival number, departure number (bit 6 clear), category, origin,
                 destination, arrival track, departure track (bit 7 clear); log: track
                 v: 0 none · 1 + length v + octets UTF-8 · n ≥ 2: entry n - 2 of the dictionary
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from one_way_feed.octets import varint, zigzag
from one_way_feed.rows import (
    Row,
    RowChange,
    RowDeleted,
    RowKey,
    RowUpserted,
    StagePlanRow,
    Step,
)
from protocol.errors import FeedError
from protocol.runs import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from protocol.times import Instant

    Lookup = Callable[[str], int | None]
    """Returns the dictionary's entry for a text, None if it has none."""

LAYOUT_VERSION = 1
"""Stands in every frame: rows of another layout are not read."""
LAYOUT = (
    "plan:key,arrival_number,departure_number,category,role,origin,destination,arrival_track,"
    "departure_track,planned_arrival,planned_departure,estimated_arrival,estimated_departure,"
    "delay_known,cancelled log:key,step,actual_arrival,actual_departure,track"
)
SCHEMA = int.from_bytes(hashlib.blake2s(LAYOUT.encode(), digest_size=4).digest())
"""Fingerprint of the fields: both sides must mean the same by a row."""

ROLES = (Role.ORIGIN, Role.TERMINUS, Role.INTERMEDIATE, Role.PASS)
STEPS = (None, *Step)
KINDS = ("plan", "log")
DELETED = 2
DELAY_UNKNOWN, CANCELLED, SAME_NUMBER, SAME_TRACK = 1 << 4, 1 << 5, 1 << 6, 1 << 7
DIGEST_OCTETS = 16
BLOCK_HEAD = 9
MAX_RECORDS = 255

UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
UNITS = (60_000_000, 1_000_000, 1)
"""Microseconds in a unit, the coarsest first."""


class RowTooLong(FeedError):  # noqa: N818 - every error of the feed is named for what is wrong
    """A row does not fit into a frame: absurd texts."""


def nothing(_text: str) -> int | None:
    """Look up in no dictionary: every text is written out."""
    return None


def canonical(row: Row) -> bytes:
    """Return the one record that stands for the content of `row` whatever block it travels in.

    Base minute 0, revision offset 0, nothing shared with a key before, every text written out.
    """
    return _record(RowUpserted(row, (0, 0)), 0, 0, b"", nothing)


def row_digest(row: Row) -> int:
    """Return 128 bits that stand for the content of `row`; a table's digest is their sum.

    The sum finds what is missing, stale or too much. It need not withstand a liar: whoever could
    choose rows has the key.
    """
    return int.from_bytes(hashlib.blake2s(canonical(row), digest_size=DIGEST_OCTETS).digest())


def pack(
    changes: Sequence[RowChange], room: int, base_revision: int, lookup: Lookup
) -> tuple[bytes, int]:
    """Return a block with as many of `changes` as fit, in order, and how many these are.

    Args:
        changes: records, all of one epoch.
        room: octets that the block may have.
        base_revision: not less than any revision in `changes`.
        lookup: the dictionary that the reader has.

    Raises:
        RowTooLong: not even the first fits.
    """
    base = next(filter(None, map(_base_minute, changes)), 0)
    records: list[bytes] = []
    used, previous = BLOCK_HEAD, b""
    for change in changes[:MAX_RECORDS]:
        record = _record(change, base_revision, base, previous, lookup)
        if used + len(record) > room:
            break
        records.append(record)
        used += len(record)
        previous = key_of(change)[1].encode()
    if changes and not records:
        raise RowTooLong(
            f"row is longer than {room - BLOCK_HEAD} octets", where=key_of(changes[0])[1]
        )
    head = base_revision.to_bytes(4) + base.to_bytes(4) + bytes((len(records),))
    return head + b"".join(records), len(records)


def key_of(change: RowChange) -> RowKey:
    """Return the key of the row that `change` is about."""
    if isinstance(change, RowDeleted):
        return change.key
    return ("plan" if isinstance(change.row, StagePlanRow) else "log", change.row.key)


def _times_of(row: Row) -> tuple[Instant | None, ...]:
    if isinstance(row, StagePlanRow):
        return (
            row.planned_arrival,
            row.planned_departure,
            row.estimated_arrival,
            row.estimated_departure,
        )
    return (row.actual_arrival, row.actual_departure)


def _base_minute(change: RowChange) -> int | None:
    if isinstance(change, RowDeleted):
        return None
    first = next((t for t in _times_of(change.row) if t is not None), None)
    return None if first is None else max(0, (first - UNIX_EPOCH) // timedelta(minutes=1))


def _record(
    change: RowChange, base_revision: int, base_minute: int, previous: bytes, lookup: Lookup
) -> bytes:
    kind, key = key_of(change)
    octets = key.encode()
    shared = _shared(previous, octets)
    named = (
        varint(base_revision - change.revision[1])
        + varint(shared)
        + varint(len(octets) - shared)
        + octets[shared:]
    )
    if isinstance(change, RowDeleted):
        return bytes((DELETED | KINDS.index(kind),)) + named
    row = change.row
    times = _pack_times(_times_of(row), base_minute)
    if isinstance(row, StagePlanRow):
        return bytes((_plan_head(row),)) + named + times + _plan_texts(row, lookup)
    head = 1 | STEPS.index(row.step) << 2
    return bytes((head,)) + named + times + _text(row.track, lookup)


def _shared(previous: bytes, octets: bytes) -> int:
    count = 0
    for before, now in zip(previous, octets, strict=False):
        if before != now:
            break
        count += 1
    return count


def _plan_head(row: StagePlanRow) -> int:
    head = ROLES.index(row.role) << 2
    head |= 0 if row.delay_known else DELAY_UNKNOWN
    head |= CANCELLED if row.cancelled else 0
    head |= SAME_NUMBER if row.departure_number == row.arrival_number else 0
    return head | (SAME_TRACK if row.departure_track == row.arrival_track else 0)


def _plan_texts(row: StagePlanRow, lookup: Lookup) -> bytes:
    texts = [row.arrival_number]
    if row.departure_number != row.arrival_number:
        texts.append(row.departure_number)
    texts += [row.category, row.origin, row.destination, row.arrival_track]
    if row.departure_track != row.arrival_track:
        texts.append(row.departure_track)
    return b"".join(_text(text, lookup) for text in texts)


def _text(text: str | None, lookup: Lookup) -> bytes:
    if text is None:
        return b"\0"
    entry = lookup(text)
    if entry is not None:
        return varint(entry + 2)
    octets = text.encode()
    return b"\1" + varint(len(octets)) + octets


def _pack_times(times: tuple[Instant | None, ...], base_minute: int) -> bytes:
    exact = [None if t is None else (t - UNIX_EPOCH) // _MICROSECOND for t in times]
    unit = next(u for u, size in enumerate(UNITS) if all(not t or t % size == 0 for t in exact))
    base = base_minute * UNITS[0]
    mask, packed = unit << 4, b""
    for index, time in enumerate(exact):
        if time is not None:
            mask |= 1 << index
            packed += zigzag((time - reference(exact, index, base)) // UNITS[unit])
    return bytes((mask,)) + packed


def reference(times: Sequence[int | None], index: int, base: int) -> int:
    """Return what time `index` is written against: see the layout."""
    against = (None, 0, 0, 1)[index]
    time = None if against is None else times[against]
    return base if time is None else time
