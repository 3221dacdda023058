"""What a device says of itself: description, state, will, requests, as topics and payloads.

Law: makes messages, sends none. All of one start carry the same `boot`, the will too, so that a
reader can tell the will of an earlier start from this one's.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from protocol.codec import encode, type_name
from protocol.identifiers import make_message_id
from protocol.limits import SAID_LIFE_S, STATE_EVERY_S, STATE_LIVES
from protocol.messages import DeviceDescription, DeviceState, LinkMode, Message, Request
from protocol.times import to_unix
from station_config.runtime.mqtt import Will

if TYPE_CHECKING:
    from random import Random

    from protocol.commands import Ack
    from protocol.devices import Fault, Health
    from protocol.messages import Body
    from protocol.spoken import Said
    from protocol.times import Instant
    from protocol.topics import Topics

_ENTROPY_BYTES = 10
_BOOT_BITS = 64


class Presence:
    """The voice of one device.

    Args:
        topics: of its station.
        device: its identifier.
        description: what it is.
        random: for ids; no secret depends on it.
        rate: station seconds per real second: validity is station time.
    """

    def __init__(
        self,
        topics: Topics,
        device: str,
        description: DeviceDescription,
        random: Random,
        *,
        rate: float = 1.0,
    ) -> None:
        self._topics = topics
        self._device = device
        self._description = description
        self._random = random
        self._state_lives = timedelta(seconds=STATE_EVERY_S * STATE_LIVES * rate)
        self._said_lives = timedelta(seconds=SAID_LIFE_S * rate)
        self._seq = 0
        self.boot = random_hex(random)

    def description(self, now: Instant) -> tuple[str, bytes]:
        """Return topic and payload of `dev/{id}/desc`."""
        return self._message("desc", self._description, now)

    def state(self, state: DeviceState, now: Instant) -> tuple[str, bytes]:
        """Return topic and payload of `dev/{id}/state`."""
        return self._message("state", state, now, lives=self._state_lives)

    def will(self, now: Instant) -> Will:
        """Return what the broker says for us when we are gone; it is true until we are back."""
        gone = DeviceState(online=False, boot=self.boot, mode=LinkMode.AUTONOMOUS, since=now)
        topic, payload = self._message("state", gone, now)
        return Will(topic, payload)

    def ack(self, ack: Ack, now: Instant) -> tuple[str, bytes]:
        """Return topic and payload of `dev/{id}/ack`."""
        return self._message("ack", ack, now)

    def health(self, health: Health, now: Instant) -> tuple[str, bytes]:
        """Return topic and payload of `dev/{id}/health`."""
        return self._message("health", health, now)

    def fault(self, fault: Fault, now: Instant) -> tuple[str, bytes]:
        """Return topic and payload of `dev/{id}/evt`."""
        return self._message("evt", fault, now)

    def said(self, said: Said, now: Instant) -> tuple[str, bytes]:
        """Return topic and payload of `dev/{id}/said`; it is true until the voice ends."""
        lives = self._said_lives if said.ended else said.ends_at - now
        return self._message("said", said, now, lives=lives)

    def request(self, request: Request, now: Instant) -> tuple[str, bytes]:
        """Return topic and payload of `dev/{id}/req`."""
        return self._message("req", request, now)

    def correlation(self) -> str:
        """Return a new name for a request."""
        return random_hex(self._random)

    def _message(
        self, leaf: str, body: Body, now: Instant, *, lives: timedelta | None = None
    ) -> tuple[str, bytes]:
        self._seq += 1
        message = Message(
            t=type_name(body),
            id=make_message_id(int(to_unix(now) * 1000), self._random.randbytes(_ENTROPY_BYTES)),
            src=self._device,
            epoch=0,
            seq=self._seq,
            rev=self._seq,
            issued_at=now,
            valid_until=None if lives is None else now + lives,
            body=body,
        )
        return self._topics.device(self._device, leaf), encode(message)


def random_hex(random: Random) -> str:
    """Return 16 hexadecimal characters."""
    return f"{random.getrandbits(_BOOT_BITS):016x}"
