"""Instants out of range are found wherever the types allow one, and nothing else is."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.codec import decode, encode
from protocol.errors import MessageError
from protocol.messages import Beat, Manifest, Message
from protocol.plausible import FIRST, LAST, implausible

EARLY = ["0001-01-01T00:00:00+14:00", "1969-12-31T23:59:59Z", "0001-01-01T00:00:00Z"]
LATE = ["9999-12-31T23:59:59.999999-14:00", "2200-01-01T00:00:01Z"]


@pytest.mark.parametrize("at", [FIRST, LAST, datetime(2021, 1, 20, tzinfo=UTC), LAST.date(), None])
def test_what_can_be_passes(at):
    assert implausible(at) is None


@pytest.mark.parametrize(
    "at",
    [
        FIRST - timedelta(microseconds=1),
        LAST + timedelta(microseconds=1),
        LAST.date() + timedelta(days=1),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-14))),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
    ],
)
def test_what_cannot_be_is_found(at):
    assert implausible(at) == ""


def instants(value, path=()):
    """Yield the path of every instant and date in a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        if isinstance(inner, (dict, list)):
            yield from instants(inner, (*path, key))
        elif isinstance(inner, str) and is_instant(inner):
            yield (*path, key)


def is_instant(text):
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return text.endswith("Z")


@given(data=st.data(), spoilt=st.sampled_from(EARLY + LATE))
def test_any_instant_of_any_message_is_looked_at(data, any_message, spoilt):
    said = json.loads(encode(data.draw(any_message)))
    *path, last = data.draw(st.sampled_from(list(instants(said))))
    place = said
    for key in path:
        place = place[key]
    place[last] = spoilt
    with pytest.raises(MessageError) as caught:
        decode(json.dumps(said).encode(), topic="t")
    assert "cannot be" in str(caught.value)


@given(data=st.data())
def test_messages_within_the_range_pass(data, any_message):
    assert implausible(data.draw(any_message).body) is None


def test_the_place_is_named():
    beat = Beat(utc=LAST + timedelta(days=1), manifest_seq=1)
    message = Message(t="hub.beat", id="1", src="h", epoch=1, seq=1, issued_at=FIRST, body=beat)
    with pytest.raises(MessageError, match="utc"):
        decode(encode(message), topic="t")
    assert implausible(Manifest(entries={"9999-12-31T00:00:00Z": 1})) is None
