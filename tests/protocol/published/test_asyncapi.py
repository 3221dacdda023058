"""The AsyncAPI document against the official schema, and against the table of channels."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from protocol.channels import CHANNELS, Sender
from protocol.topics import Topics

OFFICIAL = Path(__file__).parents[4] / "shared/standards/asyncapi/3.0.0-without-$id.json"


@pytest.fixture(scope="module")
def api(documents):
    return json.loads(documents["asyncapi.json"])


@pytest.mark.skipif(not OFFICIAL.exists(), reason="needs ../shared/standards/asyncapi")
def test_it_is_asyncapi_3_by_the_official_schema(api):
    official = json.loads(OFFICIAL.read_text(encoding="utf-8"))
    assert list(Draft7Validator(official).iter_errors(api)) == []
    broken = {**api, "operations": {"x": {"action": "say", "channel": {"$ref": "#/channels/run"}}}}
    assert list(Draft7Validator(official).iter_errors(broken)) != []


def test_every_reference_leads_somewhere(api):
    for reference in references(api):
        found = api
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
        assert found


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_its_addresses_are_our_topics(api):
    root = Topics("s").root.replace("/s", "/{station}")
    said = {each["address"] for each in api["channels"].values()}
    assert said == {f"{root}/{each.address}" for each in CHANNELS}


def test_the_bindings_say_qos_and_retained(api):
    for channel in CHANNELS:
        action = "send" if channel.sender is Sender.DEVICE else "receive"
        operation = api["operations"].get(f"{action}.{channel.name}")
        if channel.address == "agg/state":
            assert operation is None
            continue
        assert operation["action"] == action
        assert operation["bindings"]["mqtt"] == {
            "qos": channel.qos,
            "retain": channel.retained,
            "bindingVersion": "0.2.0",
        }


def test_parameters_are_those_of_the_address(api):
    for channel in api["channels"].values():
        assert all(f"{{{name}}}" in channel["address"] for name in channel["parameters"])
        assert channel["address"].count("{") == len(channel["parameters"])


def test_its_examples_fit_its_schemas(api):
    for message in api["components"]["messages"].values():
        assert message["examples"]
        schema = {**message["payload"], "components": api["components"]}
        for example in message["examples"]:
            errors = Draft202012Validator(schema).iter_errors(example["payload"])
            assert list(errors) == [], example["name"]
