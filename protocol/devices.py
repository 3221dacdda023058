"""What is wanted of devices, and what they tell of themselves beyond their state.

Law: `Want` and `Config` are whole: what a new revision does not name is left to the device. They
are retained, so they survive reboots, unlike commands. `revision` is kept by the hub over its own
restarts: the same revision is always the same content.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from protocol.limits import Count, Scalar, Share
from protocol.times import Instant


class Power(StrEnum):
    """Whether the device works. Closed."""

    ON = "ON"
    STANDBY = "STANDBY"
    """Screen dark or loudspeaker mute; it listens and answers."""


class Severity(StrEnum):
    """How bad a fault is. Closed."""

    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"
    """Something of what the device is for does not work."""
    CRITICAL = "CRITICAL"
    """The device does not serve any more."""


class Want(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`dev/{id}/want`, retained: the state in which the device shall be. None: as it likes.

    Attributes:
        revision: grows with each change; the device reports it in `DeviceState.want_revision`.
        power: on or standby.
        brightness: of screens and lamps.
        volume: of loudspeakers.
        muted: silent, whatever `volume` says; emergencies are spoken all the same.
        page: what the device shows, by a name that its maker gives.
        values: desired values whose meaning the maker gives.
    """

    revision: Count
    power: Power | None = None
    brightness: Share | None = None
    volume: Share | None = None
    muted: bool | None = None
    page: str | None = None
    values: dict[str, Scalar] = {}


class Config(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`dev/{id}/cfg`, retained: what the device is set up to be. Empty: as it was installed.

    Attributes:
        revision: grows with each change; reported in `DeviceState.cfg_revision`.
        names: what people call the device, by language.
        zones: of the station that it stands in; group commands go by it.
        languages: to be shown or spoken, in this order.
        platforms: as passengers read them; empty: all.
        gates: as passengers read them; empty: all.
        options: whose meaning the maker gives.
    """

    revision: Count
    names: dict[str, str] = {}
    zones: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    gates: tuple[str, ...] = ()
    options: dict[str, Scalar] = {}


class Fault(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`dev/{id}/evt`: a fault that begins or ends. Active ones stand in each `Health` too.

    Attributes:
        code: stays the same for the same fault, e.g. ``panel-temperature``.
        severity: how bad it is.
        active: True when it begins, False when it is over.
        since: when it began.
        part: of the device, e.g. ``panel-2``.
        text: by language, for people.
    """

    code: str
    severity: Severity
    active: bool
    since: Instant
    part: str = ""
    text: dict[str, str] = {}


class Health(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`dev/{id}/health`, every 60 s at QoS 0: figures. None: not measured.

    Attributes:
        boot: as in the state.
        uptime_s: since the software started.
        cpu: load of all processors, 1: full.
        memory_bytes: resident.
        disk_free_bytes: where the cache lies.
        temperature_c: of the hottest part.
        reconnects: to the broker, since the start.
        rejected: messages that did not follow the protocol, since the start.
        clock_offset_ms: own station clock minus the hub's.
        faults: codes of the active faults.
        metrics: further figures by name.
    """

    boot: str
    uptime_s: float
    cpu: Share | None = None
    memory_bytes: Count | None = None
    disk_free_bytes: Count | None = None
    temperature_c: float | None = None
    reconnects: Count = 0
    rejected: Count = 0
    clock_offset_ms: float | None = None
    faults: tuple[str, ...] = ()
    metrics: dict[str, float] = {}


class Aggregate(msgspec.Struct, frozen=True, kw_only=True):
    """`agg/state`, retained, each 60 s, from the hub: the only presence that goes to the bureau.

    A device whose state is past its validity counts as offline, whatever it last said.

    Attributes:
        devices: known to the hub.
        modes: their number by link mode, and ``OFFLINE``; the numbers add up to `devices`.
        kinds: the same by type of device; ``unknown`` for those that never described themselves.
        faults: active faults by severity.
    """

    devices: Count
    modes: dict[str, Count]
    kinds: dict[str, dict[str, Count]] = {}
    faults: dict[str, Count] = {}
