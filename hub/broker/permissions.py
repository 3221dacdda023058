"""Who may read and write which topics: the protocol's "Who may do what" as values. Pure.

Law: what is not granted here is denied by every broker. The hub has all of its station and nothing
of another; a device has what it must know, the commands to its kind in its zones, and what is its
own; a watcher hears what hub and devices say of themselves. Wills obey the same rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocol.errors import OperatorError
from protocol.identifiers import check_identifier
from protocol.topics import DEVICE_LEAVES, HUB_LEAVES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from protocol.topics import Topics

OF_THEMSELVES = ("state", "desc", "health")
"""What any device says of itself, for a watcher."""


@dataclass(frozen=True)
class Permissions:
    """What one user may do.

    Attributes:
        user: name at the broker.
        reads: topic filters it may subscribe to, and to any narrower one.
        writes: topic filters it may publish to; also in its will.
        many: whether it may connect more than once, by client ids of its own choice.
    """

    user: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    many: bool = False


def hub_permissions(topics: Topics, hub: str) -> Permissions:
    """Return what the hub may do: everything of its station."""
    return Permissions(hub, reads=(topics.everything,), writes=(topics.everything,), many=True)


def device_permissions(
    topics: Topics, device: str, kind: str, zones: Sequence[str] = ()
) -> Permissions:
    """Return what a device of `kind` may do; no `zones`: it hears commands to every zone."""
    shared = (topics.hub, topics.runs, topics.plans, topics.notices, topics.events, topics.spoken)
    return Permissions(
        device,
        reads=(
            *shared,
            *topics.group_filters(kind, zones),
            *(topics.device(device, leaf) for leaf in HUB_LEAVES),
        ),
        writes=tuple(topics.device(device, leaf) for leaf in DEVICE_LEAVES),
    )


def watcher_permissions(topics: Topics, watcher: str) -> Permissions:
    """Return what a watcher may do: hear how hub and devices are, and say nothing."""
    heard = (topics.all_devices(leaf) for leaf in OF_THEMSELVES)
    return Permissions(watcher, reads=(topics.hub, *heard, topics.aggregate), writes=(), many=True)


def station_permissions(
    topics: Topics,
    *,
    hub: str,
    devices: Mapping[str, str],
    zones: Mapping[str, Sequence[str]] | None = None,
    hubs: Sequence[str] = (),
    watchers: Sequence[str] = (),
) -> tuple[Permissions, ...]:
    """Return the permissions of every user of a station, the hub's first.

    Args:
        topics: of the station.
        hub: identifier of the hub.
        devices: kind by identifier.
        zones: by identifier of a device; one that is not there has every zone.
        hubs: identifiers of further hubs that may take over.
        watchers: who may look on.

    Raises:
        OperatorError: an identifier cannot stand in a topic, or two users are called alike.
    """
    zones = zones or {}
    named = [("hub", hub), *(("hub", each) for each in hubs)]
    named += [("device", each) for each in devices] + [("watcher", each) for each in watchers]
    for name in (*devices.values(), *(zone for each in zones.values() for zone in each)):
        check_identifier(name)
    _require_distinct(named)
    return (
        *(hub_permissions(topics, each) for each in (hub, *hubs)),
        *(
            device_permissions(topics, device, kind, zones.get(device, ()))
            for device, kind in devices.items()
        ),
        *(watcher_permissions(topics, each) for each in watchers),
    )


def _require_distinct(named: Sequence[tuple[str, str]]) -> None:
    """Two with one name would have each other's rights, and take over from each other for ever."""
    seen: dict[str, str] = {}
    for what, name in named:
        check_identifier(name)
        if name in seen:
            message = f"the {seen[name]} and a {what} are both called {name!r}: rename one"
            raise OperatorError(message)
        seen[name] = what
