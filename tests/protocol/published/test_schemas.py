"""JSON Schemas and examples against the codec: what one takes, the other takes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from protocol.channels import CHANNELS, check_place
from protocol.codec import decode, encode
from protocol.errors import MessageError
from protocol.messages import BODY_TYPES, Message
from protocol.published.schemas import fields_of, message_schema, summary_of

EXAMPLES = sorted((Path(__file__).parents[3] / "docs/protocol/examples").glob("*.json"))
SCHEMAS = {name: message_schema(name) for name in BODY_TYPES}
CHECKER = Draft202012Validator.FORMAT_CHECKER


def validator(name):
    return Draft202012Validator(SCHEMAS[name], format_checker=CHECKER)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one(name):
    Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_field_of_a_body_is_explained(name):
    kind = BODY_TYPES[name]
    properties = SCHEMAS[name]["$defs"][kind.__name__]["properties"]
    explained = {field for field, inner in properties.items() if inner.get("description")}
    if fields_of(kind):
        assert explained == set(properties)
    assert summary_of(kind).endswith(".")


@given(data=st.data())
def test_every_message_fits_its_schema(data, any_message):
    message = data.draw(any_message)
    said = json.loads(encode(message))
    said["v"] = "1.0"
    assert list(validator(message.t).iter_errors(said)) == []


SPOILS = st.sampled_from(
    [None, True, 0, -1, 1.5, 2**53, "", "x", "2021-01-20T08:00:00", [], [1], {}, {"x": None}]
)


@settings(max_examples=200)
@given(data=st.data(), spoil=SPOILS)
def test_what_the_schema_refuses_the_codec_refuses(data, any_message, spoil):
    """At any place of a message something else stands; schema and codec agree."""
    message = data.draw(any_message)
    said = json.loads(encode(message))
    place, key = data.draw(st.sampled_from(list(places(said))))
    place[key] = spoil
    if said.get("t") != message.t:
        return
    fits = not list(validator(message.t).iter_errors(said))
    try:
        decode(json.dumps(said).encode(), topic="t")
    except MessageError:
        assert not fits, (key, spoil)
    else:
        assert fits, (key, spoil)


def places(value):
    """Yield every place in a JSON value where something stands: its container and its key."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        yield value, key
        if isinstance(inner, (dict, list)):
            yield from places(inner)


def test_every_type_has_an_example():
    assert {json.loads(path.read_text())["t"] for path in EXAMPLES} == set(BODY_TYPES)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_what_we_send(path):
    said = json.loads(path.read_text(encoding="utf-8"))
    assert path.stem.startswith(said["t"])
    assert list(validator(said["t"]).iter_errors(said)) == []
    message = decode(path.read_bytes(), topic=path.stem)
    assert json.loads(encode(message)) == said
    assert decode(encode(message), topic="t") == message
    check_place(entity_of(message), message)


def entity_of(message: Message) -> str:
    """Return a topic without its root on which the example may stand."""
    channel = next(each for each in CHANNELS if each.type_name == message.t)
    body = message.body
    keys = {
        "run": getattr(body, "run_id", ""),
        "date": str(getattr(body, "service_date", "")),
        "notice": getattr(body, "notice_id", ""),
        "kind": getattr(body, "kind", ""),
    }
    return channel.address.format(**{name: keys.get(name, "x") for name in channel.parameters})
