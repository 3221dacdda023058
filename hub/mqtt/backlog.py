"""The way from the outbox to the broker: in the order of commit, several under way, none lost.

Law: one batch at a time. It is fetched, handed over in order, and acknowledged in the same call
that fetches the next; so the store's thread is asked once per batch and an entity's revisions can
never overtake one another. What the broker did not confirm stays in the outbox.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred, DeferredList

from hub.mqtt.store_calls import RETRY_S
from hub.outbox import Outbox, Publication

if TYPE_CHECKING:
    from twisted.internet.interfaces import IDelayedCall
    from twisted.python.failure import Failure

    from hub.mqtt.store_calls import StoreCalls
    from station_config.runtime.reactor import Reactor

BATCH = 200
"""Publications fetched at once."""

Send = Callable[[Publication], Deferred[None]]
"""Hands one publication to the broker; fires when it is done with, fails when it is not."""


class Backlog:
    """Empties the outbox whenever it is open and poked."""

    def __init__(
        self,
        reactor: Reactor,
        *,
        outbox: Outbox,
        store: StoreCalls,
        send: Send,
    ) -> None:
        """Begin closed."""
        self._reactor = reactor
        self._outbox = outbox
        self._store = store
        self._send = send
        self._open = False
        self._busy = False
        self._poked = False
        self._confirmed: list[int] = []
        self._retry: IDelayedCall | None = None

    def open(self) -> None:
        """The broker is there and has been told everything live: begin."""
        self._open = True
        self.poke()

    def close(self) -> None:
        """The broker is gone: finish what is under way, begin nothing."""
        self._open = False
        self._cancel_retry()

    def poke(self) -> None:
        """There may be something new."""
        self._poked = True
        if self._open and not self._busy and self._retry is None:
            self._turn()

    def _turn(self) -> None:
        self._retry = None
        self._busy, self._poked = True, False
        confirmed, self._confirmed = self._confirmed, []
        fetched = self._store(lambda: self._exchange(confirmed))
        fetched.addCallbacks(self._hand_over, self._store_failed, errbackArgs=(confirmed,))

    def _exchange(self, confirmed: Sequence[int]) -> Sequence[Publication]:
        """In the store's thread."""
        if confirmed:
            self._outbox.acknowledge(confirmed)
        return self._outbox.pending(BATCH)

    def _hand_over(self, batch: Sequence[Publication]) -> None:
        if not self._open:
            self._busy = False  # the broker went away meanwhile: fetched again for the next one
            return
        sent = [self._hand_over_one(publication) for publication in batch]
        DeferredList(sent).addCallback(self._batch_over)

    def _hand_over_one(self, publication: Publication) -> Deferred[None]:
        def confirmed(_: None) -> None:
            self._confirmed.append(publication.number)

        # A failure is a lost connection: the publication stays in the outbox for the next one.
        return self._send(publication).addCallbacks(confirmed, lambda _: None)

    def _batch_over(self, _: object) -> None:
        self._busy = False
        if self._open and (self._confirmed or self._poked):
            self._turn()

    def _store_failed(self, _: Failure, confirmed: list[int]) -> None:
        self._busy = False
        self._confirmed = confirmed + self._confirmed
        if self._open:
            self._retry = self._reactor.callLater(RETRY_S, self._turn)

    def _cancel_retry(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
