"""What the hub knows of the devices: each one's last word about itself. Pure.

Law: a state past its validity is no state; then the device is offline, whatever it said. What a
device says is kept under the name in the topic, for the broker lets nobody else write there.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from protocol.devices import Aggregate, Fault, Health
from protocol.messages import DeviceDescription, DeviceState, LinkMode
from protocol.topics import ALL_ZONES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocol.messages import Message
    from protocol.times import Instant

OFFLINE = "OFFLINE"
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Expected:
    """A device that the deployment names.

    Attributes:
        kind: its type.
        zones: that it stands in; none: not said.
    """

    kind: str
    zones: tuple[str, ...] = ()


@dataclass
class Device:
    """One device.

    Attributes:
        state: its last state with the envelope, None: none was heard.
        description: likewise.
        health: likewise.
        faults: active ones, by code.
    """

    state: Message | None = None
    description: DeviceDescription | None = None
    health: Health | None = None
    faults: dict[str, Fault] = field(default_factory=dict)

    @property
    def said(self) -> DeviceState | None:
        """What the last state says."""
        body = None if self.state is None else self.state.body
        return body if isinstance(body, DeviceState) else None

    def mode(self, now: Instant) -> str:
        """Return its link mode, or `OFFLINE`."""
        said = self.said
        if said is None or self.state is None or not said.online or self.state.expired(now):
            return OFFLINE
        return said.mode.value


class Register:
    """All devices that were heard of.

    Args:
        expected: by id; they count as offline until they are heard.
    """

    def __init__(self, expected: Mapping[str, Expected]) -> None:
        self._expected = dict(expected)
        self.devices: dict[str, Device] = {name: Device() for name in expected}

    def take(self, device: str, message: Message) -> None:
        """Take a device's word about itself; other bodies are not for the register."""
        known = self.devices.setdefault(device, Device())
        match message.body:
            case DeviceState() as state:
                if known.said is not None and known.said.boot != state.boot:
                    known.faults.clear()  # they were of an earlier life
                known.state = message
            case DeviceDescription() as description:
                known.description = description
            case Health() as health:
                known.health = health
                active = set(health.faults)
                known.faults = {c: f for c, f in known.faults.items() if c in active}
            case Fault() as fault:
                known.faults.pop(fault.code, None)
                if fault.active:
                    known.faults[fault.code] = fault
            case _:
                pass

    def kind_of(self, device: str) -> str:
        """Return its type: as the deployment says, else as it says itself."""
        if device in self._expected:
            return self._expected[device].kind
        description = self.devices[device].description if device in self.devices else None
        return description.kind if description is not None else UNKNOWN

    def zones_of(self, device: str) -> tuple[str, ...]:
        """Return where it stands: as the deployment says, else as it says itself."""
        expected = self._expected.get(device)
        if expected is not None and expected.zones:
            return expected.zones
        description = self.devices[device].description if device in self.devices else None
        return description.zones if description is not None else ()

    def group(self, kind: str, zone: str) -> tuple[str, ...]:
        """Return the devices that a command on ``grp/{kind}/{zone}/cmd`` is for."""
        of_kind = (name for name in sorted(self.devices) if self.kind_of(name) == kind)
        return tuple(n for n in of_kind if zone == ALL_ZONES or zone in self.zones_of(n))

    def aggregate(self, now: Instant) -> Aggregate:
        """Return the counts that go up to the bureau."""
        modes: Counter[str] = Counter({mode.value: 0 for mode in LinkMode} | {OFFLINE: 0})
        kinds: dict[str, Counter[str]] = {}
        faults: Counter[str] = Counter()
        for name, device in self.devices.items():
            mode = device.mode(now)
            modes[mode] += 1
            kinds.setdefault(self.kind_of(name), Counter())[mode] += 1
            faults.update(fault.severity.value for fault in device.faults.values())
        return Aggregate(
            devices=len(self.devices),
            modes=dict(modes),
            kinds={kind: dict(counted) for kind, counted in kinds.items()},
            faults=dict(faults),
        )
