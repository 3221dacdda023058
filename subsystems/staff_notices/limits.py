"""How often somebody may ask: token buckets by who asks.

Law: real seconds, given; bounded memory. Somebody who is refused waits; nobody else is harmed.
"""

from __future__ import annotations

from collections import OrderedDict

MOST_KNOWN = 1000


class Limit:
    """Buckets.

    Args:
        per_s: tokens that come back each second.
        burst: tokens of a full bucket.
    """

    def __init__(self, per_s: float, burst: float) -> None:
        self._per_s = per_s
        self._burst = burst
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allow(self, who: str, now_s: float, cost: float = 1.0) -> bool:
        """Return whether `who` may; then it costs."""
        tokens, since_s = self._buckets.pop(who, (self._burst, now_s))
        tokens = min(self._burst, tokens + (now_s - since_s) * self._per_s)
        allowed = tokens >= cost
        self._buckets[who] = (tokens - cost if allowed else tokens, now_s)
        while len(self._buckets) > MOST_KNOWN:
            self._buckets.popitem(last=False)
        return allowed
