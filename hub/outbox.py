"""What the hub has still to say: the port between the store, which fills it, and the publisher.

Law: a publication is committed in the transaction that decided it, and leaves the outbox only after
the broker's PUBACK. Since a PUBACK is not durability, all that is live can be asked for again.
Calls block: they run in the store's thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from protocol.times import Instant


@dataclass(frozen=True)
class Publication:
    """One message to be sent.

    Attributes:
        number: ascending in the order of commit.
        entity: topic without the root, e.g. ``run/2021-01-20.z180`` or ``event/arrived``.
        type_name: the envelope's ``t``.
        rev: revision of the entity; the same revision is always the same body.
        body: encoded body, None: the entity is deleted.
        retained: False for events.
        issued_at: station time of the decision.
        valid_until: station time.
        cause: correlates log lines: what made the change, e.g. the row's key.
    """

    number: int
    entity: str
    type_name: str
    rev: int
    body: bytes | None
    retained: bool
    issued_at: Instant
    valid_until: Instant | None
    cause: str = ""


class Outbox(Protocol):
    """What the publisher needs of the store."""

    @property
    def epoch(self) -> int:
        """The hub's epoch: greater at each start, committed before the first publication."""
        ...

    def pending(self, limit: int) -> Sequence[Publication]:
        """Return what is unacknowledged, oldest first; of a retained entity only the newest."""
        ...

    def acknowledge(self, numbers: Sequence[int]) -> None:
        """Forget publications that the broker has acknowledged."""
        ...

    def live(self) -> Sequence[Publication]:
        """Return every live retained entity: what a broker that lost everything must be told."""
        ...
