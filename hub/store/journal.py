"""What stands in the journal: its kinds of records, and their details as octets.

Law: append-only; what a kind means never changes. The journal suffices to live a day again:
everything that the kernel was given is in it, with the instant that the kernel used.

    station    the station as it was configured; subject: its fingerprint; once for each one
    snapshot   what the tables held BEFORE the step that follows; subject: the table;
               cause: the fingerprint of the station
    open       the hub took the database over; subject: the station's fingerprint
    plan       the hub goes on with another timetable; subject: the station's fingerprint with it
    step       a step that did something; detail: the minute whose tick it was, or nothing
    input      a row of the step before it, as dispatching said it; subject: its key
    command    of a person, in the step before it; subject: the run, or ``station``
    manual     what persons set, or what expired
    auto       the station's manual mode has ended as it was set to
    rebase     the clock was set back; detail: the minute from which it goes on
    tidy       rows that were no longer needed have been dropped
    phase      a run has entered these phases
    output     a publication: its revision and body; subject: the entity
    reject     a row, or part of one, that was not believed

A tick that changes nothing leaves no record. Snapshots are made when the hub opens its database for
the first time on a local date, and at the first step of every further one: so a day can be lived
again without the days before it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from hub.store.packed import pack, unpack
from one_way_feed.rows import Row, RowChange, RowDeleted, RowKey, RowUpserted
from protocol.errors import OperatorError
from station_config.model import Station

if TYPE_CHECKING:
    from protocol.times import Instant

STATION, SNAPSHOT, OPEN, STEP, REBASE = "station", "snapshot", "open", "step", "rebase"
INPUT, TIDY, PHASE, OUTPUT, REJECT = "input", "tidy", "phase", "output", "reject"
COMMAND, MANUAL, AUTO, PLAN = "command", "manual", "auto", "plan"
FORGOTTEN = b"forgotten"
"""Detail of the last phase of a run."""

_encoder = msgspec.json.Encoder(order="deterministic", enc_hook=str)


@dataclass(frozen=True)
class Record:
    """One line of the journal.

    Attributes:
        number: ascending; the order in which things were decided.
        at: station time of the step.
    """

    number: int
    at: Instant
    kind: str
    subject: str
    detail: bytes
    cause: str


@dataclass(frozen=True)
class Output:
    """A publication as the journal has it; body None: the entity was deleted."""

    rev: int
    body: bytes | None


class _Change(msgspec.Struct):
    """Either kind of `RowChange`."""

    revision: tuple[int, int]
    row: Row | None = None
    key: RowKey | None = None


_changes = msgspec.json.Decoder(_Change)


def encode_output(rev: int, body: bytes | None) -> bytes:
    """Return the detail of an output."""
    return b"%d %b" % (rev, b"" if body is None else pack(body))


def decode_output(detail: bytes) -> Output:
    """Return the output, the inverse of `encode_output`.

    Raises:
        ValueError: it is none.
    """
    rev, _, packed = detail.partition(b" ")
    return Output(int(rev), unpack(packed) if packed else None)


def encode_change(change: RowChange) -> bytes:
    """Return the detail of an input."""
    return _encoder.encode(change)


def decode_change(detail: bytes) -> RowChange:
    """Return the input, the inverse of `encode_change`.

    Raises:
        msgspec.MsgspecError: it is none.
    """
    found = _changes.decode(detail)
    if found.row is not None:
        return RowUpserted(found.row, found.revision)
    if found.key is None:
        raise msgspec.ValidationError("an input has neither a row nor a key")
    return RowDeleted(found.key, found.revision)


def encode_station(station: Station) -> bytes:
    """Return the station wherever it was loaded from; equal stations are equal octets."""
    return _encoder.encode(replace(station, directory=Path()))


def fingerprint(encoded: bytes) -> str:
    """Return what identifies an encoded station."""
    return hashlib.blake2s(encoded, digest_size=8).hexdigest()


def decode_station(detail: bytes) -> Station:
    """Return the station of a record, the inverse of ``pack(encode_station(station))``.

    Raises:
        OperatorError: a program that knew stations otherwise wrote it.
    """
    try:
        return msgspec.json.decode(unpack(detail), type=Station, dec_hook=_made)
    except (msgspec.MsgspecError, ValueError) as error:
        message = f"this program cannot read the station in the journal: {error}"
        raise OperatorError(message) from error


def _made(kind: type, text: object) -> Any:  # noqa: ANN401 - whatever the model asks for
    return kind(text)
