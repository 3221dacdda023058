"""The hub's side of all devices: hears them, commands them, wants of them, counts them.

Law: a bad message is counted, named in the log and harms nothing. What is wanted is said again
after each connection, and to a device that reports an older revision; the database knows it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from msgspec.structs import replace
from twisted.internet.task import LoopingCall

from hub.fleet.commanding import Commanding
from hub.fleet.register import Register
from hub.fleet.report import fleet_report
from hub.fleet.transcript import Transcript
from protocol.channels import check_place
from protocol.codec import decode
from protocol.commands import Ack, Command
from protocol.devices import Fault
from protocol.errors import DeviceError, MessageError, OperatorError
from protocol.identifiers import check_identifier
from protocol.limits import AGGREGATE_EVERY_S
from protocol.messages import DeviceState
from protocol.spoken import Said
from protocol.topics import DEVICE_LEAVES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IDelayedCall
    from twisted.python.failure import Failure

    from hub.fleet.register import Expected
    from hub.fleet.said import CommandReport, FleetReport, Given, Wanted
    from hub.fleet.wishes import Leaf, Wish
    from hub.mqtt.envelopes import Envelopes, Say
    from protocol.messages import Message
    from protocol.times import Instant
    from protocol.topics import Topics
    from station_config.runtime.clocks import StationClock
    from station_config.runtime.reactor import Reactor

STORE_AGAIN_S = 5.0
COMPLAIN_EVERY_S = 10.0
HEARD = tuple(leaf for leaf in DEVICE_LEAVES if leaf != "req")
"""Requests are answered by `hub.mqtt.requests`."""


class WishPort(Protocol):
    """Where wishes are kept; its calls block. See `hub.store.wishes.WishStore`."""

    def all(self) -> dict[tuple[str, Leaf], Wish]:
        """Return everything that is wanted, by device and leaf."""
        ...

    def change(self, device: str, leaf: Leaf, fields: Mapping[str, object]) -> Wish:
        """Change it and return what holds then."""
        ...


class Fleet:
    """All devices.

    Args:
        reactor: real time.
        topics: of the station.
        expected: devices that the deployment names.
        wishes: called through `in_store` only.
        in_store: runs a blocking call in the store's thread.
        clock: station time.
        random: for ids.
        log: the process's log.

    Attributes:
        bad: messages of devices that did not follow the protocol.
        transcript: what loudspeakers say.
    """

    def __init__(  # noqa: PLR0913 - one collaborator each
        self,
        reactor: Reactor,
        *,
        topics: Topics,
        expected: Mapping[str, Expected],
        wishes: WishPort,
        in_store: Callable[[Callable[[], Any]], Deferred[Any]],
        clock: StationClock,
        random: Random,
        log: FilteringBoundLogger,
    ) -> None:
        self._reactor = reactor
        self._topics = topics
        self._wishes = wishes
        self._in_store = in_store
        self._clock = clock
        self._log = log
        self._register = Register(expected)
        self._commanding = Commanding(
            reactor, topics=topics, clock=clock, random=random, publish=self._publish, log=log
        )
        self._wanted: dict[tuple[str, Leaf], Wish] = {}
        self._voice: tuple[Say, Envelopes] | None = None
        self._counting = LoopingCall(self._say_aggregate)
        self._counting.clock = reactor
        self._complained: dict[str, float] = {}
        self._rereading: IDelayedCall | None = None
        self.transcript = Transcript(clock.rate)
        self.bad = 0

    @property
    def subscriptions(self) -> tuple[tuple[str, int], ...]:
        """Filters and QoS of what devices say of themselves."""
        return tuple((self._topics.all_devices(leaf), int(leaf != "health")) for leaf in HEARD)

    def begin(self, say: Say, envelopes: Envelopes) -> None:
        """The floor is ours: say what is wanted, and count from now on."""
        self._voice = (say, envelopes)
        self._read_wishes()
        if not self._counting.running:
            self._counting.start(AGGREGATE_EVERY_S, now=True)

    def silence(self) -> None:
        """Say nothing more."""
        self._voice = None
        if self._counting.running:
            self._counting.stop()
        if self._rereading is not None and self._rereading.active():
            self._rereading.cancel()
        self._rereading = None

    def stop(self) -> None:
        """Wait for nothing more."""
        self.silence()
        self._commanding.stop()

    def hear(self, entity: str, payload: bytes, *, retained: bool) -> None:
        """Take a message on ``dev/{id}/…``; `entity` is its topic without the root."""
        if not payload:
            return
        try:
            message = decode(payload, topic=entity)
            check_place(entity, message)
        except MessageError as error:
            self._complain(entity, error)
            return
        _, device, _ = entity.split("/")
        if isinstance(message.body, Ack):
            if not retained:
                self._commanding.acknowledged(device, message.body)
            return
        if isinstance(message.body, Said):
            if not retained:
                self._carry_on(device, message)
            return
        self._note_fault(device, message)
        self._register.take(device, message)
        if isinstance(message.body, DeviceState) and not retained:
            self._repair(device, message.body)

    def command(self, given: Given) -> Deferred[CommandReport]:
        """Send a command; fires with what became of it.

        Raises:
            DeviceError: nobody would hear it.
            OperatorError: there is no such device or group.
        """
        if self._voice is None:
            raise DeviceError("the hub does not speak now: no broker, or another hub leads")
        return self._commanding.give(given, self._targets(given))

    def want(self, wanted: Wanted) -> Deferred[Wish]:
        """Change what is wanted of a device; fires with what holds, after it is committed.

        Raises:
            OperatorError: there is no such device.
        """
        self._check_device(wanted.device)
        key = (wanted.device, wanted.leaf)
        call = partial(self._wishes.change, *key, wanted.fields)
        return self._in_store(call).addCallback(partial(self._changed, key, wanted.who))

    def report(self) -> FleetReport:
        """Return all devices and the last commands."""
        return fleet_report(
            self._register, self._wanted, self._commanding.reports(), self._clock.now()
        )

    def _targets(self, given: Given) -> tuple[str, ...]:
        if bool(given.device) == bool(given.group):
            raise OperatorError("name one device, or a group")
        if given.device:
            self._check_device(given.device)
            return (given.device,)
        check_identifier(given.group)
        check_identifier(given.zone)
        devices = self._register.group(given.group, given.zone)
        if not devices:
            raise OperatorError(f"no {given.group!r} is known in zone {given.zone!r}")
        return devices

    def _check_device(self, device: str) -> None:
        if device not in self._register.devices:
            known = ", ".join(sorted(self._register.devices)) or "none"
            raise OperatorError(f"no device {device!r}; known: {known}")

    def _changed(self, key: tuple[str, Leaf], who: str, wish: Wish) -> Wish:
        device, leaf = key
        self._log.info("device.wanted", who=who, device=device, leaf=leaf, revision=wish.revision)
        self._wanted[key] = wish
        self._say_wish(key)
        return wish

    def _read_wishes(self) -> None:
        voice = self._voice

        def read(wanted: dict[tuple[str, Leaf], Wish]) -> None:
            self._wanted = wanted
            if self._voice is voice:
                for key in wanted:
                    self._say_wish(key)

        def failed(failure: Failure) -> None:
            self._log.error("device.wishes-unread", why=failure.getErrorMessage())
            if voice is not None and self._voice is voice:
                self._rereading = self._reactor.callLater(STORE_AGAIN_S, self._read_wishes)

        self._in_store(self._wishes.all).addCallbacks(read, failed)

    def _repair(self, device: str, state: DeviceState) -> None:
        """A device that is at another revision may have lost its retained message."""
        if state.online:
            for leaf, in_force in (("want", state.want_revision), ("cfg", state.cfg_revision)):
                wish = self._wanted.get((device, leaf))
                if wish is not None and wish.revision != in_force:
                    self._say_wish((device, leaf))

    def _say_wish(self, key: tuple[str, Leaf]) -> None:
        if self._voice is not None:
            say, envelopes = self._voice
            wish = self._wanted[key]
            payload = envelopes.of_body(wish, rev=wish.revision)
            say(self._topics.device(*key), payload, 1, True)

    def _say_aggregate(self) -> None:
        if self._voice is not None:
            say, envelopes = self._voice
            counted = self._register.aggregate(self._clock.now())
            say(self._topics.aggregate, envelopes.of_body(counted), 1, True)

    def _publish(self, topic: str, command: Command, issued_at: Instant, until: Instant) -> None:
        if self._voice is not None:
            say, envelopes = self._voice
            payload = envelopes.of_body(command, issued_at=issued_at, valid_until=until)
            say(topic, payload, 1, False)

    def _carry_on(self, device: str, message: Message) -> None:
        if self._voice is None:
            return
        kind = self._register.kind_of(device)
        message = replace(message, src=device)  # the topic says who it is, for the broker saw to it
        spoken = self.transcript.take(message, kind, self._clock.now(), self._reactor.seconds())
        if isinstance(spoken, str):
            self._complain(f"dev/{device}/said", MessageError(spoken, where=device))
            return
        say, envelopes = self._voice
        payload = envelopes.of_body(spoken, valid_until=message.valid_until)
        say(self._topics.spoken, payload, 1, False)

    def _note_fault(self, device: str, message: Message) -> None:
        fault = message.body
        if isinstance(fault, Fault):
            told = self._log.warning if fault.active else self._log.info
            told("device.fault", device=device, code=fault.code, active=fault.active)

    def _complain(self, entity: str, error: MessageError) -> None:
        self.bad += 1
        now_s = self._reactor.seconds()
        if now_s - self._complained.get(entity, now_s - COMPLAIN_EVERY_S) >= COMPLAIN_EVERY_S:
            self._complained[entity] = now_s
            self._log.warning("device.bad", topic=entity, why=error.message, bad=self.bad)
