"""The last step of a message: wrapped, handed to the broker, and confirmed.

Law: nothing passes without the floor. What the store decided fails when the broker does not confirm
it, and is kept by whoever handed it over; what the hub says of itself will be said again anyway.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred, fail, succeed

from protocol.errors import DeviceError
from station_config.runtime.trace import trace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from structlog.typing import FilteringBoundLogger

    from hub.mqtt.envelopes import Envelopes
    from hub.mqtt.inventory import Inventory
    from hub.outbox import Publication
    from protocol.topics import Topics
    from station_config.runtime.clocks import StationClock
    from station_config.runtime.mqtt import MqttConnection


class Voice:
    """Speaks on one connection, in one epoch.

    Attributes:
        connection: None: not yet.
        envelopes: of the epoch.
        expired: events that were too late to be sent.
        published: publications that the broker has confirmed.
    """

    def __init__(
        self,
        *,
        topics: Topics,
        envelopes: Envelopes,
        inventory: Inventory,
        may_say: Callable[[], bool],
        clock: StationClock,
        log: FilteringBoundLogger,
    ) -> None:
        """Say nothing yet.

        Args:
            topics: of the station.
            envelopes: of the epoch.
            inventory: told what is confirmed.
            may_say: the floor; asked before each message.
            clock: station time.
            log: the process's log.
        """
        self._topics = topics
        self._inventory = inventory
        self._may_say = may_say
        self._clock = clock
        self._log = log
        self.connection: MqttConnection | None = None
        self.envelopes = envelopes
        self.expired = 0
        self.published = 0

    def send_event(self, publication: Publication) -> Deferred[None]:
        """Publish, unless its life is over; then there is nothing left to do for it."""
        until = publication.valid_until
        if until is not None and self._clock.now() > until:
            self.expired += 1
            self._log.info("event.expired", entity=publication.entity, cause=publication.cause)
            return succeed(None)
        return self.publish(publication)

    def publish(self, publication: Publication) -> Deferred[None]:
        """Publish what the store decided."""
        entity, rev = publication.entity, publication.rev
        payload = self.envelopes.of_publication(publication)
        trace(self._log, "publish", entity, rev=rev, cause=publication.cause)
        sent = self._hand_over(self._topics.of_entity(entity), payload, 1, publication.retained)

        def confirmed(_: None) -> None:
            self.published += 1
            self._inventory.confirm(publication)
            trace(self._log, "puback", entity, rev=rev, cause=publication.cause)

        return sent.addCallback(confirmed)

    def publish_again(self, live: Iterable[Publication], wanted: Callable[[str], bool]) -> None:
        """Publish what is wanted of all that is live; what fails is asked for again."""
        for each in live:
            if wanted(each.entity):
                self.publish(each).addErrback(lambda _: None)

    def say(self, topic: str, payload: bytes, qos: int, retain: bool) -> Deferred[None]:  # noqa: FBT001
        """Publish what will be said again anyway should the connection be lost."""
        return self._hand_over(topic, payload, qos, retain).addErrback(lambda _: None)

    def _hand_over(self, topic: str, payload: bytes, qos: int, retain: bool) -> Deferred[None]:  # noqa: FBT001
        if self.connection is None or not self._may_say():
            return fail(DeviceError("this hub does not have the floor", where=topic))
        return self.connection.publish(topic, payload, qos=qos, retain=retain)
