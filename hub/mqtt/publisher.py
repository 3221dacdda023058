"""The publisher: what the hub has committed reaches the broker, and stays true there.

Law: an acknowledgement of a broker is no durability, so after every connection everything live is
said again: state, all live entities, manifest, and then what the outbox still holds. A retained
message that the broker replays and that is not live is a ghost and is deleted.

    connected ─▶ state ─▶ live entities ─▶ manifest, beat ─▶ outbox, each time it is poked
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, DeferredList, succeed

from hub.mqtt.backlog import Backlog
from hub.mqtt.envelopes import Envelopes
from hub.mqtt.identity import BrokerAddress, HubIdentity
from hub.mqtt.inventory import Inventory
from hub.mqtt.presence import Presence
from hub.mqtt.requests import Requests
from hub.mqtt.resync import Resync
from hub.mqtt.store_calls import RETRY_S, StoreCalls
from station_config.runtime.mqtt import MqttConnection
from station_config.runtime.trace import trace

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IDelayedCall
    from twisted.python.failure import Failure

    from hub.mqtt.store_calls import RunInStore
    from hub.outbox import Outbox, Publication
    from protocol.messages import Source
    from protocol.topics import Topics
    from station_config.runtime.clocks import StationClock
    from station_config.runtime.reactor import Reactor

__all__ = ["BrokerAddress", "HubIdentity", "Publisher"]

GOODBYE_S = 2.0
"""How long an orderly stop waits for the broker to take the offline state."""


class Publisher:
    """Publishes for one hub. `start`, `poke` after each commit, `stop`.

    Attributes:
        expired: events that were too late to be sent.
        published: publications that the broker has confirmed.
        ghosts: retained messages of the past that were deleted.
    """

    def __init__(  # noqa: PLR0913 - one collaborator each
        self,
        reactor: Reactor,
        *,
        topics: Topics,
        broker: BrokerAddress,
        identity: HubIdentity,
        outbox: Outbox,
        run_in_store: RunInStore,
        clock: StationClock,
        source: Callable[[], Source | None],
        random: random.Random,
        log: FilteringBoundLogger,
    ) -> None:
        """Connect to nothing yet.

        Args:
            reactor: real time, sockets, threads.
            topics: of the station.
            broker: where to connect.
            identity: of the hub.
            outbox: called through `run_in_store` only.
            run_in_store: see `hub.mqtt.store_calls.RunInStore`.
            clock: station time.
            source: asked for the present state of the dispatching source.
            random: message ids and jitter.
            log: the process's log.
        """
        self._reactor = reactor
        self._topics = topics
        self._broker = broker
        self._identity = identity
        self._outbox = outbox
        self._store = StoreCalls(run_in_store, log)
        self._clock = clock
        self._source = source
        self._random = random
        self._log = log
        self._inventory = Inventory()
        self._connections = 0
        self._retry: IDelayedCall | None = None
        self._connection: MqttConnection | None = None
        self._resync = Resync(reactor, self._tell_again)
        self._backlog = Backlog(reactor, outbox=outbox, store=self._store, send=self._send_pending)
        self.expired = 0
        self.published = 0
        self.ghosts = 0

    @property
    def connected(self) -> bool:
        """Whether the broker is there."""
        return self._connection is not None and self._connection.connected

    @property
    def status(self) -> dict[str, object]:
        """Figures for a health page."""
        if self._connection is None:
            return {"connected": False}
        return {
            "connected": self.connected,
            "live": len(self._inventory.live),
            "published": self.published,
            "expired": self.expired,
            "ghosts": self.ghosts,
            "seq": self._envelopes.seq,
            "requests": dict(self._requests.answered),
            "requests_refused": self._requests.refused,
            "requests_bad": self._requests.bad,
            "store_failures": self._store.failures,
        }

    def start(self) -> Deferred[None]:
        """Ask the store for the epoch and begin to connect; fires then, connected or not."""
        epoch: Deferred[int] = self._store(lambda: self._outbox.epoch)
        return epoch.addCallback(self._begin)

    def poke(self) -> None:
        """Something was committed, or the source may have changed."""
        if self._connection is not None:
            self._presence.source_changed()
        self._backlog.poke()

    def stop(self) -> Deferred[None]:
        """Say that the hub is leaving, and disconnect. What is not sent stays in the outbox."""
        connection = self._connection
        if connection is None:
            return succeed(None)
        self._connections += 1  # what the store answers from now on is for nobody
        self._inventory.forget()
        self._resync.cancel()
        self._cancel_retry()
        self._backlog.close()
        self._presence.end()
        said: Deferred[Any] = succeed(None)
        if connection.connected:
            said = self._presence.say_state(online=False)
            said.addTimeout(GOODBYE_S, self._reactor)
            said.addErrback(lambda _: None)  # the will says it for us
        return said.addCallback(lambda _: connection.stop())

    def _begin(self, epoch: int) -> None:
        topics = self._topics
        self._envelopes = Envelopes(
            hub=self._identity.hub, epoch=epoch, clock=self._clock, random=self._random
        )
        self._presence = Presence(
            self._reactor,
            identity=self._identity,
            topics=topics,
            envelopes=self._envelopes,
            clock=self._clock,
            source=self._source,
            live=self._inventory.live,
            say=self._say,
            log=self._log,
        )
        self._requests = Requests(
            self._reactor,
            topics=topics,
            envelopes=self._envelopes,
            clock=self._clock,
            say=self._say,
            resync=self._resync.want,
            log=self._log,
        )
        self._connection = MqttConnection(
            self._reactor,
            host=self._broker.host,
            port=self._broker.port,
            user=self._identity.hub,
            password=self._broker.password,
            tls=self._broker.tls,
            make_will=self._presence.make_will,
            # Its own topics at QoS 0: the broker replays what it retains, and ghosts come to light.
            subscriptions=(
                (topics.requests, 1),
                (topics.runs, 0),
                (topics.plans, 0),
                (topics.notices, 0),
            ),
            on_up=self._on_up,
            on_down=self._on_down,
            on_message=self._on_message,
            log=self._log,
            random=self._random,
        )
        self._connection.start()

    def _on_up(self) -> None:
        self._connections += 1
        self._presence.say_state()
        self._tell_everything(self._connections)

    def _on_down(self, _why: str) -> None:
        self._backlog.close()
        self._presence.end()
        self._resync.cancel()
        self._cancel_retry()
        self._inventory.forget()

    def _on_message(self, topic: str, payload: bytes, retained: bool) -> None:  # noqa: FBT001
        entity = self._topics.entity(topic)
        if entity.startswith("dev/"):
            if not retained:  # a request that is retained would be asked again for ever
                self._requests.receive(topic, payload)
        elif retained and payload:
            self._inventory.replayed(entity)
            self._delete_ghosts()

    def _tell_everything(self, connection: int) -> None:
        """Say all that is live, then the manifest, then open the outbox; for `connection` only."""
        self._retry = None

        def tell(live: Sequence[Publication]) -> None:
            if connection == self._connections and self.connected:
                self._tell(connection, live)

        def failed(_: Failure) -> None:
            if connection == self._connections and self.connected:
                again = self._reactor.callLater(RETRY_S, self._tell_everything, connection)
                self._retry = again

        self._store(self._outbox.live).addCallbacks(tell, failed)

    def _tell(self, connection: int, live: Sequence[Publication]) -> None:
        self._inventory.load(live)
        said = [self._publish(each).addErrback(lambda _: None) for each in live]
        self._delete_ghosts()
        self._presence.begin()
        self._log.info("published.everything", entities=len(live))

        def all_said(_: object) -> None:
            if connection == self._connections and self._inventory.complete:
                self._backlog.open()

        DeferredList(said).addCallback(all_said)

    def _delete_ghosts(self) -> None:
        for entity in self._inventory.take_ghosts():
            self.ghosts += 1
            self._log.warning("ghost.deleted", entity=entity)
            self._say(self._topics.of_entity(entity), b"", 1, True)

    def _send_pending(self, publication: Publication) -> Deferred[None]:
        if not publication.retained:
            return self._send_event(publication)
        if not self._inventory.take(publication):
            return succeed(None)  # told with everything live, and confirmed
        sent = self._publish(publication)
        self._presence.manifest_changed()
        return sent

    def _send_event(self, publication: Publication) -> Deferred[None]:
        until = publication.valid_until
        if until is not None and self._clock.now() > until:
            self.expired += 1
            self._log.info("event.expired", entity=publication.entity, cause=publication.cause)
            return succeed(None)
        return self._publish(publication)

    def _publish(self, publication: Publication) -> Deferred[None]:
        entity, rev = publication.entity, publication.rev
        payload = self._envelopes.of_publication(publication)
        trace(self._log, "publish", entity, rev=rev, cause=publication.cause)
        sent = self._to_broker(self._topics.of_entity(entity), payload, 1, publication.retained)

        def confirmed(_: None) -> None:
            self.published += 1
            self._inventory.confirm(publication)
            trace(self._log, "puback", entity, rev=rev, cause=publication.cause)

        return sent.addCallback(confirmed)

    def _to_broker(self, topic: str, payload: bytes, qos: int, retain: bool) -> Deferred[None]:  # noqa: FBT001
        assert self._connection is not None  # noqa: S101 - nothing is said before `start`
        return self._connection.publish(topic, payload, qos=qos, retain=retain)

    def _say(self, topic: str, payload: bytes, qos: int, retain: bool) -> Deferred[None]:  # noqa: FBT001
        """Publish what will be said again anyway should the connection be lost."""
        return self._to_broker(topic, payload, qos, retain).addErrback(lambda _: None)

    def _tell_again(self, wanted: Callable[[str], bool]) -> None:
        def tell(live: Sequence[Publication]) -> None:
            for each in live:
                if wanted(each.entity):
                    self._publish(each).addErrback(lambda _: None)
            self._presence.manifest_changed()

        # Should the store fail, the device asks again; it is told by `StoreCalls` already.
        self._store(self._outbox.live).addCallbacks(tell, lambda _: None)

    def _cancel_retry(self) -> None:
        if self._retry is not None and self._retry.active():
            self._retry.cancel()
        self._retry = None
