"""What the deployment says of devices: which there are, what is wanted, how they are set up.

Law: it is said anew when the file says something else than at the last start, and not before.
"""

from __future__ import annotations

from random import SystemRandom
from typing import TYPE_CHECKING

import msgspec

from hub.fleet.fleet import Fleet
from hub.fleet.register import Expected
from protocol.topics import Topics

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from structlog.typing import FilteringBoundLogger

    from hub.fleet.wishes import Leaf, Wish
    from hub.mqtt.store_calls import RunInStore
    from hub.store.wishes import WishStore
    from station_config.runtime.clocks import StationClock
    from station_config.runtime.deployment import Deployment, DeviceSettings, SubsystemSettings
    from station_config.runtime.reactor import Reactor


def expected_devices(deployment: Deployment) -> dict[str, Expected]:
    """Return every device that the deployment names, by id."""
    ours = {
        settings.id: Expected(kind, settings.zones)
        for kind, settings in deployment.subsystems.items()
    }
    others = {name: Expected(each.kind, each.zones) for name, each in deployment.devices.items()}
    return ours | others


class DeployedWishes:
    """The wishes of a store, once the deployment's are among them.

    Args:
        store: where they are kept.
        deployment: says some.
    """

    def __init__(self, store: WishStore, deployment: Deployment) -> None:
        self._store = store
        self._deployment = deployment

    def all(self) -> dict[tuple[str, Leaf], Wish]:
        """Return everything that is wanted.

        Raises:
            DeviceError: the database failed.
            OperatorError: the deployment says a value that is not one of its field's.
        """
        for device, leaf, fields in _said(self._deployment):
            said = msgspec.json.encode(fields, order="deterministic")
            self._store.configure(device, leaf, said, fields)
        return self._store.all()

    def change(self, device: str, leaf: Leaf, fields: Mapping[str, object]) -> Wish:
        """See `hub.store.wishes.WishStore.change`."""
        return self._store.change(device, leaf, fields)


def deployed_fleet(
    reactor: Reactor,
    deployment: Deployment,
    *,
    station: str,
    store: WishStore,
    clock: StationClock,
    in_store: RunInStore,
    log: FilteringBoundLogger,
) -> Fleet:
    """Return the devices of a deployment, for one leading hub."""
    return Fleet(
        reactor,
        topics=Topics(station),
        expected=expected_devices(deployment),
        wishes=DeployedWishes(store, deployment),
        in_store=in_store,
        clock=clock,
        random=SystemRandom(),
        log=log,
    )


def _said(deployment: Deployment) -> Iterator[tuple[str, Leaf, dict[str, object]]]:
    tables: dict[str, SubsystemSettings | DeviceSettings] = {
        settings.id: settings for settings in deployment.subsystems.values()
    }
    tables.update(deployment.devices)
    for device, settings in tables.items():
        for leaf, fields in (("want", settings.want), ("cfg", settings.cfg)):
            if fields:
                yield device, leaf, fields
