"""A connection to the broker that comes back by itself, and says when it is there.

Law: nothing is queued while the broker is away. A client that resends what it queued puts stale
values over the fresh snapshot that its owner publishes after connecting; so each connection is a
new client, and what a lost one still held fails. What must not be lost lives with the owner.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred, fail, succeed

from protocol.errors import DeviceError
from station_config.runtime.mqtt_seams import Address, Will
from station_config.runtime.mqtt_session import Session

if TYPE_CHECKING:
    import random
    import ssl
    from collections.abc import Callable, Sequence

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IDelayedCall

    from station_config.runtime.reactor import Reactor

__all__ = ["MIN_DELAY_S", "Callbacks", "MqttConnection", "Will", "next_delay"]

MIN_DELAY_S = 0.5
MAX_DELAY_S = 30.0
"""Bounds of the wait between two attempts; protocol.md, "What clients really do"."""

_GROWTH = 3.0


def next_delay(previous: float | None, random: random.Random) -> float:
    """Return the seconds to wait after a failed attempt: decorrelated jitter.

    Args:
        previous: the wait before that attempt, None after a connection that had come up.
        random: so that 500 clients of a broker that restarts do not come back as one.
    """
    return min(MAX_DELAY_S, random.uniform(MIN_DELAY_S, (previous or MIN_DELAY_S) * _GROWTH))


@dataclass(frozen=True)
class Callbacks:
    """What an owner is told.

    Attributes:
        on_up: connected, and every subscription granted; retained messages follow.
        on_down: a connection that the broker had accepted is gone, with the reason. Not called
            for attempts that never got so far, nor after `MqttConnection.stop`.
        on_message: topic, payload, whether it is a retained message replayed to a new subscriber.
    """

    on_up: Callable[[], None]
    on_down: Callable[[str], None]
    on_message: Callable[[str, bytes, bool], None]


class MqttConnection:
    """One user's lasting connection to the broker, MQTT 3.1.1.

    All callbacks run in the reactor's thread. A callback that raises is logged and counted in
    `failed_messages`; the connection goes on.

    Attributes:
        attempts: connections tried since `start`.
        failed_messages: messages whose `on_message` raised.
    """

    def __init__(  # noqa: PLR0913 - each is one thing that an owner decides
        self,
        reactor: Reactor,
        *,
        host: str,
        port: int,
        user: str,
        password: str,
        make_will: Callable[[], Will | None],
        subscriptions: Sequence[tuple[str, int]],
        on_up: Callable[[], None],
        on_down: Callable[[str], None],
        on_message: Callable[[str, bytes, bool], None],
        log: FilteringBoundLogger,
        random: random.Random,
        tls: ssl.SSLContext | None = None,
        client: str = "",
        acknowledged: Callable[[float], None] | None = None,
    ) -> None:
        """Connect to nothing yet.

        Args:
            reactor: must have a thread pool: resolving a name and connecting block.
            host: of the broker.
            port: of the broker.
            user: user name, and client id when `client` is not given: at most one connection with
                a client id lives.
            password: of the user.
            make_will: asked at each connection, for a will may name an epoch or a boot.
            subscriptions: topic filter and QoS.
            on_up: see `Callbacks`.
            on_down: see `Callbacks`.
            on_message: see `Callbacks`.
            log: the process's log.
            random: for the jitter.
            tls: None connects in the clear.
            client: client id of a user who may connect more than once, such as a second hub.
            acknowledged: gets the real seconds from `publish` to each PUBACK.
        """
        self._reactor = reactor
        self._address = Address(host, port, user, password, tls, client)
        self._make_will = make_will
        self._subscriptions = tuple(subscriptions)
        self._callbacks = Callbacks(on_up, on_down, on_message)
        self._log = log.bind(broker=f"{host}:{port}", user=user)
        self._random = random
        self._acknowledged = acknowledged
        self._session: Session | None = None
        self._retry: IDelayedCall | None = None
        self._delay: float | None = None
        self._running = False
        self._was_failing = False
        self.attempts = 0
        self.failed_messages = 0

    @property
    def connected(self) -> bool:
        """Whether a message published now goes to the broker."""
        return self._session is not None and self._session.up

    def start(self) -> None:
        """Connect, and go on connecting until `stop`."""
        if not self._running:
            self._running = True
            self._connect()

    def stop(self) -> Deferred[None]:
        """Say goodbye to the broker (it drops the will) and stay away.

        Returns:
            Fires when the socket is closed and nothing is left waiting in the reactor.
        """
        self._running = False
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        return succeed(None) if self._session is None else self._session.close()

    def publish(
        self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False
    ) -> Deferred[None]:
        """Hand a message to the broker.

        Returns:
            Fires on PUBACK (QoS 1) or at once (QoS 0). Fails with `DeviceError` when there is no
            connection or it is lost before the PUBACK; the message may have arrived all the same.
        """
        if self._session is None:
            return fail(DeviceError("not connected to the broker", where=topic))
        sent = self._session.publish(topic, payload, qos=qos, retain=retain)
        if qos and self._acknowledged is not None:
            sent.addCallback(self._tell_lag, self._reactor.seconds(), self._acknowledged)
        return sent

    def replay(self) -> None:
        """Subscribe once more: the broker sends again what it retains (MQTT 3.1.1, 3.8.4).

        For a reader that misses something: NATS loses a retained message that is published in
        the moment of the subscription, about once in a dozen times under load.
        """
        if self._session is not None:
            self._session.replay()

    def _tell_lag(self, _: None, began: float, tell: Callable[[float], None]) -> None:
        tell(self._reactor.seconds() - began)

    def _connect(self) -> None:
        self._retry = None
        self.attempts += 1
        self._session = Session(
            self._reactor,
            self._address,
            will=self._make_will(),
            subscriptions=self._subscriptions,
            owner=self,
            log=self._log,
        )
        self._session.open()

    def session_up(self) -> None:
        """Take note that the session has everything it asked for. Called by the session."""
        self._delay = None
        if self._was_failing:
            self._log.warning("mqtt.up-again", attempts=self.attempts)
        else:
            self._log.info("mqtt.up")
        self._was_failing = False
        self._guarded(self._callbacks.on_up)

    def session_message(self, topic: str, payload: bytes, retained: bool) -> None:  # noqa: FBT001
        """Pass a message on. Called by the session."""
        if not self._guarded(self._callbacks.on_message, topic, payload, retained):
            self.failed_messages += 1

    def session_over(self, reason: str, *, accepted: bool) -> None:
        """Try again after a while. Called by the session, once, when its socket is closed."""
        self._session = None
        if not self._running:
            return
        self._delay = next_delay(self._delay, self._random)
        if self._was_failing:
            self._log.info("mqtt.down", why=reason, retry_s=round(self._delay, 2))
        else:
            self._log.warning("mqtt.down", why=reason, retry_s=round(self._delay, 2))
        self._was_failing = True
        self._retry = self._reactor.callLater(self._delay, self._connect)
        if accepted:
            self._guarded(self._callbacks.on_down, reason)

    def _guarded(self, callback: Callable[..., None], *arguments: object) -> bool:
        try:
            callback(*arguments)
        except Exception:  # noqa: BLE001 - one bad message must not end the connection
            where = arguments[0] if arguments else ""
            self._log.exception("mqtt.callback-failed", where=where)
            return False
        return True
