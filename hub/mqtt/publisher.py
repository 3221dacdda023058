"""The publisher: what the hub has committed reaches the broker, and stays true there.

Law: an acknowledgement of a broker is no durability, so after every connection everything live is
said again: state, all live entities, manifest, and then what the outbox still holds. A retained
message that the broker replays and that is not live is a ghost and is deleted, unless a hub of a
higher epoch said it. Nothing is handed to the broker without the floor (`hub.mqtt.floor`).

    connected ─▶ floor ─▶ state ─▶ live entities ─▶ manifest, beat ─▶ outbox, when it is poked
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, DeferredList, succeed

from hub.mqtt.backlog import Backlog
from hub.mqtt.envelopes import Envelopes
from hub.mqtt.floor import STATE, Floor
from hub.mqtt.hearing import NO_DEVICES, Devices, subscriptions
from hub.mqtt.identity import BrokerAddress, HubIdentity
from hub.mqtt.inventory import Inventory
from hub.mqtt.presence import Presence
from hub.mqtt.queries import Queries
from hub.mqtt.requests import Requests
from hub.mqtt.resync import Resync
from hub.mqtt.store_calls import RETRY_S, StoreCalls
from hub.mqtt.voice import Voice
from station_config.runtime.mqtt import MqttConnection

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
        may_speak: Callable[[], bool] = lambda: True,
        overruled: Callable[[int], None] = lambda _epoch: None,
        devices: Devices = NO_DEVICES,
        acknowledged: Callable[[float], None] | None = None,
    ) -> None:
        """Connect to nothing yet.

        Args:
            reactor: real time.
            topics: of the station.
            broker: where to connect.
            identity: of the hub.
            outbox: called through `run_in_store` only.
            run_in_store: see `hub.mqtt.store_calls.RunInStore`.
            clock: station time.
            source: asked for the present state of the dispatching source.
            random: message ids and jitter.
            log: the process's log.
            may_speak: the lease; asked before each message.
            overruled: see `hub.mqtt.floor.Floor`.
            acknowledged: see `MqttConnection`.
            devices: who deals with devices.
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
        self._may_speak = may_speak
        self._overruled = overruled
        self._acknowledged = acknowledged
        self._devices = devices
        self._inventory = Inventory()
        self._connections = 0
        self._retry: IDelayedCall | None = None
        self._connection: MqttConnection | None = None
        self._resync = Resync(reactor, self._tell_again)
        self._backlog = Backlog(reactor, outbox=outbox, store=self._store, send=self._send_pending)
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
            "published": self._voice.published,
            "expired": self._voice.expired,
            "ghosts": self.ghosts,
            "seq": self._voice.envelopes.seq,
            "zombies": self._floor.zombies,
            "rival": self._floor.rivals.told,
            **self._requests.status,
            "store_failures": self._store.failures,
        }

    def start(self) -> Deferred[None]:
        """Ask the store for the epoch and begin to connect; fires then, connected or not."""
        return self._store(lambda: self._outbox.epoch).addCallback(self._begin)

    def poke(self) -> None:
        """Something was committed, or the source may have changed."""
        if self._connection is not None:
            self._presence.source_changed()
        self._backlog.poke()

    def hush(self) -> None:
        """Say nothing until `speak`: whether this hub leads is not known."""
        if self._connection is not None:
            self._floor.hush()

    def speak(self) -> None:
        """Go on, with everything: what was said meanwhile is not known."""
        if self._connection is not None:
            self._floor.speak()

    def stop(self) -> Deferred[None]:
        """Say that the hub is leaving, and disconnect. What is not sent stays in the outbox."""
        if (connection := self._connection) is None:
            return succeed(None)
        self._silence()
        said: Deferred[Any] = succeed(None)
        if connection.connected and self._floor.may_say():
            said = self._presence.say_state(online=False)
            said.addTimeout(GOODBYE_S, self._reactor)
            said.addErrback(lambda _: None)  # the will says it for us
        self._floor.down()
        return said.addCallback(lambda _: connection.stop())

    def _begin(self, epoch: int) -> None:
        topics = self._topics
        self._floor = Floor(
            self._reactor,
            epoch=epoch,
            may_speak=self._may_speak,
            begin=self._say_everything,
            silence=self._silence,
            repeat=self._repeat,
            overruled=self._overruled,
            log=self._log,
        )
        envelopes = Envelopes(
            hub=self._identity.hub, epoch=epoch, clock=self._clock, random=self._random
        )
        self._voice = Voice(
            topics=topics,
            envelopes=envelopes,
            inventory=self._inventory,
            may_say=self._floor.may_say,
            clock=self._clock,
            log=self._log,
        )
        self._presence = Presence(
            self._reactor,
            identity=self._identity,
            topics=topics,
            envelopes=envelopes,
            clock=self._clock,
            source=self._source,
            live=self._inventory.live,
            say=self._voice.say,
            said=self._floor.rivals.said,
            log=self._log,
        )
        self._requests = Requests(
            self._reactor,
            topics=topics,
            envelopes=envelopes,
            clock=self._clock,
            say=self._voice.say,
            may_say=self._floor.may_say,
            resync=self._resync.want,
            find=Queries(self._store, self._outbox),
            log=self._log,
        )
        self._connection = MqttConnection(
            self._reactor,
            host=self._broker.host,
            port=self._broker.port,
            user=self._identity.hub,
            password=self._broker.password,
            tls=self._broker.tls,
            acknowledged=self._acknowledged,
            client=self._identity.client,
            make_will=self._presence.make_will,
            subscriptions=subscriptions(topics, self._devices),
            on_up=self._floor.up,
            on_down=self._on_down,
            on_message=self._on_message,
            log=self._log,
            random=self._random,
        )
        self._voice.connection = self._connection
        self._connection.start()

    def _on_down(self, _why: str) -> None:
        self._silence()
        self._inventory.forget()
        self._requests.forget()
        self._floor.down()

    def _say_everything(self) -> None:
        self._connections += 1
        self._presence.say_state()
        self._requests.serve()
        self._devices.begin(self._voice.say, self._voice.envelopes)
        self._tell_everything(self._connections)

    def _silence(self) -> None:
        """Say nothing more of one's own accord."""
        self._connections += 1  # what the store answers from now on is for nobody
        self._inventory.complete = False
        self._backlog.close()
        self._presence.end()
        self._devices.silence()
        self._resync.cancel()
        self._cancel_retry()

    def _repeat(self, entity: str) -> None:
        if entity == STATE:
            self._presence.say_state()
        else:
            self._resync.want((entity,))

    def _on_message(self, topic: str, payload: bytes, retained: bool) -> None:  # noqa: FBT001
        entity = self._topics.entity(topic)
        if entity.startswith("dev/"):
            listener = self._requests if entity.endswith("/req") else self._devices
            listener.hear(entity, payload, retained=retained)
        elif self._floor.hear(entity, payload, retained=retained) and retained and payload:
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
                self._retry = self._reactor.callLater(RETRY_S, self._tell_everything, connection)

        self._store(self._outbox.live).addCallbacks(tell, failed)

    def _tell(self, connection: int, live: Sequence[Publication]) -> None:
        self._inventory.load(live)
        said = [self._voice.publish(each).addErrback(lambda _: None) for each in live]
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
            self._voice.say(self._topics.of_entity(entity), b"", 1, True)

    def _send_pending(self, publication: Publication) -> Deferred[None]:
        if not publication.retained:
            return self._voice.send_event(publication)
        if not self._inventory.take(publication):
            return succeed(None)  # told with everything live, and confirmed
        sent = self._voice.publish(publication)
        self._presence.manifest_changed()
        return sent

    def _tell_again(self, wanted: Callable[[str], bool]) -> None:
        def tell(live: Sequence[Publication]) -> None:
            self._voice.publish_again(live, wanted)
            self._presence.manifest_changed()

        # Should the store fail, the device asks again; it is told by `StoreCalls` already.
        self._store(self._outbox.live).addCallbacks(tell, lambda _: None)

    def _cancel_retry(self) -> None:
        retry, self._retry = self._retry, None
        if retry is not None and retry.active():
            retry.cancel()
