"""One connection to the broker from its first packet to its last, driven by the reactor.

Law: only this file knows paho. No thread but for the blocking connect. paho's weak points are met
here: no time-out for CONNACK, no TCP_NODELAY, a disconnection told twice, bytes that TLS has
buffered and no poll reports, and reading that goes on as long as there is something to read.

    DIALLING ──▶ CONNACK ──▶ SUBACK ──▶ UP        any stage ──▶ CLOSED, which is final
"""

from __future__ import annotations

import socket
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import LoopingCall
from twisted.internet.threads import deferToThreadPool

from protocol.errors import DeviceError
from station_config.runtime import mqtt_window
from station_config.runtime.mqtt_seams import SocketDescriptor
from station_config.runtime.mqtt_window import Window
from station_config.runtime.tls import SOON_DAYS, days_left_of, explain, explain_silence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paho.mqtt.reasoncodes import ReasonCode
    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IDelayedCall
    from twisted.python.failure import Failure

    from station_config.runtime.mqtt_seams import Address, Owner, Will
    from station_config.runtime.reactor import Reactor

KEEPALIVE_S = 10
"""A silent broker is noticed after at most twice this."""

CONNECT_TIMEOUT_S = 5.0
"""For TCP, for CONNACK, and for the SUBACKs, each."""

READ_BUDGET = 32
"""Messages taken per turn of the reactor, so that a storm of them starves nobody else."""

CLOSE_TIMEOUT_S = 1.0


class Stage(Enum):
    """How far the connection is."""

    DIALLING = auto()
    CONNACK = auto()
    SUBACK = auto()
    UP = auto()
    CLOSED = auto()


class Session:
    """One connection; a new one is made for each attempt."""

    def __init__(
        self,
        reactor: Reactor,
        address: Address,
        *,
        will: Will | None,
        subscriptions: Sequence[tuple[str, int]],
        owner: Owner,
        log: FilteringBoundLogger,
    ) -> None:
        self._reactor = reactor
        self._address = address
        self._subscriptions = list(subscriptions)
        self._owner = owner
        self._log = log
        self._stage = Stage.DIALLING
        self._accepted = False
        self._closing: Deferred[None] | None = None
        self._descriptor: SocketDescriptor | None = None
        self._deadline: IDelayedCall | None = None
        self._read_again: IDelayedCall | None = None
        self._upkeep = LoopingCall(self._tend)
        self._upkeep.clock = reactor
        self._handled = 0
        self._window = Window(
            lambda topic, payload, retain: self._client.publish(topic, payload, 1, retain).mid
        )
        self._client = self._make_client(will)

    @property
    def up(self) -> bool:
        """Whether the broker has granted everything."""
        return self._stage is Stage.UP

    def open(self) -> None:
        """Begin."""
        pool = self._reactor.getThreadPool()
        dialled = deferToThreadPool(self._reactor, pool, self._dial)
        dialled.addCallbacks(self._dialled, self._not_dialled)

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> Deferred[None]:
        """See `MqttConnection.publish`."""
        if self._stage is not Stage.UP:
            return fail(DeviceError("not connected to the broker", where=topic))
        if qos == 0:
            self._client.publish(topic, payload, 0, retain)
            return succeed(None)
        return self._window.add(topic, payload, retain=retain)

    def replay(self) -> None:
        """See `MqttConnection.replay`."""
        if self._stage is Stage.UP:
            self._client.subscribe(self._subscriptions)

    def close(self) -> Deferred[None]:
        """Say DISCONNECT, close, and fire. While still dialling, fires when the thread is back."""
        if self._stage is Stage.CLOSED:
            return succeed(None)
        if self._closing is None:
            self._closing = Deferred()
            if self._descriptor is not None:
                self._set_deadline(CLOSE_TIMEOUT_S, "the broker took no goodbye")
                self._client.disconnect()  # sent next turn: paho's lock may be held right now
        return self._closing

    def drop(self, reason: str) -> None:
        """Close at once, without a goodbye: the broker will publish the will."""
        if self._stage is Stage.CLOSED:
            return
        sock = self._client.socket()
        self._detach()
        if sock is not None:
            sock.close()
        self._over(reason)

    def read(self) -> None:
        """Take what has come, at most about `READ_BUDGET` messages."""
        start = self._handled
        while self._attached():
            before = self._handled
            self._client.loop_read()
            if self._handled == before and not self._buffered():
                return
            if self._handled - start >= READ_BUDGET:
                break
        if self._attached() and self._buffered() and self._read_again is None:
            self._read_again = self._reactor.callLater(0, self._read_on)

    def write(self) -> None:
        """Send what waits, as far as the socket takes it."""
        if self._attached():
            self._client.loop_write()

    def _make_client(self, will: Will | None) -> paho.Client:
        address = self._address
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=address.client or address.user,
            clean_session=True,
            protocol=paho.MQTTv311,
            reconnect_on_failure=False,
        )
        client.connect_timeout = CONNECT_TIMEOUT_S
        client.max_inflight_messages_set(mqtt_window.SIZE)
        client.username_pw_set(address.user, address.password)
        if address.tls is not None:
            client.tls_set_context(address.tls)
        if will is not None:
            client.will_set(will.topic, will.payload, will.qos, will.retain)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        client.on_disconnect = self._on_disconnect
        client.on_socket_close = lambda *_: self._detach()
        client.on_socket_register_write = lambda *_: self._watch_writing(on=True)
        client.on_socket_unregister_write = lambda *_: self._watch_writing(on=False)
        return client

    def _dial(self) -> None:
        """In a thread: resolve, connect, shake hands for TLS. Touches nothing but the client."""
        self._client.connect(self._address.host, self._address.port, KEEPALIVE_S)
        raw: Any = self._client.socket()
        if raw is not None:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _dialled(self, _: None) -> None:
        sock = self._client.socket()
        if self._closing is not None or sock is None:
            self.drop("stopped while connecting")
            return
        days = days_left_of(sock)
        if days is not None and days < SOON_DAYS:
            self._log.warning("tls.certificate-ends", broker_days=round(days, 1))
        self._stage = Stage.CONNACK
        self._set_deadline(CONNECT_TIMEOUT_S, "the broker did not answer CONNECT")
        self._descriptor = SocketDescriptor(self, sock)
        self._reactor.addReader(self._descriptor)
        self._upkeep.start(1.0, now=False)
        self._watch_writing(on=self._client.want_write())
        self.read()  # what the TLS handshake has buffered wakes no poll

    def _not_dialled(self, failure: Failure) -> None:
        self.drop(explain(failure.value))

    def _on_connect(
        self, _client: object, _data: object, _flags: object, code: ReasonCode, _properties: object
    ) -> None:
        self._handled += 1
        if code.is_failure:
            self.drop(f"the broker refused: {code}")
            return
        if self._leaving():
            return
        self._accepted = True
        if not self._subscriptions:
            self._rise()
            return
        self._stage = Stage.SUBACK
        self._set_deadline(CONNECT_TIMEOUT_S, "the broker did not answer SUBSCRIBE")
        self._client.subscribe(self._subscriptions)

    def _on_subscribe(
        self, _client: object, _data: object, _mid: int, codes: list[ReasonCode], _props: object
    ) -> None:
        self._handled += 1
        pairs = zip(self._subscriptions, codes, strict=False)
        refused = [topic for (topic, _), code in pairs if code.is_failure]
        if refused:
            self._log.error("mqtt.subscription-refused", filters=refused)
            self.drop(f"the broker refused to let us read {', '.join(refused)}")
        elif self._stage is Stage.SUBACK:
            self._rise()

    def _on_publish(
        self, _client: object, _data: object, mid: int, _code: object, _properties: object
    ) -> None:
        self._handled += 1
        self._window.acknowledged(mid)

    def _on_message(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        self._handled += 1
        if self._leaving():
            return
        try:
            topic = message.topic
        except UnicodeDecodeError:
            self._log.warning("mqtt.topic-not-utf8", bytes=len(message.payload))
            return
        self._owner.session_message(topic, bytes(message.payload), message.retain)

    def _on_disconnect(
        self, _client: object, _data: object, _flags: object, code: ReasonCode, _properties: object
    ) -> None:
        self._detach()
        reason = f"the connection was lost: {code}"
        if self._stage is Stage.CONNACK:
            reason = explain_silence(tls=self._address.tls is not None)
        self._over("stopped" if self._closing else reason)

    def _rise(self) -> None:
        if self._leaving():
            return
        self._stage = Stage.UP
        self._clear_deadline()
        self._owner.session_up()

    def _leaving(self) -> bool:
        return self._stage is Stage.CLOSED or self._closing is not None

    def _attached(self) -> bool:
        return self._descriptor is not None

    def _read_on(self) -> None:
        self._read_again = None
        self.read()

    def _buffered(self) -> bool:
        pending = getattr(self._client.socket(), "pending", None)
        return bool(pending and pending())

    def _tend(self) -> None:
        self._client.loop_misc()

    def _watch_writing(self, *, on: bool) -> None:
        if self._descriptor is None:
            return  # still dialling in the thread: looked at when that is done
        if on:
            self._reactor.addWriter(self._descriptor)
        else:
            self._reactor.removeWriter(self._descriptor)

    def _set_deadline(self, seconds: float, reason: str) -> None:
        self._clear_deadline()
        self._deadline = self._reactor.callLater(seconds, self.drop, reason)

    def _clear_deadline(self) -> None:
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
        self._deadline = None

    def _detach(self) -> None:
        """Take the socket out of the reactor, before its number can become another's."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            self._reactor.removeReader(descriptor)
            self._reactor.removeWriter(descriptor)

    def _over(self, reason: str) -> None:
        if self._stage is Stage.CLOSED:
            return  # paho can tell of one disconnection twice
        self._stage = Stage.CLOSED
        self._clear_deadline()
        if self._read_again is not None:
            self._read_again.cancel()
        if self._upkeep.running:
            self._upkeep.stop()
        self._owner.session_over(reason, accepted=self._accepted)
        self._window.fail(reason)
        if self._closing is not None:
            self._closing.callback(None)
