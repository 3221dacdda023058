"""The way from the outbox to the broker: in the order of commit, several under way, none lost.

Law: one batch at a time, handed over in order, so an entity's revisions can never overtake one
another. What the broker did not confirm stays in the outbox. What it did is taken out a moment
later, when nothing is under way: that is a commit of its own, and no change waits for it. A hub
that is killed meanwhile says those again, which is harmless: same revision, same event_id.
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
"""Publications fetched at once, and how many confirmed ones the outbox is left with at most."""

SETTLE_S = 0.5
"""Real seconds of quiet after which what the broker has confirmed is taken out of the outbox."""

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
        self._later: IDelayedCall | None = None
        self._failing = False

    def open(self) -> None:
        """The broker is there and has been told everything live: begin."""
        self._open = True
        self.poke()

    def close(self) -> None:
        """The broker is gone: finish what is under way, begin nothing."""
        self._open = False
        self._cancel()
        if not self._busy:
            self._settle()

    def poke(self) -> None:
        """There may be something new."""
        self._poked = True
        if self._open and not self._busy and not self._failing:
            self._fetch()

    def _fetch(self) -> None:
        self._cancel()
        self._busy, self._poked = True, False
        confirmed = self._take_confirmed() if len(self._confirmed) >= BATCH else []
        known = frozenset(self._confirmed)
        fetched = self._store(lambda: self._exchange(confirmed, known))
        fetched.addCallbacks(self._hand_over, self._store_failed, errbackArgs=(confirmed,))

    def _exchange(self, confirmed: list[int], known: frozenset[int]) -> Sequence[Publication]:
        """In the store's thread: return what is to be said and was not confirmed yet."""
        if confirmed:
            self._outbox.acknowledge(confirmed)
        waiting = self._outbox.pending(BATCH + len(known))
        return [each for each in waiting if each.number not in known][:BATCH]

    def _hand_over(self, batch: Sequence[Publication]) -> None:
        self._failing = False
        if not self._open:
            self._busy = False  # the broker went away meanwhile: fetched again for the next one
            self._settle()
            return
        if len(batch) == BATCH:
            self._poked = True  # there may be more
        sent = [self._hand_over_one(publication) for publication in batch]
        DeferredList(sent).addCallback(self._batch_over)

    def _hand_over_one(self, publication: Publication) -> Deferred[None]:
        def confirmed(_: None) -> None:
            self._confirmed.append(publication.number)

        # A failure is a lost connection: the publication stays in the outbox for the next one.
        return self._send(publication).addCallbacks(confirmed, lambda _: None)

    def _batch_over(self, _: object) -> None:
        self._busy = False
        if not self._open:
            self._settle()
        elif self._poked:
            self._fetch()
        elif self._confirmed:
            self._later = self._reactor.callLater(SETTLE_S, self._settle)

    def _settle(self) -> None:
        """Take what the broker has confirmed out of the outbox."""
        self._later = None
        confirmed = self._take_confirmed()
        if not confirmed:
            return
        self._busy = True
        settled = self._store(lambda: self._outbox.acknowledge(confirmed))
        settled.addCallbacks(self._settled, self._store_failed, errbackArgs=(confirmed,))

    def _settled(self, _: object) -> None:
        self._busy = self._failing = False
        if self._open and self._poked:
            self._fetch()

    def _take_confirmed(self) -> list[int]:
        confirmed, self._confirmed = self._confirmed, []
        return sorted(confirmed)

    def _store_failed(self, _: Failure, confirmed: list[int]) -> None:
        """Try again a little later, if there is still anybody to tell."""
        self._busy = False
        self._confirmed = confirmed + self._confirmed
        self._failing = self._open
        if self._open:
            self._later = self._reactor.callLater(RETRY_S, self._fetch)

    def _cancel(self) -> None:
        self._failing = False
        if self._later is not None and self._later.active():
            self._later.cancel()
        self._later = None
