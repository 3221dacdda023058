"""The acceptance rule: what a reader does with a message about an entity that it may hold already.

Law: accept if and only if (epoch, rev) is greater than what is held for the entity. So a duplicate,
a late message, and a hub that should be dead can do no harm, and QoS 2 is never needed.
"""

from __future__ import annotations

from enum import Enum, auto


class Verdict(Enum):
    """What to do with a message."""

    ACCEPT = auto()
    DUPLICATE = auto()
    """Equal to what is held: drop, nothing is wrong."""
    OLD = auto()
    """Same epoch, lower revision: overtaken on the way, drop."""
    ZOMBIE = auto()
    """Lower epoch: a hub that has been replaced still speaks; drop and report."""


Fence = tuple[int, int]
"""(epoch, revision)."""


def judge(held: Fence | None, epoch: int, rev: int) -> Verdict:
    """Return what to do with a message of (`epoch`, `rev`) when `held` is held for its entity."""
    if held is None or (epoch, rev) > held:
        return Verdict.ACCEPT
    if (epoch, rev) == held:
        return Verdict.DUPLICATE
    return Verdict.ZOMBIE if epoch < held[0] else Verdict.OLD
