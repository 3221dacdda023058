"""Rows of the tables as the kernel's values, and back.

Law: conversions only. What a column holds is said in `hub.store.tables`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from hub.kernel.agenda import decode_agenda, encode_agenda
from hub.kernel.conclude import Stored
from hub.kernel.facts import decode_facts, encode_facts
from hub.kernel.reasons import Reason, Rejected
from hub.outbox import Publication
from one_way_feed.rows import Row, RowChange, RowDeleted, RowUpserted
from protocol.runs import PassengerPhase, TrainPhase
from protocol.times import from_unix, to_unix

if TYPE_CHECKING:
    from collections.abc import Sequence

    from protocol.times import Instant

Values = dict[str, object]

_MICRO = 1_000_000
_row_encoder = msgspec.json.Encoder(order="deterministic")
_row_decoder: msgspec.json.Decoder[Row] = msgspec.json.Decoder(Row)


def to_micros(at: Instant) -> int:
    """Return microseconds since 1970 UTC."""
    return round(to_unix(at) * _MICRO)


def from_micros(micros: int) -> Instant:
    """Return the instant, the inverse of `to_micros`."""
    return from_unix(micros / _MICRO)


def encode_row(row: Row) -> bytes:
    """Return a row of the feed as the store keeps it."""
    return _row_encoder.encode(row)


def decode_row(body: bytes) -> Row:
    """Return the row, the inverse of `encode_row`."""
    return _row_decoder.decode(body)


def to_change(record: tuple[Any, ...]) -> RowChange:
    """Return a record of `feed_row` as the change that brought it."""
    kind, key, epoch, revision, body = record[:5]
    if body is None:
        return RowDeleted((kind, key), (epoch, revision))
    return RowUpserted(decode_row(body), (epoch, revision))


def to_stored(record: Sequence[Any]) -> tuple[str, Stored]:
    """Return a record of `run` with its identifier."""
    run_id, facts, state, agenda, rev, passengers, train = record
    stored = Stored(
        facts=decode_facts(facts),
        state=state,
        agenda=decode_agenda(agenda),
        rev=rev,
        passengers=PassengerPhase(passengers),
        train=TrainPhase(train),
    )
    return run_id, stored


def from_stored(stored: Stored, next_at: int) -> Values:
    """Return the record of a run."""
    return {
        "run_id": stored.facts.run_id,
        "service_date": stored.facts.service_date.isoformat(),
        "facts": encode_facts(stored.facts),
        "state": stored.state,
        "agenda": encode_agenda(stored.agenda),
        "passengers": stored.passengers.value,
        "train": stored.train.value,
        "rev": stored.rev,
        "published": int(stored.body is not None),
        "next_at": next_at,
    }


def to_rejected(record: tuple[Any, ...]) -> tuple[Instant, Rejected, Row]:
    """Return a record of `reject`: when, why, and the row as it came."""
    at, kind, key, reason, found, partial, body = record
    rejected = Rejected(key=(kind, key), reason=Reason(reason), found=found, partial=bool(partial))
    return from_micros(at), rejected, decode_row(body)


def to_publication(record: tuple[Any, ...], *, is_retained: bool) -> Publication:
    """Return a record of `retained` or `event`."""
    number, entity, type_name, rev, body, issued_at, valid_until, cause = record
    return Publication(
        number=number,
        entity=entity,
        type_name=type_name,
        rev=rev,
        body=body,
        retained=is_retained,
        issued_at=from_micros(issued_at),
        valid_until=from_micros(valid_until) if valid_until is not None else None,
        cause=cause,
    )
