"""Bytes to messages and back.

Law: the only place that knows JSON. Decoding never trusts: whatever a broken vendor sends becomes a
`MessageError` that names the topic, or a complete, typed `Message`.
"""

from __future__ import annotations

import msgspec

from protocol.errors import MessageError
from protocol.limits import MAX_BYTES, MAX_OTHER_BYTES, Count
from protocol.messages import BODY_TYPES, TYPE_NAMES, VERSION, Body, Message
from protocol.plausible import implausible
from protocol.times import Instant

__all__ = ["MAX_BYTES", "decode", "encode", "encode_body", "type_name", "wrap"]

LARGE = frozenset({"plan", "hub.manifest"})
"""Types that may have `MAX_BYTES`; every other one `MAX_OTHER_BYTES`."""


class _RawMessage(msgspec.Struct, frozen=True, kw_only=True):
    """The envelope with its body still undecoded: the type name must be read first."""

    v: str
    t: str
    id: str
    src: str
    epoch: Count
    seq: Count
    rev: Count = 0
    issued_at: Instant
    valid_until: Instant | None = None
    body: msgspec.Raw


_encoder = msgspec.json.Encoder(order="deterministic")
_envelope = msgspec.json.Decoder(_RawMessage)
_bodies = {name: msgspec.json.Decoder(body) for name, body in BODY_TYPES.items()}
_MAJOR = VERSION.partition(".")[0]


def encode(message: Message) -> bytes:
    """Return `message` as UTF-8 JSON, keys in a fixed order: equal messages are equal bytes."""
    return _encoder.encode(message)


def encode_body(body: Body) -> bytes:
    """Return a body alone, as the store keeps it and `rev` is judged by."""
    return _encoder.encode(body)


def wrap(header: Message, body: bytes) -> bytes:
    """Return the message of `header` with `body` (from `encode_body`) in place of the header's own.

    For a sender that keeps bodies as bytes: they are not decoded to be sent.
    """
    raw = _RawMessage(
        v=header.v,
        t=header.t,
        id=header.id,
        src=header.src,
        epoch=header.epoch,
        seq=header.seq,
        rev=header.rev,
        issued_at=header.issued_at,
        valid_until=header.valid_until,
        body=msgspec.Raw(body),
    )
    return _encoder.encode(raw)


def type_name(body: Body) -> str:
    """Return the envelope's `t` for `body`."""
    return TYPE_NAMES[type(body)]


def decode(payload: bytes, *, topic: str) -> Message:
    """Return the message in `payload`.

    Raises:
        MessageError: it is too long, not JSON, not an envelope, of an unknown type or of another
            major version, or its body does not fit its type. `where` is `topic`.
    """
    if len(payload) > MAX_BYTES:
        raise MessageError(f"{len(payload)} bytes are more than {MAX_BYTES}", where=topic)
    try:
        raw = _envelope.decode(payload)
        if raw.v.partition(".")[0] != _MAJOR:
            raise MessageError(f"version {raw.v} is not version {_MAJOR}", where=topic)
        if len(payload) > MAX_OTHER_BYTES and raw.t not in LARGE:
            raise MessageError(f"{len(payload)} bytes are more than {MAX_OTHER_BYTES}", where=topic)
        decoder = _bodies.get(raw.t)
        if decoder is None:
            raise MessageError(f"unknown message type {raw.t!r}", where=topic)
        body = decoder.decode(raw.body)
        for each in (raw.issued_at, raw.valid_until, body):
            place = implausible(each)
            if place is not None:
                raise MessageError(f"an instant that cannot be: {place or raw.t}", where=topic)
        fields = {name: getattr(raw, name) for name in raw.__struct_fields__}
        return Message(**{**fields, "body": body})
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MessageError(f"not a valid message: {error}", where=topic) from error


def epoch_of(payload: bytes, *, topic: str) -> int:
    """Return the epoch of the message in `payload`; its body is not looked at.

    Raises:
        MessageError: it is too long, or not an envelope. `where` is `topic`.
    """
    if len(payload) > MAX_BYTES:
        raise MessageError(f"{len(payload)} bytes are more than {MAX_BYTES}", where=topic)
    try:
        return _envelope.decode(payload).epoch
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MessageError(f"not a valid message: {error}", where=topic) from error
