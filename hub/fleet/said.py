"""What persons ask of devices through the hub, and what they are answered.

Law: values only; they go as JSON over the hub's own web, between `station device` and the hub.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from hub.fleet.order import Stage
from protocol.devices import Fault
from protocol.limits import Scalar
from protocol.times import Instant
from protocol.topics import ALL_ZONES

TEXT = msgspec.Meta(max_length=200)


class Given(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command to one device, or to a group.

    Attributes:
        kind: of the command.
        who: wants it.
        device: "" for a group.
        group: type of device, "" for one device.
        zone: of the group.
        parameters: of the kind.
        command_id: "": the hub gives one. A known one is not given again: its report is answered.
        wait_s: real seconds after which is answered, whatever became of it.
    """

    kind: str
    who: str
    device: str = ""
    group: str = ""
    zone: str = ALL_ZONES
    parameters: dict[str, Scalar] = {}
    command_id: str = ""
    wait_s: float = 90.0


class OrderReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a command at one device.

    Attributes:
        stage: how far it is.
        attempts: times that it was sent.
        reason: why it failed or expired.
        detail: in the device's words.
        result: what it found out.
    """

    stage: Stage
    attempts: int
    reason: str = ""
    detail: str = ""
    result: dict[str, Scalar] = {}


class CommandReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a command.

    Attributes:
        command_id: to ask again.
        kind: of the command.
        who: wanted it.
        at: when it was given.
        orders: by device.
    """

    command_id: str
    kind: str
    who: str
    at: Instant
    orders: dict[str, OrderReport]


class Wanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A change of what is wanted of a device (`want`) or how it is set up (`cfg`).

    Attributes:
        device: identifier.
        leaf: which of the two.
        fields: by name; None takes one back.
        who: wants it.
    """

    device: str
    leaf: Literal["want", "cfg"]
    fields: dict[str, Any]
    who: str


class DeviceReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One device as the hub knows it.

    Attributes:
        kind: type.
        mode: link mode, or OFFLINE.
        since: when the mode began.
        heard_at: when its last state was issued.
        software: name and version.
        zones: where it stands.
        want_revision: what is wanted, 0: nothing.
        want_in_force: what the device says is in force.
        cfg_revision: likewise.
        cfg_in_force: likewise.
        faults: codes of active faults.
        clock_offset_ms: by the device's own account.
        told: the active faults whole, as the device told them.
    """

    kind: str
    mode: str
    since: Instant | None = None
    heard_at: Instant | None = None
    software: str = ""
    zones: tuple[str, ...] = ()
    want_revision: int = 0
    want_in_force: int = 0
    cfg_revision: int = 0
    cfg_in_force: int = 0
    faults: tuple[str, ...] = ()
    clock_offset_ms: float | None = None
    told: tuple[Fault, ...] = ()


class FleetReport(msgspec.Struct, frozen=True, kw_only=True):
    """All devices, and the last commands to them, newest first."""

    devices: dict[str, DeviceReport]
    commands: tuple[CommandReport, ...] = ()
