"""Who may read and write which topics: the protocol's "Who may do what" as values. Pure.

Law: what is not granted here is denied by every broker. The hub has all of its station and nothing
of another; a device has what it must know and what is its own. Wills obey the same rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocol.errors import OperatorError
from protocol.identifiers import check_identifier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocol.topics import Topics

OWN_READ = ("cmd", "want", "cfg", "resp")
OWN_WRITTEN = ("state", "desc", "ack", "evt", "health", "req")
"""Leaves under ``dev/{id}/``; protocol.md, topic tree."""


@dataclass(frozen=True)
class Permissions:
    """What one user may do.

    Attributes:
        user: name at the broker.
        reads: topic filters it may subscribe to, and to any narrower one.
        writes: topic filters it may publish to; also in its will.
    """

    user: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]


def hub_permissions(topics: Topics, hub: str) -> Permissions:
    """Return what the hub may do: everything of its station."""
    return Permissions(hub, reads=(topics.everything,), writes=(topics.everything,))


def device_permissions(topics: Topics, device: str, kind: str) -> Permissions:
    """Return what a device of `kind` may do."""
    shared = (topics.hub, topics.runs, topics.plans, topics.notices, topics.events)
    return Permissions(
        device,
        reads=(
            *shared,
            topics.group_commands(kind),
            *(topics.device(device, leaf) for leaf in OWN_READ),
        ),
        writes=tuple(topics.device(device, leaf) for leaf in OWN_WRITTEN),
    )


def station_permissions(
    topics: Topics, *, hub: str, devices: Mapping[str, str]
) -> tuple[Permissions, ...]:
    """Return the permissions of every user of a station, the hub's first.

    Args:
        topics: of the station.
        hub: identifier of the hub.
        devices: kind by identifier.

    Raises:
        OperatorError: an identifier cannot stand in a topic, or a device is called as the hub.
    """
    for name in (hub, *devices, *devices.values()):
        check_identifier(name)
    if hub in devices:
        raise OperatorError(f"the hub and a device are both called {hub!r}: rename one")
    return (
        hub_permissions(topics, hub),
        *(device_permissions(topics, device, kind) for device, kind in devices.items()),
    )
