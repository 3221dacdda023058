"""Batches that are armed: read, counted, and not done yet.

Law: pure. A token does its batch once, for the session that armed it, within minutes; whoever
looks it up takes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.audit.order import Order

LASTS_S = 300.0
KEPT = 64


@dataclass(frozen=True)
class Armed:
    """A batch that waits.

    Attributes:
        session: that armed it, and alone may do it.
        until: when it is forgotten, seconds.
        orders: what it does.
        beside: what else who armed it wants to know then.
    """

    session: str
    until: float
    orders: tuple[Order, ...]
    beside: Any = None


class Batches:
    """All that are armed."""

    def __init__(self) -> None:
        self._armed: dict[str, Armed] = {}

    def arm(
        self,
        token: str,
        session: str,
        orders: Sequence[Order],
        now: float,
        *,
        beside: object = None,
    ) -> None:
        """Keep `orders` for `session` under `token`."""
        self._armed = {t: a for t, a in self._armed.items() if a.until > now}
        while len(self._armed) >= KEPT:
            del self._armed[next(iter(self._armed))]
        self._armed[token] = Armed(session, now + LASTS_S, tuple(orders), beside)

    def take(self, token: str, session: str, now: float) -> tuple[Order, ...] | None:
        """Return the orders, and forget them; None: there are none, or not for this session."""
        armed = self.take_armed(token, session, now)
        return armed.orders if armed is not None else None

    def take_armed(self, token: str, session: str, now: float) -> Armed | None:
        """Return the batch, and forget it; None: there is none, or not for this session."""
        armed = self._armed.get(token)
        if armed is None or armed.session != session:
            return None
        del self._armed[token]
        return armed if armed.until > now else None
