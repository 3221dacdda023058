"""What the hub listens to, and the port to whoever deals with devices.

Law: the filters stand here; what a message means is decided by its receiver.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from hub.mqtt.envelopes import Envelopes, Say
    from protocol.topics import Topics

Filters = tuple[tuple[str, int], ...]
"""Topic filters with their QoS."""


class Devices(Protocol):
    """Who deals with devices; see `hub.fleet.fleet.Fleet`."""

    @property
    def subscriptions(self) -> Filters:
        """What is to be heard."""
        ...

    def begin(self, say: Say, envelopes: Envelopes) -> None:
        """The floor is ours: say what there is to say."""
        ...

    def silence(self) -> None:
        """Say nothing more."""
        ...

    def hear(self, entity: str, payload: bytes, *, retained: bool) -> None:
        """Take a message on ``dev/{id}/…`` that is no request."""
        ...


class NoDevices:
    """Nobody: a hub that only publishes."""

    subscriptions: Filters = ()

    def begin(self, say: Say, envelopes: Envelopes) -> None:
        """Say nothing."""

    def silence(self) -> None:
        """Say nothing."""

    def hear(self, entity: str, payload: bytes, *, retained: bool) -> None:
        """Hear nothing."""


NO_DEVICES = NoDevices()


def subscriptions(topics: Topics, devices: Devices) -> Filters:
    """Return all that the hub listens to.

    Its own topics at QoS 0: the broker replays what it retains, and ghosts come to light.
    """
    own = ((topics.runs, 0), (topics.plans, 0), (topics.notices, 0))
    return ((topics.requests, 1), (topics.hub_state, 1), *own, *devices.subscriptions)
