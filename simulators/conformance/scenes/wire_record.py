"""What stands on the wire of all connections: part of scene "record", where there is a relay.

Law: see `simulators.conformance.scenes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from protocol.channels import CHANNELS, Sender
from protocol.codec import decode
from protocol.errors import MessageError
from protocol.messages import DeviceState

if TYPE_CHECKING:
    from simulators.conformance import wire
    from simulators.conformance.stage import Stage

_LEAST_LEVEL = 4
_OWN = [channel for channel in CHANNELS if channel.sender is Sender.DEVICE]


def wire_record(stage: Stage) -> None:
    """Check what only the wire shows: versions, topics, QoS, wills."""
    relay = stage.relay
    calls = [call for call in relay.calls if call.connect is not None] if relay is not None else []
    if not calls:
        return
    faults = {call.fault for call in calls if call.fault}
    levels = {(call.connect.protocol, call.connect.level) for call in calls if call.connect}
    ok = all(name == "MQTT" and level >= _LEAST_LEVEL for name, level in levels) and not faults
    stage.check("C-1.1", ok, f"CONNECT {sorted(levels)} {'; '.join(faults)}".strip())
    wills = [call.connect.will for call in calls if call.connect and call.connect.will]
    published = [said for call in calls for _, said in call.published]
    _topics(stage, published, wills, {each for call in calls for each in call.filters})
    _wills(stage, wills, len(calls))
    users = {call.connect.user for call in calls if call.connect}
    stage.check("C-1.4", users == {stage.device.id}, f"user names {sorted(users)}")


def _topics(
    stage: Stage, published: list[wire.Publish], wills: list[wire.Publish], filters: set[str]
) -> None:
    root = f"{stage.hub.topics.root}/"
    own = f"{root}dev/{stage.device.id}/"
    beyond = sorted({each for each in filters if not each.startswith(root)})
    beyond += sorted({said.topic for said in published if not said.topic.startswith(root)})
    stage.check("C-1.2", not beyond, f"beyond {root}: {beyond or 'nothing'}")
    strange = sorted({said.topic for said in published + wills if not said.topic.startswith(own)})
    stage.check("C-1.4", not strange, f"published beyond its own: {strange or 'nothing'}")
    wrong = set()
    for said in published:
        entity = said.topic.removeprefix(root)
        channel = next((each for each in _OWN if each.values(entity) is not None), None)
        if channel is None:
            wrong.add(f"{entity} is none of a device's topics")
        elif (said.qos, said.retain) != (channel.qos, channel.retained):
            wrong.add(f"{channel.name} with QoS {said.qos}, retained {said.retain}")
    stage.check("C-1.3", not wrong, "; ".join(sorted(wrong)) or f"{len(published)} on the wire")


def _wills(stage: Stage, wills: list[wire.Publish], calls: int) -> None:
    bad = set() if len(wills) == calls else {f"{calls - len(wills)} connections without a will"}
    boots = {
        heard.message.body.boot
        for heard in stage.witness.heard
        if heard.message is not None and isinstance(heard.message.body, DeviceState)
    }
    for will in wills:
        try:
            body = decode(will.payload, topic=will.topic).body
        except (MessageError, msgspec.MsgspecError) as error:
            bad.add(str(error))
            continue
        if not isinstance(body, DeviceState) or body.online or (will.qos, will.retain) != (1, True):
            bad.add(f"{type(body).__name__}, QoS {will.qos}, retained {will.retain}")
        elif body.boot not in boots:
            bad.add(f"boot {body.boot} is none that the device has had")
    stage.check("C-9.3", not bad, "; ".join(sorted(bad)) or f"{len(wills)} wills")
