"""Bytes to messages and back: nothing is lost, nothing is trusted."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.codec import MAX_BYTES, decode, encode, encode_body, type_name, wrap
from protocol.errors import MessageError
from protocol.messages import BODY_TYPES, Event, Manifest, Message

AT = datetime(2021, 1, 20, 8, 0, tzinfo=UTC)
EVENT = Message(
    t="event",
    id="0",
    src="hub",
    epoch=3,
    seq=4,
    issued_at=AT,
    body=Event(event_id="e", kind="arrived", run_id="r", at=AT),
)


def altered(**fields) -> bytes:
    return json.dumps({**json.loads(encode(EVENT)), **fields}).encode()


@given(data=st.data())
def test_every_message_comes_back_as_it_was(data, any_message):
    message = data.draw(any_message)
    payload = encode(message)
    assert decode(payload, topic="t") == message
    assert encode(decode(payload, topic="t")) == payload


@given(data=st.data())
def test_a_body_kept_as_bytes_makes_the_same_message(data, any_message):
    message = data.draw(any_message)
    assert wrap(message, encode_body(message.body)) == encode(message)


@given(data=st.data())
def test_every_body_knows_the_name_of_its_type(data, any_message):
    message = data.draw(any_message)
    assert type_name(message.body) == message.t


def test_equal_messages_are_equal_bytes_whatever_the_order_of_a_dictionary():
    one = encode_body(Manifest(entries={"run/a": 1, "run/b": 2}))
    other = encode_body(Manifest(entries={"run/b": 2, "run/a": 1}))
    assert one == other


@given(st.binary(max_size=100))
def test_any_bytes_are_a_message_or_a_message_error(payload):
    with pytest.raises(MessageError) as caught:
        decode(payload, topic="pis/1/x/run/y")
    assert caught.value.where == "pis/1/x/run/y"


@given(data=st.data(), position=st.floats(0, 1), new=st.binary(max_size=3))
def test_a_spoiled_message_is_a_message_or_a_message_error(data, any_message, position, new):
    payload = encode(data.draw(any_message))
    at = int(position * len(payload))
    try:
        decoded = decode(payload[:at] + new + payload[at + 1 :], topic="t")
    except MessageError:
        return
    assert isinstance(decoded, Message)
    assert isinstance(decoded.body, BODY_TYPES[decoded.t])


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"", "not a valid message"),
        (b"[" * 100_000, "not a valid message"),
        (altered(v="2.0"), "version 2.0 is not version 1"),
        (altered(v=""), "version  is not version 1"),
        (altered(v=1), "Expected `str`, got `int`"),
        (altered(t="evil"), "unknown message type 'evil'"),
        (altered(t="run"), "missing required field"),
        (altered(body=None), "Expected `object`, got `null`"),
        (altered(body=json.loads("[" * 500 + "]" * 500)), "Expected `object`, got `array`"),
        (altered(issued_at="2021-01-20T08:00:00"), "timezone"),
        (altered(issued_at="yesterday"), "Invalid RFC3339"),
        (altered(epoch="3"), "Expected `int`, got `str`"),
        (encode(EVENT).replace(b'"arrived"', b'"\xff"'), "not a valid message"),
        (b" " * (MAX_BYTES + 1), "are more than"),
    ],
    ids=range(14),
)
def test_what_is_wrong_is_said(payload, words):
    with pytest.raises(MessageError) as caught:
        decode(payload, topic="some/topic")
    assert words in str(caught.value)
    assert caught.value.where == "some/topic"


def test_a_body_nested_without_end_is_an_error():
    deep = b"[" * 100_000 + b"]" * 100_000
    payload = encode(EVENT).replace(b'"arrived"', deep)
    with pytest.raises(MessageError):
        decode(payload, topic="t")


def test_a_newer_minor_version_is_read_and_its_new_fields_are_left_out():
    newer = altered(v="1.7", colour="red", body={**json.loads(encode_body(EVENT.body)), "x": [1]})
    assert decode(newer, topic="t") == msgspec.structs.replace(EVENT, v="1.7")


def test_another_offset_is_the_same_instant():
    assert decode(altered(issued_at="2021-01-20T16:00:00+08:00"), topic="t").issued_at == AT


def test_a_message_expires_after_its_last_instant():
    bounded = msgspec.structs.replace(EVENT, valid_until=AT)
    assert not bounded.expired(AT)
    assert bounded.expired(AT + timedelta(microseconds=1))
    assert not EVENT.expired(AT + timedelta(days=9999))


def widened(value):
    """Return a message as a newer version would send it: each object has a field more."""
    if isinstance(value, msgspec.Struct):
        fields = {name: getattr(value, name) for name in value.__struct_fields__}
        known = {n: widened(each) for n, each in fields.items() if each is not msgspec.UNSET}
        return {"x_new": [{"a": None}], **known}
    if isinstance(value, dict):
        return {key: widened(each) for key, each in value.items()}
    return [widened(each) for each in value] if isinstance(value, tuple) else value


@given(data=st.data())
def test_unknown_fields_at_any_depth_change_nothing(data, any_message):
    message = data.draw(any_message)
    assert decode(msgspec.json.encode(widened(message)), topic="t") == message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(body=JSON, kind=st.sampled_from(sorted(BODY_TYPES)))
def test_any_json_as_a_body_is_a_message_or_a_message_error(body, kind):
    try:
        decoded = decode(altered(t=kind, body=body), topic="t")
    except MessageError:
        return
    assert isinstance(decoded.body, BODY_TYPES[kind])
