"""Notices: what persons command about free text to passengers, and what is kept of one.

Law: values only, stored as JSON, so a field may be added, never given another meaning. A notice is
always said whole: whoever changes one says which revision was looked at, lest what another person
has changed meanwhile is silently overwritten.
"""

from __future__ import annotations

import msgspec

from hub.kernel.commanded import Commanded
from protocol.notices import Notice
from protocol.times import Instant


class SetNotice(Commanded, frozen=True, kw_only=True, tag="notice"):
    """Publish a notice, or change one.

    Attributes:
        notice: all of it.
        seen_rev: revision that the person looked at and changes; None: it is a new one.
    """

    notice: Notice
    seen_rev: int | None = None


class WithdrawNotice(Commanded, frozen=True, kw_only=True, tag="withdraw-notice"):
    """Take a notice down before its end."""

    notice_id: str


class KeptNotice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A notice that is, or will be, told.

    Attributes:
        rev: revision of its publication.
        who: the person who said it last.
        why: the reason.
        since: station time at which it was said for the first time.
        changed_at: station time at which it was said as it is now.
    """

    notice: Notice
    rev: int
    who: str
    why: str
    since: Instant
    changed_at: Instant


_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(KeptNotice)


def encode_kept(kept: KeptNotice) -> bytes:
    """Return `kept` as the store keeps it."""
    return _encoder.encode(kept)


def decode_kept(data: bytes) -> KeptNotice:
    """Return the notice in `data`, the inverse of `encode_kept`."""
    return _decoder.decode(data)
