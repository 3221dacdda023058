"""Devices may be away for a moment: what settles by itself within seconds is no alarm.

Law: pure. An on-delay, as EEMUA 191 recommends against chatter; only for what loses nothing in it.
It also lets everything that one cause strikes be seen before the first of it is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.alarms.model import Condition, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SETTLE_S = 5.0
"""Real seconds."""
STARTING_S = 60.0
"""The same for a device that was never heard: a station is switched on part by part."""
WAITED_FOR = frozenset({Kind.DEVICE_DARK, Kind.DEVICE_ALONE, Kind.FEED})


def settled(
    conditions: Iterable[Condition], seen_s: Mapping[str, float], now_s: float
) -> tuple[tuple[Condition, ...], dict[str, float]]:
    """Return the conditions that are to be told, and when each one was seen first.

    Args:
        conditions: everything that is wrong now.
        seen_s: what this returned last, in real monotonic seconds.
        now_s: likewise, now.
    """
    first = {each.key: seen_s.get(each.key, now_s) for each in conditions}
    told = tuple(each for each in conditions if now_s - first[each.key] >= _wait_s(each))
    return told, first


def _wait_s(condition: Condition) -> float:
    if condition.kind not in WAITED_FOR:
        return 0.0
    never = condition.kind is Kind.DEVICE_DARK and condition.since is None
    return STARTING_S if never else SETTLE_S
