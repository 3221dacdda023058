"""One record of the audit, and the chain that holds all of them.

Law: pure. A record's hash is over all its fields and the hash before it, so whoever changes one has
to change all that follow, and the last hash, which the log has, too:

    hash = SHA-256( JSON [ previous hash, number, at, wall, who, …, body ] ),  hex

Within a body's JSON fields are only added.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Outcome(StrEnum):
    """What became of it."""

    DONE = "done"
    REFUSED = "refused"
    """The rules, or the password, said no."""
    DENIED = "denied"
    """That role may not."""
    FAILED = "failed"
    """A part of the station did not do what it should."""


class Source(StrEnum):
    """How it came."""

    CONSOLE = "console"
    COMMAND_LINE = "command-line"
    """With the machine's token: who it says it is, nobody has checked."""
    HUB = "hub"
    """By itself."""


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who did it, and from where.

    Attributes:
        who: the account; of the command line, the name that was given.
        role: the account's, "" of the command line.
        address: where the request came from.
    """

    who: str
    role: str = ""
    source: Source
    address: str = ""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be recorded.

    Attributes:
        actor: who, and from where.
        action: by its name in the API, e.g. ``run.command``, ``session.login``.
        subject: the run's id, ``notice/ID``, ``station``, a device, an account; "": none.
        outcome: what became of it.
        command_id: of a command to the kernel, "": it was none.
        rev: of the run after it, 0: none.
        body: why, before, after, the command: whatever is known, as JSON can have it.
    """

    actor: Actor
    action: str
    subject: str = ""
    outcome: Outcome
    command_id: str = ""
    rev: int = 0
    body: dict[str, object] = {}


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as it stands in the audit.

    Attributes:
        number: ascending by one.
        at: station time, microseconds since 1970 UTC.
        wall: the system's clock, likewise.
        body: JSON.
        hash: see the law.
    """

    number: int
    at: int
    wall: int
    who: str
    role: str
    source: str
    address: str
    action: str
    subject: str
    outcome: str
    command_id: str
    rev: int
    body: bytes
    hash: str = ""


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Where the chain does not hold."""

    number: int
    zh: str
    en: str


FIRST = ""
"""What stands before the first record."""
BODY_BYTES = 64 * 1024
"""What a body may hold; a longer one says only that it was cut."""

_encoder = msgspec.json.Encoder(order="deterministic")


def to_record(entry: Entry, *, previous: str, number: int, at: int, wall: int) -> Record:
    """Return `entry` as the record after the one with the hash `previous`."""
    body = _encoder.encode(entry.body)
    if len(body) > BODY_BYTES:
        body = _encoder.encode({"cut": len(body), "why": str(entry.body.get("why", ""))[:1000]})
    made = Record(
        number=number,
        at=at,
        wall=wall,
        who=entry.actor.who[:80],
        role=entry.actor.role[:16],
        source=entry.actor.source.value,
        address=entry.actor.address[:64],
        action=entry.action[:40],
        subject=entry.subject[:255],
        outcome=entry.outcome.value,
        command_id=entry.command_id[:64],
        rev=entry.rev,
        body=body,
    )
    return msgspec.structs.replace(made, hash=chained(previous, made))


def chained(previous: str, record: Record) -> str:
    """Return the hash of `record` after the one with the hash `previous`."""
    fields = msgspec.structs.asdict(record)
    del fields["hash"]
    fields["body"] = record.body.decode()
    return hashlib.sha256(_encoder.encode([previous, *fields.values()])).hexdigest()


def verify(
    records: Iterable[Record], head: tuple[int, str], known: dict[int, str] | None = None
) -> Iterator[Fault]:
    """Yield where the chain is broken; nothing: nobody has changed it.

    Args:
        records: all, in order.
        head: number and hash of the last one, as they are kept apart.
        known: hashes by number that somebody noted elsewhere (the log has them); who could rewrite
            the whole database could not rewrite those.
    """
    noted = dict(known or {})
    number, previous = 0, FIRST
    for record in records:
        if record.number != number + 1:
            zh, en = f"缺少第 {number + 1} 条起的记录", f"records from {number + 1} on are missing"
            yield Fault(number=record.number, zh=zh, en=en)
        elif chained(previous, record) != record.hash:
            yield Fault(number=record.number, zh="内容被改动", en="it was changed")
        if noted.pop(record.number, record.hash) != record.hash:
            yield Fault(number=record.number, zh="与所记的不符", en="it is not what was noted")
        number, previous = record.number, record.hash
    if (number, previous) != head:
        zh, en = "末尾的记录缺失或多余", "the last records are missing, or too many"
        yield Fault(number=head[0], zh=zh, en=en)
    for missing in sorted(noted):
        yield Fault(number=missing, zh="所记的这一条不存在", en="the noted record is not there")
