"""Batches that are armed: read, counted, and not done yet.

Law: pure. A token does its batch once, for the session that armed it, within a minute; whoever
looks it up takes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.audit.order import Order

LASTS_S = 60.0
KEPT = 64


@dataclass(frozen=True)
class _Armed:
    session: str
    until: float
    orders: tuple[Order, ...]


class Batches:
    """All that are armed."""

    def __init__(self) -> None:
        self._armed: dict[str, _Armed] = {}

    def arm(self, token: str, session: str, orders: Sequence[Order], now: float) -> None:
        """Keep `orders` for `session` under `token`."""
        self._armed = {t: a for t, a in self._armed.items() if a.until > now}
        while len(self._armed) >= KEPT:
            del self._armed[next(iter(self._armed))]
        self._armed[token] = _Armed(session, now + LASTS_S, tuple(orders))

    def take(self, token: str, session: str, now: float) -> tuple[Order, ...] | None:
        """Return the orders, and forget them; None: there are none, or not for this session."""
        armed = self._armed.get(token)
        if armed is None or armed.session != session:
            return None
        del self._armed[token]
        return armed.orders if armed.until > now else None
