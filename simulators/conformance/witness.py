"""What the device says: every message of it, with the moment at which it came.

Law: nothing is judged here but whether a payload is a message of the protocol at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred

from protocol.channels import check_place
from protocol.codec import decode
from protocol.commands import Ack
from protocol.errors import MessageError
from protocol.messages import DeviceState

if TYPE_CHECKING:
    from collections.abc import Callable

    from protocol.messages import LinkMode, Message
    from protocol.topics import Topics
    from station_config.runtime.reactor import Reactor


@dataclass(frozen=True)
class Heard:
    """One message of the device.

    Attributes:
        leaf: last part of the topic.
        at: real seconds.
        retained: the broker kept it from before.
        message: None if it is not valid; `fault` says why.
    """

    leaf: str
    at: float
    retained: bool
    payload: bytes
    message: Message | None
    fault: str = ""


class Witness:
    """Notes and waits.

    Attributes:
        heard: everything of the device, in the order of coming.
        strays: topics of others on which the device's id stands as sender.
    """

    def __init__(self, reactor: Reactor, topics: Topics, device: str) -> None:
        self._reactor = reactor
        self._topics = topics
        self._device = device
        self._waiting: list[tuple[Callable[[Heard], bool], Deferred[Heard | None]]] = []
        self.heard: list[Heard] = []
        self.strays: list[str] = []

    def take(self, topic: str, payload: bytes, retained: bool) -> None:  # noqa: FBT001 - MQTT's flag
        """Note a message of any topic of the station."""
        entity = self._topics.entity(topic)
        own = f"dev/{self._device}/"
        if not entity.startswith(own):
            if b'"src":"%b"' % self._device.encode() in payload.replace(b" ", b""):
                self.strays.append(topic)
            return
        leaf = entity.removeprefix(own)
        if leaf in {"cmd", "want", "cfg", "resp"} or not payload:
            return
        heard = self._heard(leaf, topic, payload, retained=retained)
        self.heard.append(heard)
        for wanted, waiting in list(self._waiting):
            if not waiting.called and wanted(heard):
                waiting.callback(heard)

    def _heard(self, leaf: str, topic: str, payload: bytes, *, retained: bool) -> Heard:
        message, fault = None, ""
        try:
            message = decode(payload, topic=topic)
            check_place(self._topics.entity(topic), message)
        except MessageError as error:
            fault = error.message
        return Heard(leaf, self._reactor.seconds(), retained, payload, message, fault)

    async def until(self, wanted: Callable[[Heard], bool], timeout_s: float) -> Heard | None:
        """Return the next message that is wanted, None if none comes in time."""
        waiting: Deferred[Heard | None] = Deferred()
        entry = (wanted, waiting)
        self._waiting.append(entry)
        over = self._reactor.callLater(timeout_s, waiting.callback, None)
        try:
            return await waiting
        finally:
            self._waiting.remove(entry)
            if over.active():
                over.cancel()

    @property
    def state(self) -> DeviceState | None:
        """The device's state as it said it last."""
        for heard in reversed(self.heard):
            if heard.message is not None and isinstance(heard.message.body, DeviceState):
                return heard.message.body
        return None

    async def until_state(
        self, wanted: Callable[[DeviceState], bool], timeout_s: float
    ) -> DeviceState | None:
        """Return the state that is wanted: the present one or the first that comes in time."""
        state = self.state
        if state is not None and wanted(state):
            return state

        def fits(heard: Heard) -> bool:
            message = heard.message
            return (
                message is not None
                and isinstance(message.body, DeviceState)
                and wanted(message.body)
            )

        heard = await self.until(fits, timeout_s)
        if heard is None or heard.message is None:
            return None
        return heard.message.body if isinstance(heard.message.body, DeviceState) else None

    async def until_mode(self, mode: LinkMode, timeout_s: float) -> DeviceState | None:
        """Return the state in which the link is `mode`, None if it does not come in time."""
        return await self.until_state(lambda state: state.online and state.mode is mode, timeout_s)

    def acks(self, command_id: str) -> list[tuple[float, Ack]]:
        """Return what was acknowledged of a command so far, with the moments."""
        return [
            (heard.at, heard.message.body)
            for heard in self.heard
            if heard.message is not None
            and isinstance(heard.message.body, Ack)
            and heard.message.body.command_id == command_id
        ]

    def since(self, at: float, leaf: str) -> list[Heard]:
        """Return what came on a leaf at or after the moment `at`."""
        return [heard for heard in self.heard if heard.leaf == leaf and heard.at >= at]
