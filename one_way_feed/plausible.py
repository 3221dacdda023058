"""Whether what a poll has found can be true.

Law: pure. A table that is suddenly empty is more often a broken database than a station without
trains; it is believed when it says so again and again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from one_way_feed.rows import RowKey

FEW_ROWS = 10
"""Of a table as small as this every row may go at once."""


@dataclass(frozen=True)
class Doubt:
    """How often in a row an absurd answer has come."""

    polls: int = 0


def weigh(
    doubt: Doubt,
    before: Collection[RowKey] | None,
    found: Collection[RowKey],
    *,
    share: float,
    polls: int,
) -> tuple[Doubt, bool]:
    """Return the new doubt, and whether `found` is believed.

    Args:
        doubt: from the poll before.
        before: keys of the table as it is, None before the first answer that was believed.
        found: keys of the poll (rows that are there but cannot be read count as found).
        share: of `before` that must be missing to be absurd.
        polls: after so many absurd answers in a row they are believed.
    """
    if not _absurd(before, found, share):
        return Doubt(), True
    again = doubt.polls + 1
    return (Doubt(), True) if again >= polls else (Doubt(again), False)


def _absurd(before: Collection[RowKey] | None, found: Collection[RowKey], share: float) -> bool:
    if before is None:
        return not found
    missing = sum(key not in found for key in before)
    return len(before) > FEW_ROWS and missing > share * len(before)


def mostly_unusable(rows: int, rejected: int) -> bool:
    """Return whether an answer is no table but a database that this mapping does not fit."""
    return rejected > FEW_ROWS and rejected > rows
