"""The AsyncAPI 3.0 description of a device: what it receives and what it sends.

Law: pure; made from the channels, the types and the clauses. Bindings are `mqtt` 0.2.0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.channels import CHANNELS, Channel, Sender
from protocol.clauses import SECTIONS
from protocol.identifiers import MAX_LENGTH
from protocol.limits import MAX_BYTES
from protocol.messages import BODY_TYPES, VERSION
from protocol.published.meanings import explained, open_names
from protocol.published.schemas import components, summary_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from protocol.published.meanings import Meanings
    from protocol.published.schemas import Json

ROOT = "pis/1/{station}/"
BINDING = "0.2.0"
LICENSE = "https://www.apache.org/licenses/LICENSE-2.0"

PARAMETERS = {
    "station": "Identifier of the station.",
    "device": "Identifier of the device, its user name at the broker.",
    "type": "Type of device, e.g. `display`.",
    "zone": "Zone of the station, or `all`.",
    "run": "Identifier of the run, `YYYY-MM-DD.NUMBER`.",
    "date": "Service date, `YYYY-MM-DD`.",
    "notice": "Identifier of the notice.",
    "kind": "Kind of event: `approaching`, `arrived`, `departed`, `changed`; open.",
}

NOT_A_DEVICES = frozenset({"agg/state"})
"""Channels that no device reads."""

CORRELATED = {
    "cmd": "$message.payload#/body/command_id",
    "dev.ack": "$message.payload#/body/command_id",
    "dev.req": "$message.payload#/body/correlation",
    "dev.resp": "$message.payload#/body/correlation",
}
REPLIES = {"dev/{device}/req": "dev/{device}/resp"}


def asyncapi(examples: Mapping[str, Sequence[tuple[str, Json]]], meanings: Meanings) -> Json:
    """Return the document.

    Args:
        examples: by type, each a name and a whole message.
        meanings: of enumerated values.
    """
    schemas, parts = components()
    parts = explained(parts, meanings)
    return {
        "asyncapi": "3.0.0",
        "id": "urn:pis:1",
        "info": _info(meanings),
        "defaultContentType": "application/json",
        "servers": {name: _server(name) for name in ("mqtt", "mqtts")},
        "channels": {each.name: _channel(each) for each in CHANNELS},
        "operations": {
            _operation_name(each): _operation(each)
            for each in CHANNELS
            if each.address not in NOT_A_DEVICES
        },
        "components": {
            "messages": {
                name: _message(name, schemas[name], examples.get(name, ())) for name in BODY_TYPES
            },
            "schemas": parts,
            "parameters": {
                name: {"description": text} for name, text in sorted(PARAMETERS.items())
            },
            "securitySchemes": {"password": {"type": "userPassword"}},
        },
    }


def _info(meanings: Meanings) -> Json:
    return {
        "title": "Station Hub: the open protocol of a station's subsystems",
        "version": VERSION,
        "description": (
            "What a subsystem of a railway station's passenger information (a board, a "
            "loudspeaker, a clock, a kiosk) hears from the hub and says to it, over MQTT 3.1.1. "
            "Correctness lives in the payload: whoever gets a message twice, late, out of order "
            "or from a dead hub still never shows something false. The rules are the clauses of "
            "`README.md`; `x-clauses` of a channel names the sections that rule it. The "
            "operations are those of a device."
        ),
        "license": {"name": "Apache-2.0", "url": LICENSE},
        "x-open-names": {
            name: {"summary": summary, "values": values}
            for name, (summary, values) in open_names(meanings).items()
        },
        "x-sections": {str(each.number): {"en": each.en, "zh": each.zh} for each in SECTIONS},
    }


def _server(protocol: str) -> Json:
    port = "1883" if protocol == "mqtt" else "8883"
    return {
        "host": "{host}:{port}",
        "protocol": protocol,
        "protocolVersion": "3.1.1",
        "variables": {
            "host": {"default": "localhost", "description": "The station's broker."},
            "port": {"default": port},
        },
        "security": [{"$ref": "#/components/securitySchemes/password"}],
        "bindings": {
            "mqtt": {
                "cleanSession": True,
                "lastWill": {
                    "topic": f"{ROOT}dev/{{device}}/state",
                    "qos": 1,
                    "message": "a dev.state with online false and the boot of this start",
                    "retain": True,
                },
                "keepAlive": 10,
                "maximumPacketSize": MAX_BYTES + 2**16,
                "bindingVersion": BINDING,
            }
        },
    }


def _channel(channel: Channel) -> Json:
    names = ("station", *channel.parameters)
    return {
        "address": ROOT + channel.address,
        "summary": channel.summary,
        "messages": {
            channel.type_name: {"$ref": f"#/components/messages/{channel.type_name}"},
        },
        "parameters": {name: {"$ref": f"#/components/parameters/{name}"} for name in names},
        "x-clauses": [f"C-{number}" for number in channel.clauses],
        "x-identifier": f"^[a-z0-9.-]{{1,{MAX_LENGTH}}}$",
    }


def _operation_name(channel: Channel) -> str:
    return ("send." if channel.sender is Sender.DEVICE else "receive.") + channel.name


def _operation(channel: Channel) -> Json:
    operation: Json = {
        "action": "send" if channel.sender is Sender.DEVICE else "receive",
        "channel": {"$ref": f"#/channels/{channel.name}"},
        "summary": channel.summary,
        "messages": [_of_channel(channel)],
        "bindings": {
            "mqtt": {"qos": channel.qos, "retain": channel.retained, "bindingVersion": BINDING}
        },
    }
    reply = REPLIES.get(channel.address)
    if reply is not None:
        answering = next(each for each in CHANNELS if each.address == reply)
        operation["reply"] = {
            "channel": {"$ref": f"#/channels/{answering.name}"},
            "messages": [_of_channel(answering)],
        }
    return operation


def _of_channel(channel: Channel) -> Json:
    return {"$ref": f"#/channels/{channel.name}/messages/{channel.type_name}"}


def _message(name: str, payload: Json, examples: Sequence[tuple[str, Json]]) -> Json:
    message: Json = {
        "name": name,
        "title": BODY_TYPES[name].__name__,
        "summary": summary_of(BODY_TYPES[name]),
        "contentType": "application/json",
        "payload": payload,
        "bindings": {"mqtt": {"contentType": "application/json", "bindingVersion": BINDING}},
    }
    if name in CORRELATED:
        message["correlationId"] = {"location": CORRELATED[name]}
    if examples:
        message["examples"] = [{"name": title, "payload": each} for title, each in examples]
    return message
