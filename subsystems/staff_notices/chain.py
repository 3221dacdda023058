"""The audit's lines and their chain: who was told what, and when.

Law: pure. Each line's hash covers the line and the hash before it, so that a line that is changed,
taken out or put in between breaks every hash that follows. Lines are only ever added.

    hash = SHA-256(hash before, 0x00, the line as JSON with its fields in order)
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import msgspec

from protocol.times import Instant

if TYPE_CHECKING:
    from collections.abc import Iterable

BEGIN = "0" * 64
"""Stands before the first line."""

_encoder = msgspec.json.Encoder(order="deterministic")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the audit.

    Attributes:
        at: station time.
        kind: what happened: ``issue``, an action of `life.Action`, ``sign-on``, ``sign-off``,
            ``refused`` (a signature that did not count), ``begin`` (the process began).
        post, run_id, number, notice: what it is about, "": nothing of that kind.
        person, terminal: who and where, "": nobody.
        detail: the rest, JSON values.
    """

    at: Instant
    kind: str
    post: str = ""
    run_id: str = ""
    number: str = ""
    notice: str = ""
    person: str = ""
    terminal: str = ""
    detail: dict[str, Any] = {}


@dataclass(frozen=True)
class Broken:
    """The chain does not hold.

    Attributes:
        seq: of the first line that does not fit.
        why: in words.
    """

    seq: int
    why: str


def link(before: str, line: Line) -> str:
    """Return the hash of `line` after a line whose hash is `before`."""
    return sha256(before.encode() + b"\0" + _encoder.encode(line)).hexdigest()


def verify(lines: Iterable[tuple[int, Line, str]]) -> Broken | None:
    """Return where the chain of (number, line, hash) breaks, None if it holds."""
    before, expected = BEGIN, 1
    for seq, line, found in lines:
        if seq != expected:
            return Broken(expected, f"line {expected} is missing")
        if link(before, line) != found:
            return Broken(seq, f"line {seq} is not the one that was written")
        before, expected = found, seq + 1
    return None
