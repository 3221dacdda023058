"""What is live, what the broker has confirmed of it, and what it holds that is not live. Pure.

Law: bookkeeping of one connection; nothing here is sent. Confirmations are forgotten with the
connection, for the broker behind the next one may have lost everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub.outbox import Publication


class Inventory:
    """Entities and revisions.

    Attributes:
        live: revision by entity, as the manifest says it.
        complete: whether everything live has been loaded since the connection came up.
    """

    def __init__(self) -> None:
        """Begin without a connection."""
        self.live: dict[str, int] = {}
        self.complete = False
        self._confirmed: dict[str, int] = {}
        self._replayed: set[str] = set()

    def forget(self) -> None:
        """The connection is gone."""
        self.complete = False
        self._confirmed.clear()
        self._replayed.clear()

    def load(self, live: Iterable[Publication]) -> None:
        """All that is live, as the store has it now."""
        self.live.clear()
        self.live.update((each.entity, each.rev) for each in live)
        self.complete = True

    def take(self, publication: Publication) -> bool:
        """Take note of a retained publication; return whether the broker needs it still."""
        entity, rev = publication.entity, publication.rev
        if publication.body is None:
            self.live.pop(entity, None)
            self._confirmed.pop(entity, None)
            return True
        self.live[entity] = rev
        return self._confirmed.get(entity) != rev

    def confirm(self, publication: Publication) -> None:
        """The broker has it."""
        if publication.retained and publication.body is not None:
            self._confirmed[publication.entity] = publication.rev

    def replayed(self, entity: str) -> None:
        """The broker holds a retained message of `entity`."""
        self._replayed.add(entity)

    def take_ghosts(self) -> list[str]:
        """Return what the broker replayed and is not live; only when `complete`. Once each."""
        if not self.complete:
            return []
        ghosts = sorted(self._replayed - self.live.keys())
        self._replayed.clear()
        return ghosts
