"""All devices as the hub knows them, for people. Pure.

Law: what is said here stands in the register and in what is wanted; nothing is guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.fleet.said import DeviceReport, FleetReport

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.fleet.register import Register
    from hub.fleet.said import CommandReport
    from hub.fleet.wishes import Leaf, Wish
    from protocol.times import Instant


def fleet_report(
    register: Register,
    wanted: Mapping[tuple[str, Leaf], Wish],
    commands: tuple[CommandReport, ...],
    now: Instant,
) -> FleetReport:
    """Return the report."""
    devices = {name: _device(name, register, wanted, now) for name in sorted(register.devices)}
    return FleetReport(devices=devices, commands=commands)


def _device(
    name: str, register: Register, wanted: Mapping[tuple[str, Leaf], Wish], now: Instant
) -> DeviceReport:
    device = register.devices[name]
    said, description = device.said, device.description
    want, cfg = wanted.get((name, "want")), wanted.get((name, "cfg"))
    return DeviceReport(
        kind=register.kind_of(name),
        mode=device.mode(now),
        since=None if said is None else said.since,
        heard_at=None if device.state is None else device.state.issued_at,
        software="" if description is None else description.software,
        zones=register.zones_of(name),
        want_revision=0 if want is None else want.revision,
        want_in_force=0 if said is None else said.want_revision,
        cfg_revision=0 if cfg is None else cfg.revision,
        cfg_in_force=0 if said is None else said.cfg_revision,
        faults=tuple(sorted(device.faults)),
        clock_offset_ms=None if said is None else said.clock_offset_ms,
        told=tuple(device.faults[code] for code in sorted(device.faults)),
    )
