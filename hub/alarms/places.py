"""Where devices hang, as the deployment says: for the likely cause of several alarms at once.

Law: pure look-ups.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from station_config.runtime.deployment import Deployment


def processes_of(deployment: Deployment) -> dict[str, str]:
    """Return the process of each device that shares one with others."""
    tables = deployment.subsystems
    return {
        tables[kind].id: name
        for name, kinds in deployment.hosts.items()
        for kind in kinds
        if kind in tables and len(kinds) > 1
    }


def segments_of(deployment: Deployment) -> dict[str, str]:
    """Return what of the network each device hangs on, of those whose table says so."""
    ours = {each.id: each.segment for each in deployment.subsystems.values()}
    others = {name: each.segment for name, each in deployment.devices.items()}
    return {name: segment for name, segment in (ours | others).items() if segment}
