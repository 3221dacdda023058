"""Envelopes: what every message of the hub carries around its body.

Law: `seq` counts all that this hub says in this epoch, in the order of saying; one instance numbers
everything, or the numbers would lie.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred

from protocol.codec import encode_body, type_name, wrap
from protocol.identifiers import make_message_id
from protocol.messages import Manifest, Message
from protocol.times import to_unix

if TYPE_CHECKING:
    import random

    from hub.outbox import Publication
    from protocol.messages import Body
    from protocol.times import Instant
    from station_config.runtime.clocks import StationClock

_NO_BODY = Manifest(entries={})
"""Stands in a header whose body is already bytes; see `protocol.codec.wrap`."""

Say = Callable[[str, bytes, int, bool], Deferred[None]]
"""Hands a wrapped message over: topic, payload, QoS, retain. Fires when it is said or given up."""


class Envelopes:
    """Numbers and wraps the messages of one epoch of one hub.

    Attributes:
        seq: of the last message wrapped, 0 before the first.
        last_id: of that message.
    """

    def __init__(self, *, hub: str, epoch: int, clock: StationClock, random: random.Random) -> None:
        """Begin an epoch.

        Args:
            hub: identifier of the hub, its user name at the broker.
            epoch: fence, greater than that of any hub before.
            clock: station time.
            random: entropy of the message ids.
        """
        self._hub = hub
        self._epoch = epoch
        self._clock = clock
        self._random = random
        self.seq = 0
        self.last_id = ""

    def of_body(
        self,
        body: Body,
        *,
        rev: int | None = None,
        issued_at: Instant | None = None,
        valid_until: Instant | None = None,
    ) -> bytes:
        """Wrap a body.

        Args:
            body: the content.
            rev: None: the message's own `seq`, so each is newer.
            issued_at: None: now.
            valid_until: None: until it is replaced.
        """
        at = self._clock.now() if issued_at is None else issued_at
        return wrap(self._header(type_name(body), rev, at, valid_until), encode_body(body))

    def of_publication(self, publication: Publication) -> bytes:
        """Wrap what the store decided; the empty payload for a deletion."""
        if publication.body is None:
            return b""
        header = self._header(
            publication.type_name,
            publication.rev,
            publication.issued_at,
            publication.valid_until,
        )
        return wrap(header, publication.body)

    def _header(
        self, kind: str, rev: int | None, issued_at: Instant, valid_until: Instant | None
    ) -> Message:
        self.seq += 1
        unix_ms = int(to_unix(self._clock.now()) * 1000)
        self.last_id = make_message_id(unix_ms, self._random.randbytes(10))
        return Message(
            t=kind,
            id=self.last_id,
            src=self._hub,
            epoch=self._epoch,
            seq=self.seq,
            rev=self.seq if rev is None else rev,
            issued_at=issued_at,
            valid_until=valid_until,
            body=_NO_BODY,
        )
